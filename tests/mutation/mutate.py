"""Would the examples notice? ``python -m tests.mutation.mutate [RULE ...]`` changes each rule a little and runs its examples.

Each mutant differs from its rule in one place: a limit one unit tighter or looser, a conjunct of ``where`` or of a verb's
``on``, ``counts``, ``unless`` or ``after`` negated or dropped, and in a rule's own SQL a comparison turned round, a part of a
condition or a branch dropped, an outer join that finds nothing. A mutant that all examples of its rule pass has survived: an
example is missing, or the place does nothing. A limit that moves is named in the message as it was, so that its number
alone does not tell. ``--kind limit --kind filter --kind join`` asks mutants of these kinds only; ``--summary FILE``
writes a table of the counts. ``equivalent.yaml`` keeps the mutants that no example could notice, and why.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import yaml
from tests.mutation.mutants import KINDS, CannotCompileError, Mutant, Subject
from tests.mutation.sites import tag_marks

from casecheck.engines.calendar import create_calendar
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.policy import Policy
from casecheck.rules.compiled import CompiledRule, compiled_rule
from casecheck.rules.examples import _ORDER, _compare, _keys, _worst, tables_of
from casecheck.rules.loading import load_rules
from casecheck.rules.spec import Example, RuleFile
from casecheck.sql_text import AS_OF

EQUIVALENT = Path(__file__).with_name("equivalent.yaml")
"""Mutants that were looked at and ask the same in other words, or for less: they are counted apart."""
_LONGEST = 5.0
"""Seconds after which a mutant that never ends counts as noticed."""
Answers = list[tuple[str, dict[str, Any]]]
_NAMES = ("verdict", "reason", "due_on", "event_on", "days_overdue", "observed", "message")


@dataclass
class Report:
    """What became of one rule's mutants."""

    rule: str
    noticed: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)
    survivors: list[str] = field(default_factory=list)
    equivalent: Counter[str] = field(default_factory=Counter)
    without_question: int = 0
    same: int = 0
    wrong: str = ""

    @property
    def tried(self) -> Counter[str]:
        """How many mutants of each kind were asked."""
        return self.noticed + self.survived + self.equivalent

    @property
    def asked(self) -> int:
        """Mutants that were asked."""
        return self.tried.total()


class Bench:
    """One DuckDB for all examples: a schema for each, a calendar for each year and matrix of visits."""

    def __init__(self) -> None:
        self._engine = DuckDBEngine(date(2000, 1, 1))
        self._connection = self._engine.connection
        self._connection.execute("SET threads = 1")
        self._made: set[str] = set()

    def _use(self, *schemas: str) -> None:
        self._connection.execute(f"SET search_path = '{','.join(schemas)}'")

    def _calendar(self, as_of: date, policy: Policy) -> str:
        name = f"calendar_{as_of.year}_{policy.digest}"
        if name not in self._made:
            self._made.add(name)
            self._connection.execute(f"CREATE SCHEMA {name}")
            self._use(name)
            self._engine.as_of = as_of
            create_calendar(self._engine, policy)
        return name

    @contextmanager
    def ready(self, rule: RuleFile) -> Iterator[list[Laid]]:
        """The rule's examples, each with its tables."""
        compiled = compiled_rule(rule, Policy())
        laid = [self._lay(f"example_{number}", compiled, example) for number, example in enumerate(rule.examples)]
        try:
            yield laid
        finally:
            for one in laid:
                self._connection.execute(f"DROP SCHEMA {one.schema} CASCADE")

    def _lay(self, schema: str, compiled: CompiledRule, example: Example) -> Laid:
        calendar = self._calendar(example.as_of, example.policy)
        self._connection.execute(f"CREATE SCHEMA {schema}")
        self._use(schema, calendar)
        self._engine.as_of = example.as_of
        for name, sql in tables_of(compiled, example).items():
            self._engine.create(name, sql)
        return Laid(schema, calendar, example)

    def rows(self, laid: Laid, subject: str, question: str) -> Answers:
        """A question's answers to one example."""
        self._use(laid.schema, laid.calendar)
        columns = ", ".join(f"answer.{name}" for name in _NAMES)
        sql = f"SELECT own._record, {columns} FROM ({question}) AS answer JOIN {subject} AS own ON own._row = answer._row"
        keys = _keys(subject, laid.example)
        stop = threading.Timer(_LONGEST, self._connection.interrupt)
        stop.start()
        try:
            found = self._connection.execute(sql.replace(AS_OF, laid.example.as_of.isoformat())).fetchall()
        finally:
            stop.cancel()
        return [(keys[record - 1], dict(zip(_NAMES, values, strict=True))) for record, *values in found]


