"""``casecheck init``: from an unknown folder to a profile that runs, without a cell on the screen or a rare word in the draft."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from tests.conftest import ROOT

import casecheck
from casecheck import strict_yaml
from casecheck.errors import ProfileError
from casecheck.model import load_model
from casecheck.policy import Policy
from casecheck.profiles.drafted import Draft
from casecheck.profiles.drafting_yaml import text_of
from casecheck.profiles.likeness import percent_alike, proposals
from casecheck.profiles.loading import load_profile, shipped_profiles
from casecheck.profiles.spec import Profile
from casecheck.profiles.yaml_text import scalar
from casecheck.reports import replace_file
from casecheck.reports.draft import describe
from casecheck.starting import Start, start

DAY = date(2026, 3, 31)
COMMAND = "casecheck check extract --profile ours.yaml"
RENAMED = {
    "persons.csv": {
        "Care First ID": "Person Nubmer",
        "D.O.B.": "Birth Date",
        "Ethnic Origin": "Ethnic Orign",
        "Restricted": "Zone",
    },
    "plans.csv": {"Form Type": "Plan Typ", "PLAN_ID": "Plan Number"},
    "missing_episodes.csv": {"START_DATE": "Went away", "INTERVIEW_DATE": "Intervew Date"},
    "allocations.csv": {"Involvement Type": "Worker Roles", "Team Name": "TEAM"},
    "observations.csv": {"Details": "Narative", "Child Seen?": "Seen Y/N"},
    "lac_episodes.csv": {"DECOM": "start date"},
    "workers.csv": {"JOB_TITLE": "Post", "Staff No": "user id"},
}


@pytest.fixture(scope="module")
def renamed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The CareFirst example with headings renamed: to other known ones, to misspelt ones, and to unknown ones."""
    folder = tmp_path_factory.mktemp("renamed") / "extract"
    shutil.copytree(ROOT / "examples" / "carefirst", folder)
    for name, pairs in RENAMED.items():
        content = (folder / name).read_bytes()
        for old, new in pairs.items():
            assert old.encode() in content
            content = content.replace(old.encode(), new.encode(), 1)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def found(renamed: Path) -> Start:
    return look(renamed)


@pytest.fixture(scope="module")
def untouched() -> Start:
    return look(ROOT / "examples" / "carefirst")


def look(path: Path, *child: str) -> Start:
    return start(path, Policy(), DAY, COMMAND, child)


def kept(found: Start, folder: Path) -> Path:
    file = folder / "ours.yaml"
    file.write_text(found.text, encoding="utf-8")
    return file


def init(*arguments: str | Path, cwd: Path, seed: str = "0") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "casecheck.cli", "init", *map(str, arguments)]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=environment)


def test_the_screen_says_which_profile_fits_and_what_each_file_is(found: Start) -> None:
    page = describe(found, "extract")
    assert "carefirst fits, but not everything" in page
    for line in (
        "persons.csv: 627 rows read, seems to be persons, though a heading is missing; goes into person",
        '    proposed: "Person Nubmer" as PERSON_ID (88% alike)',
        '    proposed: "Ethnic Orign" as ETHNICITY (96% alike)',
        '    not known: "Zone"',
        "legal_status.csv: 127 rows read, is legal_status, goes into legal_status",
        '    "OBSERVATION_TYPE": 1 word in 6 rows not known (list observation_type)',
    ):
        assert line in page.splitlines()
    assert re.search(r"together +\d+ +\d+\n", page)
    assert "person.person_id: would make" in page


def test_other_known_headings_are_mapped_and_misspelt_ones_are_not(found: Start) -> None:
    files = {file.table.file: file for file in found.draft.files}
    assert "Seen Y/N" in files["observations.csv"].alias
    assert "start date" in files["lac_episodes.csv"].exact
    assert "user id" in files["workers.csv"].alias
    assert [proposal.heading for proposal in files["plans.csv"].proposed] == ["Plan Number", "Plan Typ"]
    active = {
        heading
        for source in found.draft.profile.sources.values()
        for others in source.columns.values()
        for heading in others or ()
    }
    assert not active & {"Person Nubmer", "Plan Typ", "Plan Number", "Narative", "Worker Roles", "Intervew Date"}


