"""What ``inspect`` counts of each table as it was read: blank cells, and rows whose key another row has too."""

from __future__ import annotations

from casecheck.engines.base import Engine
from casecheck.profiles import cells
from casecheck.profiles.accounts import Survey
from casecheck.profiles.matching import Match
from casecheck.sql_text import identifier, literal


def survey(engine: Engine, match: Match, number: int, key: str) -> Survey:
    """Count one staged table; ``key`` is the column of the profile that should be unlike in every row, if there is one."""
    words = ", ".join(literal(word) for word in sorted(cells.BLANK_WORDS))
    blank = ", ".join(f"count(*) FILTER (lower(trim(coalesce({identifier(name)}, ''))) IN ({words}))" for name in match.places)
    counts = engine.rows(f"SELECT {blank} FROM source_{number}")[0]
    found = Survey({name: rows for name, rows in zip(match.places, counts, strict=True) if rows})
    if key in match.places:
        column = f"upper(trim({identifier(key)}))"
        repeated = f"SELECT count(*) AS rows FROM source_{number} WHERE {column} <> '' GROUP BY {column} HAVING count(*) > 1"
        found.repeated_keys = engine.rows(f"SELECT coalesce(sum(rows), 0)::BIGINT FROM ({repeated})")[0][0]
    return found
