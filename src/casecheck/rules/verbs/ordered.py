"""``ordered: [dates]``: the dates stand in this order; blanks between them are skipped, equal days pass."""

from __future__ import annotations

from itertools import combinations

from pydantic import RootModel

from casecheck.rules.context import Context, Question


class Settings(RootModel[tuple[str, ...]]):
    """Two or more date fields of the subject, earliest first."""


def question(settings: Settings, context: Context) -> Question:
    """Fail when a later step is dated before an earlier one."""
    fields = [context.fill(field) for field in settings.root]
    pairs = [(a, b, f"{context.name}.{a}", f"{context.name}.{b}") for a, b in combinations(fields, 2)]
    wrong = " OR ".join(f"{later} < {earlier}" for _, _, earlier, later in pairs)
    known = " OR ".join(f"({earlier} IS NOT NULL AND {later} IS NOT NULL)" for _, _, earlier, later in pairs)
    which = " ".join(f"WHEN {late} < {early} THEN '{b} is before {a}'" for a, b, early, late in pairs)
    return Question(
        columns={
            "verdict": f"CASE WHEN {wrong} THEN 'fail' WHEN {known} THEN 'pass' ELSE 'not_due' END",
            "reason": f"CASE WHEN {known} THEN NULL ELSE 'only one of the dates is recorded' END",
            "problem": f"CASE {which} END",
            "observed": f"CASE {which} END",
        },
        source=context.scope,
        checked=tuple(fields),
        expected=" then ".join(fields),
    )
