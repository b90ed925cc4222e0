"""The page on Python works from itself alone: every snippet runs from top to bottom, also in a notebook with a real kernel."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from tests.conftest import ROOT

import casecheck

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
SNIPPETS: list[str] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a copy of the repository, as far as the page needs one."""
    shutil.copytree(ROOT / "examples" / "carefirst", tmp_path / "examples" / "carefirst")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_snippets_run_one_after_the_other_and_say_what_the_page_says(copy: Path) -> None:
    names: dict[str, Any] = {}
    for snippet in SNIPPETS:
        exec(compile(snippet, "python.md", "exec"), names)
    assert names["seen"].rule("VIS-CP-001").status == "not_assessable"
    assert names["annex"].extract.profile == "annex_a"
    assert {path.name for path in copy.glob("*.*")} == {"findings.csv", "run.json", "run.jsonl", "findings.parquet"}
    with pytest.raises(casecheck.CasecheckError, match="closed"):
        names["visits"].due_within(1)


def test_a_notebook_of_the_page_runs_in_a_real_kernel(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(copy / "ipython"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(snippet) for snippet in SNIPPETS])
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(copy)}}).execute()
    shown = [output for cell in notebook.cells for output in cell.outputs]
    assert [output for output in shown if output.output_type in ("error", "stream") and output.get("name") != "stdout"] == []
    first = notebook.cells[0].outputs[0].data
    assert "<caption>" in first["text/html"]
    assert first["text/plain"].startswith("<AuditResult as of 2026-03-31: ")
    frames = [output.data["text/html"] for output in shown if "text/html" in output.get("data", {})]
    assert len(frames) == 6
    assert "0013" in frames[1]
