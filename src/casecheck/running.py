"""Running: ask every rule, count the verdicts, keep the findings. The engine sets each outcome, never a rule."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from casecheck.engines.base import Engine
from casecheck.engines.model_tables import empty
from casecheck.findings.outcome import Outcome, Status, Tally, status_of, worst
from casecheck.findings.record import FAILING, Stamp, failing_sql
from casecheck.model import load_model
from casecheck.planning import RuleRun, create_views, scan_rows
from casecheck.rules.compiled import Compiled, CompiledRule, CompiledVariant
from casecheck.rules.loading import RuleSet
from casecheck.rules.spec import RuleFile

Answer = tuple[Status, str, Tally]
Asked = dict[int, CompiledVariant]

_VERDICTS = {"pass": "passed", "fail": "failed", "not_due": "not_due", "not_assessable": "not_assessable"}


def run_rules(run: RuleRun, rules: RuleSet, compiled: Compiled, say: Callable[[str], None]) -> list[Outcome]:
    """Ask every rule. A rule that raises is errored, and stops no other."""
    run.engine.create("failing", empty(FAILING))
    create_views(run, compiled)
    scan_rows(run, compiled)
    done = itertools.count(1)

    def ask(engine: Engine, rule: RuleFile) -> Outcome:
        outcome = _run_rule(replace(run, engine=engine), rule, compiled.rules[rule.id])
        say(f"rules {next(done)}/{len(rules)} {rule.id}")
        return outcome

    return run.engine.map(ask, rules.rules())


def _run_rule(run: RuleRun, rule: RuleFile, compiled: CompiledRule) -> Outcome:
    severity = run.policy.severity.get(rule.id, rule.severity)
    if not _in_force(rule, run.engine.as_of):
        return Outcome(rule.id, rule.title, severity, "not_applicable", ["not in force on this day"], Tally(), False)
    answers = _answers(run, rule, compiled)
    total = Tally()
    for _, _, tally in answers:
        total.add(tally)
    statuses = [status for status, _, _ in answers]
    telling = sorted(answers, key=lambda answer: answer[0] == "out_of_scope")
    reasons = list(dict.fromkeys(reason for status, reason, _ in telling if reason and status != "not_applicable"))
    incomplete = "errored" in statuses or "not_assessable" in statuses
    final = worst(statuses)
    if final == "passed" and "out_of_scope" in statuses:
        reasons.append(f"{statuses.count('out_of_scope')} of {len(statuses)} parts are out of the source's scope")
    return Outcome(rule.id, rule.title, severity, final, reasons, total, incomplete, compiled.loosened, _due_soon(run, rule))


def _in_force(rule: RuleFile, as_of: date) -> bool:
    if rule.effective.by:
        return True
    start, end = rule.effective.start, rule.effective.to
    return not (start and as_of < start) and not (end and as_of > end)


def _due_soon(run: RuleRun, rule: RuleFile) -> int:
    if run.due_until is None:
        return 0
    counted: int = run.engine.rows(f"SELECT count(*) FROM failing WHERE rule_id = '{rule.id}' AND verdict = 'not_due'")[0][0]
    return counted


def _answers(run: RuleRun, rule: RuleFile, compiled: CompiledRule) -> list[Answer]:
    """One answer a variant, in order."""
    answers: dict[int, Answer] = {}
    asked: Asked = {}
    for place, variant in enumerate(compiled.variants):
        cannot = run.assessable(variant)
        scanned = run.scanned.get((rule.id, place))
        if cannot is not None:
            answers[place] = (*cannot, Tally())
        elif scanned is not None and not scanned.failed and not scanned.not_assessable:
            answers[place] = _judged(run, variant, scanned)
        else:
            asked[place] = variant
    answers |= _ask(run, rule, compiled, asked)
    return [answers[place] for place in sorted(answers)]


def _ask(run: RuleRun, rule: RuleFile, compiled: CompiledRule, asked: Asked) -> dict[int, Answer]:
    """Ask several variants in one statement; when that fails, one by one, so that only the guilty one is errored."""
    if not asked:
        return {}
    try:
        tallies = _tallies(run, rule, asked)
        telling = [place for place in asked if tallies[place].failed or run.due_until is not None]
        if telling:
            failing = [_failing(run, rule, compiled, place, asked[place]) for place in telling]
            run.engine.append("failing", " UNION ALL ".join(failing))
    except Exception as problem:  # the text may hold a cell's value, so only its kind is told
        if len(asked) > 1:
            return {place: answer for one in asked.items() for place, answer in _ask(run, rule, compiled, dict([one])).items()}
        return dict.fromkeys(asked, ("errored", f"stopped with {type(problem).__name__}", Tally()))
    return {place: _judged(run, variant, tallies[place]) for place, variant in asked.items()}


def _failing(run: RuleRun, rule: RuleFile, compiled: CompiledRule, place: int, variant: CompiledVariant) -> str:
    stamp = _stamp(run, rule, compiled, variant)
    return failing_sql(load_model().tables[variant.subject], variant.identity, variant.sql, stamp, run.due_until)


def _judged(run: RuleRun, variant: CompiledVariant, tally: Tally) -> Answer:
    return (*status_of(tally, run.policy.reliability_gate, run.blank_columns(variant)), tally)


def _tallies(run: RuleRun, rule: RuleFile, asked: Asked) -> dict[int, Tally]:
    """Count the verdicts. No verdict is kept: most pass, and the few that fail are cheaper asked again than all of them held.

    Of what one scan has answered, only the doubtful rows are asked again.
    """
    tallies = {place: Tally() for place in asked}
    for place, verdict, why, rows in run.engine.rows(" UNION ALL ".join(_question(run, rule, *one) for one in asked.items())):
        if verdict not in _VERDICTS:
            raise ValueError("a verdict that is none of the four")
        tallies[place].count(_VERDICTS[verdict], rows, why)
    for place in asked:
        scanned = run.scanned.get((rule.id, place))
        if scanned is not None:
            tallies[place].passed, tallies[place].not_due = scanned.passed, scanned.not_due
        tallies[place].reasons = dict(sorted(tallies[place].reasons.items()))
    return tallies


def _question(run: RuleRun, rule: RuleFile, place: int, variant: CompiledVariant) -> str:
    doubtful = " WHERE verdict IN ('fail', 'not_assessable')" if (rule.id, place) in run.scanned else ""
    return (
        f"SELECT {place} AS part, verdict, CASE WHEN verdict = 'not_assessable' THEN reason END AS why, count(*) AS times "
        f"FROM ({variant.sql}) AS asked{doubtful} GROUP BY 2, 3"
    )


def _stamp(run: RuleRun, rule: RuleFile, compiled: CompiledRule, variant: CompiledVariant) -> Stamp:
    sources = "; ".join(f"{item.source}{', ' + item.ref if item.ref else ''}" for item in rule.guidance)
    return Stamp(
        rule_id=rule.id,
        part=variant.part,
        version=rule.version,
        severity=run.policy.severity.get(rule.id, rule.severity),
        expected=variant.expected,
        guidance=sources,
        columns=", ".join(variant.checked),
        policy_note="; ".join(compiled.loosened),
        own_team="allocation" in run.profile.latest_only,
    )
