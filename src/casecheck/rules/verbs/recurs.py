"""``recurs``: across a spell, never longer than X between events, up to its end or to the day of the run.

The spell's start is the first point of the chain (or, with ``chain: first event``, the first counted event is). Several
events on one day are one point. One record gives one verdict, whatever the number of gaps: the latest breach is told.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from casecheck.rules.context import Context, Question
from casecheck.rules.verbs.base import VerbSettings
from casecheck.sql_text import TODAY


class Settings(VerbSettings):
    """``every`` is the longest time between two events; ``first`` that before the first (or after it, in a chain)."""

    event: str
    on: str
    counts: str = ""
    at: str
    start: str = Field(alias="from")
    until: str = ""
    every: str
    first: str = ""
    shorter: str = Field(default="", description="Days (SQL) that replace the limit where they are fewer.")
    chain: Literal["start", "first event"] = "start"
    visit: bool = Field(default=False, description="Count days by the visit-day convention of the policy.")


def question(settings: Settings, context: Context) -> Question:
    """Fail when any two neighbouring points are too far apart, or the last one is too long ago."""
    failing = "summary.breaches > 0"
    return Question(
        columns={
            "verdict": "CASE WHEN spell.start_on IS NULL THEN 'not_assessable' "
            f"WHEN {failing} AND unread.unread > 0 THEN 'not_assessable' WHEN {failing} THEN 'fail' "
            "WHEN COALESCE(summary.points, 0) < 2 THEN 'not_due' ELSE 'pass' END",
            "reason": "CASE WHEN spell.start_on IS NULL THEN 'the start is missing' "
            f"WHEN {failing} AND unread.unread > 0 THEN 'an event of this child cannot be read' "
            "WHEN COALESCE(summary.points, 0) < 2 AND spell.is_open = 0 THEN 'ended before it was due' END",
            "due_on": f"CASE WHEN {failing} THEN breach.due_on ELSE summary.next_due_on END",
            "event_on": "breach.next_on",
            "until_on": "spell.stop_on",
            "last_on": "breach.point_on",
            "start_on": "spell.start_on",
            "breaches": "summary.breaches",
            "gap_days": "DATE_DIFF('day', breach.point_on, COALESCE(breach.next_on, spell.stop_on))",
            "observed": "CAST(DATE_DIFF('day', breach.point_on, COALESCE(breach.next_on, spell.stop_on)) AS TEXT) || ' days'",
        },
        source=f"{context.scope} JOIN spell ON spell._row = {context.name}._row "
        "LEFT JOIN summary ON summary._row = spell._row "
        "LEFT JOIN judged AS breach ON breach._row = spell._row AND breach.point_on = summary.breach_on "
        "LEFT JOIN unread ON unread._row = spell._row",
        steps=_steps(settings, context),
        kinds={
            **dict.fromkeys(("due_on", "event_on", "until_on", "last_on", "start_on"), "date"),
            "breaches": "number",
            "gap_days": "number",
        },
        expected=context.says(settings.every, visit=settings.visit),
        history=(settings.event,),
    )


def _steps(settings: Settings, context: Context) -> dict[str, str]:
    row = f"{context.name}._row"
    start, until = context.sql(settings.start), context.sql(settings.until or "cast(null as date)")
    on, at, counts = context.sql(settings.on), context.sql(settings.at), context.sql(settings.counts or "TRUE")
    sure = context.surely(settings.event, on, settings.counts)
    events = (
        f"SELECT {row} AS _row, {at} AS point_on FROM {context.scope} JOIN {settings.event} ON {on} "
        f"JOIN spell ON spell._row = {row} WHERE {sure} AND {at} >= spell.start_on AND {at} <= spell.stop_on"
    )
    own = (
        "" if settings.chain == "first event" else "SELECT _row, start_on AS point_on FROM spell WHERE start_on <= stop_on UNION "
    )
    return {
        "spell": f"SELECT {row} AS _row, {start} AS start_on, earliest({until}, {TODAY}) AS stop_on, "
        f"CASE WHEN {until} <= {TODAY} THEN 0 ELSE 1 END AS is_open, {_shorter(settings, context)} AS shorter "
        f"FROM {context.scope}",
        "points": own + events if own else f"SELECT DISTINCT _row, point_on FROM ({events}) AS found",
        "numbered": "SELECT _row, point_on, LEAD(point_on) OVER (PARTITION BY _row ORDER BY point_on) AS next_on, "
        "ROW_NUMBER() OVER (PARTITION BY _row ORDER BY point_on) AS number FROM points",
        "timed": "SELECT points._row, points.point_on, points.next_on, points.number, spell.stop_on, spell.is_open, "
        f"{_due(settings.every, settings, context)} AS later_due_on, "
        f"{_due(settings.first or settings.every, settings, context)} AS first_due_on "
        "FROM numbered AS points JOIN spell ON spell._row = points._row",
        "judged": "SELECT _row, point_on, next_on, stop_on, is_open, "
        "CASE WHEN number = 1 THEN first_due_on ELSE later_due_on END AS due_on FROM timed",
        "summary": "SELECT _row, COUNT(*) AS points, "
        "SUM(CASE WHEN COALESCE(next_on, stop_on) > due_on THEN 1 ELSE 0 END) AS breaches, "
        "MAX(CASE WHEN COALESCE(next_on, stop_on) > due_on THEN point_on END) AS breach_on, "
        "MAX(CASE WHEN next_on IS NULL AND is_open = 1 THEN due_on END) AS next_due_on FROM judged GROUP BY _row",
        "unread": context.doubt(settings.event, on, [on, at, counts]),
    }


def _shorter(settings: Settings, context: Context) -> str:
    return context.sql(settings.shorter) if settings.shorter else "CAST(NULL AS INT)"


def _due(length: str, settings: Settings, context: Context) -> str:
    def due(start: str) -> str:
        last = context.deadline(start, length, visit=settings.visit)
        return f"earliest({last}, CAST({start} + spell.shorter AS DATE))" if settings.shorter else last

    return context.unless_relaxed(length, "points.point_on", due)
