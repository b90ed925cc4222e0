"""Synthetic extracts: the same bytes each time, nothing found that was not planted, and nothing half written."""

from __future__ import annotations

import csv
import json
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from tests.conftest import ROOT
from typer.testing import CliRunner

import casecheck
from casecheck.cli import app
from casecheck.errors import CasecheckError
from casecheck.model import load_model
from casecheck.stories.breaches import BREACHES
from casecheck.stories.dirt import HARMLESS, SheetDirt, plan_dirt, soil
from casecheck.stories.families import KINDS
from casecheck.synthesis import Order, read_wanted, synthesise
from casecheck.synthesis.planning import AREA, plan_areas
from casecheck.synthesis.shares import PER_10_000, children_by_story
from casecheck.synthesis.wanted import wanted_from

AS_OF = date(2026, 3, 31)
FEW = {"VIS-CP-001": 2, "ASM-001": 2, "CLA-002": 1, "INT-006": 2, "INT-012": 1, "CLO-001": "1%", "VOI-006": 1}

Key = tuple[str, str, str, str]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def audited(out: Path) -> tuple[casecheck.AuditResult, list[dict[str, str]]]:
    """The audit, and the findings about records: what stands above them (rates, teams) follows from these."""
    account = json.loads((out / "truth.json").read_text(encoding="utf-8"))
    result = casecheck.audit(
        out / "extract", profile=account["profile"], as_of=account["as_of"], policy=out / "casecheck.toml", keep_rejects=True
    )
    return result, [row for row in result.table.to_pylist() if row["subject_table"] not in load_model().made]


def key(row: dict[str, str]) -> Key:
    return (row["rule_id"], row["child_id"] or "", row["subject_table"], row["subject_key"])


