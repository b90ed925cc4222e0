"""Random frames of one table of the model, with faults planted in some of their cells."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from casecheck.contracts.rulebook import shape_of
from casecheck.model import Field, load_code_sets, load_model

TODAY = "2024-06-28"

_GOOD: dict[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from(["C1", "C2", "AB-7", "0012"]),
    "text": st.sampled_from(["seen at home", "Team 1"]),
    "text_list": st.just("health; school"),
    "date": st.dates(date(2019, 1, 1), date(2024, 6, 1)).map(pd.Timestamp),
    "datetime": st.datetimes(pd.Timestamp("2019-01-01"), pd.Timestamp("2024-06-01")).map(lambda at: pd.Timestamp(at).floor("s")),
    "integer": st.integers(0, 40),
    "decimal": st.sampled_from([0.0, 0.5, 1.0, 37.25]),
}
_BAD = {"date": ["tbc", "2023-02-30"], "datetime": ["tbc"], "integer": ["many", -3], "decimal": ["most"]}
_SPELT = {
    "id": [" c1 ", 12, 12.0, "ab-7", "n/a", ""],
    "text": ["n/a", " seen "],
    "date": ["2024-02-13", "13/02/2024", "13 Feb 2024", "2024-02-13 10:00:00", "", "n/a", date(2024, 2, 13)],
    "datetime": ["2024-02-13 10:31:00", "13/02/2024 9:05", "2024-02-13", "null"],
    "flag": ["Yes", "n", True, "unknown to us", ""],
    "integer": ["7", 7.0, "1,200", "-"],
    "decimal": ["0.6", " 1 ", "1,200.5"],
}


def good(spec: Field) -> st.SearchStrategy[Any]:
    """A cell as the model writes it."""
    codes = sorted(load_code_sets()[spec.code_set].labels) if spec.code_set else ["A", "B"]
    if spec.type in ("code", "flag"):
        return st.sampled_from(codes)
    if spec.type == "code_list":
        return st.sets(st.sampled_from(codes), min_size=1, max_size=3).map(lambda some: f";{';'.join(sorted(some))};")
    return _GOOD[spec.type]


def wrong(spec: Field) -> st.SearchStrategy[Any]:
    """A cell in which nothing can be read, where there is such a thing."""
    known = _BAD.get(spec.type) or (["zz top"] if spec.type in ("code", "flag") else [";zz top;"] if spec.code_set else [])
    return st.sampled_from(known) if known else st.none()


def spelt(spec: Field) -> st.SearchStrategy[Any]:
    """A cell that means a value, or a blank, and is not written as the model writes it."""
    known = _SPELT.get(spec.type, [])
    if spec.type == "code":
        labels = load_code_sets()[spec.code_set].labels
        known = [*(label.upper() for label in labels.values() if label), *(f" {code.lower()} " for code in labels), "n/a"]
    return st.sampled_from(known) if known else st.none()


@st.composite
def frames(draw: st.DrawFn, table: str, spelling: bool = False) -> pd.DataFrame:
    """A frame of up to a dozen records; most cells are right. With ``spelling`` some are right in other words."""
    spec, shape = load_model().table(table), shape_of(table)
    others = [name for name in spec.fields if name not in shape.needed and name != "person_id"]
    extra = draw(st.lists(st.sampled_from(others), max_size=4, unique=True)) if others else []
    first = ["person_id"] if "person_id" in spec.fields else []
    dated = [name for name, field in spec.fields.items() if field.type in ("date", "datetime")][:1]
    coded = [name for name, field in spec.fields.items() if name.endswith("_type") and field.type == "code"]
    ids = [name for name, field in spec.fields.items() if field.type == "id"][:3]
    names = list(dict.fromkeys([*sorted(shape.needed), *first, *ids, *dated, *coded, *extra]))
    rows = draw(st.integers(1, 12))
    columns: dict[str, list[Any]] = {}
    for name in names:
        field = spec.fields[name]
        if name == shape.key:
            columns[name] = [draw(_key(number, spelling)) for number in range(rows)]
            continue
        choices = [good(field)] * 8 + [st.none(), wrong(field)] + [spelt(field)] * (2 if spelling else 0)
        columns[name] = [draw(st.one_of(choices)) for _ in range(rows)]
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


def _key(number: int, spelling: bool) -> st.SearchStrategy[Any]:
    usual = [st.just(f"R{number}")] * 12
    return st.one_of([*usual, st.none(), st.just("R0"), *([st.sampled_from([" r0", f"r{number} ", ""])] if spelling else [])])
