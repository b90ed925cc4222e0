"""How often measured rules are kept, by team and in the whole authority, by month and as things stand.

The verdicts of a measured rule are counted while they are there; the table ``rate`` is made of the counts when all are in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from casecheck.engines.base import Engine
from casecheck.model import Table
from casecheck.policy import Rate
from casecheck.sql_text import TODAY
from casecheck.whole.counting import in_force

_PROTECTED = f"SELECT DISTINCT person_id FROM plan WHERE plan_type = 'cp' AND {in_force()}"
AUTHORITY = "authority"
Counted = tuple[Any, ...]
"""Team, year, month, verdict, how many records, and how many children on a protection plan fail."""


@dataclass
class _Count:
    verdicts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    protected: int = 0


class Rates:
    """The counts of one run."""

    def __init__(self, measured: Mapping[str, Rate]) -> None:
        self.measured = measured
        self._counts: dict[tuple[str, str, str, date | None], _Count] = defaultdict(_Count)

    def add(self, rule_id: str, counts: Sequence[Counted]) -> None:
        """Count the verdicts of one rule with those that are in."""
        for team, year, month, verdict, rows, protected in counts:
            months = {None, date(year, month, 1)} if self.measured[rule_id].monthly else {None}
            units = {("authority", AUTHORITY), *([("team", team)] if team else [])}
            for when in months:
                for level, unit in units:
                    counted = self._counts[rule_id, level, unit, when]
                    counted.verdicts[verdict] += rows
                    counted.protected += protected

    def rows(self, as_of: date) -> Iterator[dict[str, object]]:
        """The rows of ``rate``, on one day."""
        for (measure, level, unit, month), counted in sorted(self._counts.items(), key=_order):
            wanted = self.measured[measure]
            when = f"{month:%Y-%m}" if month else "now"
            yield {
                "rate_id": f"{measure} {level} {unit} {when}",
                "measure": measure,
                "level": level,
                "unit": unit,
                "month": month,
                "months_ago": 12 * (as_of.year - month.year) + as_of.month - month.month if month else None,
                "passed_count": counted.verdicts["pass"],
                "failed_count": counted.verdicts["fail"],
                "unassessed_count": counted.verdicts["not_assessable"],
                "protected_failed_count": counted.protected,
                "target": wanted.target,
                "tolerance": wanted.tolerance,
            }


def _order(entry: tuple[tuple[str, str, str, date | None], object]) -> tuple[str, str, str, date]:
    measure, level, unit, month = entry[0]
    return measure, level, unit, month or date.min


def counted(engine: Engine, table: Table, verdicts: str) -> list[Counted]:
    """Verdicts by team, month and kind; ``verdicts`` is a query of those of one rule about ``table``."""
    return engine.rows(_counting(table, verdicts))


def _counting(table: Table, verdicts: str) -> str:
    """A record's own team says more than that of the worker who holds the child today."""
    child = f"s.{table.child}" if table.child else "CAST(NULL AS VARCHAR)"
    team = "coalesce(s.team_name, h.team_name)" if "team_name" in table.fields else "h.team_name"
    done = f"CASE WHEN v.event_on <= {TODAY} THEN v.event_on ELSE {TODAY} END"
    return f"""
        SELECT team, CAST(EXTRACT(year FROM done) AS INTEGER) AS y, CAST(EXTRACT(month FROM done) AS INTEGER) AS m, verdict,
          count(*) AS times, count(DISTINCT protected) AS guarded
        FROM (
          SELECT {team} AS team, {done} AS done, v.verdict AS verdict,
            CASE WHEN v.verdict = 'fail' THEN p.person_id END AS protected
          FROM ({verdicts}) AS v
          JOIN {table.table} AS s ON s._row = v._row
          LEFT JOIN holder AS h ON h.person_id = {child}
          LEFT JOIN ({_PROTECTED}) AS p ON p.person_id = {child}
          WHERE v.verdict <> 'not_due'
        ) AS judged
        GROUP BY team, EXTRACT(year FROM done), EXTRACT(month FROM done), verdict
    """
