"""The documentation page alone is enough: its Python runs in an empty folder, from the first line to the last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest
import sqlalchemy as sa
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.sources.databases import Base

PAGE = ROOT / "docs" / "great-expectations.md"
_TABLES = {
    "person": "person_id text, date_of_birth text",
    "plan": "plan_id text, person_id text, plan_type text, start_date text, end_date text",
    "visit": "visit_id text, person_id text, visit_type text, visit_date text, child_seen text, status text",
}


def snippets(heading: str) -> list[str]:
    """The Python of one section."""
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert section, heading
    return re.findall(r"```python\n(.*?)```", section[1], re.DOTALL)


def run(*headings: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """What there is after the sections' Python has run, one section after the other."""
    names = dict(given or {})
    for heading in headings:
        for code in snippets(heading):
            exec(compile(code, str(PAGE), "exec"), names)
    return names


def test_every_snippet_has_a_test() -> None:
    tested = sum(len(snippets(heading)) for heading in ("From nothing", "Severity", "In PostgreSQL", "On Spark", "Network"))
    assert tested == PAGE.read_text(encoding="utf-8").count("```python")


def test_from_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    names = run("From nothing", "Severity", "Network")
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "False"
    for line in re.findall(r"^(?:False|True) \S.*$", _said(), re.MULTILINE):
        assert line in printed
    assert printed[-2] == "FailureSeverity.CRITICAL"
    assert Path(url2pathname(urlparse(printed[-1]).path)).is_relative_to(tmp_path / "gx")
    assert names["checked"].success is False
    assert [found.rule for found in names["mine"].expectations] == ["VIS-CP-001"]
    assert Path(url2pathname(urlparse(printed[-1]).path)).is_file()


def _said() -> str:
    """What the page says is printed."""
    return "".join(re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))


@pytest.fixture
def let_go(base: Base, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Great Expectations has no way to close the connections that it makes: they are closed here."""
    engines, true = [], sa.create_engine

    def remembered(*given: Any, **settings: Any) -> sa.Engine:
        engines.append(true(*given, **settings))
        return engines[-1]

    monkeypatch.setattr(sa, "create_engine", remembered)
    yield
    for engine in engines:
        engine.dispose()


@pytest.mark.usefixtures("let_go")
def test_in_postgresql(tmp_path: Path, base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    base.run("CREATE SCHEMA reporting", *(f"CREATE TABLE reporting.{name} ({columns})" for name, columns in _TABLES.items()))
    base.run(
        "INSERT INTO reporting.person VALUES ('C1', '2015-06-01'), ('C2', '2018-02-11')",
        "INSERT INTO reporting.plan VALUES ('P1', 'C1', 'cp', '2026-03-02', NULL), ('P2', 'C2', 'cp', '2026-01-05', '2026-03-30')",
        "INSERT INTO reporting.visit VALUES ('V1', 'C1', 'cp', '2026-03-11', 'yes', 'done')",
    )
    base.grant("reporting")
    monkeypatch.setenv("CARE_DATABASE", base.reader)
    monkeypatch.setenv("AUDIT_DATABASE", base.owner)
    names = run("In PostgreSQL")
    found = {entry.expectation_config.kwargs.get("rule"): entry for entry in names["checked"].results}
    assert found["VIS-CP-001"].result["observed_value"] == "2 of 2 records fail."
    assert found["VIS-CP-003"].result["observed_value"] == "Not assessable: the table meeting was not supplied."
    assert names["checked"].meta["batch_spec"]["table_name"] == "casecheck_outcomes"

    base.run(
        "CREATE TABLE kept AS SELECT * FROM casecheck_outcomes",
        "UPDATE kept SET as_of = '2026-02-28', status = 'passed', passed = 2, failed = 0",
        "INSERT INTO casecheck_outcomes SELECT * FROM kept",
    )
    february = names["validation"].run(batch_parameters={"year": 2026, "month": 2, "day": 28})
    assert february.success is True

    base.run("INSERT INTO casecheck_outcomes SELECT * FROM kept")
    twice = names["validation"].run(batch_parameters={"year": 2026, "month": 2, "day": 28})
    assert twice.success is False
    assert "several audits" in str(twice.results[0].exception_info)
    written = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "gx").rglob("*.yml"))
    assert "${AUDIT_DATABASE}" in written
    assert base.owner not in written
