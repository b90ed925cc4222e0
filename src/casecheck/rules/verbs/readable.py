"""``readable: all``: every cell of the row could be read as its type. Reads one row, nothing else."""

from __future__ import annotations

from typing import Literal

from pydantic import RootModel

from casecheck.rules.context import Context, Question


class Settings(RootModel[Literal["all"]]):
    """There is nothing to set."""


def question(settings: Settings, context: Context) -> Question:
    """Fail when a date, code or number could not be read; ``fields`` names them."""
    marks = f"{context.name}._unreadable"
    fields = f"REPLACE(SUBSTRING({marks}, 2, LENGTH({marks}) - 2), '|', ', ')"
    return Question(
        columns={
            "verdict": f"CASE WHEN {marks} IS NULL THEN 'pass' ELSE 'fail' END",
            "fields": fields,
            "observed": fields,
        },
        source=context.scope,
        expected="a value that can be read",
        guarded=False,
    )
