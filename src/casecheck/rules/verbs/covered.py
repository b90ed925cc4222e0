"""``covered``: something is in force at every moment of a spell (an allocated worker), gaps up to a limit aside."""

from __future__ import annotations

from pydantic import Field

from casecheck.rules.context import Context, Question
from casecheck.rules.verbs.base import VerbSettings
from casecheck.sql_text import TODAY


class Settings(VerbSettings):
    """``by`` is the table that covers, from ``begins`` to ``ends`` (blank: still in force; unreadable: nothing)."""

    by: str
    on: str
    counts: str = ""
    begins: str
    ends: str
    start: str = Field(alias="from")
    until: str = ""
    gap: str = "0 days"


def question(settings: Settings, context: Context) -> Question:
    """Fail when a stretch longer than ``gap`` is not covered; the latest such stretch is told."""
    failing = "summary.gaps > 0"
    return Question(
        columns={
            "verdict": "CASE WHEN spell.start_on IS NULL THEN 'not_assessable' "
            "WHEN spell.stop_on < spell.start_on THEN 'not_due' "
            f"WHEN {failing} AND unread.unread > 0 THEN 'not_assessable' WHEN {failing} THEN 'fail' ELSE 'pass' END",
            "reason": "CASE WHEN spell.start_on IS NULL THEN 'the start is missing' "
            f"WHEN {failing} AND unread.unread > 0 THEN 'a record of this child cannot be read' END",
            "due_on": f"CASE WHEN {failing} THEN breach.due_on END",
            "event_on": f"CASE WHEN {failing} AND breach.next_on < spell.stop_on THEN breach.next_on END",
            "until_on": "spell.stop_on",
            "gap_from": "breach.reach_on",
            "gap_days": "DATE_DIFF('day', breach.reach_on, breach.next_on)",
            "gaps": "summary.gaps",
            "observed": "CAST(DATE_DIFF('day', breach.reach_on, breach.next_on) AS TEXT) || ' days without'",
        },
        source=f"{context.scope} JOIN spell ON spell._row = {context.name}._row "
        "LEFT JOIN summary ON summary._row = spell._row "
        "LEFT JOIN breach ON breach._row = spell._row AND breach.reach_on = summary.gap_on "
        "LEFT JOIN unread ON unread._row = spell._row",
        steps=_steps(settings, context),
        kinds={
            **dict.fromkeys(("due_on", "event_on", "until_on", "gap_from"), "date"),
            "gap_days": "number",
            "gaps": "number",
        },
        expected=f"no gap over {context.says(settings.gap)}",
        history=(settings.by,),
    )


def _steps(settings: Settings, context: Context) -> dict[str, str]:
    row = f"{context.name}._row"
    start, until = context.sql(settings.start), context.sql(settings.until or "cast(null as date)")
    on, counts = context.sql(settings.on), context.sql(settings.counts or "TRUE")
    begins, ends = context.sql(settings.begins), context.sql(settings.ends)
    sure = context.surely(settings.by, on, settings.counts, ends)
    return {
        "spell": f"SELECT {row} AS _row, {start} AS start_on, earliest({until}, {TODAY}) AS stop_on FROM {context.scope}",
        "held": f"SELECT {row} AS _row, {begins} AS begin_on, earliest({ends}, spell.stop_on) AS end_on "
        f"FROM {context.scope} JOIN {settings.by} ON {on} JOIN spell ON spell._row = {row} "
        f"WHERE {sure} AND {begins} <= spell.stop_on AND COALESCE({ends}, spell.stop_on) >= spell.start_on "
        "UNION ALL SELECT _row, stop_on AS begin_on, stop_on AS end_on FROM spell",
        "reached": "SELECT _row, begin_on AS next_on, MAX(end_on) OVER (PARTITION BY _row "
        "ORDER BY begin_on, end_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach_on FROM held",
        "edges": "SELECT reached._row, reached.next_on, COALESCE(reached.reach_on, spell.start_on) AS reach_on "
        "FROM reached JOIN spell ON spell._row = reached._row",
        "timed": f"SELECT _row, next_on, reach_on, {context.deadline('reach_on', settings.gap)} AS due_on FROM edges",
        "breach": "SELECT _row, reach_on, due_on, MIN(next_on) AS next_on FROM timed WHERE next_on > due_on "
        "GROUP BY _row, reach_on, due_on",
        "summary": "SELECT _row, COUNT(*) AS gaps, MAX(reach_on) AS gap_on FROM breach GROUP BY _row",
        "unread": context.doubt(settings.by, on, [on, counts, begins, ends]),
    }
