"""A snapshot: what one extract looked like as a whole, kept so that the next one can be held against it.

It holds numbers, codes, dates and the ids that findings hold; no names and no narrative. It is one file, a zip of
``figures.json`` and two Parquet tables.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, ValidationError

from casecheck.engines.base import Engine
from casecheck.errors import InputError
from casecheck.model import Table, load_model
from casecheck.profiles.accounts import Extract
from casecheck.sql_text import TODAY, literal
from casecheck.whole.counting import children, codes, in_force, open_children, open_now

FORMAT = 1
ENDS = {
    "plan": "end_date",
    "care_period": "end_date",
    "placement": "end_date",
    "legal_status": "end_date",
    "allocation": "end_date",
    "s47_enquiry": "end_date",
    "assessment": "authorised_date",
    "referral": "close_date",
}
"""Records that are closed one day, and the field that says when. What is closed should not change any more."""
_NOT_SETTLED = ("text", "text_list", "integer", "decimal", "datetime")
"""Kinds of fields that may still change on a closed record: counts as at the day of the extract, remarks, stamps."""
_MEMBERS = ("figures.json", "cases.parquet", "records.parquet")
_EPOCH = (1980, 1, 1, 0, 0, 0)
CASES = {
    "person_id": "VARCHAR",
    "case_kind": "VARCHAR",
    "start_date": "DATE",
    "category": "VARCHAR",
    "visit_count": "BIGINT",
    "last_seen_on": "DATE",
}
RECORDS = {"table_name": "VARCHAR", "record_key": "VARCHAR", "content": "VARCHAR"}


class TableThen(BaseModel):
    """One table as it was. ``settled`` names the fields that ``records`` hold for its closed records."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: int
    children: int | None = None
    open: int | None = None
    filled: dict[str, int] = {}
    codes: dict[str, dict[str, int]] = {}
    settled: tuple[str, ...] = ()


class Figures(BaseModel):
    """What is counted of an extract."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = FORMAT
    profile: str
    as_of: date
    open_children: int
    tables: dict[str, TableThen]


@dataclass(frozen=True)
class Snapshot:
    """``cases`` are the plans, periods of care and referrals that were open, ``records`` a hash of each closed record."""

    figures: Figures
    cases: pa.Table
    records: pa.Table

    def to_bytes(self) -> bytes:
        """The file's content; the same extract gives the same bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in zip(_MEMBERS, self._contents(), strict=True):
                packed.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
        return out.getvalue()

    def _contents(self) -> Iterable[bytes]:
        yield self.figures.model_dump_json().encode()
        from pyarrow import parquet

        for table in (self.cases, self.records):
            sink = io.BytesIO()
            parquet.write_table(table, sink, compression="zstd")
            yield sink.getvalue()


def read_snapshot(path: Path) -> Snapshot:
    """Read a snapshot. Raises :class:`InputError` for a file that is none, or one of a later version of casecheck."""
    from pyarrow import parquet

    try:
        with zipfile.ZipFile(path) as packed:
            figures, cases, records = (packed.read(name) for name in _MEMBERS)
        tables = (parquet.read_table(io.BytesIO(content)) for content in (cases, records))
        return Snapshot(Figures.model_validate_json(figures), *tables)
    except FileNotFoundError:
        raise InputError(f"{path}: no such snapshot", "write one with: casecheck check EXTRACT --snapshot FILE") from None
    except (zipfile.BadZipFile, KeyError, ValidationError, pa.ArrowInvalid, OSError):
        raise InputError(
            f"{path}: this is no snapshot, or one of another version", "write one with: casecheck check EXTRACT --snapshot FILE"
        ) from None


def take_snapshot(engine: Engine, extract: Extract, as_of: date) -> Snapshot:
    """Look at the extract as a whole."""
    tables = {name: _table(engine, extract, name) for name in sorted(extract.figures)}
    found = Figures(profile=extract.profile, as_of=as_of, open_children=open_children(engine), tables=tables)
    closed = [records_sql(name, table.settled, only_closed=True) for name, table in tables.items() if table.settled]
    nothing = f"SELECT {', '.join(f'CAST(NULL AS {kind}) AS {name}' for name, kind in RECORDS.items())} WHERE 1 = 0"
    records = f"SELECT * FROM ({' UNION ALL '.join(closed) or nothing}) AS closed ORDER BY table_name, record_key, content"
    return Snapshot(found, engine.arrow(_cases(extract)), engine.arrow(records))


