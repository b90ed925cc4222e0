"""The run and its rules as plain data: what JSON, JSON lines and Parquet say beside the findings."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from casecheck.audited import Audited
from casecheck.cache import library_version
from casecheck.sql_text import literal

SCHEMA = "casecheck-run/1"


def run_record(result: Audited) -> dict[str, Any]:
    """The run: what was read, by what policy, and how far it can be relied on. It holds no time of day."""
    return {
        "schema": SCHEMA,
        "tool": f"casecheck {library_version()}",
        **result.summary(),
        "note": result.extract.note,
        "inputs": [
            {
                "file": account.file,
                "sheet": account.sheet or None,
                "source": account.source or None,
                "read": account.read,
                "used": account.used,
                "set_aside": dict(sorted(account.set_aside.items())),
                "cells": {column: dict(sorted(done.items())) for column, done in sorted(account.cells.items())},
                "unmapped": dict(sorted(account.unmapped.items())),
                "notes": [{"code": note.code, "level": note.level, "text": note.text} for note in account.notes],
            }
            for account in result.extract.accounts
        ],
    }


def rule_records(result: Audited) -> list[dict[str, Any]]:
    """One record a rule: its outcome and its denominator."""
    return [
        {
            "rule_id": outcome.rule_id,
            "title": outcome.title,
            "severity": outcome.severity,
            "status": outcome.status,
            "reasons": outcome.reasons,
            "incomplete": outcome.incomplete,
            "population": outcome.tally.population,
            "passed": outcome.tally.passed,
            "failed": outcome.tally.failed,
            "not_recorded": outcome.tally.not_recorded,
            "not_due": outcome.tally.not_due,
            "not_assessable": outcome.tally.not_assessable,
            "not_assessable_reasons": dict(sorted(outcome.tally.reasons.items())),
            "compliance": round(outcome.compliance, 4) if outcome.compliance is not None else None,
            "loosened": list(outcome.loosened),
            "unreliable": list(outcome.unreliable),
            "accepted": list(outcome.accepted),
        }
        for outcome in result.rules
    ]


def write_findings(result: Audited, out: BinaryIO, start: str, between: str) -> None:
    """Each finding as one JSON object, which begins with ``start`` for its brace; worked out by DuckDB piece by piece."""
    line = f"{literal(start)} || substr(CAST(to_json(finding) AS VARCHAR), 2)"
    first, connection = True, duckdb.connect()
    try:
        for batch in result.batches():
            connection.register("finding", pa.Table.from_batches([batch]))
            lines = connection.sql(f"SELECT {line} AS line FROM finding").to_arrow_table()["line"].combine_chunks()
            connection.unregister("finding")
            joined = pc.binary_join(pa.ListArray.from_arrays([0, len(lines)], lines), between)
            out.write(b"" if first else between.encode())
            out.write(joined[0].as_buffer())
            first = False
    finally:
        connection.close()


def compact(data: object) -> str:
    """Data as one line of JSON."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
