"""Planning: which rules can be asked of this extract, and which questions one scan of a table answers together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from casecheck.engines.base import Engine
from casecheck.findings.outcome import Status, Tally
from casecheck.model import load_model
from casecheck.policy import Policy
from casecheck.profiles.accounts import Extract
from casecheck.profiles.spec import Profile, columns_taken
from casecheck.rules.compiled import Compiled, CompiledVariant
from casecheck.whole.rates import Rates
from casecheck.whole.reliability import NO_DOUBTS, Doubts
from casecheck.whole.snapshot import Snapshot

_LETTERS = {"p": "passed", "f": "failed", "d": "not_due", "n": "not_assessable"}
VERDICTS = {"pass": "passed", "fail": "failed", "not_due": "not_due", "not_assessable": "not_assessable"}


@dataclass
class RuleRun:
    """One run over one extract."""

    engine: Engine
    extract: Extract
    profile: Profile
    policy: Policy
    due_until: date | None
    earlier: Snapshot | None = None
    rates: Rates = field(default_factory=lambda: Rates({}))
    doubts: Doubts = NO_DOUBTS
    scanned: dict[tuple[str, int], Tally] = field(default_factory=dict)

    def assessable(self, variant: CompiledVariant) -> tuple[Status, str] | None:
        """Why a variant cannot be asked of this extract; ``None`` when it can."""
        outside = never_held(self.profile, variant)
        if outside:
            return "out_of_scope", outside
        lacking = self._lacking(needed_of_source(variant))
        return ("not_assessable", lacking) if lacking else None

    def _lacking(self, needed: list[tuple[str, str]]) -> str:
        """What should be there and is not."""
        for table in dict.fromkeys(table for table, _ in needed):
            if table not in self.extract.rows:
                return f"the table {table} was not supplied"
            if table in self.extract.incomplete:
                return f"{table} is incomplete: {', '.join(self.extract.incomplete[table])}"
            if not self.extract.rows[table] and table not in self.policy.tables.may_be_empty:
                return f"the table {table} has no rows"
        for table, column in needed:
            if column not in self.extract.fields.get(table, ()):
                return f"the column for {table}.{column} was not supplied{self._perhaps(table, column)}"
            for name in (f"{table}.{column}", table):
                if name in self.extract.faulty:
                    return f"{name} cannot be relied on: {self.extract.faulty[name]}"
        return ""

    def _perhaps(self, table: str, field: str) -> str:
        """The unused heading of a file of this table that is most like one that would fill the field."""
        for part in self.profile.tables.get(table, ()):
            for account in self.extract.accounts:
                if account.source == part.source and field in part.fields:
                    for column in columns_taken(part.fields[field]):
                        if hint := account.perhaps(column):
                            return hint
        return ""

    def blank_columns(self, variant: CompiledVariant) -> list[str]:
        """Needed columns that are there and hold nothing: a rule on them is never passed."""
        allowed = {*variant.optional, *self.policy.tables.may_be_empty}
        named = [(name, *_split(name)) for name in variant.needs if name not in allowed]
        return [name for name, table, column in named if table not in allowed and column in self.extract.blank.get(table, ())]


def needed_of_source(variant: CompiledVariant) -> list[tuple[str, str]]:
    """Table and column of all that a source must hold; what the run makes itself is always there."""
    needed = [_split(name) for name in variant.needs if name not in variant.optional]
    return [(table, column) for table, column in needed if table not in load_model().made]


def never_held(profile: Profile, variant: CompiledVariant) -> str:
    """Why a source, by its nature, cannot answer a question; an empty string when it can."""
    for table, column in needed_of_source(variant):
        if not profile.holds(table) or not profile.holds(table, column):
            return profile.why_not(table, column)
    for table in variant.history:
        if table in profile.latest_only:
            return profile.latest_only[table]
    for coded, kinds in variant.kinds.items():
        missing = [kind for kind in kinds if kind not in profile.kinds.get(coded, kinds)]
        if missing:
            return f"{profile.title} holds no {_split(coded)[0]} of the kind {', '.join(missing)}"
    return ""


def _split(name: str) -> tuple[str, str]:
    table, _, column = name.partition(".")
    return table, column


def create_views(run: RuleRun, compiled: Compiled) -> None:
    """Work out the derived views that the rules stand on, once for the run."""
    from casecheck.rules.compiled import CompiledView

    made: set[str] = set()

    def create(view: CompiledView) -> None:
        for inner in view.views:
            create(compiled.views[inner])
        if view.name not in made:
            run.engine.create(view.name, view.sql, known_as=view.name)
            made.add(view.name)

    for view in compiled.views.values():
        create(view)


def scan_rows(run: RuleRun, compiled: Compiled) -> None:
    """All questions about one row of a table in one scan: each row's answers are a word of one letter a question."""
    groups: dict[str, list[tuple[tuple[str, int], CompiledVariant]]] = {}
    alone = {*run.rates.measured, *(entry.rule for entry in run.policy.accepted)}
    for rule in (rule for rule in compiled.rules.values() if rule.id not in alone):
        for place, variant in enumerate(rule.variants):
            if variant.row_check and run.assessable(variant) is None:
                groups.setdefault(variant.subject, []).append(((rule.id, place), variant))
    for table, members in groups.items():
        if len(members) > 1:
            _scan_table(run, table, members)


def _scan_table(run: RuleRun, table: str, members: list[tuple[tuple[str, int], CompiledVariant]]) -> None:
    letters = ", ".join(
        f"CASE WHEN {variant.row_check.scope} THEN CASE {variant.row_check.verdict} WHEN 'pass' THEN 'p' WHEN 'fail' THEN 'f' "
        "WHEN 'not_due' THEN 'd' ELSE 'n' END ELSE '.' END"
        for _, variant in members
        if variant.row_check
    )
    try:
        words = run.engine.rows(f"SELECT concat({letters}) AS word, count(*) FROM {table} GROUP BY 1")
    except Exception:  # one question spoils the scan: each is then asked alone, and the guilty one is errored
        return
    for place, (key, _) in enumerate(members):
        tally = run.scanned[key] = Tally()
        for word, rows in words:
            if word[place] in _LETTERS:
                name = _LETTERS[word[place]]
                setattr(tally, name, getattr(tally, name) + rows)