def _table(engine: Engine, extract: Extract, name: str) -> TableThen:
    figures, spec = extract.figures[name], load_model().tables[name]
    coded = [field for field in sorted(figures.filled) if spec.fields[field].type in ("code", "flag")]
    return TableThen(
        rows=figures.rows,
        children=children(engine, spec) if spec.child else None,
        open=open_now(engine, name),
        filled=figures.filled,
        codes={field: codes(engine, name, field) for field in coded if figures.rows},
        settled=settled_fields(extract, spec),
    )


def settled_fields(extract: Extract, table: Table) -> tuple[str, ...]:
    """The fields of a closed record that should never change again; empty when the table's records are not closed at all."""
    there = extract.fields.get(table.table, frozenset())
    if ENDS.get(table.table) not in there or not set(_key(table)) <= there:
        return ()
    return tuple(sorted(field for field in there if table.fields[field].type not in _NOT_SETTLED))


def records_sql(name: str, settled: Iterable[str], only_closed: bool) -> str:
    """Each record's key and a hash of its settled fields, with the columns of ``RECORDS``."""
    table = load_model().tables[name]
    closed = f" AND {ENDS[name]} <= {TODAY}" if only_closed else ""
    return (
        f"SELECT DISTINCT {literal(name)} AS table_name, {_joined(_key(table))} AS record_key, "
        f"left(sha256({_joined(settled)}), 16) AS content FROM {name} WHERE {_key(table)[0]} IS NOT NULL{closed}"
    )


def _key(table: Table) -> tuple[str, ...]:
    return table.key or ("person_id", "worker_id", "start_date")


def _joined(fields: Iterable[str]) -> str:
    return " || '|' || ".join(f"coalesce(CAST({field} AS VARCHAR), '')" for field in fields)


def _cases(extract: Extract) -> str:
    """What is open, with the columns of ``CASES``. A referral is one only of a child with no plan and no period of care.

    Where the source does not hold when a referral was closed, none is known to be open.
    """
    told = {"received_date", "close_date"} <= extract.fields.get("referral", frozenset())
    return _OPENED.format(referred=_REFERRED if told else "")


_REFERRED = f"""
      UNION ALL
      SELECT person_id, 'referral' AS case_kind, received_date AS start_date, CAST(NULL AS VARCHAR) AS category FROM referral
      WHERE received_date <= {TODAY} AND (close_date IS NULL OR close_date > {TODAY}) AND coalesce(nfa_flag, 'N') = 'N'
        AND person_id NOT IN (SELECT person_id FROM settled WHERE person_id IS NOT NULL)
"""
_OPENED = f"""
    WITH settled AS (
      SELECT person_id, CAST(plan_type AS VARCHAR) AS case_kind, start_date,
        CASE WHEN plan_type = 'cp' THEN initial_category END AS category FROM plan
      WHERE plan_type IN ('cp', 'cin') AND {in_force()}
      UNION ALL
      SELECT person_id, 'cla' AS case_kind, start_date, CAST(NULL AS VARCHAR) AS category FROM care_period WHERE {in_force()}
    ), opened AS (
      SELECT * FROM settled{{referred}}
    ), visited AS (
      SELECT person_id, count(*) AS visit_count, max(CASE WHEN child_seen = 'Y' THEN visit_date END) AS last_seen_on
      FROM visit WHERE visit_date <= {TODAY} GROUP BY person_id
    )
    SELECT DISTINCT CAST(o.person_id AS VARCHAR) AS person_id, o.case_kind, o.start_date, o.category,
      CAST(coalesce(v.visit_count, 0) AS BIGINT) AS visit_count, v.last_seen_on
    FROM opened AS o LEFT JOIN visited AS v ON v.person_id = o.person_id
    WHERE o.person_id IS NOT NULL
    ORDER BY 1, 2, 3, 4
"""
