"""Planning and running: which rules can be asked of this extract, in what grouping, and what each answer means."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from casecheck.engines.base import Engine
from casecheck.findings.outcome import Outcome, Status, Tally, status_of, worst
from casecheck.findings.record import CREATE_FAILING, Stamp, failing_sql
from casecheck.model import load_model
from casecheck.policy import Policy
from casecheck.profiles.accounts import Extract
from casecheck.profiles.spec import Profile
from casecheck.rules.compiled import Compiled, CompiledRule, CompiledVariant
from casecheck.rules.loading import RuleSet
from casecheck.rules.spec import RuleFile

_LETTERS = {"p": "passed", "f": "failed", "d": "not_due", "n": "not_assessable"}
_VERDICTS = {"pass": "passed", "fail": "failed", "not_due": "not_due", "not_assessable": "not_assessable"}


@dataclass
class RuleRun:
    """One run over one extract."""

    engine: Engine
    extract: Extract
    profile: Profile
    policy: Policy
    due_until: date | None
    scanned: dict[tuple[str, int], Tally] = field(default_factory=dict)

    def assessable(self, variant: CompiledVariant) -> tuple[Status, str] | None:
        """Why a variant cannot be asked of this extract; ``None`` when it can."""
        needed = [_split(name) for name in variant.needs if name not in variant.optional]
        outside = self._outside(variant, needed)
        if outside:
            return "out_of_scope", outside
        lacking = self._lacking(needed)
        return ("not_assessable", lacking) if lacking else None

    def _outside(self, variant: CompiledVariant, needed: list[tuple[str, str]]) -> str:
        """What the source, by its nature, never holds."""
        for table, column in needed:
            if not self.profile.holds(table) or not self.profile.holds(table, column):
                return self.profile.why_not(table, column)
        for table in variant.history:
            if table in self.profile.latest_only:
                return self.profile.latest_only[table]
        for coded, kinds in variant.kinds.items():
            missing = [kind for kind in kinds if kind not in self.profile.kinds.get(coded, kinds)]
            if missing:
                return f"{self.profile.title} holds no {_split(coded)[0]} of the kind {', '.join(missing)}"
        return ""

    def _lacking(self, needed: list[tuple[str, str]]) -> str:
        """What should be there and is not."""
        for table in dict.fromkeys(table for table, _ in needed):
            if table not in self.extract.rows:
                return f"the table {table} was not supplied"
            if not self.extract.rows[table] and table not in self.policy.tables.may_be_empty:
                return f"the table {table} has no rows"
            if table in self.extract.incomplete:
                return f"{table} is incomplete: {', '.join(self.extract.incomplete[table])}"
        for table, column in needed:
            if column not in self.extract.fields.get(table, ()):
                return f"the column for {table}.{column} was not supplied"
        return ""

    def blank_columns(self, variant: CompiledVariant) -> list[str]:
        """Needed columns that are there and hold nothing: a rule on them is never passed."""
        allowed = {*variant.optional, *self.policy.tables.may_be_empty}
        named = [(name, *_split(name)) for name in variant.needs if name not in allowed]
        return [name for name, table, column in named if table not in allowed and column in self.extract.blank.get(table, ())]


def _split(name: str) -> tuple[str, str]:
    table, _, column = name.partition(".")
    return table, column


def run_rules(run: RuleRun, rules: RuleSet, compiled: Compiled, say: Callable[[str], None]) -> list[Outcome]:
    """Ask every rule. A rule that raises is errored, and stops no other."""
    run.engine.execute(CREATE_FAILING)
    _create_views(run, compiled)
    _scan_rows(run, compiled)
    done = itertools.count(1)

    def ask(engine: Engine, rule: RuleFile) -> Outcome:
        outcome = _run_rule(replace(run, engine=engine), rule, compiled.rules[rule.id])
        say(f"rules {next(done)}/{len(rules)} {rule.id}")
        return outcome

    return run.engine.map(ask, rules.rules())


def _create_views(run: RuleRun, compiled: Compiled) -> None:
    from casecheck.rules.compiled import CompiledView

    def create(view: CompiledView) -> None:
        for inner in view.views:
            create(compiled.views[inner])
        run.engine.create_view(view.name, view.sql)

    for view in compiled.views.values():
        create(view)


def _scan_rows(run: RuleRun, compiled: Compiled) -> None:
    """All questions about one row of a table in one scan: each row's answers are a word of one letter a question."""
    groups: dict[str, list[tuple[tuple[str, int], CompiledVariant]]] = {}
    for rule in compiled.rules.values():
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
        words = run.engine.rows(f"SELECT concat({letters}) AS word, count(*) FROM {table} GROUP BY word")
    except Exception:  # one question spoils the scan: each is then asked alone, and the guilty one is errored
        return
    for place, (key, _) in enumerate(members):
        tally = run.scanned[key] = Tally()
        for word, rows in words:
            if word[place] in _LETTERS:
                name = _LETTERS[word[place]]
                setattr(tally, name, getattr(tally, name) + rows)


