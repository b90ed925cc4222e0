"""What ``inspect`` counts of each table as it was read: blank cells, and rows whose key another row has too."""

from __future__ import annotations

from casecheck.engines.base import Engine
from casecheck.profiles.accounts import Counts
from casecheck.profiles.matching import Match
from casecheck.profiles.parts import Absent
from casecheck.sql_text import identifier


def count_cells(engine: Engine, match: Match, number: int, key: str, absent: Absent) -> Counts:
    """Count one staged table; ``key`` is the column of the profile that should be unlike in every row, if there is one."""
    empty = {name: f"upper(trim(coalesce({identifier(name)}, ''))) IN ({absent.blank})" for name in match.places}
    counts = engine.rows(f"SELECT {', '.join(f'count(*) FILTER ({test})' for test in empty.values())} FROM source_{number}")[0]
    found = Counts({name: rows for name, rows in zip(match.places, counts, strict=True) if rows})
    if key in match.places:
        column = f"upper(trim({identifier(key)}))"
        repeated = f"SELECT count(*) AS times FROM source_{number} WHERE {column} <> '' GROUP BY {column} HAVING count(*) > 1"
        found.repeated_keys = engine.rows(f"SELECT CAST(coalesce(sum(times), 0) AS BIGINT) FROM ({repeated}) AS repeated")[0][0]
    return found
