"""The contracts as pandera models, for annotations: ``DataFrame[contracts.Visit]``. Each is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import pandera.pandas as pa
from pandera.api.dataframe.model_components import FieldInfo
from pandera.typing import Index, Series

from casecheck.auditing import as_day
from casecheck.contracts import findings_table
from casecheck.contracts.rulebook import key_of
from casecheck.contracts.schemas import Day, PolicyLike, keyed, noted, row_checks, settings
from casecheck.model import load_model


class Contract(pa.DataFrameModel):
    """The model of one table of casecheck, made from its spec.

    A class below it may add columns, replace some, and ask further rules: ``class Plan(contracts.Plan, rules=["INT-004"])``.
    ``rules``, ``as_of`` and ``policy`` mean what they mean for :func:`casecheck.contracts.schema`; coercion is ``Config``'s.
    """

    _table = ""
    _key = ""
    _rules: tuple[str, ...] = ()
    _as_of: Day = None
    _policy: PolicyLike = None

    def __init_subclass__(
        cls, rules: Iterable[str] | None = None, as_of: Day = None, policy: PolicyLike = None, **others: Any
    ) -> None:
        """Take what the class statement says."""
        said = {"_rules": None if rules is None else tuple(rules), "_as_of": as_of, "_policy": policy}
        for name, value in said.items():
            if value is not None:
                setattr(cls, name, value)
        super().__init_subclass__(**others)  # type: ignore[no-untyped-call]

    @classmethod
    def build_schema_(cls, **kwargs: Any) -> pa.DataFrameSchema:
        """The schema of the columns, with the table's own checks and the key as its index."""
        built = super().build_schema_(**kwargs)
        if cls._key:
            built.parsers = [keyed(cls._key), *built.parsers]
        if cls._table:
            day = None if cls._as_of is None else as_day(cls._as_of)
            built.checks = [*row_checks(cls._table, cls._rules, day, cls._policy), *built.checks]
            built.metadata = noted(cls._table, day)
        return built


class ModelField(FieldInfo):
    """A field of a model that is a field of casecheck's: pandera takes its column, or index, as the contract has it."""

    def __init__(self, made: dict[str, Any]) -> None:
        super().__init__(check_name=True)
        self.made = made

    def column_properties(self, dtype: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What the column is made of."""
        return self._with(kwargs)

    def index_properties(self, dtype: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What the index is made of."""
        return self._with(kwargs)

    def _with(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self.made | {"checks": [*self.made["checks"], *(asked.get("checks") or [])]}


def class_name(table: str) -> str:
    """The name of a table's model: ``care_period`` is ``CarePeriod``, ``s47_enquiry`` is ``S47Enquiry``."""
    return "".join(part.capitalize() for part in table.split("_"))


@cache
def names() -> dict[str, str]:
    """The table of every model."""
    return {class_name(table): table for table in load_model().tables}


@cache
def model(table: str) -> type[Contract]:
    """The model of a table. Raises :class:`CasecheckError` when there is no such table."""
    spec = load_model().table(table)
    return _made(class_name(table), spec.row, {name: settings(spec, name, None) for name in spec.fields}, key_of(spec), table)


@cache
def findings_model() -> type[Contract]:
    """The model of the findings table."""
    return _made("Findings", "one finding", findings_table.settings(), findings_table.KEY)


def _made(name: str, row: str, fields: dict[str, dict[str, Any]], key: str, table: str = "") -> type[Contract]:
    body: dict[str, Any] = {field: ModelField(made) for field, made in fields.items()}
    kinds = {field: Index[object] if field == key else Series[object] for field in fields}
    about = {"__annotations__": kinds, "__doc__": row, "__module__": __package__, "_table": table, "_key": key}
    return type(name, (Contract,), {**body, **about})
