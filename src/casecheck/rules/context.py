"""What a verb is given to work with: the rule's parts as checked SQL, its limits, and its subject."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp, parse_one

from casecheck.durations import Duration
from casecheck.errors import RuleError, nearest
from casecheck.model import Model, Table
from casecheck.policy import Policy
from casecheck.rules import expressions
from casecheck.rules.parameters import Limit
from casecheck.rules.spec import RuleFile, Variant
from casecheck.sql_text import literal

_SLOT = re.compile(r"\$\{([\w.]+)\}")


@dataclass
class Question:
    """What a verb compiles to: named columns over a source, with the steps (CTEs) it stands on.

    ``guarded`` says whether the engine makes records with unreadable cells not assessable. ``columns`` must hold ``verdict``;
    ``reason``, ``due_on``, ``event_on``, ``until_on`` (the end of the duty) and ``observed`` are taken when given. Every column
    can be named in the rule's message. ``kinds`` says date or number for those that are not text. ``repeats``: the question
    looks for rows that stand twice.
    ``apart``: no record's verdict hangs on which other records are in scope, so that the question can be asked in slices.
    """

    columns: dict[str, str]
    source: str
    steps: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    checked: tuple[str, ...] = ()
    expected: str = ""
    history: tuple[str, ...] = ()
    repeats: bool = False
    guarded: bool = True
    apart: bool = True


@dataclass
class Context:
    """One variant of one rule, being compiled."""

    rule: RuleFile
    variant: Variant
    model: Model
    policy: Policy
    limits: Mapping[str, Limit]

    @property
    def where(self) -> str:
        """How messages name this rule."""
        return self.rule.id

    @property
    def table(self) -> Table:
        """The subject's spec."""
        return self.model.table(self.variant.subject)

    @property
    def name(self) -> str:
        """The subject's name, which is also its alias in every step."""
        return self.variant.subject

    @property
    def joins(self) -> str:
        """The derived views that the rule includes, as left joins on the subject."""
        return " ".join(f"LEFT JOIN {view} ON {self.sql(condition)}" for view, condition in self.rule.include.items())

    @property
    def scope(self) -> str:
        """The rows in scope, under the subject's own name, with the included views."""
        return f"subject AS {self.name} {self.joins}".strip()

    def fill(self, text: str) -> str:
        """Put variant words, limits and policy values where the text says ``${name}``; a word may name limits itself."""
        words = self.variant.words
        text = _SLOT.sub(lambda slot: words.get(slot[1], slot[0]), text)

        def value(slot: re.Match[str]) -> str:
            name = slot[1]
            if name in self.limits:
                return literal(self.limits[name].value)
            if name.startswith("policy.") and name[7:] in self.policy.values:
                return literal(self.policy.values[name[7:]])
            known = [*words, *self.limits, *(f"policy.{key}" for key in self.policy.values)]
            raise RuleError(f"{self.where}: nothing is called ${{{name}}}", nearest(name, known))

        return _SLOT.sub(value, text)

    def sql(self, text: str) -> str:
        """A fragment of the rule as checked SQL over the subject."""
        return expressions.condition(self.fill(text), self.name, self.where)

    def deadline(self, start: str, length: str, *, visit: bool = False) -> str:
        """The last day in time, ``length`` after ``start``; by the law in force when a limit changed over time."""
        limit = self._limit(length)
        if not limit.periods:
            return f"add({start}, '{self._counted(limit.duration, visit)}')"
        judged_on = self.sql(self.rule.effective.by) if self.rule.effective.by else start
        cases = []
        for period in limit.periods:
            bounds = [f"{judged_on} >= {literal(period.start)}"] if period.start else []
            bounds += [f"{judged_on} <= {literal(period.to)}"] if period.to else []
            due = f"add({start}, '{self._counted(Duration.parse(period.value), visit)}')"
            cases.append(f"WHEN {' AND '.join(bounds) or 'TRUE'} THEN {due}")
        return f"CASE {' '.join(cases)} ELSE add({start}, '{self._counted(limit.duration, visit)}') END"

    def unless_relaxed(self, length: str, start: str, due: Callable[[str], str]) -> str:
        """A due date, or that which is counted from the end of the days in which the law suspended the limit."""
        relaxed = self._limit(length).relaxed
        if relaxed is None:
            return due(start)
        again = due(literal(relaxed.to))
        suspended = f"{due(start)} >= {literal(relaxed.start)} AND {start} <= {literal(relaxed.to)}"
        return f"CASE WHEN {suspended} THEN {again} ELSE {due(start)} END"

    def says(self, length: str, *, visit: bool = False) -> str:
        """The limit in words, for the finding's ``expected``."""
        words = str(self._limit(length))
        if not visit:
            return words
        counted = "0" if self.policy.visits.day_convention == "day0" else "1"
        return f"{words}, the visit day being day {counted}"

    def _limit(self, length: str) -> Limit:
        slot = _SLOT.fullmatch(length.strip())
        if slot and slot[1] in self.limits:
            return self.limits[slot[1]]
        try:
            return Limit("", Duration.parse(self.fill(length).strip("'")))
        except ValueError as problem:
            raise RuleError(f"{self.where}: {problem}") from None

    def _counted(self, length: Duration, visit: bool) -> Duration:
        return length.less_a_day() if visit and self.policy.visits.day_convention == "inclusive" else length

    def surely(self, event: str, on: str, counts: str, *also: str) -> str:
        """A condition: this event counts, and nothing that decides it (``also`` are further fragments) could not be read.

        A blank says what the rule lets it say; a word that could not be read says nothing, and must not make a pass. Where one
        of several conditions is enough, one that can be read is enough.
        """
        return self._sure(parse_one(self.sql(counts or "TRUE"), read=expressions.DIALECT), event, on, *also)

    def _sure(self, condition: exp.Expr, event: str, *also: str) -> str:
        parts = [part.unnest() for part in condition.flatten()] if isinstance(condition, exp.And) else [condition.unnest()]
        either = [part for part in parts if isinstance(part, exp.Or)]
        plain = [part.sql(dialect=expressions.DIALECT) for part in parts if part not in either]
        decisive = self.can_be_unreadable(expressions.columns_of([*plain, *also], event), event)
        enough = (" OR ".join(f"({self._sure(part.unnest(), event)})" for part in choice.flatten()) for choice in either)
        readable = (f"NOT garbled({event}.{column})" for column in decisive)
        return " AND ".join(f"({written})" for written in (*plain, *enough, *readable))

    def cannot_read(self, table: str, columns: tuple[str, ...]) -> str:
        """A condition: one of these columns of the row held something unreadable."""
        return " OR ".join(f"unreadable({table}.{column})" for column in columns) or "FALSE"

    def can_be_unreadable(self, columns: Iterable[str], table: str = "") -> tuple[str, ...]:
        """Those of the columns that are more than text, and so can hold something that is not of their type."""
        spec = self.model.every.get(table or self.name)
        fields = spec.fields if spec else {}
        return tuple(sorted(name for name in columns if name in fields and fields[name].type not in ("id", "text")))

    def doubt(self, event: str, on: str, fragments: list[str], known: str = "") -> str:
        """A step: subjects with an event that cannot be read, and so might have changed the verdict; ``known`` ones do not."""
        columns = self.can_be_unreadable(expressions.columns_of(fragments, event), event)
        open_ones = f" AND CASE WHEN {known} THEN 0 ELSE 1 END = 1" if known else ""
        return (
            f"SELECT {self.name}._row AS _row, COUNT(*) AS unread FROM {self.scope} JOIN {event} ON {on} "
            f"WHERE ({event}._unreadable IS NOT NULL OR {event}._unknown IS NOT NULL) "
            f"AND ({self.cannot_read(event, columns)}){open_ones} GROUP BY {self.name}._row"
        )
