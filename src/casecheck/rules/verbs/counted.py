"""``counted``: how many rows of another table belong to this record, against a limit (caseload, changes of worker)."""

from __future__ import annotations

from casecheck.rules.context import Context, Question
from casecheck.rules.verbs.base import VerbSettings


class Settings(VerbSettings):
    """``distinct`` counts different values; ``per`` divides (full-time equivalent)."""

    of: str
    on: str
    counts: str = ""
    distinct: str = ""
    per: str = ""
    at_most: str


def question(settings: Settings, context: Context) -> Question:
    """Fail when the number (divided by ``per``) is above the limit."""
    on, counts = context.sql(settings.on), context.sql(settings.counts or "TRUE")
    sure = context.surely(settings.of, on, settings.counts)
    what = f"DISTINCT {context.sql(settings.distinct)}" if settings.distinct else "*"
    number = "COALESCE(tally.number, 0)"
    most = f"({number} + COALESCE(unread.unread, 0))"
    per = f" / NULLIF({context.sql(settings.per)}, 0)" if settings.per else ""
    rate, highest = f"({number}{per})", f"({most}{per})"
    limit = context.sql(settings.at_most)
    return Question(
        columns={
            "verdict": f"CASE WHEN {limit} IS NULL OR {rate} IS NULL THEN 'not_assessable' "
            f"WHEN {rate} > {limit} THEN 'fail' WHEN {highest} > {limit} THEN 'not_assessable' ELSE 'pass' END",
            "reason": f"CASE WHEN {limit} IS NULL OR {rate} IS NULL THEN 'the limit cannot be worked out' "
            f"WHEN {rate} <= {limit} AND {highest} > {limit} THEN 'a record that counts cannot be read' END",
            "number": number,
            "rate": f"rounded({rate})" if settings.per else number,
            "limit": f"rounded({limit})" if settings.per else limit,
            "observed": f"CAST(rounded({rate}) AS TEXT)" if settings.per else f"CAST({number} AS TEXT)",
        },
        source=f"{context.scope} LEFT JOIN tally ON tally._row = {context.name}._row "
        f"LEFT JOIN unread ON unread._row = {context.name}._row",
        steps={
            "tally": f"SELECT {context.name}._row AS _row, COUNT({what}) AS number FROM {context.scope} "
            f"JOIN {settings.of} ON {on} WHERE {sure} GROUP BY {context.name}._row",
            "unread": context.doubt(settings.of, on, [on, counts], known=sure),
        },
        kinds={"number": "number", "rate": "number", "limit": "number"},
        expected=f"at most {context.fill(settings.at_most)}",
    )
