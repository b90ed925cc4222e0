"""The pytest plugin, in runs of pytest's own: what each rule becomes, what is printed, and that the page for users works."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import LOCAL_RULE, ROOT

import casecheck
from casecheck.cache import cache_folder
from casecheck.findings.outcome import Outcome, Status, Tally
from casecheck.testing import extract_audit
from casecheck.testing.extract_audit import Asked, ExtractAudit
from casecheck.testing.judging import judge

PAGE = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"`([\w./-]+)`:\n\n```\w+\n(.*?)```", PAGE, re.DOTALL))
"""The files that the page shows, by name."""
COMPILED = str(cache_folder())
AUDIT = ("--casecheck-extract", "extract", "--casecheck-as-of", "2026-03-31", "--casecheck-select", "VIS-CP")
CHILDREN = ("1001", "1002", "P1", "P2", "V1", "V2", "V3", "2017-09-14", "14/09/2017", "2026-03-05", "05/03/2026")
"""What stands in the cells of the page's extract, but for codes."""

Run = Callable[..., pytest.RunResult]


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """A run inside this process forgets what it was the first to import, and some libraries can be imported once only."""
    casecheck.audit(ROOT / "examples" / "carefirst", as_of="2026-03-31", select=["VIS-CP-001"], policy={})


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run pytest in a project that has the page's extract, with this plugin and no other that is installed here."""
    monkeypatch.setenv("CASECHECK_CACHE_DIR", COMPILED)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("BUILD_NUMBER", raising=False)
    write(pytester.path, "extract/person.csv", "extract/plan.csv", "extract/visit.csv")
    return lambda *words: pytester.runpytest_inprocess("-p", "casecheck.pytest_plugin", *words)


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(FILES[name], encoding="utf-8")


def outcomes(run: Run, *words: str) -> dict[str, int]:
    found = run(*words).parseoutcomes()
    return {name: count for name, count in found.items() if name not in ("warning", "warnings")}


# What becomes of a rule


def test_findings_fail_and_what_cannot_be_assessed_fails_until_it_is_allowed(run: Run, pytester: pytest.Pytester) -> None:
    done = run(*AUDIT, "-v", "-ra", "--casecheck-allow", "vis-cp-003", "--casecheck-allow", "VIS-CP-001")
    done.assert_outcomes(passed=1, failed=3, skipped=1)
    done.stdout.fnmatch_lines(
        [
            "casecheck: extract, 4 rules",
            "casecheck::extract PASSED *",
            "casecheck::VIS-CP-001 FAILED *",
            "casecheck::VIS-CP-002 FAILED *",
            "casecheck::VIS-CP-003 SKIPPED *",
            "casecheck::VIS-CP-004 FAILED *",
            "*_ VIS-CP-001 _*",
            "critical: failed in 1 of 2 records: A child on a child protection plan is seen *",
            "  records   1 fail, 1 pass, 0 not due, 0 not assessable",
            "  findings  f1:*",
            "  list      casecheck check extract --as-of 2026-03-31 --select VIS-CP-001 -o csv=findings.csv",
            "  explain   casecheck explain VIS-CP-001",
            "SKIPPED [[]1] rules/practice/vis/VIS-CP-003.yaml:1: not assessable, which is allowed: the table meeting was not supplied",
            "FAILED casecheck::VIS-CP-001 - critical: failed in 1 of 2 records*",
            "FAILED casecheck::VIS-CP-004 - not assessable: the column for visit.announced*",
        ]
    )
    assert done.ret == pytest.ExitCode.TESTS_FAILED


def test_the_first_findings_are_those_of_the_audit(run: Run, pytester: pytest.Pytester) -> None:
    result = casecheck.audit(pytester.path / "extract", as_of="2026-03-31", select=["VIS-CP-001"], policy={})
    run(*AUDIT).stdout.fnmatch_lines([f"  findings  {result.table.column('finding_id')[0].as_py()}"])


