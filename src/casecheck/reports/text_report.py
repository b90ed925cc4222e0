"""The page that a person reads first: can this run be relied on, then what it found."""

from __future__ import annotations

import textwrap
from typing import BinaryIO

from casecheck.audited import Audited
from casecheck.cache import library_version
from casecheck.findings.outcome import DOUBT, Outcome
from casecheck.policy import SEVERITIES
from casecheck.profiles.cells import UNREADABLE
from casecheck.reports.tables import columns, place_of, set_aside_lines, unmapped_lines
from casecheck.reports.visits import intervals
from casecheck.sources.bad_input import note
from casecheck.wording import counted, safe


def write(result: Audited, out: BinaryIO) -> None:
    """The page as text."""
    parts = [
        _unreliable(result),
        _head(result),
        _trust(result),
        _gaps(result),
        _reading(result),
        _loosened(result),
        _accepted(result),
        _rules(result),
        _oldest(result),
        _visits(result),
        _end(result),
    ]
    out.write(("\n\n".join("\n".join(part) for part in parts if part) + "\n").encode())


def _unreliable(result: Audited) -> list[str]:
    """Said before anything else: a late visit that is missing from the extract is not late."""
    if not result.unreliable:
        return []
    lines = ["NOT RELIABLE: the extract is not what it was. Ask about these before you act on a figure."]
    return lines + [f"  {safe(reason)} ({counted(rules, 'rule')} touched)" for reason, rules in result.unreliable.items()]


def _accepted(result: Audited) -> list[str]:
    return ["ACCEPTED BY THE LOCAL POLICY", *(f"  {safe(note)}" for note in result.accepted)] if result.accepted else []


def _head(result: Audited) -> list[str]:
    extract = result.extract
    named = f"{extract.title} (profile {extract.profile})"
    lines = [f"casecheck {library_version()}  {named}  as of {result.as_of:%d/%m/%Y}  policy {result.policy.digest}"]
    return lines + (textwrap.wrap(extract.note, 110, initial_indent="note: ", subsequent_indent="  ") if extract.note else [])


def _trust(result: Audited) -> list[str]:
    numbers = result.summary()
    rules = numbers["rules"]
    judged = rules["passed"] + rules["failed"] + rules["not_applicable"]
    gaps = sum(1 for outcome in result.rules if outcome.incomplete)
    sound = "Yes" if result.gate_asked else "As far as it was asked"
    answer = sound if result.complete and not numbers["rows_set_aside"] else "Partly" if judged else "No"
    used = numbers["rows_read"] - numbers["rows_set_aside"]
    lines = [
        f"CAN THIS RUN BE RELIED ON?  {answer}",
        f"  {judged} of {len(result.rules)} rules were assessed; {rules['out_of_scope']} are out of the source's scope.",
        f"  {counted(numbers['rows_read'], 'row')} read: {used:,} used, {numbers['rows_set_aside']:,} set aside with the reason.",
    ]
    if gaps:
        lines.insert(2, f"  {counted(gaps, 'rule')} could not be assessed in full. None of them counts as passed.")
    if not result.gate_asked:
        lines.append(
            "  Nobody looked whether the extract as a whole is sound: no rule of the pack extract (EXT) judged anything."
        )
    return lines


def _visits(result: Audited) -> list[str]:
    """By which matrix visits were judged, where they were."""
    judged = any(outcome.rule_id.startswith("VIS-") and outcome.status in ("passed", "failed") for outcome in result.rules)
    if not judged:
        return []
    return ["HOW OFTEN A CHILD IS TO BE SEEN (casecheck config show visits tells the rest)", *intervals(result.policy)]


def _gaps(result: Audited) -> list[str]:
    gaps = [
        outcome for outcome in result.rules if outcome.incomplete and not (outcome.status == "failed" and _only_doubts(outcome))
    ]
    if not gaps:
        return []
    rows = [
        (outcome.rule_id, _status(outcome), "; ".join(_own_reasons(outcome)[:2]) or "not reliable: see above") for outcome in gaps
    ]
    return ["NOT ASSESSABLE", *columns(rows, indent="  ")]


def _own_reasons(outcome: Outcome) -> list[str]:
    """The reasons that are the rule's own: doubts about the extract stand above them all."""
    return [reason for reason in outcome.reasons if reason.removeprefix(DOUBT) not in outcome.unreliable]


def _only_doubts(outcome: Outcome) -> bool:
    return bool(outcome.unreliable) and not _own_reasons(outcome)


def _status(outcome: Outcome) -> str:
    return "in part" if outcome.status in ("failed", "passed") else outcome.status.replace("_", " ")


def _reading(result: Audited) -> list[str]:
    lines = [f"  {said} [{said.code}]" for said in result.extract.notes]
    for account in result.extract.accounts:
        lines += [f"  {safe(account.name)}: {line}" for line in set_aside_lines(account)]
        lines += [f"  {safe(account.name)}: {line}" for line in unmapped_lines(account)]
        for column, done in sorted(account.cells.items()):
            if unread := sum(rows for kind, rows in done.items() if kind in UNREADABLE):
                said = note("IN040", cells=counted(unread, "cell"), column=column)
                lines.append(f"  {safe(account.name)}: {said} [{said.code}]")
        lines += [f"  {safe(account.name)}: {said} [{said.code}]" for said in account.notes]
    return ["READING", *lines] if lines else []


def _loosened(result: Audited) -> list[str]:
    if not result.loosened:
        return []
    return ["LOCAL POLICY IS LOOSER THAN THE STATUTORY LIMIT", *(f"  {note}" for note in result.loosened)]


def _rules(result: Audited) -> list[str]:
    failed = sorted(
        result.with_status("failed"),
        key=lambda outcome: (SEVERITIES.index(outcome.severity), outcome.rule_id),
    )
    if not failed:
        return ["FINDINGS", "  none"]
    rows = [("RULE", "SEVERITY", "FINDINGS", "UNRECORDED", "JUDGED", "PASS", "NOT DUE", "UNKNOWN", "TITLE")]
    for outcome in failed:
        tally = outcome.tally
        share = f"{outcome.compliance:.0%}" if outcome.compliance is not None else "-"
        rows.append(
            (outcome.rule_id, outcome.severity, f"{tally.failed:,}", f"{tally.not_recorded:,}" if tally.not_recorded else "",
             f"{tally.passed + tally.failed:,}", share,
             f"{tally.not_due:,}", f"{tally.not_assessable:,}", outcome.title)
        )  # fmt: skip
    return ["FINDINGS", *columns(rows, right=(2, 3, 4, 5, 6, 7), indent="  ")]


def _oldest(result: Audited) -> list[str]:
    rows = [
        (row["rule_id"], f"{row['days_overdue']:,} days", safe(place_of(row)), safe(row["message"]))
        for row in result.found.most_overdue
    ]
    return ["MOST OVERDUE", *columns(rows, right=(1,), indent="  ")] if rows else []


def _end(result: Audited) -> list[str]:
    numbers = result.summary()
    found = ", ".join(f"{numbers['findings'][level]:,} {level}" for level in SEVERITIES)
    lines = [f"{counted(sum(numbers['findings'].values()), 'finding')}: {found}."]
    if numbers["due_soon"]:
        lines.append(f"{counted(numbers['due_soon'], 'deadline')} fall due soon.")
    return lines
