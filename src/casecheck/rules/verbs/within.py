"""``within``: a thing is done by a deadline counted from another.

The trigger day is day 0 and day N is in time. What is done is either a date of the subject (``done``) or the first
counted row of another table (``event``, ``on``, ``counts``, ``at``).
"""

from __future__ import annotations

from pydantic import Field

from casecheck.errors import RuleError
from casecheck.rules.context import Context, Question
from casecheck.rules.verbs.base import VerbSettings
from casecheck.sql_text import TODAY


class Settings(VerbSettings):
    """``from`` starts the clock; ``until`` ends the duty (a plan's end); ``after`` is the first day that counts."""

    start: str = Field(alias="from")
    limit: str
    done: str = ""
    event: str = ""
    on: str = ""
    counts: str = ""
    at: str = ""
    after: str = ""
    until: str = ""
    visit: bool = Field(default=False, description="Count days by the visit-day convention of the policy.")


def question(settings: Settings, context: Context) -> Question:
    """Fail when done late, or not done and the deadline has passed."""
    if bool(settings.done) == bool(settings.event):
        raise RuleError(f"{context.where}: 'within' needs either 'done' or 'event'")
    steps = _steps(settings, context)
    joins = "LEFT JOIN unread ON unread._row = timed._row" if settings.event else ""
    unread = "unread.unread > 0" if settings.event else "FALSE"
    late = f"COALESCE(timed.done_on, {TODAY}) > timed.due_on"
    ended = "timed.done_on IS NULL AND timed.until_on < timed.due_on"
    return Question(
        columns={
            "verdict": f"CASE WHEN timed.due_on IS NULL THEN 'not_assessable' WHEN {ended} THEN 'not_due' "
            f"WHEN timed.done_on <= timed.due_on THEN 'pass' WHEN {late} AND {unread} THEN 'not_assessable' "
            f"WHEN {late} THEN 'fail' ELSE 'not_due' END",
            "reason": "CASE WHEN timed.start_on IS NULL THEN 'the date that starts the clock is missing' "
            "WHEN timed.due_on IS NULL THEN 'the date that starts the clock is outside the calendar' "
            f"WHEN {ended} THEN 'ended before it was due' "
            f"WHEN {late} AND {unread} THEN 'an event of this child cannot be read' END",
            "due_on": f"CASE WHEN {ended} THEN NULL ELSE timed.due_on END",
            "event_on": "timed.done_on",
            "until_on": "timed.until_on",
            "done_on": "timed.done_on",
            "start_on": "timed.start_on",
            "observed": "COALESCE(CAST(timed.done_on AS TEXT), 'not done')",
            "outcome": "CASE WHEN timed.done_on IS NULL THEN 'not done' ELSE 'done late' END",
        },
        source=f"{context.scope} JOIN timed ON timed._row = {context.name}._row {joins}".strip(),
        steps=steps,
        kinds=dict.fromkeys(("due_on", "event_on", "until_on", "done_on", "start_on"), "date"),
        expected=context.says(settings.limit, visit=settings.visit),
    )


def _steps(settings: Settings, context: Context) -> dict[str, str]:
    start = context.sql(settings.start)
    until = context.sql(settings.until) if settings.until else "CAST(NULL AS DATE)"
    due = context.unless_relaxed(settings.limit, start, lambda day: context.deadline(day, settings.limit, visit=settings.visit))
    times = f"{context.name}._row AS _row, {start} AS start_on, {due} AS due_on, {until} AS until_on"
    if settings.done:
        return {"timed": f"SELECT {times}, {context.sql(settings.done)} AS done_on FROM {context.scope}"}
    on, counts = context.sql(settings.on), context.sql(settings.counts or "TRUE")
    sure = context.surely(settings.event, on, settings.counts)
    at, after = context.sql(settings.at), context.sql(settings.after or settings.start)
    return {
        "done": f"SELECT {context.name}._row AS _row, MIN({at}) AS done_on FROM {context.scope} "
        f"JOIN {settings.event} ON {on} WHERE {sure} AND {at} >= {after} "
        f"AND {at} <= COALESCE({until}, {TODAY}) AND {at} <= {TODAY} "
        f"GROUP BY {context.name}._row",
        "unread": context.doubt(settings.event, on, [on, counts, at]),
        "timed": f"SELECT {times}, done.done_on AS done_on FROM {context.scope} "
        f"LEFT JOIN done ON done._row = {context.name}._row",
    }
