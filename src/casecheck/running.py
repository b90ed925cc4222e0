"""Running: every rule is asked, and gets its outcome. The engine sets each outcome, never a rule."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from casecheck.asking import Answer, Question, ask
from casecheck.engines.base import Engine
from casecheck.engines.model_tables import empty
from casecheck.findings.outcome import Outcome, Tally, worst
from casecheck.findings.record import FAILING
from casecheck.planning import RuleRun, create_views, scan_rows
from casecheck.rules.compiled import Compiled, CompiledRule
from casecheck.rules.loading import RuleSet
from casecheck.rules.spec import RuleFile


def run_rules(run: RuleRun, rules: RuleSet, compiled: Compiled, say: Callable[[str], None]) -> list[Outcome]:
    """Ask every rule. A rule that raises is errored, and stops no other."""
    run.engine.create("failing", empty(FAILING))
    create_views(run, compiled)
    scan_rows(run, compiled)
    done = itertools.count(1)

    def ask_several(engine: Engine, several: Sequence[RuleFile]) -> list[Outcome]:
        outcomes = _outcomes(replace(run, engine=engine), several, compiled)
        for rule in several:
            say(f"rules {next(done)}/{len(rules)} {rule.id}")
        return outcomes

    found = run.engine.map(ask_several, _batched(list(rules.rules()), run.engine.together))
    outcomes = [outcome for several in found for outcome in several]
    _count_due(run, outcomes)
    return outcomes


def _batched(rules: Sequence[RuleFile], size: int) -> Iterator[Sequence[RuleFile]]:
    for start in range(0, len(rules), size):
        yield rules[start : start + size]


def _outcomes(run: RuleRun, rules: Sequence[RuleFile], compiled: Compiled) -> list[Outcome]:
    in_force = [rule for rule in rules if _in_force(rule, run.engine.as_of)]
    questions = [
        Question(rule, compiled.rules[rule.id], place)
        for rule in in_force
        for place in range(len(compiled.rules[rule.id].variants))
    ]
    answers = ask(run, questions)
    by_rule = {rule.id: [answers[rule.id, place] for place in range(len(compiled.rules[rule.id].variants))] for rule in in_force}
    return [_outcome(run, rule, compiled.rules[rule.id], by_rule.get(rule.id)) for rule in rules]


def _outcome(run: RuleRun, rule: RuleFile, compiled: CompiledRule, answers: list[Answer] | None) -> Outcome:
    severity = run.policy.severity.get(rule.id, rule.severity)
    if answers is None:
        return Outcome(rule.id, rule.title, severity, "not_applicable", ["not in force on this day"], Tally(), False)
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
    return Outcome(rule.id, rule.title, severity, final, reasons, total, incomplete, compiled.loosened)


def _count_due(run: RuleRun, outcomes: list[Outcome]) -> None:
    """How many records of each rule fall due soon."""
    if run.due_until is None:
        return
    due = dict(run.engine.rows("SELECT rule_id, count(*) FROM failing WHERE verdict = 'not_due' GROUP BY rule_id"))
    for outcome in outcomes:
        outcome.due_soon = due.get(outcome.rule_id, 0)


def _in_force(rule: RuleFile, as_of: date) -> bool:
    if rule.effective.by:
        return True
    start, end = rule.effective.start, rule.effective.to
    return not (start and as_of < start) and not (end and as_of > end)
