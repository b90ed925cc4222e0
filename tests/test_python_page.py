"""The page on Python works from itself alone: every snippet runs from top to bottom in a notebook with a real kernel."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
SNIPPETS: list[str] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
FIRST = "import warnings\nwarnings.simplefilter('error')"
LAST = """
assert seen.rule("VIS-CP-001").status == "not_assessable"
assert annex.extract.profile == "annex_a"
assert len(late) > len(visits.findings[visits.findings["rule_id"] == "VIS-CP-001"]) > 0
try:
    visits.due_within(1)
except casecheck.CasecheckError as problem:
    assert "closed" in str(problem)
else:
    raise AssertionError("a closed result was asked")
"""


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a copy of the repository, as far as the page needs one."""
    shutil.copytree(ROOT / "examples" / "carefirst", tmp_path / "examples" / "carefirst")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return tmp_path


@pytest.mark.slow
def test_a_notebook_of_the_page_runs_in_a_real_kernel(copy: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in (FIRST, *SNIPPETS, LAST)])
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(copy)}}).execute()
    shown = [output for cell in notebook.cells for output in cell.outputs]
    assert [output for output in shown if output.output_type == "stream" and output.name != "stdout"] == []
    first = notebook.cells[1].outputs[0].data
    assert "<caption>" in first["text/html"]
    assert first["text/plain"].startswith("<AuditResult as of 2026-03-31: ")
    frames = [output.data["text/html"] for output in shown if "text/html" in output.get("data", {})]
    assert len(frames) == 6
    assert "0013" in frames[1]
    assert {path.name for path in copy.glob("*.*")} == {"findings.csv", "run.json", "run.jsonl", "findings.parquet"}