@dataclass
class Laid:
    """An example whose tables stand in a schema, with the answers of the rule itself, variant by variant."""

    schema: str
    calendar: str
    example: Example
    answers: dict[int, Answers] = field(default_factory=dict)

    def wrong(self, rule: RuleFile, answers: dict[int, Answers]) -> bool:
        """Whether these answers are not what the example promises."""
        if any(row["verdict"] not in _ORDER for several in answers.values() for _, row in several):
            return True
        found = _worst(pair for several in answers.values() for pair in several)
        for key, wanted in self.example.expect.items():
            if _compare(rule.id, self.example.name, key, wanted, found.get(key)):
                return True
        return False

    def touched(self, rule: RuleFile, place: int) -> bool:
        """Whether the example has rows of a variant's subject."""
        return bool(self.example.tables.get(rule.subjects[place].subject))


_bench: Bench | None = None


def mutate(code: str, kinds: Collection[str] = KINDS, edges: bool = False) -> Report:
    """Run the examples of a shipped rule against each of its mutants."""
    return mutate_rule(load_rules()[code], kinds, edges=edges)


def mutate_rule(rule: RuleFile, kinds: Collection[str] = KINDS, *, edges: bool = False) -> Report:
    """Run a rule's examples against each of its mutants."""
    global _bench
    if _bench is None:
        tag_marks()
        _bench = Bench()
    report, subject = Report(rule.id), Subject(rule)
    with _bench.ready(rule) as laid:
        for one in laid:
            for place in subject.places:
                if one.touched(rule, place):
                    name = rule.subjects[place].subject
                    one.answers[place] = _bench.rows(one, name, subject.question(one.example, place))
            if one.wrong(rule, one.answers):
                report.wrong = one.example.name
                return report
        for mutant in subject.mutants(kinds, edges=edges):
            _try(_bench, rule, subject, mutant, laid, report)
    return report


def _try(bench: Bench, rule: RuleFile, subject: Subject, mutant: Mutant, laid: list[Laid], report: Report) -> None:
    """The example that notices a mutant is asked first about the next one."""
    same = True
    for number, one in enumerate(laid):
        try:
            noticed, unlike = _notices(bench, rule, subject, mutant, one)
        except CannotCompileError:
            report.without_question += 1
            return
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException):
            report.without_question += 1
            return
        same = same and not unlike
        if noticed:
            report.noticed[mutant.kind] += 1
            laid.insert(0, laid.pop(number))
            return
    told = f"{mutant.kind}, {mutant}"
    if same:
        report.same += 1
    elif told in _equivalent().get(rule.id, {}):
        report.equivalent[mutant.kind] += 1
    else:
        report.survived[mutant.kind] += 1
        report.survivors.append(told)


@cache
def _equivalent() -> dict[str, dict[str, str]]:
    """Of each rule, the mutants that no example could notice, each with the reason."""
    known: dict[str, dict[str, str]] = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8"))
    return known


