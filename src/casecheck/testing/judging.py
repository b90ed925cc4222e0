"""What becomes of each rule in a test run: passed, failed or skipped, and what is said of it. It holds counts, never a child."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow.compute as pc

from casecheck.findings.outcome import Outcome, Tally
from casecheck.policy import SEVERITIES
from casecheck.result import AuditResult
from casecheck.testing.extract_audit import Asked, ExtractAudit
from casecheck.testing.judged import EXTRACT, Judged, Verdict
from casecheck.wording import counted, safe

_SHOWN = 3
_NOTHING = "no record is in scope, or nothing has fallen due"


def judge(audited: ExtractAudit) -> Iterator[Judged]:
    """The extract first, then every rule that was asked. Raises :class:`CasecheckError` when the audit cannot be made."""
    result, asked = audited.result, audited.asked
    yield _of_extract(result, asked)
    ids = _first_ids(result)
    for outcome in result.rules:
        verdict, said = _of_rule(outcome, asked)
        if verdict == "failed":
            said = "\n".join([said, *_details(outcome, ids.get(outcome.rule_id, []), asked, result.as_of.isoformat())])
        yield Judged(outcome.rule_id, audited.rules.entries[outcome.rule_id].file, verdict, said, _numbers(outcome))


def _of_rule(outcome: Outcome, asked: Asked) -> tuple[Verdict, str]:
    """A rule that could not be assessed never passes; it is skipped only where it is allowed by its code."""
    reasons = safe("; ".join(outcome.reasons))
    if outcome.status == "errored":
        return "failed", f"errored: {reasons}"
    if outcome.status == "failed" and _fails(outcome.severity, asked.fail_on):
        return "failed", f"{outcome.severity}: {_found(outcome.tally)}: {outcome.title}"
    if outcome.incomplete:
        allowed = outcome.rule_id in asked.allow
        return (
            ("skipped", f"not assessable, which is allowed: {reasons}") if allowed else ("failed", f"not assessable: {reasons}")
        )
    if outcome.status == "failed":
        return "expected", f"{outcome.severity}, which does not fail: {_found(outcome.tally)}"
    if outcome.status == "passed":
        return "passed", ""
    return "skipped", f"{outcome.status.replace('_', ' ')}: {reasons or _NOTHING}"


def _fails(severity: str, fail_on: str) -> bool:
    levels = [str(level) for level in SEVERITIES]
    return levels.index(severity) <= levels.index(fail_on or levels[-1])


def _found(tally: Tally) -> str:
    return f"failed in {tally.failed:,} of {counted(tally.failed + tally.passed, 'record')}"


def _details(outcome: Outcome, ids: list[str], asked: Asked, as_of: str) -> Iterator[str]:
    """What a reader wants next: the counts, which findings, and where to look."""
    tally = outcome.tally
    if not tally.failed:
        yield f"  rule      {outcome.severity}: {outcome.title}"
    yield (
        f"  records   {tally.failed:,} fail, {tally.passed:,} pass, {tally.not_due:,} not due, "
        f"{tally.not_assessable:,} not assessable"
    )
    if tally.failed:
        if outcome.reasons:
            yield f"  beside    {safe('; '.join(outcome.reasons))}"
        more = ", ..." if tally.failed > len(ids) else ""
        yield f"  findings  {', '.join(ids)}{more}"
        yield f"  list      {asked.command('check', as_of, '--select', outcome.rule_id, '-o', 'csv=findings.csv')}"
    else:
        yield f"  look      {asked.command('inspect', as_of, '--select', outcome.rule_id)}"
    if outcome.status == "not_assessable":
        yield f"  allow     --casecheck-allow {outcome.rule_id}"
    yield f"  explain   {asked.explain(outcome.rule_id)}"


def _numbers(outcome: Outcome) -> dict[str, str | int]:
    tally = outcome.tally
    return {
        "title": outcome.title,
        "severity": outcome.severity,
        "outcome": outcome.status,
        "fail": tally.failed,
        "pass": tally.passed,
        "not_due": tally.not_due,
        "not_assessable": tally.not_assessable,
    }


def _of_extract(result: AuditResult, asked: Asked) -> Judged:
    """Fails when a file could not be read, or when no rule at all is within the source's scope: nothing was then assessed."""
    said = []
    if unread := result.extract.unread:
        said.append(f"{counted(len(unread), 'file')} could not be read")
        said += [f"  {safe(account.name)}: {account.refused} [{account.refused.code}]" for account in unread if account.refused]
    elif len(result.with_status("out_of_scope")) == len(result.rules):
        said.append(f"none of the {counted(len(result.rules), 'selected rule')} is within the source's scope")
    if said:
        said.append(f"  look      {asked.command('inspect', result.as_of.isoformat())}")
    summary = result.summary()
    numbers = {name: summary[name] for name in ("as_of", "profile", "policy", "rows_read", "rows_set_aside")}
    return Judged(EXTRACT, asked.shown, "failed" if said else "passed", "\n".join(said), numbers)


def _first_ids(result: AuditResult) -> dict[str, list[str]]:
    """The ids of the first findings of each rule. Findings of one rule stand together, so only the runs are walked."""
    found: dict[str, list[str]] = {}
    for batch in result.batches():
        runs = pc.run_end_encode(batch.column("rule_id"))
        start = 0
        for code, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            ids = found.setdefault(code, [])
            ids += batch.column("finding_id").slice(start, min(end - start, _SHOWN - len(ids))).to_pylist()
            start = end
    return found