def test_the_draft_loads_and_runs_as_it_stands(found: Start, renamed: Path, tmp_path: Path) -> None:
    file = kept(found, tmp_path)
    assert load_profile(str(file)).model_dump() == found.draft.profile.model_dump()
    result = casecheck.audit(renamed, profile=str(file), as_of=DAY, policy={})
    assert result.extract.rows["person"] > 300
    assert result.extract.rows["visit"] > 3000
    assert result.extract.balances


def test_the_number_of_assessable_rules_is_that_of_the_audit(found: Start, renamed: Path, tmp_path: Path) -> None:
    result = casecheck.audit(renamed, profile=str(kept(found, tmp_path)), as_of=DAY, policy={})
    cannot = {
        rule.rule_id for rule in result.rules if rule.status in ("out_of_scope", "not_assessable") and not rule.tally.population
    }
    assert set(found.coverage.not_assessable) <= cannot
    judged = {rule.rule_id for rule in result.rules if rule.tally.population}
    assert judged <= set(found.coverage.assessable)


@pytest.mark.slow
def test_the_same_input_gives_the_same_draft_byte_for_byte(renamed: Path, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        done = init(renamed, "--out", tmp_path / f"{seed}.yaml", "--as-of", "2026-03-31", cwd=tmp_path, seed=seed)
        assert done.returncode == 0
    one, two = ((tmp_path / f"{seed}.yaml").read_bytes() for seed in ("1", "2"))
    assert one.replace(b"1.yaml", b"") == two.replace(b"2.yaml", b"")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("management_decision.author_role", "observations.csv"),
        ("visit.not_alone_reason", "observations.csv"),
        ("plan.permanence_option", "plans.csv"),
        ("supervision.worker_id", "careassess_forms.csv"),
    ],
)
def test_one_more_column_makes_just_the_rules_assessable_that_were_named(
    name: str, file: str, untouched: Start, example: Path, tmp_path: Path
) -> None:
    before = untouched.coverage
    promised = next(unlock for unlock in before.columns if unlock.name == name)
    folder = tmp_path / "extract"
    shutil.copytree(example, folder)
    lines = (folder / file).read_text(encoding="utf-8-sig").splitlines()
    column = name.partition(".")[2]
    (folder / file).write_text(
        "\n".join([f"{lines[0]},{column}", *(f"{line},W1" for line in lines[1:])]) + "\n", encoding="utf-8"
    )
    after = look(folder).coverage
    assert len(after.assessable) == len(before.assessable) + len(promised.rules)
    assert set(after.assessable) - set(before.assessable) == set(promised.rules)


def test_the_child_s_number_unlocks_what_was_promised(found: Start, renamed: Path) -> None:
    promised = next(unlock for unlock in found.coverage.columns if unlock.name == "person.person_id")
    assert len(promised.rules) > 10
    after = look(renamed, "Person Nubmer").coverage
    assert set(after.assessable) - set(found.coverage.assessable) == set(promised.rules)


def test_every_file_is_read_as_what_the_draft_planned(found: Start, samples: Path) -> None:
    for looked in (found, look(samples / "ssda903")):
        accounts = {account.name: account.source for account in looked.extract.accounts}
        assert {file.table.name: file.source for file in looked.draft.files} == accounts


def test_a_word_without_a_code_is_refused_with_its_line(tmp_path: Path) -> None:
    found = look(persons(tmp_path, ["Oddword"] * 5))
    text = re.sub(r"        sex: GENDER\n(?:        # .*\n)*?        # (sex: .*)\n", r"        \1\n", found.text)
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(casecheck.CasecheckError, match="a word is given no code"):
        load_profile(str(tmp_path / "ours.yaml"))


