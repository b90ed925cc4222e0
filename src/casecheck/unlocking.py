"""Which rules an extract can answer, and which single column more would let most of the others be asked.

The planner is asked again with the column put in: what it says then is what it would say if the column were there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from casecheck.planning import RuleRun
from casecheck.profiles.spec import Take
from casecheck.rules.compiled import Compiled, CompiledRule
from casecheck.rules.spec import FAMILIES


@dataclass(frozen=True)
class Unlock:
    """What would make more rules assessable: ``table.column``, or a whole ``table``."""

    name: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """Codes of the rules that can be asked, at least in part, and of those that cannot; and what would change that."""

    assessable: tuple[str, ...]
    not_assessable: tuple[str, ...]
    columns: tuple[Unlock, ...]
    tables: tuple[Unlock, ...]

    def by_family(self) -> list[tuple[str, int, int]]:
        """Family, assessable rules, others; in order of the families."""
        rows = [(family, _count(self.assessable, family), _count(self.not_assessable, family)) for family in FAMILIES]
        return [row for row in rows if row[1] or row[2]]


def coverage(run: RuleRun, compiled: Compiled) -> Coverage:
    """Sort the rules, and try each column and each table that one of them lacks."""
    able = {code for code, rule in compiled.rules.items() if _askable(run, rule)}
    locked = {code: rule for code, rule in compiled.rules.items() if code not in able}
    needed = sorted({name for rule in locked.values() for name in _needs(rule)})
    columns = [name for name in needed if _filled(run, name.partition(".")[0]) and not _there(run, name)]
    tables = sorted({name.partition(".")[0] for name in needed})
    return Coverage(
        tuple(sorted(able)),
        tuple(sorted(locked)),
        _best({name: _with_columns(run, [name]) for name in columns}, locked),
        _best({table: _with_table(run, table, needed) for table in tables if not _filled(run, table)}, locked),
    )


def _best(runs: Mapping[str, RuleRun], locked: Mapping[str, CompiledRule]) -> tuple[Unlock, ...]:
    found = [
        Unlock(name, tuple(sorted(code for code, rule in locked.items() if _askable(run, rule)))) for name, run in runs.items()
    ]
    return tuple(sorted((unlock for unlock in found if unlock.rules), key=lambda unlock: (-len(unlock.rules), unlock.name)))


def _askable(run: RuleRun, rule: CompiledRule) -> bool:
    return any(run.assessable(variant) is None for variant in rule.variants)


def _needs(rule: CompiledRule) -> Iterator[str]:
    for variant in rule.variants:
        yield from (name for name in variant.needs if name not in variant.optional)


def _filled(run: RuleRun, table: str) -> bool:
    return run.extract.rows.get(table, 0) > 0


def _there(run: RuleRun, name: str) -> bool:
    table, _, column = name.partition(".")
    return column in run.extract.fields.get(table, ()) and run.profile.holds(table, column)


def _with_columns(run: RuleRun, names: list[str]) -> RuleRun:
    """The same run, as if these columns (``table.column``, of tables that are there) were mapped and filled."""
    extract, profile = run.extract, run.profile
    fields, tables = dict(extract.fields), dict(profile.tables)
    for name in names:
        table, _, column = name.partition(".")
        fields[table] = fields.get(table, frozenset()) | {column}
        first, *others = tables[table]
        tables[table] = (first.model_copy(update={"fields": {**first.fields, column: Take(value="there")}}), *others)
    held = {name: why for name, why in profile.not_held.items() if name not in names}
    return replace(
        run,
        extract=replace(extract, fields=fields),
        profile=profile.model_copy(update={"tables": tables, "not_held": held}),
    )


def _with_table(run: RuleRun, table: str, needed: list[str]) -> RuleRun:
    """The same run, as if a list filled this table with every column that rules ask of it."""
    names = [name for name in needed if name.startswith(f"{table}.")]
    any_rows = next(iter(run.profile.tables.values()), ())[:1]
    tables = {**run.profile.tables, table: run.profile.tables.get(table) or any_rows}
    held = {name: why for name, why in run.profile.not_held.items() if name != table}
    extract = replace(
        run.extract,
        rows={**run.extract.rows, table: 1},
        incomplete={name: why for name, why in run.extract.incomplete.items() if name != table},
    )
    known = replace(run, extract=extract, profile=run.profile.model_copy(update={"tables": tables, "not_held": held}))
    return _with_columns(known, names) if any_rows or table in run.profile.tables else known


def _count(codes: tuple[str, ...], family: str) -> int:
    return sum(code.split("-", 1)[0] == family for code in codes)
