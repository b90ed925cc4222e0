"""What type checkers are told of the models: the text of ``__init__.pyi``, since they cannot see what is made when asked for."""

from __future__ import annotations

from collections.abc import Iterator

from casecheck.contracts.models import class_name
from casecheck.findings.record import COLUMNS
from casecheck.model import load_model

_HEAD = """\
from typing import ClassVar

import pandera.pandas as pa

from casecheck.contracts.mapping import findings as findings
from casecheck.contracts.models import Contract as Contract
from casecheck.contracts.schemas import check as check
from casecheck.contracts.schemas import schema as schema

FINDINGS: pa.DataFrameSchema
"""


def stub() -> str:
    """The whole text."""
    return "".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD
    tables = {class_name(name): tuple(table.fields) for name, table in load_model().tables.items()}
    for name, fields in {"Findings": tuple(COLUMNS), **tables}.items():
        yield f"\nclass {name}(Contract):\n"
        yield from (f"    {field}: ClassVar[str]\n" for field in fields)