@pytest.mark.parametrize(
    ("status", "allowed", "verdict", "said"),
    [
        ("passed", False, "passed", ""),
        ("failed", True, "failed", "high: failed in 2 of 5 records: A title"),
        ("errored", True, "failed", "errored: why"),
        ("not_assessable", False, "failed", "not assessable: why"),
        ("not_assessable", True, "skipped", "not assessable, which is allowed: why"),
        ("out_of_scope", False, "skipped", "out of scope: why"),
        ("not_applicable", False, "skipped", "not applicable: why"),
    ],
)
def test_each_outcome_has_its_verdict(tmp_path: Path, status: Status, allowed: bool, verdict: str, said: str) -> None:
    assert judged(tmp_path, status, allow=("VIS-CP-001",) if allowed else ()) == (verdict, said)


@pytest.mark.parametrize(
    ("fail_on", "incomplete", "allowed", "verdict"),
    [
        ("critical", False, False, "expected"),
        ("high", False, False, "failed"),
        ("critical", True, False, "failed"),
        ("critical", True, True, "skipped"),
    ],
)
def test_findings_below_the_level_are_expected_unless_the_rest_was_not_assessed(
    tmp_path: Path, fail_on: str, incomplete: bool, allowed: bool, verdict: str
) -> None:
    allow = ("VIS-CP-001",) if allowed else ()
    assert judged(tmp_path, "failed", incomplete=incomplete, fail_on=fail_on, allow=allow)[0] == verdict


def judged(
    folder: Path, status: Status, incomplete: bool = False, fail_on: str = "", allow: tuple[str, ...] = ()
) -> tuple[str, str]:
    """The verdict on a rule with this outcome, and the first line of what is said."""
    write(folder, "extract/person.csv", "extract/plan.csv", "extract/visit.csv")
    made = ExtractAudit(Asked(folder / "extract", as_of="2026-03-31", select=("VIS-CP-001",), fail_on=fail_on, allow=allow))
    reasons = [] if status in ("passed", "failed") else ["why"]
    tally = Tally(passed=3, failed=2 if status == "failed" else 0)
    incomplete = incomplete or status in ("errored", "not_assessable")
    outcome = Outcome("VIS-CP-001", "A title", "high", status, reasons, tally, incomplete)
    made.__dict__["result"] = dataclasses.replace(made.result, rules=(outcome,))
    found = {one.code: one for one in judge(made)}["VIS-CP-001"]
    return found.verdict, found.said.partition("\n")[0]


