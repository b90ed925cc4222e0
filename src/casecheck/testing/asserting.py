"""A small history and the verdicts that a rule must give, as an assertion: a rule file's example, in a test of your own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

from casecheck import strict_yaml
from casecheck.auditing import as_day, as_policy
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.errors import RuleError
from casecheck.model import Field, load_code_sets, load_model
from casecheck.reports.tables import columns
from casecheck.rules.examples import Mismatch, run_examples
from casecheck.rules.loading import check_examples, rules_of
from casecheck.rules.spec import Example, RuleFile
from casecheck.sources.frames import read_frames, value_text
from casecheck.sources.raw import FrameBody

_HERE = "assert_rule"
_VERDICTS = "one of pass, fail, not_due, not_assessable, out of scope; or a dict with verdict, due_on, reason, message"
_MIDNIGHT = " 00:00:00"
_BOOLEANS = {"true": "Y", "false": "N"}


def assert_rule(
    rule: str | Path | RuleFile,
    tables: Mapping[str, Any],
    expect: Mapping[Any, Any],
    *,
    as_of: date | str | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> None:
    """Assert that a rule gives these records these verdicts.

    ``rule`` is a code (of a shipped pack, or of a folder that the nearest policy names), a path to a rule file, or a
    :class:`~casecheck.rules.spec.RuleFile`. ``tables`` holds rows by table of the model: a list of dicts as in a rule file's
    examples, or a frame (pandas, polars, pyarrow). Dates, numbers and booleans may be given as such. ``expect`` names each
    record by the table's key, or by its place (1, 2, ...) where the table has none, and gives ``pass``, ``fail``, ``not_due``,
    ``not_assessable`` or ``out of scope``, or a dict with ``verdict`` and any of ``due_on``, ``days_overdue``, ``reason`` and
    ``message``. ``as_of`` is the day of the run: today when it is not given, so give it whenever the rule asks about days.
    ``parameters`` sets the rule's limits. No local policy applies, as none does to examples.

    Raises :class:`AssertionError` that lists each record with what was wanted and what was found, and
    :class:`casecheck.CasecheckError` when the rule, a table or a field is not known.
    """
    __tracebackhide__ = True
    chosen = _rule(rule)
    example = _example(tables, expect, as_day(as_of), parameters or {})
    asked = chosen.model_copy(update={"examples": (example,)})
    check_examples(asked, _HERE)
    if wrong := run_examples(asked, DuckDBEngine):
        raise AssertionError(_told(chosen.id, example, wrong))


def _rule(rule: str | Path | RuleFile) -> RuleFile:
    if isinstance(rule, RuleFile):
        return rule
    if isinstance(rule, Path) or rule.endswith((".yaml", ".yml")):
        path = Path(rule)
        if not path.is_file():
            raise RuleError(f"{path}: no such rule file")
        return strict_yaml.parse(strict_yaml.read_file(path, RuleError), RuleFile, RuleError)
    policy = as_policy(None)
    return rules_of(policy)[rule.upper()]


def _example(tables: Mapping[str, Any], expect: Mapping[Any, Any], day: date, parameters: Mapping[str, Any]) -> Example:
    rows = {name: _rows(name, table) for name, table in tables.items()}
    try:
        return Example.model_validate(
            {
                **rows,
                "name": "the tables given",
                "as_of": day,
                "expect": {str(key): wanted for key, wanted in expect.items()},
                "parameters": {name: str(value) for name, value in parameters.items()},
            }
        )
    except ValidationError as problem:
        wrong = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in wrong["loc"][:2])
        raise RuleError(f"{_HERE}: {where} is no verdict", _VERDICTS) from None


def _rows(name: str, table: Any) -> list[dict[str, str | None]]:
    """Rows as an example has them: every value as text."""
    fields = load_model().table(name).fields
    if isinstance(table, Sequence):
        if not all(isinstance(row, Mapping) for row in table):
            raise RuleError(f"{_HERE}: the rows of {name} are dicts, from field to value")
        rows = [{str(field): value_text(value) for field, value in row.items()} for row in table]
    else:
        rows = _rows_of_frame(name, table)
    return [{field: _written(fields.get(field), value) for field, value in row.items()} for row in rows]


def _rows_of_frame(name: str, frame: Any) -> list[dict[str, str | None]]:
    raw = read_frames({name: frame})[0]
    if not isinstance(raw.body, FrameBody) or not isinstance(raw.body.rows, pa.Table):
        raise RuleError(f"{_HERE}: {name} is not in memory", "give rows, or a pandas, polars or pyarrow frame")
    return [dict(zip(raw.headings, row.values(), strict=True)) for row in raw.body.rows.to_pylist()]


def _written(field: Field | None, text: str | None) -> str | None:
    """A value that Python wrote, as a rule file writes it: no time in a date, Y or N for a boolean."""
    if field is None or text is None:
        return text
    if field.type == "date":
        return text.removesuffix(_MIDNIGHT)
    yes_or_no = field.code_set and load_code_sets()[field.code_set].labels.keys() >= {*_BOOLEANS.values()}
    return _BOOLEANS.get(text.lower(), text) if yes_or_no else text


def _told(code: str, example: Example, wrong: Sequence[Mismatch]) -> str:
    rows = [("record", "wanted", "found"), *((one.record, one.expected, one.found) for one in wrong)]
    return "\n".join([f"{code} as of {example.as_of}: not as expected", *columns(rows, indent="  ")])
