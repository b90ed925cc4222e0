"""``required: [fields]``: each of these fields is filled in. Reads one row, nothing else."""

from __future__ import annotations

from pydantic import RootModel

from casecheck.rules.context import Context, Question
from casecheck.rules.verbs.base import any_blank


class Settings(RootModel[tuple[str, ...]]):
    """The fields of the subject that must not be blank."""


def question(settings: Settings, context: Context) -> Question:
    """Fail when a field is blank; ``missing`` names those that are."""
    fields = [context.fill(field) for field in settings.root]
    columns = [f"{context.name}.{field}" for field in fields]
    names = " || ".join(
        f"CASE WHEN {column} IS NULL THEN ', {field}' ELSE '' END" for column, field in zip(columns, fields, strict=True)
    )
    return Question(
        columns={
            "verdict": f"CASE WHEN {any_blank(columns)} THEN 'fail' ELSE 'pass' END",
            "missing": f"SUBSTRING({names}, 3)",
            "observed": f"SUBSTRING({names}, 3)",
        },
        source=context.scope,
        checked=tuple(fields),
        expected="recorded",
    )
