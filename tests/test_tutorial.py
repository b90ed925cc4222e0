"""The tutorial works as it is written: its files are saved, its commands are run, and what it shows is what they say."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from tests.conftest import ROOT

from casecheck.cli import main

PAGE = (ROOT / "docs" / "tutorial-first-rule.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
PIPELINE = [text for kind, text in BLOCKS if text.startswith("steps:")]
RULE = Path("rules") / "VIS-XX-001.yaml"


def asked(shown: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what it printed."""
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in re.split(r"^> ", shown, flags=re.MULTILINE)[1:]]


def run(command: str, monkeypatch: pytest.MonkeyPatch) -> tuple[object, str]:
    """The exit code of a command of the page, and everything that it prints."""
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            main()
        except SystemExit as ended:
            return ended.code or 0, said.getvalue()
    return 0, said.getvalue()


def write(kind: str, text: str) -> None:
    """Save a file of the page, or the part of the rule that a block replaces or adds."""
    if kind == "toml":
        Path("casecheck.toml").write_text(text, encoding="utf-8")
    elif text.startswith("id:"):
        RULE.write_text(text, encoding="utf-8")
    elif text.startswith("  - name:"):
        RULE.write_text(RULE.read_text(encoding="utf-8") + text, encoding="utf-8")
    else:
        key = text.partition(":")[0]
        changed, times = re.subn(rf"^{key}:.*\n(?: .*\n)*", lambda _: text, RULE.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert times == 1, key
        RULE.write_text(changed, encoding="utf-8")


@pytest.mark.slow
def test_the_page_is_true_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "examples" / "carefirst", tmp_path / "extract")
    monkeypatch.chdir(tmp_path)
    codes: dict[str, list[object]] = {}
    for kind, text in BLOCKS:
        if kind != "console":
            if text not in PIPELINE:
                write(kind, text)
            continue
        for command, shown in asked(text):
            code, said = run(command, monkeypatch)
            assert said.replace("\\", "/") == shown, command
            codes.setdefault(" ".join(command.split()[1:3]), []).append(code)
    assert codes == {"rules new": [0], "rules test": [0, 1, 0, 0, 0], "rules lint": [1, 0], "check extract": [0, 0, 0, 1]}
    assert len((tmp_path / "findings.csv").read_text(encoding="utf-8").splitlines()) == 6


def test_the_pipeline_runs_what_the_page_has_run() -> None:
    steps = re.findall(r"- run: (.*)", "".join(PIPELINE))
    ran = {command for kind, text in BLOCKS if kind == "console" for command, _ in asked(text)}
    assert len(steps) == 2
    assert set(steps) <= ran
