"""Running: every rule is asked, and gets its outcome. The engine sets each outcome, never a rule."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from casecheck.asking import Answer, ask, questions_of
from casecheck.engines.base import Engine, Item
from casecheck.engines.model_tables import empty
from casecheck.findings.outcome import DOUBT, Outcome, Tally, worst
from casecheck.findings.record import FAILING
from casecheck.model import load_model
from casecheck.planning import RuleRun, create_views, scan_rows
from casecheck.policy import Accepted
from casecheck.rules.compiled import Compiled, CompiledRule
from casecheck.rules.loading import RuleSet
from casecheck.rules.spec import RuleFile
from casecheck.whole.making import Making, keep
from casecheck.whole.rates import Rates
from casecheck.whole.reliability import PACK, accepted_now, doubts

RATE = "rate"
MERGED = "that a {table} stands twice cannot show: the layout makes one row of all that the lists say of each"


def run_rules(run: RuleRun, rules: RuleSet, compiled: Compiled, say: Callable[[str], None]) -> list[Outcome]:
    """Ask every rule: those about the extract as a whole first, those about rates last. One that raises stops no other."""
    run.engine.create("failing", empty(FAILING))
    made = _tables_read(compiled) & set(load_model().made)
    rated = [code for code, rule in compiled.rules.items() if any(RATE in variant.tables for variant in rule.variants)]
    run = replace(run, rates=Rates({code: rate for code, rate in run.policy.rates.items() if rated and code in compiled.rules}))
    Making(run.engine, run.extract, run.engine.as_of, run.earlier).make(sorted(made - {RATE}))
    create_views(run, compiled)
    scan_rows(run, compiled)
    done = itertools.count(1)

    def ask_all(run: RuleRun, chosen: Sequence[RuleFile]) -> list[Outcome]:
        def ask_several(engine: Engine, several: Sequence[RuleFile]) -> list[Outcome]:
            outcomes = _outcomes(replace(run, engine=engine), several, compiled)
            for rule in several:
                say(f"rules {next(done)}/{len(rules)} {rule.id}")
            return outcomes

        found = run.engine.map(ask_several, batched(chosen, run.engine.together))
        return [outcome for several in found for outcome in several]

    about_the_whole = [entry.rule for entry in rules.entries.values() if entry.pack == PACK]
    outcomes = ask_all(run, about_the_whole)
    run = replace(run, doubts=doubts(run.engine, [rule.id for rule in about_the_whole]))
    asked = {outcome.rule_id for outcome in outcomes}
    outcomes += ask_all(run, [rule for rule in rules.rules() if rule.id not in {*asked, *rated}])
    if rated:
        keep(run.engine, run.extract, RATE, list(run.rates.rows(run.engine.as_of)))
        outcomes += ask_all(run, [rule for rule in rules.rules() if rule.id in rated])
    _count_due(run, outcomes)
    return sorted(outcomes, key=lambda outcome: outcome.rule_id)


def _tables_read(compiled: Compiled) -> set[str]:
    """Every table that a rule reads, or is about."""
    return {table for rule in compiled.rules.values() for variant in rule.variants for table in variant.tables}


def batched(rules: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Some at a time, in order."""
    for start in range(0, len(rules), size):
        yield rules[start : start + size]


def _outcomes(run: RuleRun, rules: Sequence[RuleFile], compiled: Compiled) -> list[Outcome]:
    in_force = [rule for rule in rules if rule.effective.on(run.engine.as_of)]
    answers = ask(run, [question for rule in in_force for question in questions_of(rule, compiled.rules[rule.id])])
    by_rule = {rule.id: [answers[rule.id, place] for place in range(len(compiled.rules[rule.id].variants))] for rule in in_force}
    return [_outcome(run, rule, compiled.rules[rule.id], by_rule.get(rule.id)) for rule in rules]


def _outcome(run: RuleRun, rule: RuleFile, compiled: CompiledRule, answers: list[Answer] | None) -> Outcome:
    severity = run.policy.severity_of(rule.id, rule.severity)
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
    needs = [name for variant in compiled.variants for name in variant.needs]
    unreliable = run.doubts.about(needs) if final in ("passed", "failed") else ()
    if unreliable:
        final = "not_assessable" if final == "passed" else final
        reasons += [f"{DOUBT}{doubt}" for doubt in unreliable]
    if final == "passed" and "out_of_scope" in statuses:
        reasons.append(f"{statuses.count('out_of_scope')} of {len(statuses)} parts are out of the source's scope")
    if final == "passed":
        merged = dict.fromkeys(variant.subject for variant in compiled.variants if variant.repeats)
        reasons += [MERGED.format(table=table) for table in merged if table in run.profile.merge]
    incomplete = incomplete or bool(unreliable)
    accepted = tuple(_accepted(entry) for entry in accepted_now(run.policy.accepted, rule.id, run.engine.as_of))
    return Outcome(rule.id, rule.title, severity, final, reasons, total, incomplete, compiled.loosened, unreliable, accepted)


def _accepted(entry: Accepted) -> str:
    until = f" until {entry.until:%d/%m/%Y}" if entry.until else ""
    return f"{', '.join(entry.what)}{until}: {entry.reason}"


def _count_due(run: RuleRun, outcomes: list[Outcome]) -> None:
    """How many records of each rule fall due soon."""
    if run.due_until is None:
        return
    due = dict(run.engine.rows("SELECT rule_id, count(*) FROM failing WHERE verdict = 'not_due' GROUP BY rule_id"))
    for outcome in outcomes:
        outcome.due_soon = due.get(outcome.rule_id, 0)
