"""The run and its rules as plain data: what JSON, JSON lines and Parquet say beside the findings."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from casecheck.cache import library_version
from casecheck.result import AuditResult

SCHEMA = "casecheck-run/1"


def run_record(result: AuditResult) -> dict[str, Any]:
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


def rule_records(result: AuditResult) -> list[dict[str, Any]]:
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
            "not_due": outcome.tally.not_due,
            "not_assessable": outcome.tally.not_assessable,
            "not_assessable_reasons": dict(sorted(outcome.tally.reasons.items())),
            "compliance": round(outcome.compliance, 4) if outcome.compliance is not None else None,
            "loosened": list(outcome.loosened),
        }
        for outcome in result.rules
    ]


def finding_lines(result: AuditResult) -> list[str]:
    """Each finding as one JSON object, written by the engine."""
    connection = duckdb.connect()
    connection.register("finding", result.table)
    found = connection.sql("SELECT CAST(to_json(finding) AS VARCHAR) AS line FROM finding").to_arrow_table()
    connection.close()
    lines: list[str] = found["line"].to_pylist()
    return lines


def compact(data: object) -> str:
    """Data as one line of JSON."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
