"""The model's tables as pandera contracts, for frames of your own. Needs the extra ``pandera``.

>>> from casecheck import contracts
>>> contracts.schema("visit").validate(visits, lazy=True)  # doctest: +SKIP

``schema`` gives the contract of a table; ``Visit``, ``Plan`` and so on are the same as models for annotations, made when they are
first asked for; ``check`` makes a pandera check from rules; ``findings`` tells what pandera raised as casecheck's findings;
``FINDINGS`` and ``Findings`` are the contract of the findings table.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from casecheck.errors import InputError, nearest

try:
    import pandera.pandas
except ModuleNotFoundError:
    raise InputError("pandera is not installed", 'pip install "casecheck[pandera]"') from None

from casecheck.contracts import findings_table, models
from casecheck.contracts.mapping import findings
from casecheck.contracts.models import Contract
from casecheck.contracts.schemas import check, schema

__all__ = ["FINDINGS", "Contract", "Findings", "check", "findings", "schema", *models.names()]


@cache
def _findings_schema() -> pandera.pandas.DataFrameSchema:
    return findings_table.schema()


def __getattr__(name: str) -> Any:
    """The model of a table, or the contract of the findings."""
    if name == "FINDINGS":
        return _findings_schema()
    if name == "Findings":
        return models.findings_model()
    if name in models.names():
        return models.model(models.names()[name])
    raise AttributeError(f"casecheck.contracts has no '{name}'. {nearest(name, __all__)}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
