"""The types of the model as pandera's: what a column's cells are, and how ``coerce`` reads them."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pandera.engines import pandas_engine

from casecheck.contracts.cells import TEXTS, kind, look
from casecheck.model import Field

_NUMBERS: dict[str, Any] = {"integer": pd.Int64Dtype(), "decimal": np.dtype("float64")}
_DATES = np.dtype("datetime64[us]")
_TEXT = pd.Series(["text"]).dtype
"""How this pandas holds text: ``str`` from pandas 3, ``object`` before."""


class ModelType(pandas_engine.DataType):
    """The type of one field of the model.

    Any storage will do, as long as each cell is what the model says: a day may stand in ``datetime64`` of any unit, in Arrow's
    ``date32`` or as Python's ``date``, text in ``str``, ``object``, ``string`` or ``category``. ``type`` is what coercion gives.
    """

    def __init__(self, name: str, spec: Field, as_of: date | None) -> None:
        """``as_of`` tells the century of a year of two digits; without one, today does."""
        storage = _TEXT if spec.type in TEXTS else _NUMBERS.get(spec.type, _DATES)
        for attribute, value in (("name", name), ("spec", spec), ("as_of", as_of), ("type", storage)):
            object.__setattr__(self, attribute, value)

    name: str
    spec: Field
    as_of: date | None

    def check(self, pandera_dtype: Any, data_container: Any = None) -> bool:
        """True: the cells are looked at by :class:`casecheck.contracts.checks.AsRead`, which, unlike this, shows none of them."""
        return True

    def coerce(self, data_container: Any) -> Any:
        """The column as casecheck reads it. A cell that cannot be read stays, for the check to find."""
        if isinstance(data_container, pd.Index):
            return pd.Index(self.coerce(data_container.to_series()), name=data_container.name)
        found = look(data_container, self.name, self.spec, self.as_of or date.today())
        storage = self.type if found.whole else np.dtype(object)
        return pd.Series(found.read(), index=data_container.index, name=data_container.name, dtype=storage)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModelType) and (self.name, self.spec, self.as_of) == (other.name, other.spec, other.as_of)

    def __hash__(self) -> int:
        return hash((self.name, self.spec, self.as_of))

    def __str__(self) -> str:
        return kind(self.spec)
