"""More than fits into the memory: limits, the private folder that a run spills into, and findings that stay in the engine."""

from __future__ import annotations

import gc
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from benchmarks.large_extract import generate
from tests.conftest import ROOT
from typer.testing import CliRunner

import casecheck
from casecheck import asking
from casecheck.asking import Question
from casecheck.cli import app
from casecheck.engines import duckdb as engine_module
from casecheck.engines import spilling
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.engines.spilling import FOLDER_VARIABLE, LIMIT_VARIABLE, MemoryLimitError, Room, Spill, room_for
from casecheck.errors import CasecheckError
from casecheck.findings import store
from casecheck.findings.outcome import Tally
from casecheck.planning import RuleRun
from casecheck.reports import FOLDER, FORMATS, render, write_report
from casecheck.rules.slicing import FINEST

DAY = "2025-03-31"
FEW = ["VIS-CP", "ASM-001"]
"""Rules enough, where only what becomes of the engine is asked."""
TALLIED = asking._tallied
HOURS_AGO = time.time() - 10_000


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LIMIT_VARIABLE, raising=False)
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extract")
    generate(folder, 3_000, 60_000)
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "spill"
    folder.mkdir()
    return folder


@pytest.fixture
def _every_extract_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "_SMALL", 0)
    monkeypatch.setattr(store, "_FEW", 0)