def test_the_level_is_an_option_and_findings_below_it_are_listed(run: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("casecheck.toml").write_text('severity.VIS-CP-001 = "medium"\n')
    level = ("--casecheck-fail-on", "high", "-k", "VIS-CP-001", "-rx")
    done = run(*AUDIT, *level)
    done.assert_outcomes(xfailed=1, deselected=4)
    done.stdout.fnmatch_lines(["XFAIL casecheck::VIS-CP-001 - medium, which does not fail: failed in 1 of 2 records"])
    run(*AUDIT, *level, "--runxfail").assert_outcomes(failed=1, deselected=4)


def test_a_file_that_cannot_be_read_is_never_green(run: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("extract", "meeting.csv").touch()
    done = run(*AUDIT, "-k", "extract")
    done.assert_outcomes(failed=1, deselected=4)
    done.stdout.fnmatch_lines(
        ["1 file could not be read", "  meeting.csv: empty file*IN004*", "  look      casecheck inspect extract *"]
    )


def test_an_extract_for_which_no_rule_is_in_scope_is_never_green(run: Run) -> None:
    workbook = str(ROOT / "examples" / "annex_a" / "annex_a.xlsx")
    done = run(f"--casecheck-extract={workbook}", "--casecheck-as-of", "2026-03-31", "--casecheck-select", "VIS-CP-001", "-rs")
    done.assert_outcomes(failed=1, skipped=1)
    done.stdout.fnmatch_lines(
        [
            "none of the 1 selected rule is within the source's scope",
            "SKIPPED [[]1] rules/practice/vis/VIS-CP-001.yaml:1: out of scope: *",
        ]
    )


def test_limits_that_the_policy_widens_are_said(run: Run, pytester: pytest.Pytester) -> None:
    policy = pytester.path / "ours.toml"
    policy.write_text('[parameters.CPP-001]\nlimit = "30 working days"\n')
    done = run(*AUDIT[:4], "--casecheck-select", "CPP-001", "--casecheck-policy", "ours.toml")
    done.stdout.fnmatch_lines(["*= casecheck =*", "local policy is looser than the statutory limit: CPP-001: *"])
    done.stdout.fnmatch_lines(["  explain   casecheck explain CPP-001 --config ours.toml"])


def test_a_rule_of_the_authority_s_own_is_an_item_too(run: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("casecheck.toml").write_text('rule_folders = ["rules"]\nselect = ["VIS-XX-001"]\n')
    pytester.path.joinpath("rules").mkdir()
    pytester.path.joinpath("rules", "VIS-XX-001.yaml").write_text(LOCAL_RULE)
    run(*AUDIT[:4], "-k", "VIS-XX-001").assert_outcomes(passed=1, deselected=1)


# Which items, and when


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ((), ["extract", "VIS-CP-001", "VIS-CP-002", "VIS-CP-003", "VIS-CP-004"]),
        (("-k", "VIS-CP-001 or VIS-CP-002"), ["VIS-CP-001", "VIS-CP-002"]),
        (("-k", "VIS", "--deselect", "casecheck::VIS-CP-00"), []),
        (("--deselect", "casecheck::VIS-CP-003"), ["extract", "VIS-CP-001", "VIS-CP-002", "VIS-CP-004"]),
        (("--casecheck-select", "SEE-001"), ["extract", "SEE-001", "VIS-CP-001", "VIS-CP-002", "VIS-CP-003", "VIS-CP-004"]),
    ],
)
def test_items_are_chosen_as_tests_are(run: Run, words: tuple[str, ...], wanted: list[str]) -> None:
    listed = run(*AUDIT, "--collect-only", "-q", *words).outlines
    assert [line.removeprefix("casecheck::") for line in listed if line.startswith("casecheck::")] == wanted


def test_an_item_stands_below_its_family(run: Run) -> None:
    listed = run(*AUDIT, "--collect-only").stdout
    listed.fnmatch_lines(["<Audit casecheck>", "  <Rule extract>", "  <Family VIS>", "    <Rule VIS-CP-001>"])


def test_the_last_failures_run_again(run: Run) -> None:
    assert outcomes(run, *AUDIT) == {"passed": 1, "failed": 4}
    assert outcomes(run, *AUDIT, "--lf") == {"failed": 4, "deselected": 1}


def test_an_extract_of_the_configuration_is_audited_when_pytest_is_not_pointed_elsewhere(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyprojecttoml(
        "[tool.pytest.ini_options]\ncasecheck_extract = 'extract'\ncasecheck_as_of = '2026-03-31'\ncasecheck_select = ['VIS-CP']\n"
        "casecheck_allow = ['VIS-CP-002', 'VIS-CP-003', 'VIS-CP-004']\n"
    )
    pytester.makepyfile(test_own="def test_own(casecheck_run):\n    assert len(casecheck_run.rules) == 4\n")
    assert outcomes(run) == {"passed": 2, "failed": 1, "skipped": 3}
    assert outcomes(run, "test_own.py") == {"passed": 1}
    assert outcomes(run, "test_own.py", "--casecheck-extract", "extract") == {"passed": 2, "failed": 1, "skipped": 3}
    assert outcomes(run, "--casecheck-allow", "VIS-CP-002") == {"passed": 2, "failed": 3, "skipped": 1}


def test_the_audit_is_made_once_and_the_fixture_shares_it(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = counting(monkeypatch)
    pytester.makepyfile(
        "def test_counts(casecheck_run):\n    assert casecheck_run.count('critical') == 1\n"
        "def test_again(casecheck_run):\n    assert casecheck_run.as_of.isoformat() == '2026-03-31'\n"
    )
    assert outcomes(run, *AUDIT) == {"passed": 3, "failed": 4}
    assert made == [1]
    assert outcomes(run, *AUDIT, "-k", "not casecheck and not test_", "--collect-only") == {"deselected": 7}
    assert made == [1]


def test_workers_are_handed_what_the_main_process_found(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that audited would have an engine."""
    made = counting(monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    pytester.makepyfile(
        "import sys\n"
        "def test_own(worker_id):\n"
        "    assert worker_id.startswith('gw')\n"
        "    assert not {'duckdb', 'pydantic', 'pyarrow'} & set(sys.modules)\n"
    )
    done = run(*AUDIT, "-p", "xdist", "-n", "2", "--casecheck-allow", "VIS-CP-003", "-rs")
    done.assert_outcomes(passed=2, failed=3, skipped=1)
    done.stdout.fnmatch_lines(
        ["critical: failed in 1 of 2 records: *", "SKIPPED [[]1] rules/practice/vis/VIS-CP-003.yaml:1: not assessable*"]
    )
    assert made == [1]


def counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for every audit that this process makes from here on."""
    made: list[int] = []
    monkeypatch.setattr(extract_audit, "audit", lambda *given, **settings: made.append(1) or casecheck.audit(*given, **settings))
    return made


# What is wrong with the asking


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--casecheck-extract", "extracts"), "extracts: no such file or folder [[]IN001]*"),
        (
            ("--casecheck-extract", "extract", "--casecheck-policy", "wrong.toml"),
            "*wrong.toml:1: fail_om: no such key (nearest: fail_on*)",
        ),
        (
            ("--casecheck-extract", "extract", "--casecheck-policy", "misspelt.toml"),
            "*severity.VIS-CP-01: no rule is called 'VIS-CP-01'",
        ),
        (("--casecheck-extract", "extract", "--casecheck-policy", "none.toml"), "*none.toml: no such policy file"),
        (("--casecheck-extract", "extract", "--casecheck-select", "VIZ"), "*no rule matches 'VIZ' in --casecheck-select"),
        (("--casecheck-extract", "extract", "--casecheck-allow", "VIS-CP-01"), "*no rule is called 'VIS-CP-01'"),
        (("--casecheck-extract", "extract", "--casecheck-as-of", "31/03/2026"), "*'31/03/2026' is not a day"),
        (("--casecheck-extract", "extract", "--casecheck-profile", "modell"), "*there is no profile 'modell'"),
        (("--casecheck-extract", "extract", "--casecheck-fail-on", "severe"), "*'severe' is no level for --casecheck-fail-on"),
        (("--casecheck-select", "VIS"), "*--casecheck-select was given, and nothing to audit"),
        (("--casecheck-extract", "nothing"), "*nothing: no .csv, *files here [[]IN002]"),
    ],
)
def test_a_wrong_setting_stops_the_run_with_advice(
    run: Run, pytester: pytest.Pytester, words: tuple[str, ...], said: str
) -> None:
    pytester.path.joinpath("wrong.toml").write_text('fail_om = "high"\n')
    pytester.path.joinpath("misspelt.toml").write_text('severity.VIS-CP-01 = "high"\n')
    pytester.path.joinpath("nothing").mkdir()
    done = run(*words)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"ERROR: *{said}"])
    if "wrong.toml" not in words:
        done.stderr.fnmatch_lines(["*  help: *"])
    assert "Traceback" not in str(done.stderr) + str(done.stdout)


