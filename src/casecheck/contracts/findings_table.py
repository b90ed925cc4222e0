"""The contract of the findings table itself, ``AuditResult.findings``."""

from __future__ import annotations

from typing import Any

import pandera.pandas as pa

from casecheck.contracts.checks import AsRead
from casecheck.contracts.schemas import keyed
from casecheck.contracts.types import ModelType
from casecheck.findings.identity import SCHEME
from casecheck.findings.record import COLUMNS
from casecheck.model import Field, load_model
from casecheck.policy import SEVERITIES

KEY = "finding_id"
VERDICTS = ("fail", "not_due", "not_assessable")
"""What a finding may be: a breach, one that falls due soon, or (told by a contract only) a record that a rule cannot assess."""

_FILLED = {KEY, "rule_id", "rule_version", "severity", "verdict", "subject_table", "message", "as_of", "occurrences"}
_TYPES = {"VARCHAR": Field(type="text"), "INTEGER": Field(type="integer"), "DATE": Field(type="date")}


def settings() -> dict[str, dict[str, Any]]:
    """What pandera's columns, and the index, are made of."""
    asked = {
        KEY: pa.Check.str_matches(rf"^{SCHEME}:[0-9a-f]{{24}}$"),
        "severity": pa.Check.isin(SEVERITIES),
        "verdict": pa.Check.isin(VERDICTS),
        "subject_table": pa.Check.isin(list(load_model().every)),
        "occurrences": pa.Check.ge(1),
    }
    made = {}
    for name, kind in COLUMNS.items():
        checks = [AsRead(name, _TYPES[kind], None), *([asked[name]] if name in asked else [])]
        kept = ModelType(name, _TYPES[kind], None)
        made[name] = {"dtype": kept, "checks": checks, "name": name, "nullable": name not in _FILLED}
    made[KEY]["unique"] = True
    return made


def schema() -> pa.DataFrameSchema:
    """The contract of the findings table, with the finding's id as the index."""
    fields = settings()
    index = pa.Index(**fields.pop(KEY))
    columns = {name: pa.Column(**made) for name, made in fields.items()}
    return pa.DataFrameSchema(columns, index=index, parsers=keyed(KEY), name="findings", title="one finding")