def test_a_folder_that_no_profile_fits_is_drafted_file_by_file(tmp_path: Path) -> None:
    folder = tmp_path / "extract"
    folder.mkdir()
    for name, heading, row in (
        ("Visits 2026", "Case Ref,Visit Date,Visit Type,Seen Alone,Visit Ref", "1,01/02/2026,cp,Y,V1"),
        ("CP plans", "Case Ref,Start Date,End Date,Category of Abuse,Team,Plan Reference", "1,01/02/2025,,NEG,East,P1"),
        (
            "Assessments",
            "Person ID,Assessment Start,Date Authorised,Child Seen,Assessment Type",
            "1,01/02/2026,01/03/2026,Y,Single assessment",
        ),
        (
            "Referrals",
            "Person ID,Referral Date,Referral Source,NFA,Team,Close Date,Need Code,Referral No",
            "1,14/02/2025,1A,N,East,,N1,R1",
        ),
        ("Supervision", "Worker ID,Supervisor,Supervision Date", "W1,S1,01/02/2026"),
    ):
        (folder / f"{name}.csv").write_text(f"{heading}\n{row}\n", encoding="utf-8")
    found = look(folder, "Case Ref")
    assert not found.draft.whole
    feeds = {file.table.file: file.feeds for file in found.draft.files}
    assert feeds["Visits 2026.csv"] == ("visit",)
    assert feeds["CP plans.csv"] == ("plan",)
    assert feeds["Supervision.csv"] == ("supervision",)
    assert {"assessment", "s47_enquiry"} <= set(feeds["Assessments.csv"])
    proposed = {(proposal.heading, proposal.means) for file in found.draft.files for proposal in file.proposed}
    assert {
        ("Supervisor", "supervision.supervisor_id"),
        ("Assessment Start", "START_DATE"),
        ("Plan Reference", "plan.plan_id"),
    } <= proposed
    result = casecheck.audit(folder, profile=str(kept(found, tmp_path)), as_of=DAY, policy={})
    assert {table: rows for table, rows in result.extract.rows.items() if rows and table in load_model().tables} == {
        "assessment": 1, "contact": 1, "referral": 1, "plan": 1, "supervision": 1, "visit": 1
    }  # fmt: skip
    assert result.extract.fields["assessment"] >= {"child_seen", "authorised_date", "person_id"}


def persons(tmp_path: Path, sexes: list[str]) -> Path:
    folder = tmp_path / "extract"
    folder.mkdir()
    rows = [f"{number},01/02/2015,{sex},Fancyname,Commonplace" for number, sex in enumerate(sexes, 1)]
    heading = "PERSON_ID,DATE_OF_BIRTH,GENDER,Nickname,SURNAME"
    (folder / "persons.csv").write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return folder


def test_only_common_short_words_of_coded_columns_reach_the_draft_and_none_the_screen(tmp_path: Path) -> None:
    hidden = {"Rareword": 4, "Longword" * 8: 9, "Ref 94412": 7, "mail@home": 6, "12/03/2011": 8}
    sexes = [word for word, rows in {**hidden, "Commonword": 5, "M": 3}.items() for _ in range(rows)]
    found = look(persons(tmp_path, sexes))
    page = describe(found, "extract")
    assert '"Commonword"' in found.text
    assert '5 words of "GENDER" not known' not in found.text
    assert '6 words of "GENDER" not known (39 rows)' in found.text
    assert '"GENDER": 6 words in 39 rows not known (person.sex)' in page
    assert "5 other words (34 rows) not shown" in found.text
    for word in (*hidden, "Fancyname", "Commonplace", "01/02/2015"):
        assert word not in found.text
        assert word not in page
    assert "Commonword" not in page


def test_words_that_would_break_the_file_are_escaped(tmp_path: Path) -> None:
    sexes = [word for word in ('a: "b" # c', "- x", "back\\slash", "{x: y}") for _ in range(6)]
    folder = persons(tmp_path, ['"' + sex.replace('"', '""') + '"' for sex in sexes])
    found = look(folder)
    line = next(line for line in found.text.splitlines() if "# sex: {column: GENDER" in line)
    spare = line.replace("# sex: {column", "sex: {column").replace('""', '"1"')
    text = found.text.replace("        sex: GENDER\n", f"{spare}\n")
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    take = load_profile(str(tmp_path / "ours.yaml")).tables["person"][0].fields["sex"]
    assert set(take.words) == set(sexes)  # type: ignore[union-attr]
    result = casecheck.audit(folder, profile=str(tmp_path / "ours.yaml"), as_of=DAY, policy={}, select=["INT-006"])
    assert not result.extract.accounts[0].cells.get("GENDER", {}).get("unreadable")


@pytest.mark.parametrize(
    "text", ["Age (Years)", "y", "No", "", "0012", "a: b", "a #b", "Seen?", "x\u2028y", "tab\there", "caf\u00e9", '"', " lead"]
)
def test_every_text_is_read_back_as_it_was_written(text: str) -> None:
    written = f"key: {scalar(text)}\nlist: [{scalar(text)}, {{{scalar(text)}: {scalar(text)}}}]\n"
    assert strict_yaml.read(written, "x", ProfileError).data == {"key": text, "list": [text, {text: text}]}


