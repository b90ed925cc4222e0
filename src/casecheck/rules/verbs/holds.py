"""``holds: condition``: the condition is true of the row; what cannot be told is not assessable."""

from __future__ import annotations

from pydantic import RootModel

from casecheck.rules import expressions
from casecheck.rules.context import Context, Question
from casecheck.rules.verbs.base import missing


class Settings(RootModel[str]):
    """A condition over the subject (and the views the rule includes)."""


def question(settings: Settings, context: Context) -> Question:
    """Pass when true, fail when false, not assessable when a value it needs is blank."""
    condition = context.sql(settings.root)
    fields = expressions.columns_of([condition], context.name)
    which = missing([f"{context.name}.{field}" for field in fields])
    return Question(
        columns={
            "verdict": f"CASE WHEN ({condition}) THEN 'pass' WHEN NOT ({condition}) THEN 'fail' ELSE 'not_assessable' END",
            "reason": f"CASE WHEN ({condition}) OR NOT ({condition}) THEN NULL ELSE {which} END" if fields else "NULL",
            **{field: f"{context.name}.{field}" for field in fields},
        },
        source=context.scope,
        kinds={field: context.table.fields[field].type for field in fields if field in context.table.fields},
        checked=fields,
    )