def test_a_failure_of_casecheck_s_own_is_told_without_its_text(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("CANARYBIRD")

    monkeypatch.setattr(extract_audit, "audit", fail)
    done = run(*AUDIT)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: casecheck itself failed (ValueError at extract_audit.py:*)"])
    assert "CANARYBIRD" not in str(done.stderr) + str(done.stdout)


def test_the_fixture_without_an_extract_says_what_to_do(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_counts(casecheck_run):\n    pass\n")
    done = run()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["casecheck_run has nothing to audit", "  help: name an extract: pytest --casecheck-extract PATH*"])


# What is printed


def test_nothing_printed_holds_a_child(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "def test_counts(casecheck_run):\n    failed = casecheck_run.with_status('failed')\n    assert casecheck_run.count('low') == 0\n"
        "def test_rules(casecheck_run):\n    assert casecheck_run.with_status('failed') == []\n"
        "def test_it(casecheck_run):\n    assert not casecheck_run\n"
    )
    done = run(*AUDIT, "-vv", "-l", "-ra", "--junitxml=report.xml")
    done.assert_outcomes(passed=1, failed=7)
    printed = str(done.stdout) + str(done.stderr) + pytester.path.joinpath("report.xml").read_text()
    assert "<AuditResult as of 2026-03-31: 1 finding," in printed
    assert [cell for cell in CHILDREN if re.search(rf"(?<![\w:]){cell}(?!\w)", printed)] == []


def test_the_junit_report_has_a_case_a_rule(run: Run, pytester: pytest.Pytester) -> None:
    run(*AUDIT, "--casecheck-allow", "VIS-CP-003", "--junitxml=report.xml")
    cases = {case.get("name"): case for case in ET.parse(pytester.path / "report.xml").iter("testcase")}
    assert list(cases) == ["extract", "VIS-CP-001", "VIS-CP-002", "VIS-CP-003", "VIS-CP-004"]
    assert {case.get("classname") for case in cases.values()} == {"casecheck"}
    numbers = {one.get("name"): one.get("value") for one in cases["VIS-CP-001"].iter("property")}
    assert numbers == {
        "title": "A child on a child protection plan is seen at least every 10 working days",
        "severity": "critical", "outcome": "failed", "fail": "1", "pass": "1", "not_due": "0", "not_assessable": "0",
    }  # fmt: skip
    failure, skipped = cases["VIS-CP-001"].find("failure"), cases["VIS-CP-003"].find("skipped")
    assert failure is not None
    assert (failure.get("message") or "").startswith("critical: failed in 1 of 2 records: A child on a child protection plan")
    assert skipped is not None
    assert skipped.get("message") == "not assessable, which is allowed: the table meeting was not supplied"


# What it costs those who did not ask


def test_the_plugin_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"casecheck": "casecheck.pytest_plugin"}


