"""Specs of the model's tables and of the derived views, and their loader."""

from __future__ import annotations

from functools import cache, cached_property
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from casecheck import strict_yaml
from casecheck.cache import Cached
from casecheck.errors import CasecheckError, nearest

FieldType = Literal["id", "text", "date", "datetime", "code", "flag", "integer", "decimal", "code_list", "text_list"]

CORE = "core"
CHANGED = r"[0-9](\.[0-9]+)?E\+[0-9]+"
"""What a spreadsheet leaves of a long id: 1.2E+11. Its digits are gone."""


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Field(_Spec):
    """One field. ``codes`` names its code set; ``references`` the table whose key it holds."""

    type: FieldType
    codes: str = ""
    references: str = ""
    note: str = ""

    @property
    def code_set(self) -> str:
        """The code set of a coded field; flags are Y or N."""
        return "yes_no" if self.type == "flag" else self.codes


class Table(_Spec):
    """One table: what a row is, its key, its fields in order."""

    table: str
    kind: Literal["core", "extension", "made"]
    row: str
    key: tuple[str, ...] = ()
    fields: dict[str, Field]

    @property
    def child(self) -> str:
        """The field that says whose record it is, or an empty string (staff)."""
        return "person_id" if "person_id" in self.fields else ""


class Derived(_Spec):
    """A view over model tables that several rules share, written once.

    ``optional`` lists columns that the view can do without (``table.column``). A view with a column ``_unreadable`` names in it
    those of the row's dates, codes and flags that cannot be told; ``said`` puts such a column into words.
    """

    view: str
    row: str
    sql: str
    columns: dict[str, Literal["id", "text", "code", "flag", "date", "integer"]]
    optional: tuple[str, ...] = ()
    said: dict[str, str] = {}

    @property
    def doubtful(self) -> tuple[str, ...]:
        """The columns that ``_unreadable`` may name."""
        found = [name for name, kind in self.columns.items() if kind in ("code", "flag", "date")]
        return tuple(found) if "_unreadable" in self.columns else ()


class Model(_Spec):
    """All tables and derived views. ``made`` are tables that no source holds: the run works them out of the others."""

    tables: dict[str, Table] = Setting(repr=False)
    made: dict[str, Table] = Setting(repr=False)
    derived: dict[str, Derived] = Setting(repr=False)

    @cached_property
    def every(self) -> dict[str, Table]:
        """The tables that a source may hold, and those that the run makes."""
        return {**self.tables, **self.made}

    def table(self, name: str) -> Table:
        """One table by name, whichever it is; raises with the nearest name."""
        if name not in self.every:
            raise CasecheckError(f"the model has no table '{name}'", nearest(name, self.every))
        return self.every[name]


@cache
def load_model() -> Model:
    """The model that ships with casecheck."""
    folder = files(__package__)
    sources = {
        f"{part}/{file.name}": file.read_text(encoding="utf-8")
        for part in ("tables", "made", "derived")
        for file in sorted(folder.joinpath(part).iterdir(), key=lambda item: item.name)
        if file.name.endswith(".yaml")
    }
    return Cached("model", Model, sources).load(_build)


def _build(sources: dict[str, str]) -> Model:
    tables, derived = {}, {}
    for name, text in sources.items():
        document = strict_yaml.read(text, name, CasecheckError)
        if name.startswith("derived/"):
            view = strict_yaml.parse(document, Derived, CasecheckError)
            derived[view.view] = view
        else:
            table = strict_yaml.parse(document, Table, CasecheckError)
            tables[table.table] = table
    made = {name: table for name, table in tables.items() if table.kind == "made"}
    return Model(tables={name: table for name, table in tables.items() if name not in made}, made=made, derived=derived)
