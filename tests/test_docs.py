"""The README's Python runs, its links lead somewhere, and its policy is valid."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from tests.conftest import ROOT

from casecheck.cli import app
from casecheck.policy import policy_from
from casecheck.reports.input_cases import table
from casecheck.rules.spec import RuleFile
from casecheck.rules.verbs import VERBS

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("snippet", PYTHON.findall((ROOT / "docs" / "testing.md").read_text(encoding="utf-8")))
def test_the_snippets_on_testing_run(snippet: str) -> None:
    exec(compile(snippet, "docs/testing.md", "exec"), {"__name__": "snippet"})


@pytest.mark.parametrize("snippet", PYTHON.findall(README))
def test_the_snippets_run(snippet: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(snippet, "README.md", "exec"), {})
    assert "critical" in capsys.readouterr().out


def test_the_policy_of_the_readme_is_valid() -> None:
    for block in re.findall(r"```toml\n(.*?)```", README, re.DOTALL):
        policy_from(tomllib.loads(block))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_key_and_verb_is_described() -> None:
    page = (ROOT / "docs" / "writing-rules.md").read_text(encoding="utf-8")
    keys = {field.alias or name for name, field in RuleFile.model_fields.items()}
    assert [name for name in (*sorted(keys), *VERBS) if f"`{name}`" not in page] == []


def test_the_commands_of_the_readme_exist() -> None:
    known = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    known |= {group.name for group in app.registered_groups}
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
    used = set(re.findall(r"(?:^|/)casecheck (\w+)", shell, re.MULTILINE))
    assert used
    assert used <= known


def test_the_page_on_reading_lists_every_fault_of_an_input() -> None:
    page = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    assert table() in page, "replace the table of docs/reading.md with what casecheck.reports.input_cases.table() gives"