def test_what_does_not_fit_is_spilled_after_the_lock_into_a_folder_that_only_its_owner_can_enter(place: Path) -> None:
    engine = DuckDBEngine(date(2025, 3, 31), room=Room(200_000_000, place))
    try:
        engine.suit(10**9)
        engine.lock()
        engine.create("large", "SELECT i, md5(CAST(i AS VARCHAR)) AS text FROM range(6000000) AS t(i)")
        assert engine.rows("SELECT sum(temporary_storage_bytes) > 0 FROM duckdb_memory()") == [(True,)]
        assert engine.rows("SELECT count(*), count(DISTINCT i % 1000), max(text) > 'ff' FROM large") == [(6_000_000, 1000, True)]
        (folder,) = place.iterdir()
        assert len(list(folder.iterdir())) > 1
        if os.name == "posix":
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        engine.close()
    assert list(place.iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("_every_extract_is_large")
def test_a_small_limit_gives_the_same_findings(extract: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with casecheck.audit(extract, as_of=DAY, memory_limit="250MB", temp_dir=place) as limited:
        found = {name: render(limited, name) for name in FORMATS if name != FOLDER}
    assert list(place.iterdir()) == []
    monkeypatch.undo()
    usual = casecheck.audit(extract, as_of=DAY)
    assert len(usual.found) > 1000
    assert [name for name in found if render(usual, name) != found[name]] == []


def test_a_question_that_needs_more_than_the_limit_is_an_error_with_advice(place: Path) -> None:
    engine = DuckDBEngine(date(2025, 3, 31), room=Room(20_000_000, place))
    try:
        with pytest.raises(MemoryLimitError, match="the memory limit is too small for this extract\n  help: give --memory-limit"):
            engine.rows("SELECT list(md5(CAST(i AS VARCHAR))) FROM range(3000000) AS t(i)")
    finally:
        engine.close()


def _answers_only_slices_as_fine_as(least: int) -> Callable[[RuleRun, list[Question]], list[Tally]]:
    """A stand-in for a small memory: what can be asked in slices does not fit until they are fine enough."""

    def tallied(run: RuleRun, asked: list[Question]) -> list[Tally]:
        if any(question.variant.apart and question.key not in run.scanned and question.slice.of < least for question in asked):
            raise MemoryLimitError
        return TALLIED(run, asked)

    return tallied


@pytest.mark.slow
def test_what_is_asked_in_slices_gives_the_same_findings_counts_and_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    source, options = ROOT / "examples" / "carefirst", {"as_of": "2026-03-31", "due_within": 20, "keep_verdicts": False}
    usual = casecheck.audit(source, **options)
    monkeypatch.setattr(asking, "_tallied", _answers_only_slices_as_fine_as(4))
    in_slices = casecheck.audit(source, **options)
    assert not any(outcome.status == "errored" for outcome in in_slices.rules)
    assert [name for name in FORMATS if name != FOLDER and render(usual, name) != render(in_slices, name)] == []


def test_when_even_the_finest_slice_does_not_fit_the_rule_is_errored(extract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_tallied", _answers_only_slices_as_fine_as(2 * FINEST))
    with casecheck.audit(extract, as_of=DAY, select=["VIS-CP-001"], keep_verdicts=False) as result:
        (outcome,) = result.rules
    assert (outcome.status, outcome.reasons) == ("errored", ["stopped with MemoryLimitError"])


def test_what_some_slices_found_stands_when_another_does_not_fit(extract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def tallied(run: RuleRun, asked: list[Question]) -> list[Tally]:
        if any(question.slice.rest == 0 for question in asked):
            raise MemoryLimitError
        return TALLIED(run, asked)

    with casecheck.audit(extract, as_of=DAY, select=["VIS-CP-001"], keep_verdicts=False) as result:
        usual = set(result.table["finding_id"].to_pylist())
    monkeypatch.setattr(asking, "_tallied", tallied)
    with casecheck.audit(extract, as_of=DAY, select=["VIS-CP-001"], keep_verdicts=False) as result:
        (outcome,), found = result.rules, set(result.table["finding_id"].to_pylist())
    assert outcome.status == "errored"
    assert found < usual
    assert outcome.tally.failed == len(found) > 0.9 * len(usual)


def test_without_a_room_an_engine_writes_to_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    engine = DuckDBEngine(date(2025, 3, 31))
    assert engine.rows("SELECT current_setting('temp_directory')") == [("",)]
    engine.close()
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_gone_after_an_error(extract: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        assert len(list(place.iterdir())) == 1
        raise RuntimeError

    monkeypatch.setattr("casecheck.auditing.run_rules", fail)
    with pytest.raises(RuntimeError):
        casecheck.audit(extract, as_of=DAY, temp_dir=place)
    assert list(place.iterdir()) == []


def _started(extract: Path, place: Path, out: Path, size: int) -> subprocess.Popen[bytes]:
    """A run in a process of its own, that has made its folder. ``size`` is from which an extract is large."""
    code = f"from casecheck.engines import duckdb; duckdb._SMALL = {size}; from casecheck.cli import main; main()"
    command = [sys.executable, "-c", code, "check", str(extract), "--as-of", DAY, "--temp-dir", str(place), "-o", f"csv={out}"]
    run = subprocess.Popen(command, stderr=subprocess.PIPE)
    for _ in range(600):
        if any(place.glob("*/in-use")):
            return run
        assert run.poll() is None, run.stderr and run.stderr.read()
        time.sleep(0.05)
    raise AssertionError("the run made no folder")


@pytest.mark.skipif(os.name != "posix", reason="the signal of Ctrl-C is sent in the POSIX way")
@pytest.mark.parametrize("size", [0, 10**9])
def test_the_folder_is_gone_after_ctrl_c_and_nothing_is_written(extract: Path, place: Path, tmp_path: Path, size: int) -> None:
    out = tmp_path / "out" / "findings.csv"
    out.parent.mkdir()
    run = _started(extract, place, out, size)
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert b"Traceback" not in said
    assert list(place.iterdir()) == list(out.parent.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="a process is killed in the POSIX way")
def test_what_a_killed_run_leaves_the_next_one_removes(extract: Path, example: Path, place: Path, tmp_path: Path) -> None:
    run = _started(extract, place, tmp_path / "findings.csv", 0)
    run.kill()
    run.communicate()
    (left,) = place.iterdir()
    os.utime(left / "in-use", (HOURS_AGO, HOURS_AGO))
    casecheck.audit(example, as_of="2026-03-31", temp_dir=place).close()
    assert list(place.iterdir()) == []


def test_the_folder_of_a_run_that_goes_on_stays(place: Path) -> None:
    first = Spill(place)
    os.utime(first.path / "in-use", (HOURS_AGO, HOURS_AGO))
    second = Spill(place)
    assert set(place.iterdir()) == {first.path, second.path}
    first.remove()
    second.remove()
    assert list(place.iterdir()) == []


def test_a_folder_that_is_not_ours_stays(place: Path) -> None:
    (place / "casecheck-run-notes").mkdir()
    (place / "casecheck-run-notes" / "text").touch()
    Spill(place).remove()
    assert [folder.name for folder in place.iterdir()] == ["casecheck-run-notes"]


@pytest.mark.parametrize("limit", ["plenty", "2", "2 gigs", "-1GB", "GB"])
def test_a_limit_that_is_no_size_is_an_error(example: Path, limit: str) -> None:
    done = CliRunner().invoke(app, ["check", str(example), "--as-of", "2026-03-31", f"--memory-limit={limit}"])
    assert isinstance(done.exception, CasecheckError)
    assert str(done.exception) == f"'{limit}' is not a memory limit\n  help: write it as 2GB or 800MB"


def test_a_limit_that_is_too_small_is_an_error(example: Path) -> None:
    with pytest.raises(CasecheckError, match="a memory limit of 10MB is too small\n  help: give 250MB or more"):
        casecheck.audit(example, memory_limit="10MB")


def test_a_folder_for_temporary_files_that_is_not_there_is_an_error(example: Path, tmp_path: Path) -> None:
    with pytest.raises(CasecheckError, match="no such folder for temporary files"):
        casecheck.audit(example, temp_dir=tmp_path / "none")


def test_a_folder_that_cannot_be_written_to_is_an_error(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(spilling.tempfile, "mkdtemp", refuse)
    with pytest.raises(CasecheckError, match=r"can be made there \(Permission denied\)\n  help: say --temp-dir FOLDER"):
        Spill(place)


def test_sizes_are_read_in_the_usual_spellings(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert room_for("1.5GB").limit == 1_500_000_000
    assert room_for(" 800 mb ", place) == Room(800_000_000, place)
    assert room_for("1GiB").limit == 2**30
    assert room_for() == Room(None, None)
    monkeypatch.setenv(LIMIT_VARIABLE, "3GB")
    monkeypatch.setenv(FOLDER_VARIABLE, str(place))
    assert room_for() == Room(3_000_000_000, place)
    assert room_for("1GB").limit == 1_000_000_000


@pytest.mark.usefixtures("_every_extract_is_large")
def test_many_findings_stay_in_the_engine_until_they_are_asked_for(example: Path, place: Path) -> None:
    result = casecheck.audit(example, as_of="2026-03-31", temp_dir=place, keep_verdicts=False, select=FEW)
    assert len(list(place.iterdir())) == 1
    rows = sum(batch.num_rows for batch in result.batches())
    assert rows == len(result.found) == sum(result.summary()["findings"].values()) + result.summary()["due_soon"]
    assert result.table.num_rows == rows
    assert list(place.iterdir()) == []
    assert sum(batch.num_rows for batch in result.batches()) == rows == len(result.findings)


@pytest.mark.usefixtures("_every_extract_is_large")
def test_a_closed_result_keeps_its_counts_and_says_that_its_findings_are_gone(example: Path, place: Path) -> None:
    with casecheck.audit(example, as_of="2026-03-31", temp_dir=place, select=FEW) as result:
        counted = result.count("low")
    result.close()
    assert list(place.iterdir()) == []
    assert result.count("low") == counted > 0
    assert "findings" in repr(result)
    with pytest.raises(CasecheckError, match="the result is closed"):
        _ = result.table
    with pytest.raises(CasecheckError, match="the result is closed"):
        list(result.batches())


def test_few_findings_are_there_after_the_result_was_closed(example: Path, place: Path) -> None:
    with casecheck.audit(example, as_of="2026-03-31", temp_dir=place, keep_verdicts=False, select=FEW) as result:
        assert list(place.iterdir()) == []
    assert result.table.num_rows == len(result.found) > 0


@pytest.mark.parametrize("large", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_an_engine_that_is_kept_for_its_verdicts_goes_with_the_result(
    example: Path, place: Path, request: pytest.FixtureRequest, large: bool
) -> None:
    if large:
        request.getfixturevalue("_every_extract_is_large")
    with casecheck.audit(example, as_of="2026-03-31", temp_dir=place, select=FEW) as result:
        assert result.table.num_rows == len(result.findings) > 0
        assert len(list(place.iterdir())) == 1
        assert result.compliance(by=["team"])["failed"].sum() >= result.count()
        assert len(result.due_within(10)) > 0
    assert list(place.iterdir()) == []
    assert result.table.num_rows == len(result.found)
    kept = casecheck.audit(example, as_of="2026-03-31", temp_dir=place, select=FEW)
    kept.verdicts("VIS-CP-001")
    del kept
    gc.collect()
    assert list(place.iterdir()) == []


def test_the_command_line_keeps_no_engine_for_a_short_list(
    example: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[list[Path]] = []
    real = write_report

    def write(*given: Any) -> None:
        left.append(list(place.iterdir()))
        real(*given)

    monkeypatch.setattr("casecheck.reports.write_report", write)
    CliRunner().invoke(
        app,
        [
            "check",
            str(example),
            "--select",
            "VIS-CP",
            "--as-of",
            "2026-03-31",
            "--temp-dir",
            str(place),
            "-o",
            f"csv={tmp_path / 'f.csv'}",
        ],
    )
    assert left == [[]]


@pytest.mark.usefixtures("_every_extract_is_large")
def test_a_forgotten_result_lets_go_of_its_engine(example: Path, place: Path) -> None:
    result = casecheck.audit(example, as_of="2026-03-31", temp_dir=place, select=FEW)
    assert len(list(place.iterdir())) == 1
    del result
    gc.collect()
    assert list(place.iterdir()) == []


@pytest.mark.usefixtures("_every_extract_is_large")
@pytest.mark.parametrize(
    "name", ["csv", *(pytest.param(name, marks=pytest.mark.slow) for name in ("concise", "json", "jsonl", "parquet"))]
)
def test_a_report_that_is_broken_off_leaves_what_was_there(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    target = tmp_path / "findings"
    target.write_bytes(b"of last month")
    result = casecheck.audit(example, as_of="2026-03-31", select=FEW)
    whole = result.found.batches

    def broken() -> Iterator[object]:
        yield next(whole())
        raise KeyboardInterrupt

    monkeypatch.setattr(result.found, "batches", broken)
    with pytest.raises(KeyboardInterrupt):
        write_report(result, name, target)
    result.close()
    assert target.read_bytes() == b"of last month"
    assert list(tmp_path.iterdir()) == [target]