def test_a_run_without_an_extract_imports_nothing_of_casecheck(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_own():\n    pass\n")
    asked = (
        "import sys, pytest\n"
        "assert pytest.main(['-p', 'casecheck.pytest_plugin']) == 0\n"
        "own = sorted(name for name in sys.modules if name.startswith('casecheck'))\n"
        "assert own == ['casecheck', 'casecheck.lazily', 'casecheck.pytest_plugin'], own\n"
        "assert not {'duckdb', 'pydantic', 'pyarrow', 'pandas'} & set(sys.modules)\n"
    )
    assert pytester.run(sys.executable, "-c", asked).ret == 0


def test_the_core_path_imports_nothing_of_pytest() -> None:
    audited = (
        "import sys, casecheck\n"
        "from casecheck.testing import assert_rule\n"
        f"casecheck.audit({str(ROOT / 'examples' / 'carefirst')!r}, as_of='2026-03-31', select=['VIS-CP-001'], policy={{}})\n"
        "assert not [name for name in sys.modules if name.partition('.')[0] in ('pytest', '_pytest', 'hypothesis', 'xdist')]\n"
    )
    env = {"PYTHONPATH": str(ROOT / "src"), "CASECHECK_CACHE_DIR": COMPILED, "PATH": ""}
    done = subprocess.run([sys.executable, "-c", audited], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# The page


@pytest.mark.slow
def test_the_page_works_from_top_to_bottom(run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is written, every command run, and what the page says is printed is printed."""
    shutil.rmtree(pytester.path / "extract")
    commands = 0
    printed = ""
    for name, kind, text in re.findall(r"(?:`([\w./-]+)`:\n\n)?```(\w+)\n(.*?)```", PAGE, re.DOTALL):
        if kind == "sh":
            for line in text.splitlines():
                commands += 1
                program, *words = line.split()
                if program == "pytest":
                    done = run(*words)
                    assert done.ret in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), line
                    printed = str(done.stdout)
                else:
                    assert program == "casecheck", line
                    assert pytester.run(sys.executable, "-m", "casecheck.cli", *words).ret == 0, line
        elif kind == "text":
            assert_printed(text, printed)
        elif name or kind != "console":
            assert name, f"the page does not say which file this is: {text}"
            write(pytester.path, name)
    assert commands == 10


def assert_printed(shown: str, printed: str) -> None:
    """The lines that the page shows were printed, in that order; ``...`` stands for whatever is between, or the rest of a line."""
    at = 0
    for line in shown.splitlines():
        if line != "...":
            found = printed.find(line.removesuffix("..."), at)
            assert found >= 0, f"the page says {line!r}, and pytest printed:\n{printed}"
            at = found


def test_the_page_says_every_option(run: Run) -> None:
    declared = set(re.findall(r"--casecheck-[a-z-]+", str(run("--help").stdout)))
    assert declared == set(re.findall(r"--casecheck-[a-z-]+", PAGE))
