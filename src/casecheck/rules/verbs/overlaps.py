"""``overlaps``: no two rows of the subject with the same ``each`` run at once. The later-starting one fails."""

from __future__ import annotations

from pydantic import Field

from casecheck.rules import expressions
from casecheck.rules.compiled import NOT_HELD
from casecheck.rules.context import Context, Question
from casecheck.rules.verbs.base import VerbSettings
from casecheck.sql_text import in_words

_FOR_EVER = "CAST('9999-12-31' AS DATE)"


class Settings(VerbSettings):
    """Spells run from ``from`` up to, not including, ``until`` (blank: still open), so a same-day handover passes."""

    each: tuple[str, ...]
    start: str = Field(alias="from")
    until: str


def question(settings: Settings, context: Context) -> Question:
    """Fail when an earlier spell of the same kind has not ended; not assessable without a start, or when it is nobody's."""
    start, until = context.sql(settings.start), context.sql(settings.until)
    each = [context.sql(part) for part in settings.each]
    nameless = " OR ".join(f"{part} IS NULL" for part in each)
    keys = ", ".join(f"{part} AS key_{number}" for number, part in enumerate(each))
    partition = ", ".join(f"key_{number}" for number in range(len(each)))
    before = f"OVER (PARTITION BY {partition} ORDER BY start_on, end_on, _row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    columns = context.can_be_unreadable(expressions.columns_of([until], context.name))
    not_held = " OR ".join(f"not_held({context.name}.{column})" for column in columns) or "FALSE"
    unread = context.cannot_read(context.name, context.can_be_unreadable(expressions.columns_of([until], context.name)))
    return Question(
        columns={
            "verdict": f"CASE WHEN {start} IS NULL OR {nameless} THEN 'not_assessable' "
            "WHEN prior.reach_on > prior.start_on THEN 'fail' WHEN prior.unread > 0 THEN 'not_assessable' ELSE 'pass' END",
            "reason": f"CASE WHEN {start} IS NULL THEN 'the start is missing' "
            f"WHEN {nameless} THEN '{' or '.join(settings.each)} is missing' "
            "WHEN prior.unread = 2 THEN 'the end of an earlier one cannot be read' "
            f"WHEN prior.unread = 1 THEN 'the end of an earlier one{NOT_HELD}' END",
            "start_on": "prior.start_on",
            "event_on": "prior.start_on",
            "earlier_ends": f"CASE WHEN prior.reach_on = {_FOR_EVER} THEN 'is still open' "
            f"ELSE 'ends on ' || {in_words('prior.reach_on')} END",
            "observed": "'overlaps an earlier one'",
        },
        source=f"{context.scope} LEFT JOIN prior ON prior._row = {context.name}._row",
        steps={
            "spans": f"SELECT {context.name}._row AS _row, {keys}, {start} AS start_on, "
            f"CASE WHEN {unread} THEN {start} ELSE COALESCE({until}, {_FOR_EVER}) END AS end_on, "
            f"CASE WHEN {not_held} THEN 1 WHEN {unread} THEN 2 ELSE 0 END AS unread FROM {context.scope} "
            f"WHERE {start} IS NOT NULL AND NOT ({nameless}) AND COALESCE({until}, {_FOR_EVER}) >= {start}",
            "prior": f"SELECT _row, start_on, MAX(end_on) {before} AS reach_on, MAX(unread) {before} AS unread FROM spans",
        },
        kinds={"start_on": "date", "event_on": "date"},
        expected="no overlap",
        apart=False,
    )