def _run_rule(run: RuleRun, rule: RuleFile, compiled: CompiledRule) -> Outcome:
    severity = run.policy.severity.get(rule.id, rule.severity)
    if not _in_force(rule, run.engine.as_of):
        return Outcome(rule.id, rule.title, severity, "not_applicable", ["not in force on this day"], Tally(), False)
    total, statuses, reasons = Tally(), [], []
    for place, variant in enumerate(compiled.variants):
        status, reason, tally = _run_variant(run, rule, compiled, place, variant)
        total.add(tally)
        statuses.append(status)
        if reason and reason not in reasons and status != "not_applicable":
            reasons.append(reason)
    incomplete = "errored" in statuses or "not_assessable" in statuses
    final = worst(statuses)
    if final == "passed" and "out_of_scope" in statuses:
        reasons.append(f"{statuses.count('out_of_scope')} of {len(statuses)} parts are out of the source's scope")
    due_soon = 0
    if run.due_until is not None:
        due_soon = run.engine.rows(f"SELECT count(*) FROM failing WHERE rule_id = '{rule.id}' AND verdict = 'not_due'")[0][0]
    return Outcome(rule.id, rule.title, severity, final, reasons, total, incomplete, compiled.loosened, due_soon)


def _in_force(rule: RuleFile, as_of: date) -> bool:
    if rule.effective.by:
        return True
    start, end = rule.effective.start, rule.effective.to
    return not (start and as_of < start) and not (end and as_of > end)


def _run_variant(
    run: RuleRun, rule: RuleFile, compiled: CompiledRule, place: int, variant: CompiledVariant
) -> tuple[Status, str, Tally]:
    cannot = run.assessable(variant)
    if cannot is not None:
        return cannot[0], cannot[1], Tally()
    try:
        tally = _ask(run, rule, compiled, place, variant)
    except Exception as problem:  # the text may hold a cell's value, so only its kind is told
        return "errored", f"stopped with {type(problem).__name__}", Tally()
    status, reason = status_of(tally, run.policy.reliability_gate, run.blank_columns(variant))
    return status, reason, tally


def _ask(run: RuleRun, rule: RuleFile, compiled: CompiledRule, place: int, variant: CompiledVariant) -> Tally:
    """Count the verdicts and keep the findings. What one scan has answered already is asked again only where it fails."""
    scanned = run.scanned.get((rule.id, place))
    if scanned is not None and not scanned.failed and not scanned.not_assessable:
        return scanned
    wrong = "" if scanned is None else " WHERE verdict IN ('fail', 'not_assessable')"
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE verdict AS SELECT * FROM ({variant.sql}){wrong}")
    tally = _tally(run)
    if scanned is not None:
        tally.passed, tally.not_due = scanned.passed, scanned.not_due
    if tally.failed or run.due_until is not None:
        stamp = _stamp(run, rule, compiled, variant)
        table = load_model().tables[variant.subject]
        run.engine.execute(failing_sql(table, variant.identity, stamp, run.due_until))
    return tally


def _tally(run: RuleRun) -> Tally:
    tally = Tally()
    counted = run.engine.rows(
        "SELECT verdict, CASE WHEN verdict = 'not_assessable' THEN reason END AS why, count(*) "
        "FROM verdict GROUP BY 1, 2 ORDER BY 1, 2"
    )
    for verdict, why, rows in counted:
        if verdict not in _VERDICTS:
            raise ValueError("a verdict that is none of the four")
        name = _VERDICTS[verdict]
        setattr(tally, name, getattr(tally, name) + rows)
        if why:
            tally.reasons[why] = tally.reasons.get(why, 0) + rows
    return tally


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
    )
