"""``references: {field: f, to: table}``: the id is that of a row which exists."""

from __future__ import annotations

from casecheck.errors import RuleError
from casecheck.rules.context import Context, Question
from casecheck.rules.verbs.base import VerbSettings


class Settings(VerbSettings):
    """The field that holds the id, and the table whose key it is."""

    field: str
    to: str


def question(settings: Settings, context: Context) -> Question:
    """Fail when no row of the other table has this id. Put ``field is not null`` into ``where`` to leave blanks out."""
    field, target = context.fill(settings.field), context.fill(settings.to)
    key = context.model.table(target).key
    if len(key) != 1:
        raise RuleError(f"{context.where}: {target} has no single key to refer to")
    return Question(
        columns={
            "verdict": "CASE WHEN known.id IS NULL THEN 'fail' ELSE 'pass' END",
            "observed": "'no such record'",
        },
        source=f"{context.scope} LEFT JOIN known ON known.id = {context.name}.{field}",
        steps={"known": f"SELECT DISTINCT {target}.{key[0]} AS id FROM {target} WHERE {target}.{key[0]} IS NOT NULL"},
        checked=(field,),
        expected=f"a record in {target}",
    )