def test_a_proposal_works_once_its_mark_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "extract"
    folder.mkdir()
    (folder / "Visits made.csv").write_text(
        "Client Ref,Date of Visit,Visit Type,Chld Seen,Placement Stage,Mood\n" + "7,01/02/2026,cp,Y,x,ok\n" * 6, encoding="utf-8"
    )
    found = look(folder, "Client Ref")
    assert "        # proposed (95% alike): child_seen: Chld Seen\n" in found.text
    assert "stated_age" not in found.text
    text = re.sub(r"# proposed \([^)]*\): (child_seen: )", r"\1", found.text)
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    result = casecheck.audit(folder, profile=str(tmp_path / "ours.yaml"), as_of=DAY, policy={}, select=["INT-012"])
    assert result.extract.fields["visit"] == {"person_id", "visit_date", "visit_type", "child_seen"}
    assert result.extract.rows["visit"] == 1


def test_the_child_s_number_is_proposed_when_most_files_begin_with_it(tmp_path: Path) -> None:
    for name in ("alpha", "beta", "gamma"):
        (tmp_path / f"{name}.csv").write_text(f"Zed,{name} one,{name} two\n1,a,b\n", encoding="utf-8")
    found = look(tmp_path)
    assert found.draft.child == "Zed"
    assert '"Zed" is the child\'s number' in found.text
    assert look(tmp_path, "Zed").draft.child == ""


def test_files_that_cannot_be_used_are_listed_with_the_reason(renamed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "extract"
    folder.mkdir()
    shutil.copy(renamed / "plans.csv", folder)
    (folder / "letter.docx").write_bytes(b"PK\x03\x04")
    (folder / "picture.csv").write_bytes(b"%PDF-1.7\n")
    (folder / "nothing.csv").write_text("")
    (folder / "torn.csv").write_text('PERSON_ID,PLAN_TYPE,START_DATE\n1,cin,"open\n2,cin,x\n')
    (folder / "no_headings.csv").write_text("Somebody,12/03/2011,4\nElse,13/03/2011,5\n")
    (folder / "title.csv").write_text("Visits of the month\nZed,Wye,Vee\n1,2,3\n")
    found = look(folder)
    page = describe(found, "extract")
    left = dict(found.left)
    assert set(left) == {"letter.docx", "picture.csv", "nothing.csv", "torn.csv", "no_headings.csv", "title.csv"}
    assert "looks like data, not headings" in left["no_headings.csv"]
    assert "never closed" in left["torn.csv"]
    assert "write header_line = 2" in left["title.csv"]
    assert "Somebody" not in page + found.text
    assert found.stopping == ["picture.csv"]
    assert "casecheck check stops at these" in page
    assert [file.table.file for file in found.draft.files] == ["plans.csv"]


def test_two_headings_for_one_column_are_told_and_nobody_guesses_between_them(tmp_path: Path) -> None:
    folder = tmp_path / "extract"
    folder.mkdir()
    (folder / "persons.csv").write_text("PERSON_ID,DOB,Birth Date,GENDER,Gender\n1,01/01/2015,02/01/2015,M,M\n", encoding="utf-8")
    found = look(folder)
    assert found.draft.files[0].again == ["Birth Date", "Gender"]
    result = casecheck.audit(folder, profile=str(kept(found, tmp_path)), as_of=DAY, policy={}, select=["INT-012"])
    assert result.extract.fields["person"] == {"person_id", "sex"}
    assert {note.code for note in result.extract.accounts[0].notes} >= {"IN023", "IN024"}


def test_files_of_one_layout_become_one_source(tmp_path: Path) -> None:
    for number, name in enumerate(("calls_may", "calls_june")):
        (tmp_path / f"{name}.csv").write_text(f"Zed,Wye\n{number},2\n", encoding="utf-8")
    found = look(tmp_path)
    assert list(found.draft.profile.sources) == ["calls_june"]
    assert found.draft.profile.sources["calls_june"].names == ("calls_june", "calls_may")


def test_a_profile_that_fits_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "extract").mkdir()
    (tmp_path / "extract" / "visit.csv").write_text("visit_id,person_id,visit_type,visit_date\nV1,1,cp,2024-01-02\n")
    done = init("extract", "--as-of", "2026-03-31", cwd=tmp_path)
    assert done.returncode == 0
    assert "model fits. No profile of your own is needed." in done.stdout
    assert "  casecheck check extract --profile model --as-of 2026-03-31" in done.stdout
    assert [item.name for item in tmp_path.iterdir()] == ["extract"]