def unexpected(out: Path, findings: list[dict[str, str]]) -> set[Key]:
    """What was found, and is neither planted, nor goes with it, nor is a date that was made unreadable."""
    truth = rows(out / "truth.csv")
    also = {(rule, row["child_id"]) for row in truth for rule in row["goes_with"].split()}
    unreadable = {("INT-012", row["child_id"]) for row in rows(out / "unreadable.csv")}
    return {found for found in set(map(key, findings)) - set(map(key, truth)) if found[:2] not in also | unreadable}


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(*arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from casecheck.cli import main; main()", "synth", *map(str, arguments)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("profile", ["model", pytest.param("carefirst", marks=pytest.mark.slow)])
def test_nothing_is_found_in_a_clean_extract(tmp_path: Path, profile: str) -> None:
    synthesise(tmp_path / "made", Order(400, AS_OF, profile, seed=4))
    result, _ = audited(tmp_path / "made")
    assert result.table.to_pylist() == []
    assert [outcome.rule_id for outcome in result.with_status("errored")] == []
    assert len(result.with_status("passed")) > (100 if profile == "model" else 80)


@pytest.mark.slow
def test_dirt_hides_nothing_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    out = tmp_path / "made"
    whole = synthesise(out, Order(400, AS_OF, "model", 25, wanted_from(FEW), "realistic"))
    result, findings = audited(out)
    truth = rows(out / "truth.csv")
    assert Counter(row["rule_id"] for row in truth)["CLO-001"] == 1
    assert len(truth) == 10
    assert Counter(map(key, truth)) - Counter(map(key, findings)) == Counter()
    assert unexpected(out, findings) == set()
    assert {kind.name for kind in HARMLESS} <= set(whole.dirt)
    read = {account.file: account for account in result.extract.accounts}
    assert {name: account.read for name, account in read.items()} == whole.rows
    assert all(account.balances for account in read.values())


@pytest.mark.slow
def test_breaches_in_another_layout_are_found_through_the_dirt(tmp_path: Path) -> None:
    out = tmp_path / "made"
    synthesise(out, Order(300, AS_OF, "carefirst", 3, wanted_from({"VIS-CP-001": 3, "CLA-002": 2, "INT-006": 2}), "realistic"))
    _, findings = audited(out)
    assert {key(row) for row in rows(out / "truth.csv")} <= {key(row) for row in findings}
    assert unexpected(out, findings) == set()


@pytest.mark.slow
def test_the_same_order_gives_the_same_bytes_by_any_number_of_processes(tmp_path: Path) -> None:
    asked = tmp_path / "breaches.toml"
    asked.write_text('[breaches]\n"VIS-CP-001" = 3\nall = 1\n', encoding="utf-8")
    arguments = ("--children", "2100", "--as-of", "2026-03-31", "--breaches", asked, "--dirt", "realistic")
    made = [run(tmp_path / many, *arguments, "--processes", many) for many in ("1", "2")]
    assert [(each.communicate()[1].count("written: "), each.returncode) for each in made] == [(1, 0), (1, 0)]
    assert everything(tmp_path / "1") == everything(tmp_path / "2")
    people = [row["person_id"] for row in rows_of(tmp_path / "1" / "extract" / "person.csv") if row["person_id"].strip()]
    assert len({person.strip() for person in people}) > 2100


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a file, below a title if there is one."""
    text = path.read_text(encoding="utf-8-sig").splitlines()
    begin = next(place for place, line in enumerate(text) if "person_id" in line)
    return list(csv.DictReader(text[begin:], delimiter=";" if ";" in text[begin] else ","))


def test_another_seed_gives_another_extract(tmp_path: Path) -> None:
    for seed in (1, 2):
        synthesise(tmp_path / str(seed), Order(20, AS_OF, seed=seed))
    assert (tmp_path / "1/extract/person.csv").read_bytes() != (tmp_path / "2/extract/person.csv").read_bytes()


def test_a_folder_that_holds_something_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "made"
    order = Order(5, AS_OF)
    synthesise(out, order)
    with pytest.raises(CasecheckError, match="is there already"):
        synthesise(out, order)
    synthesise(out, Order(6, AS_OF), force=True)
    assert json.loads((out / "truth.json").read_text(encoding="utf-8"))["children"] == 6
    (out / "ours.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(CasecheckError, match="did not write"):
        synthesise(out, order, force=True)
    assert (out / "ours.txt").read_text(encoding="utf-8") == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_nothing(tmp_path: Path, told: signal.Signals) -> None:
    made = run(tmp_path / "made", "--children", "200000", "--as-of", "2026-03-31", "--processes", "2")
    until = time.monotonic() + 60
    while not any(tmp_path.glob(".made.*/parts/*")) and time.monotonic() < until:
        time.sleep(0.05)
    made.send_signal(told)
    _, said = made.communicate(timeout=60)
    assert made.returncode == 130
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[breaches]\n"VIS-CP-01" = 3', "nearest: VIS-CP-001"),
        ('[breaches]\n"CAS-001" = 3', "no breach of CAS-001 can be planted"),
        ('[breaches]\n"VIS-CP-001" = "many"', "neither a number nor a share"),
        ('[breaches]\n"VIS-CP-001" = true', "neither a number nor a share"),
        ('[breaches]\n"VIS-CP-001" = "101%"', "neither a number nor a share"),
        ('[breach]\n"VIS-CP-001" = 3', "unknown key 'breach'"),
        ("", "there is no [breaches]"),
        ("[breaches", "not valid TOML"),
    ],
)
def test_a_list_of_breaches_is_checked(tmp_path: Path, text: str, said: str) -> None:
    asked = tmp_path / "breaches.toml"
    asked.write_text(text, encoding="utf-8")
    with pytest.raises(CasecheckError) as problem:
        read_wanted(asked)
    assert said in str(problem.value)


def test_a_breach_that_the_layout_cannot_show_is_refused_by_name_and_left_out_of_all(tmp_path: Path) -> None:
    with pytest.raises(CasecheckError, match="CLA-006 would not be seen in this layout"):
        plan_areas(Order(50, AS_OF, "carefirst", wanted=wanted_from({"CLA-006": 1})))
    planned = {
        name for area in plan_areas(Order(400, AS_OF, "carefirst", wanted={"all": 1})) for name, size in area.tellings if not size
    }
    assert "VIS-CP-001" in planned
    assert "CLA-006" not in planned


def test_orders_that_cannot_be_filled_are_refused() -> None:
    with pytest.raises(CasecheckError, match="need 128 children"):
        plan_areas(Order(100, AS_OF, wanted={"all": 1}))
    for wrong in ({"children": 0}, {"as_of": date(2001, 1, 1)}, {"dirt": "mud"}):
        with pytest.raises(CasecheckError):
            Order(**{"children": 10, "as_of": AS_OF, **wrong})


def test_stories_are_told_in_their_shares() -> None:
    assert set(PER_10_000) == set(KINDS)
    dealt = children_by_story(5000)
    assert sum(dealt.values()) == 5000
    assert max(dealt, key=lambda story: dealt[story]) == "advice"
    assert all(children_by_story(1000).values())
    assert sum(children_by_story(7).values()) == 7


@pytest.mark.parametrize("children", [1, 999, 1001, 3500])
def test_areas_share_the_children_out(children: int) -> None:
    areas = plan_areas(Order(children, AS_OF))
    sizes = [sum(size for _, size in area.tellings) for area in areas]
    assert sum(sizes) == children
    assert max(sizes) <= AREA + 3
    assert max(sizes) - min(sizes) <= 6


def test_every_breach_says_what_it_is_and_whose_story_it_is_like() -> None:
    assert all(breach.what.endswith(".") and breach.story in KINDS for breach in BREACHES.values())


def test_dirt_is_the_same_for_the_same_chance_and_keeps_every_row() -> None:
    headings, types = ["child", "seen", "plan"], {"child": "id", "seen": "date", "plan": "code"}
    cells = [[f"P{number}", "2026-03-05", "cp"] for number in range(1000)]
    planned = plan_dirt(headings, types, random.Random(3), spoil=True)
    assert planned == plan_dirt(headings, types, random.Random(3), spoil=True)
    months = SheetDirt({"seen": next(kind for kind in HARMLESS if kind.name == "a month by its name")})
    assert soil(months, headings, cells, random.Random(1)).rows[0] == ["P0", "05-Mar-2026", "cp"]
    spoilt = soil(SheetDirt(unreadable="seen"), headings, cells, random.Random(1), "child", {f"P{n}" for n in range(999)})
    assert {row[1] for row in spoilt.rows[:999]} == {"2026-03-05"}
    assert cells[0] == ["P0", "2026-03-05", "cp"]


def test_the_page_s_python_and_toml_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "synthetic-extracts.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for snippet in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(snippet, "synthetic-extracts.md", "exec"), {})
    assert len(json.loads(capsys.readouterr().out.replace("'", '"'))) == 2
    for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL):
        (tmp_path / "breaches.toml").write_text(block, encoding="utf-8")
        assert read_wanted(tmp_path / "breaches.toml") == {"VIS-CP-001": 25, "VIS-CP-002": 0.02, "all": 3}
    assert all(kind.name in page for kind in HARMLESS)


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["synth", str(tmp_path / "made"), "--children", "1", "--as-of", "2026-03-31"])
    assert done.exit_code == 0, done.output
    assert "1 child, " in done.stderr
    assert "0 breaches planted" in done.stderr
    assert "synthetic" in (tmp_path / "made" / "README.txt").read_text(encoding="utf-8")
