"""How a finding names the record that a breach was planted in."""

from __future__ import annotations

from datetime import date, datetime

from casecheck.model import load_model
from casecheck.rules.loading import load_rules
from casecheck.rules.spec import Variant
from casecheck.stories.breaches.planting import BREACHES, Planted
from casecheck.stories.history import Cell


def subject_key(planted: Planted) -> str:
    """The ``subject_key`` of the finding that comes of a breach."""
    rule = load_rules()[planted.rule]
    asking = next(each for each in rule.subjects if finds(planted.rule, planted.table, each))
    return " ".join(
        f"{field}={_said(planted.table, field, planted.row.get(field))}" for field in asking.identity or rule.identity
    )


def finds(code: str, table: str, variant: Variant) -> bool:
    """Whether it is this variant of a rule that finds the breach in a table, and in the field that is spoilt."""
    spoilt = BREACHES[code].field
    return variant.subject == table and (not spoilt or variant.words.get("field") == spoilt)


def _said(table: str, field: str, value: Cell) -> str:
    timed = load_model().tables[table].fields[field].type == "datetime"
    if timed and isinstance(value, date) and not isinstance(value, datetime):
        return f"{value} 00:00:00"
    return "" if value is None else str(value)
