"""What pandera found, as claims: these rows of this column are wrong, and these rules may say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from pandera.errors import SchemaError, SchemaErrorReason

from casecheck.contracts.checks import AsRead, RuleCheck
from casecheck.contracts.rulebook import Place, Shape

_MISSING = (SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME, SchemaErrorReason.WRONG_FIELD_NAME, SchemaErrorReason.MISMATCH_INDEX)

_SAID = {"not_nullable": "is blank", "field_uniqueness": "is used more than once"}


@dataclass(frozen=True)
class Claim:
    """Some rows of a frame are wrong; without ``rows``, the frame as a whole is, or nobody can say, for the reason ``why``.

    ``places`` are the variants of rules that may say so. Rows of which none does are told in ``words``: under the name of
    ``check`` where it is a check of the user's own, else under the variant ``otherwise``. With ``every``, whatever the rules say
    counts, and not these rows alone.
    """

    column: str
    rows: frozenset[int] | None
    places: tuple[Place, ...] = ()
    words: dict[int, str] = field(default_factory=dict)
    otherwise: Place | None = None
    check: str = ""
    why: str = ""
    every: bool = False


def claim_of(error: SchemaError, frame: pd.DataFrame, shape: Shape) -> Claim:
    """What one failure of pandera claims."""
    check, column = error.check, _column(error)
    about = tuple(shape.about(column))
    own = column == shape.key or column in shape.filled
    if isinstance(check, RuleCheck):
        places = tuple((code, place) for code, chosen in check.places.items() for place in chosen)
        return Claim(column, _named(error, frame), places, otherwise=places[0], every=True)
    if isinstance(check, AsRead):
        told = check.tell(_cells(frame, column), column)
        return Claim(column, _named(error, frame), about, {one.row: one.words for one in told if one.row is not None})
    if isinstance(check, str) and check in _SAID and own:
        cells = _cells(frame, column)
        wrong = cells.isna() if check == "not_nullable" else cells.duplicated(keep=False) & cells.notna()
        rows = frozenset(np.flatnonzero(wrong.to_numpy(dtype=bool)).tolist())
        return Claim(column, rows, about, dict.fromkeys(rows, _SAID[check]), about[0])
    if error.reason_code in _MISSING:
        return Claim(column, None, about if own else (), why=f"the column {column} is not there")
    stopped = error.reason_code is SchemaErrorReason.CHECK_ERROR
    return Claim(column, _named(error, frame), check=_name(error), why="the check stopped" if stopped else "")


def _column(error: SchemaError) -> str:
    missing = error.reason_code is SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME
    return str(error.failure_cases if missing else error.schema.name)


def _cells(frame: pd.DataFrame, column: str) -> pd.Series:
    return frame[column] if column in frame.columns else frame.index.to_series()


def _named(error: SchemaError, frame: pd.DataFrame) -> frozenset[int] | None:
    """The rows that a failure is about, by what the check gave for each, or else by their keys."""
    if isinstance(error.check_output, pd.Series) and len(error.check_output) == len(frame):
        return frozenset(np.flatnonzero(~error.check_output.to_numpy(dtype=bool)).tolist())
    cases = error.failure_cases
    if not isinstance(cases, pd.DataFrame) or "index" not in cases:
        return None
    keys = frame.index.astype(str) if isinstance(frame.index, pd.MultiIndex) else frame.index
    named = np.asarray(keys.isin(cases["index"]))
    if cases["index"].isna().any():
        named |= np.asarray(keys.isna())
    return frozenset(np.flatnonzero(named).tolist())


def _name(error: SchemaError) -> str:
    """What a failure is called that no rule knows: the name of its check, never its text, which may hold a cell."""
    name = error.check if isinstance(error.check, str) else getattr(error.check, "name", None)
    reason = error.reason_code.value if isinstance(error.reason_code, SchemaErrorReason) else "check"
    return str(name or reason)


def claims(errors: list[SchemaError], frame: pd.DataFrame, shape: Shape) -> Iterator[Claim]:
    """What all failures claim."""
    return (claim_of(error, frame, shape) for error in errors)
