"""How a finding names the record that a breach was planted in."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from casecheck.model import load_model
from casecheck.policy import Policy
from casecheck.rules.compiled import compiled_rule
from casecheck.rules.loading import load_rules
from casecheck.stories.history import Cell, Row


def subject_key(rule: str, table: str, row: Row) -> str:
    """The ``subject_key`` of the finding about this row of a table."""
    return " ".join(f"{field}={_said(table, field, row.get(field))}" for field in _identity(rule, table))


@cache
def _identity(rule: str, table: str) -> tuple[str, ...]:
    """The fields that name a finding; of several ways, the one that says most (which link is broken, and of what)."""
    variants = compiled_rule(load_rules()[rule], Policy()).variants
    return max((variant.identity for variant in variants if variant.subject == table), key=len)


def _said(table: str, field: str, value: Cell) -> str:
    timed = load_model().tables[table].fields[field].type == "datetime"
    if timed and isinstance(value, date) and not isinstance(value, datetime):
        return f"{value} 00:00:00"
    return "" if value is None else str(value)
