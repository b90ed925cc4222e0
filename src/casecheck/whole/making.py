"""Tables that no source holds, worked out of those that it does: teams, the authority, and the extract as a whole.

Each is made only when a rule of the run asks for it. Beside the figures of today stand those of an earlier extract, when its
snapshot was given; without it they are blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from casecheck.engines.base import Engine
from casecheck.engines.model_tables import PROVENANCE, columns_of, empty
from casecheck.model import load_model
from casecheck.profiles.accounts import Extract
from casecheck.sql_text import TODAY
from casecheck.whole.counting import children, codes, in_force, open_children, open_now
from casecheck.whole.snapshot import CASES, RECORDS, Snapshot, TableThen, records_sql

Row = Mapping[str, object]
NO_SOURCE = -1
"""The source of a row that stands in no file."""
STARTS = {
    "referral": "received_date",
    "assessment": "start_date",
    "plan": "start_date",
    "care_period": "start_date",
    "placement": "start_date",
    "allocation": "start_date",
}
"""Where a date of migration shows that was put in place of the true one."""
_TEAMS = f"""
    SELECT DISTINCT team_name AS team FROM allocation
    WHERE team_name IS NOT NULL AND {in_force(f"coalesce(start_date, {TODAY})")}
"""


class Making:
    """One run's extract, with an earlier one beside it if there is one."""

    def __init__(self, engine: Engine, extract: Extract, as_of: date, earlier: Snapshot | None) -> None:
        self.engine, self.extract, self.as_of, self.earlier = engine, extract, as_of, earlier
        self._ways: dict[str, Callable[[], Iterable[Row]]] = {
            "authority": self._authority,
            "team": self._teams,
            "extract_table": self._tables,
            "extract_field": self._fields,
            "extract_code": self._codes,
            "earlier_case": self._cases,
            "person_pair": self._pairs,
        }

    def make(self, names: Iterable[str]) -> None:
        """Make these tables, and tell the extract that they are there."""
        for name in names:
            keep(self.engine, self.extract, name, list(self._ways[name]()))

    @property
    def _then(self) -> Mapping[str, TableThen]:
        return self.earlier.figures.tables if self.earlier else {}

    def _authority(self) -> Iterator[Row]:
        figures = self.earlier.figures if self.earlier else None
        yield {
            "authority": "authority",
            "open_count": open_children(self.engine),
            "earlier_on": figures.as_of if figures else None,
            "earlier_open_count": figures.open_children if figures else None,
        }

    def _teams(self) -> Iterator[Row]:
        for (team,) in sorted(self.engine.rows(_TEAMS)):
            yield {"team": team}

    def _tables(self) -> Iterator[Row]:
        history = self._history()
        for name in sorted({*self.extract.figures, *self._then}):
            yield {**self._today(name), **self._earlier(name), **history.get(name, {})}

    def _today(self, name: str) -> Row:
        figures = self.extract.figures.get(name)
        told: dict[str, object] = {"table_name": name, "supplied_flag": "Y" if figures else "N", "row_count": 0}
        if figures is None:
            return told
        told |= {"row_count": figures.rows, "latest_on": figures.latest, "open_count": open_now(self.engine, name)}
        if name in self._then and load_model().tables[name].child:
            told["child_count"] = children(self.engine, load_model().tables[name])
        field = STARTS.get(name)
        if field in self.extract.fields[name]:
            days = self.engine.rows(
                f"SELECT {field}, count(*) AS starts FROM {name} WHERE {field} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
            )
            told["start_count"] = figures.filled[str(field)]
            told |= {"common_start_on": days[0][0], "common_start_count": days[0][1]} if days else {}
        return told

    def _earlier(self, name: str) -> Row:
        then = self._then.get(name)
        if then is None or self.earlier is None:
            return {}
        return {
            "earlier_on": self.earlier.figures.as_of,
            "earlier_row_count": then.rows,
            "earlier_child_count": then.children,
            "earlier_open_count": then.open,
        }

    def _history(self) -> dict[str, Row]:
        """Of each table's records that were closed: how many there were, say something else, and are gone."""
        if self.earlier is None:
            return {}
        still = {name: then.settled for name, then in self._then.items() if then.settled}
        still = {name: kept for name, kept in still.items() if set(kept) <= self.extract.fields.get(name, frozenset())}
        if not still:
            return {}
        self.engine.load("earlier_record", self.earlier.records, ", ".join(RECORDS))
        now = " UNION ALL ".join(records_sql(name, kept, only_closed=False) for name, kept in still.items())
        asked = self.engine.rows(
            f"WITH today AS ({now}), keys AS (SELECT table_name, record_key FROM today GROUP BY table_name, record_key) "
            "SELECT e.table_name, count(*), count(k.record_key), count(t.content) FROM earlier_record AS e "
            "LEFT JOIN keys AS k ON k.table_name = e.table_name AND k.record_key = e.record_key "
            "LEFT JOIN today AS t ON t.table_name = e.table_name AND t.record_key = e.record_key AND t.content = e.content "
            "GROUP BY e.table_name"
        )
        self.engine.drop("earlier_record")
        return {
            name: {"closed_count": closed, "changed_count": there - same, "lost_count": closed - there}
            for name, closed, there, same in asked
            if name in still
        }

    def _fields(self) -> Iterator[Row]:
        for name in sorted({*self.extract.figures, *self._then}):
            figures, then = self.extract.figures.get(name), self._then.get(name)
            for field in sorted({*(figures.filled if figures else ()), *(then.filled if then else ())}):
                yield {
                    "field_id": f"{name}.{field}",
                    "table_name": name,
                    "row_count": figures.rows if figures else 0,
                    "filled_count": figures.filled.get(field, 0) if figures else 0,
                    "unmapped_count": figures.unmapped.get(field, 0) if figures else 0,
                    "earlier_row_count": then.rows if then and field in then.filled else None,
                    "earlier_filled_count": then.filled.get(field) if then else None,
                }

    def _codes(self) -> Iterator[Row]:
        """Only what an earlier extract used can be missed."""
        for name, then in self._then.items():
            for field, used in then.codes.items():
                if field not in self.extract.fields.get(name, ()):
                    continue
                today = codes(self.engine, name, field)
                for code in sorted({*used, *today}):
                    yield {
                        "code_id": f"{name}.{field}={code}",
                        "field_id": f"{name}.{field}",
                        "row_count": today.get(code, 0),
                        "earlier_row_count": used.get(code, 0),
                    }

    def _pairs(self) -> Iterator[Row]:
        from casecheck.whole.pairs import person_pairs

        return person_pairs(self.engine)

    def _cases(self) -> Iterator[Row]:
        if self.earlier is None:
            return
        for row in self.earlier.cases.select(list(CASES)).to_pylist():
            yield {
                **row,
                "case_id": f"{row['case_kind']} {row['person_id']} {row['start_date']}",
                "earlier_on": self.earlier.figures.as_of,
            }


def keep(engine: Engine, extract: Extract, name: str, rows: list[Any]) -> None:
    """Keep rows as a made table, and tell the extract that it is there."""
    columns = columns_of(load_model().made[name])
    if rows:
        own = [column for column in columns if column not in PROVENANCE]
        engine.load(f"lookup_{name}", {column: (columns[column], [row.get(column) for row in rows]) for column in own})
        places = {**dict.fromkeys(PROVENANCE, "NULL"), "_row": "rowid + 1", "_source": str(NO_SOURCE)}
        marks = ", ".join(f"CAST({value} AS {PROVENANCE[mark]}) AS {mark}" for mark, value in places.items())
        engine.create(name, f"SELECT {', '.join(own)}, {marks} FROM lookup_{name}")
        engine.drop(f"lookup_{name}")
    else:
        engine.create(name, empty(columns))
    extract.rows[name] = len(rows)
    extract.fields[name] = frozenset(load_model().made[name].fields)
