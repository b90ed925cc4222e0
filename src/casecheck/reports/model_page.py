"""The model's tables in words, for authors of rules and profiles."""

from __future__ import annotations

from collections.abc import Iterator

from casecheck.model import Field, load_model
from casecheck.reports.tables import columns

_GROUPS = {
    "core": "Tables of the model",
    "extension": "Tables that fewer sources hold",
    "made": "Tables that the run makes itself",
}


def model_page() -> str:
    """Every table with its fields, and the derived views."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    model = load_model()
    for kind, title in _GROUPS.items():
        yield title.upper()
        for table in model.every.values():
            if table.kind == kind:
                yield ""
                yield f"{table.table}: {table.row}"
                yield from columns([(name, _type(field), field.note) for name, field in table.fields.items()], indent="  ")
        yield ""
    yield "DERIVED VIEWS, FOR 'with'"
    for view in model.derived.values():
        yield ""
        yield f"{view.view}: {view.row}"
        yield from columns(list(view.columns.items()), indent="  ")


def _type(field: Field) -> str:
    codes = f" ({field.code_set})" if field.code_set else ""
    return f"{field.type}{codes}{f' of {field.references}' if field.references else ''}"
