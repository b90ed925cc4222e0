"""``allowed: {field: f}``: the field is blank or holds a code of its code set. Reads one row, nothing else."""

from __future__ import annotations

from casecheck.rules.compiled import NOT_HELD
from casecheck.rules.context import Context, Question
from casecheck.rules.verbs.base import VerbSettings


class Settings(VerbSettings):
    """``required: yes`` makes a blank a failure too."""

    field: str
    required: bool = False


def question(settings: Settings, context: Context) -> Question:
    """Fail when the cell held a word that is in no code set (or, when required, nothing)."""
    field = context.fill(settings.field)
    column = f"{context.name}.{field}"
    blank = f"WHEN {column} IS NULL THEN 'fail' " if settings.required else ""
    return Question(
        columns={
            "verdict": f"CASE WHEN not_held({column}) THEN 'not_assessable' "
            f"WHEN garbled({column}) THEN 'fail' {blank}ELSE 'pass' END",
            "reason": f"CASE WHEN not_held({column}) THEN '{field}{NOT_HELD}' END",
            "problem": f"CASE WHEN garbled({column}) THEN 'is not a known code' ELSE 'is blank' END",
            "observed": f"CASE WHEN garbled({column}) THEN 'not a known code' ELSE 'blank' END",
        },
        source=context.scope,
        checked=(field,),
        expected=f"a code of {context.table.fields[field].code_set}" if field in context.table.fields else "",
        guarded=False,
    )
