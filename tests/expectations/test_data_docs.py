"""Data Docs: what a reader sees, even without the web's icons; and that nothing kept on the disk holds a cell's value."""

from __future__ import annotations

import html
import re
import socket
from pathlib import Path
from typing import Any

import great_expectations as gx
import pytest
from tests.expectations.conftest import SECRETS, validate

from casecheck import expectations
from casecheck.result import AuditResult


@pytest.fixture
def project(tmp_path: Path, result: AuditResult, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a context on the disk after a checkpoint has run with all details, and no network."""

    def refuse(*_: Any) -> None:
        raise AssertionError("the network was used")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    context = gx.get_context(mode="file", project_root_dir=tmp_path)
    suite = expectations.suite(context, select=["VIS-CP", "ASM-001"], profile="model")
    frame = expectations.outcomes(result)
    validate(context, suite, frame, result_format="COMPLETE")
    validation = context.validation_definitions.get("casecheck")
    checkpoint = gx.Checkpoint(
        name="casecheck",
        validation_definitions=[validation],
        actions=[gx.checkpoint.UpdateDataDocsAction(name="docs")],
        result_format={"result_format": "COMPLETE", "include_unexpected_rows": True},
    )
    context.checkpoints.add(checkpoint).run(batch_parameters={"dataframe": frame})
    return tmp_path / "gx"


def _page(project: Path, kind: str) -> str:
    [*_, page] = sorted((project / "uncommitted" / "data_docs" / "local_site" / kind).rglob("*.html"))
    return page.read_text(encoding="utf-8")


def _words(page: str) -> str:
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(bare))


def test_the_page_of_a_run_reads_as_prose(project: Path, result: AuditResult) -> None:
    words = _words(_page(project, "validations"))
    found_id = next(row["finding_id"] for row in result.table.to_pylist() if row["rule_id"] == "VIS-CP-001")
    title = "A child on a child protection plan is seen at least every 10 working days"
    assert f"failed VIS-CP-001 · critical · {title} Findings: 1 {found_id} 1 of 2 records fail." in words
    assert "not assessable VIS-CP-003 · " in words
    assert "Not assessable: the table meeting was not supplied." in words
    assert "not audited ASM-001 · " in words
    assert "passed extract · critical · " in words
    assert "Audited as of 31/03/2026" in words
    assert "expect_case_records" not in words
    assert "Exception" not in words


def test_not_assessable_has_a_sign_of_its_own(project: Path) -> None:
    page = _page(project, "validations")
    good = re.findall(r"</i> (passed|not applicable)", page)
    assert page.count('class="hide-succeeded-validation-target-child"') == len(good) == 3
    assert page.count("fa-question-circle text-warning") == 2  # VIS-CP-003, and the rule that was not audited


def test_the_page_of_the_suite_says_why_and_what_to_do(project: Path) -> None:
    words = _words(_page(project, "expectations"))
    assert "VIS-CP-001 · critical · A child on a child protection plan" in words
    assert "Seeing the child is the plan." in words
    assert "What to do: See the child now" in words
    assert "A rule that could not be assessed is never a success." in words


def test_no_cell_of_the_extract_is_kept_anywhere(project: Path) -> None:
    files = [file for file in project.rglob("*") if file.is_file() and file.suffix in (".json", ".html", ".yml", "")]
    assert len(files) > 4
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        assert [name for name, value in SECRETS.items() if value in text] == [], file


def test_words_of_a_source_are_no_markup(tmp_path: Path, result: AuditResult) -> None:
    context = gx.get_context(mode="file", project_root_dir=tmp_path)
    frame = expectations.outcomes(result).assign(unread="<script>alert(1)</script>.csv: $icon", reasons="<b>$title</b> & more")
    validate(context, expectations.suite(context, select=["VIS-CP"]), frame)
    context.build_data_docs()
    page = _page(tmp_path / "gx", "validations")
    assert "<script>alert" not in page
    assert "<b>$title" not in page
    assert "Could not be read: <script>alert(1)</script>.csv: $icon." in _words(page.replace("&lt;script&gt;", "&lt;script&gt;"))
