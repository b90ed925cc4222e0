"""The command line as a user meets it: output, exit codes, and errors with advice."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from tests.conftest import LOCAL_RULE, ROOT

GOOD = "visit_id,person_id,visit_type,visit_date,child_seen,status\nV1,1,cp,2024-01-02,Y,done\nV2,2,cp,2024-01-03,Y,done\n"


def run(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "casecheck.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "extract").mkdir()
    (tmp_path / "extract" / "visit.csv").write_text(GOOD)
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "VIS-XX-001.yaml").write_text(LOCAL_RULE)
    (tmp_path / "casecheck.toml").write_text('rule_folders = ["local"]\n')
    return tmp_path / "extract"


def check(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return run("check", folder, "--profile", "model", "--as-of", "2024-06-28", *more, cwd=folder.parent)


def test_clean_is_zero(folder: Path) -> None:
    done = check(folder, "--select", "VIS-XX")
    assert done.returncode == 0
    assert "2 rows read: 2 used" in done.stdout


def test_findings_are_one_and_fail_on_moves_the_line(folder: Path) -> None:
    (folder / "visit.csv").write_text(GOOD.replace("2024-01-03", ""))
    done = check(folder, "--select", "VIS-XX")
    assert (done.returncode, "exit 1: 1 findings at or above high" in done.stderr) == (1, True)
    assert done.stdout.index("CAN THIS RUN BE RELIED ON?") < done.stdout.index("FINDINGS")
    assert check(folder, "--select", "VIS-XX", "--fail-on", "critical").returncode == 0
    assert check(folder, "--select", "VIS-XX", "--fail-on", "never").returncode == 0


def test_what_could_not_be_assessed_is_three(folder: Path) -> None:
    (folder / "visit.csv").write_text("visit_id,person_id,visit_type\nV1,1,cp\n")
    done = check(folder, "--select", "VIS-XX")
    assert done.returncode == 3
    assert "the column for visit.visit_date was not supplied" in done.stdout
    assert "None of them counts as passed" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "nothing"), "no such file or folder"),
        (("check", "extract", "--select", "VIS-CPP"), "nearest: VIS-CP"),
        (("check", "extract", "--select", "VIS-CPP"), "no rule matches 'VIS-CPP' in --select"),
        (("check", "extract", "--as-of", "31/03/2024"), "write it as 2026-03-31"),
        (("check", "extract", "-o", "cvs=x"), "nearest: csv"),
        (("check", "extract", "-o", "parquet"), "parquet needs a file"),
        (("check", "extract", "-o", "partitions"), "partitions needs a folder"),
        (("check", "extract", "--as-of", "2024-06-28", "--profile", "model", "-o", "partitions=extract"), "already there"),
        (("check", "extract", "-o", "text", "-o", "csv"), "two outputs would go to the screen"),
        (("check", "extract", "--fail-on", "bad"), "is no level for --fail-on"),
        (("check", "extract", "--config", "nothing.toml"), "no such policy file"),
        (("check", "extract", "--profile", "carefrst"), "nearest: carefirst"),
        (("check", "extract", "-o", "csv=no/such/folder/x.csv", "--as-of", "2024-06-28", "--profile", "model"), "cannot write"),
        (("explain", "VIS-CP-01"), "nearest: VIS-CP-001"),
        (("schema", "rules"), "one of: rule, policy, profile, model"),
    ],
)
def test_what_cannot_run_is_two_with_advice(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments, cwd=folder.parent)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_option_is_two(folder: Path) -> None:
    assert run("check", folder, "--selct", "VIS").returncode == 2


def test_every_format_is_written_in_one_run(tmp_path: Path, example: Path) -> None:
    formats = ("text", "concise", "csv", "json", "jsonl", "parquet", "partitions")
    outputs = [word for name in formats for word in ("-o", f"{name}={tmp_path / f'findings.{name}'}")]
    done = run("check", example, "--as-of", "2026-03-31", *outputs, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    document = json.loads((tmp_path / "findings.json").read_text())
    number = len(document["findings"])
    assert number > 100
    assert len({rule["rule_id"] for rule in document["rules"]}) == len(document["rules"])
    lines = (tmp_path / "findings.jsonl").read_text().splitlines()
    assert json.loads(lines[-1]) == {"type": "end", "findings": number}
    assert pyarrow.dataset.dataset(tmp_path / "findings.partitions", partitioning="hive").count_rows() == number
    assert [json.loads(line)["type"] for line in lines].count("finding") == number
    assert len((tmp_path / "findings.csv").read_text().splitlines()) == number + 1
    table = pq.read_table(tmp_path / "findings.parquet")
    assert table.num_rows == number
    assert b"casecheck" in table.schema.metadata
    concise = (tmp_path / "findings.concise").read_text().splitlines()
    assert all(re.match(r"^\S.*: [A-Z0-9-]+ \w+ .*\[f1:[0-9a-f]{24}\]$", line) for line in concise[-number:])


def test_rules_explain_config_schema_and_version() -> None:
    listed = run("rules", "--select", "VIS-CP")
    assert "VIS-CP-001" in listed.stdout
    page = run("explain", "VIS-CP-001", "--sql")
    assert "What to do" in page.stdout
    assert "FROM plan AS plan" in page.stdout
    assert json.loads(run("schema", "rule").stdout)["title"] == "RuleFile"
    assert '"day_convention": "day0"' in run("config", "show").stdout
    assert run("version").stdout.startswith("casecheck ")
    assert run("rules", "test", "VIS-CP-001").returncode == 0


def test_inspect_tells_what_was_read_and_what_cannot_be_assessed(folder: Path) -> None:
    done = run("inspect", folder, "--profile", "model", "--as-of", "2024-06-28", "--select", "VIS-CP-001", cwd=folder.parent)
    assert done.returncode == 0
    assert "visit.csv is visit: 2 rows read, 2 used" in done.stdout
    assert "was not supplied" in done.stdout


@pytest.mark.parametrize("command", ["check", "inspect", "rules", "explain", "config", "schema", "version"])
def test_help_is_there_for_every_command(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


@pytest.mark.parametrize("name", ["pandas", "sqlglot", "polars", "openpyxl", "holidays", "rich.console"])
def test_import_is_light(name: str) -> None:
    program = f"import sys, casecheck; sys.exit({name!r} in sys.modules or 'duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_nothing_within_scope_is_incomplete_and_never_clean(folder: Path) -> None:
    (folder.parent / "ours.yaml").write_text(
        "profile: ours\ntitle: t\nsources:\n  visit: {required: [visit_id], columns: {visit_id: []}}\n"
        "tables:\n  visit:\n    - {from: visit, fields: {visit_id: visit_id}}\n"
    )
    done = run("check", folder, "--profile", "ours.yaml", "--as-of", "2024-06-28", "--select", "SEE-001", cwd=folder.parent)
    assert done.returncode == 3
    assert "none of the selected rules is within the source's scope" in done.stderr