def test_rare_words_alone_are_no_reason_for_a_profile_of_one_s_own() -> None:
    found = look(ROOT / "examples" / "annex_a")
    assert found.fits_all
    assert "annex_a fits, but for a few words" in describe(found, "extract")
    assert found.draft.fit is not None
    assert (found.draft.fit.profile.profile, len(found.draft.fit.known)) == ("annex_a", 11)


def test_the_published_samples_give_drafts_that_load(samples: Path, tmp_path: Path) -> None:
    for name in ("annex_a", "ssda903"):
        found = look(samples / name)
        assert load_profile(str(kept(found, tmp_path))).model_dump() == found.draft.profile.model_dump()


def test_a_file_that_is_there_is_kept_unless_forced(tmp_path: Path) -> None:
    folder = persons(tmp_path, ["M"] * 3)
    (tmp_path / "casecheck-profile.yaml").write_text("mine")
    done = init(folder, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "say --force to replace it" in done.stderr
    assert (tmp_path / "casecheck-profile.yaml").read_text() == "mine"
    done = init(folder, "--force", cwd=tmp_path)
    assert done.returncode == 0
    assert load_profile(str(tmp_path / "casecheck-profile.yaml")).profile == "ours"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["casecheck-profile.yaml", "extract"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "no such file or folder"),
        (("extract", "--out", "ours.txt"), "let it end in .yaml"),
        (("extract", "--out", "no/such/ours.yaml"), "is the folder there?"),
        (("extract", "--as-of", "31/03/2026"), "write it as 2026-03-31"),
        (("empty",), "files here"),
    ],
)
def test_what_cannot_be_done_is_two_with_advice(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    persons(tmp_path, ["M"])
    (tmp_path / "empty").mkdir()
    done = init(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_has_examples(tmp_path: Path) -> None:
    done = init("--help", cwd=tmp_path)
    assert "casecheck init extract" in done.stdout


def test_an_interrupted_write_leaves_nothing_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "ours.yaml"
    target.write_text("mine")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace_file(target, b"new")
    assert target.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("age", "Placement Stage"),
        ("Placement start date", "Placement end date"),
        ("Address Line 1", "Address Line 2"),
        ("CP plan start date", "CIN plan start date"),
        ("Date", "Date of Birth"),
        ("Mother's name", "Father's name"),
        ("No.", "Notes"),
        ("Placement Code", "Placement Type"),
        ("START_DTTM", "END_DTTM"),
    ],
)
def test_headings_that_share_letters_are_not_alike(heading: str, known: str) -> None:
    assert percent_alike(heading, known) < 85


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("Person Nubmer", "Person ID"),
        ("VisitDate", "Date of Visit"),
        ("ETHNIC", "Ethnicity"),
        ("Assesment Start Date", "assessment_start_date"),
        ("Childs Ethnicity", "Child's ethnicity"),
        ("VISIT_DTTM", "visit_date"),
        ("GENDER_CODE", "Gender"),
        ("S47_ID", "FACT_S47_ID"),
    ],
)
def test_headings_that_say_the_same_are_alike(heading: str, known: str) -> None:
    assert percent_alike(heading, known) >= 85


def test_each_heading_and_each_meaning_is_proposed_once() -> None:
    known = {"a": ["Start Date"], "b": ["Stat Date"]}
    assert [(found.heading, found.means) for found in proposals(["Start Dat", "Start Date"], known)] == [
        ("Start Date", "a"),
        ("Start Dat", "b"),
    ]


@pytest.mark.parametrize("name", sorted(shipped_profiles()))
def test_every_profile_that_ships_reads_back_the_same_once_it_is_written_as_a_draft(name: str) -> None:
    profile = shipped_profiles()[name]
    text = text_of(Draft(profile, None, True, []), [], [], COMMAND)
    assert strict_yaml.parse(strict_yaml.read(text, name, ProfileError), Profile, ProfileError) == profile
