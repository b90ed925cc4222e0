"""A pandera schema for every table of the model, from the table's spec and the rules of the integrity pack."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from casecheck.auditing import as_day, as_policy
from casecheck.contracts.checks import AsRead, RuleCheck
from casecheck.contracts.rulebook import USUAL, alone, key_of, rule_of, shape_of
from casecheck.contracts.types import ModelType
from casecheck.errors import RuleError
from casecheck.model import Field, Table, load_model
from casecheck.policy import Policy

Day = date | str | None
PolicyLike = Policy | dict[str, Any] | str | Path | None
TABLE, AS_OF = "casecheck_table", "casecheck_as_of"
"""What a schema's ``metadata`` say: its table of the model, and the day that it was made for."""


def schema(table: str, *rules: str, coerce: bool = False, as_of: Day = None, policy: PolicyLike = None) -> pa.DataFrameSchema:
    """The contract of a table of the model, with further ``rules`` asked of each record.

    The record's key, where one field is the key, is the index; a frame that has it as a column gets it as the index. Columns that
    the integrity rules read must be there, the others may be. With ``coerce`` each cell is first read as an audit reads it.
    ``as_of`` (today when not given) is the day on which rules about dates are judged, ``policy`` as for ``casecheck.audit``.

    Raises :class:`CasecheckError` when there is no such table, and :class:`RuleError` for a rule that reads other tables.
    """
    return built(load_model().table(table), rules, coerce, as_of, policy)


def built(spec: Table, rules: Iterable[str], coerce: bool, as_of: Day, policy: PolicyLike) -> pa.DataFrameSchema:
    """The contract of a table by its spec."""
    day = None if as_of is None else as_day(as_of)
    key = key_of(spec)
    fields = {name: settings(spec, name, day) for name in spec.fields}
    return pa.DataFrameSchema(
        {name: pa.Column(**made) for name, made in fields.items() if name != key},
        index=pa.Index(**fields[key]) if key else None,
        checks=row_checks(spec.table, rules, day, policy),
        parsers=[keyed(key)] if key else [],
        coerce=coerce,
        name=spec.table,
        title=spec.row,
        metadata=noted(spec.table, day),
    )


def noted(table: str, as_of: date | None) -> dict[str, Any]:
    """The metadata of a schema, by which a failure is told as a finding."""
    return {TABLE: table, AS_OF: as_of}


def settings(spec: Table, name: str, as_of: date | None) -> dict[str, Any]:
    """What pandera's column for a field is made of; for the record's key, which is there and used once, its index."""
    shape, field = shape_of(spec.table), spec.fields[name]
    made = {
        "dtype": ModelType(name, field, as_of),
        "checks": [AsRead(name, field, as_of)],
        "name": name,
        "description": field.note or None,
        "metadata": _about(field),
    }
    if name == shape.key:
        return {**made, "nullable": False, "unique": True}
    return {**made, "nullable": name not in shape.filled, "required": name in shape.needed}


def _about(field: Field) -> dict[str, Any]:
    said = {"type": field.type, "code_set": field.code_set, "references": field.references}
    return {name: value for name, value in said.items() if value}


def keyed(key: str) -> pa.Parser:
    """A parser: the key, where it stands in a column, becomes the index."""
    return pa.Parser(partial(_set_key, key=key), name="key_as_index")


def _set_key(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    return frame.set_index(key) if key in frame.columns and frame.index.name != key else frame


def row_checks(table: str, rules: Iterable[str], as_of: date | None, policy: PolicyLike) -> list[RuleCheck]:
    """The integrity rules that ask something of some rows only, and then the rules that are asked for besides."""
    usual = shape_of(table).conditional
    checks = [_rule_check(table, usual, as_of, USUAL)] if usual else []
    return [*checks, check(*rules, table=table, as_of=as_of, policy=policy)] if list(rules) else checks


def check(*rules: str, table: str = "", as_of: Day = None, policy: PolicyLike = None) -> RuleCheck:
    """A pandera check made from rules about one table, for ``DataFrameSchema(checks=...)``.

    A record fails that a rule fails, or cannot assess. ``table`` is needed for a rule that is about several tables.

    Raises :class:`SelectionError` when there is no such rule, and :class:`RuleError` when one reads more than one table.
    """
    if not rules:
        raise RuleError("no rule is named", "give at least one code, such as check('SEE-001')")
    settings = as_policy(policy)
    places: dict[str, tuple[int, ...]] = {}
    for code in rules:
        found, places[code] = alone(code, table, settings)
        if table and found != table:
            raise RuleError(f"{code} is about {found}, and the rules before it about {table}", "make one check for each table")
        table = found
    return _rule_check(table, places, None if as_of is None else as_day(as_of), settings)


def _rule_check(table: str, places: dict[str, tuple[int, ...]], as_of: date | None, policy: Policy) -> RuleCheck:
    titles = "; ".join(rule_of(code, table, policy).title for code in places)
    return RuleCheck(table, places, titles, as_of, policy)
