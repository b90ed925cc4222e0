"""``exists``: a row of another table answers this record (or, with ``none: true``, no row does)."""

from __future__ import annotations

from casecheck.rules.context import Context, Question
from casecheck.rules.verbs.base import VerbSettings


class Settings(VerbSettings):
    """``of`` is the other table; ``unless`` a condition of the subject that makes it pass without."""

    of: str
    on: str
    counts: str = ""
    none: bool = False
    unless: str = ""


def question(settings: Settings, context: Context) -> Question:
    """Fail when nothing matches (or something does, when it must not)."""
    on, counts = context.sql(settings.on), context.sql(settings.counts or "TRUE")
    legible = "TRUE" if settings.none else context.legible(settings.of, counts)
    unless = context.sql(settings.unless) if settings.unless else "FALSE"
    found = "COALESCE(found.matches, 0)"
    wrong = f"{found} > 0" if settings.none else f"{found} = 0"
    return Question(
        columns={
            "verdict": f"CASE WHEN ({unless}) THEN 'pass' WHEN {wrong} AND unread.unread > 0 THEN 'not_assessable' "
            f"WHEN {wrong} THEN 'fail' ELSE 'pass' END",
            "reason": f"CASE WHEN {wrong} AND unread.unread > 0 THEN 'a record of this child cannot be read' END",
            "matches": found,
            "observed": f"CAST({found} AS TEXT) || ' found'",
        },
        source=f"{context.scope} LEFT JOIN found ON found._row = {context.name}._row "
        f"LEFT JOIN unread ON unread._row = {context.name}._row",
        steps={
            "found": f"SELECT {context.name}._row AS _row, COUNT(*) AS matches FROM {context.scope} "
            f"JOIN {settings.of} ON {on} WHERE ({counts}) AND {legible} GROUP BY {context.name}._row",
            "unread": context.doubt(settings.of, on, [on, counts]),
        },
        kinds={"matches": "number"},
        expected="none" if settings.none else "at least one",
    )
