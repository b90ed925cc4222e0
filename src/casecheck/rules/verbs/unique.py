"""``unique: [fields]``: no two rows share these values, and none is blank."""

from __future__ import annotations

from pydantic import RootModel

from casecheck.rules.context import Context, Question
from casecheck.rules.verbs.base import any_blank


class Settings(RootModel[tuple[str, ...]]):
    """The fields that together must be unique."""


def question(settings: Settings, context: Context) -> Question:
    """Fail when the values are blank, or stand on more than one row; ``times`` says on how many."""
    fields = [context.fill(field) for field in settings.root]
    columns = [f"{context.name}.{field}" for field in fields]
    same = " AND ".join(f"repeated.{field} = {column}" for field, column in zip(fields, columns, strict=True))
    return Question(
        columns={
            "verdict": f"CASE WHEN {any_blank(columns)} OR repeated.times > 1 THEN 'fail' ELSE 'pass' END",
            "times": "COALESCE(repeated.times, 1)",
            "problem": f"CASE WHEN {any_blank(columns)} THEN 'is blank' ELSE 'is used more than once' END",
            "observed": "CASE WHEN repeated.times > 1 THEN CAST(repeated.times AS TEXT) || ' rows' ELSE 'blank' END",
        },
        source=f"{context.scope} LEFT JOIN repeated ON {same}",
        steps={
            "repeated": f"SELECT {', '.join(columns)}, COUNT(*) AS times FROM {context.name} "
            f"GROUP BY {', '.join(columns)} HAVING COUNT(*) > 1"
        },
        kinds={"times": "number"},
        checked=tuple(fields),
        expected="one row",
        repeats=True,
        guarded=False,
    )