def _notices(bench: Bench, rule: RuleFile, subject: Subject, mutant: Mutant, one: Laid) -> tuple[bool, bool]:
    """Whether an example notices a mutant, and whether the mutant's question is another one at all.

    One variant that gives a wrong answer is enough: the others are then not asked.
    """
    answers, unlike = dict(one.answers), False
    for place in mutant.variants:
        if place in answers:
            question = mutant.sql(one.example, place)
            if question == subject.question(one.example, place):
                continue
            unlike = True
            try:
                answers[place] = bench.rows(one, rule.subjects[place].subject, question)
            except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException):
                raise
            except duckdb.Error:
                return True, True
            if one.wrong(rule, answers):
                return True, True
    return False, unlike


def main(words: Sequence[str] | None = None) -> int:
    """Print the survivors of each rule as soon as it is done, and the counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.mutate", description=__doc__)
    parser.add_argument("rules", nargs="*", metavar="RULE", help="codes, prefixes or families; without any, all rules")
    parser.add_argument("--kind", action="append", choices=KINDS, help="only mutants of this kind; may be given again")
    parser.add_argument("--edges", action="store_true", help="also < for <= and the like, in a rule's own SQL")
    parser.add_argument("--quiet", action="store_true", help="the counts only")
    parser.add_argument("--summary", type=Path, metavar="FILE", help="write a table of the counts, as Markdown")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes (default: 2)")
    given = parser.parse_args(words)
    begun = time.monotonic()
    kinds = given.kind or KINDS
    chosen = load_rules().select(given.rules)
    longest_first = sorted(chosen.entries, key=lambda code: -len(chosen[code].model_dump_json()))
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        reports = []
        for future in as_completed([pool.submit(mutate, code, kinds, given.edges) for code in longest_first]):
            reports.append(future.result())
            _tell(reports[-1], given.quiet)
    if given.summary:
        given.summary.write_text(_table(reports), encoding="utf-8")
    total = Counter[str]()
    for report in reports:
        total.update(
            asked=report.asked,
            survived=report.survived.total(),
            equivalent=report.equivalent.total(),
            without=report.without_question,
            same=report.same,
        )
    print(
        f"{len(reports)} rules: {total['asked']} mutants, {total['survived']} survived and {total['equivalent']} "
        f"are known as equivalent; besides, {total['without']} cannot compile and {total['same']} ask nothing else. {time.monotonic() - begun:.0f} seconds, {_computing():.0f} of them computing"
    )
    return 1 if any(report.wrong for report in reports) else 0


def _table(reports: Sequence[Report]) -> str:
    """A row for each rule: of each kind, how many mutants were asked and how many survived; and those that no example can notice."""
    rows = [["rule", *(f"{kind}, survived" for kind in KINDS), "equivalent"]]
    all_rules = Report("all")
    for report in [*sorted(reports, key=lambda one: one.rule), all_rules]:
        rows.append([report.rule, *(_counted(report, kind) for kind in KINDS), str(report.equivalent.total() or "")])
        all_rules.noticed += report.noticed
        all_rules.survived += report.survived
        all_rules.equivalent += report.equivalent
    rows.insert(1, ["---", *("---:" for _ in rows[0][1:])])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _counted(report: Report, kind: str) -> str:
    return f"{report.tried[kind]}, {report.survived[kind]}" if report.tried[kind] else ""


def _computing() -> float:
    """The processor's seconds of the processes that have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _tell(report: Report, quiet: bool) -> None:
    if report.wrong:
        print(f"{report.rule}: its own example '{report.wrong}' does not hold; no mutant was asked", flush=True)
        return
    besides = f", {report.equivalent.total()} known as equivalent" if report.equivalent else ""
    besides += f", {report.without_question} cannot compile" if report.without_question else ""
    besides += f", {report.same} ask nothing else" if report.same else ""
    print(f"{report.rule}: {report.asked} mutants, {report.survived.total()} survived{besides}", flush=True)
    for mutant in () if quiet else report.survivors:
        print(f"    {mutant}")


if __name__ == "__main__":
    sys.exit(main())
