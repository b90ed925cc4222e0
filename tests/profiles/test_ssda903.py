"""The return of looked-after children: chained episodes, the files beside them, and the same from XML."""

from __future__ import annotations

import csv
import itertools
import string
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.profiles.reading import Built

import casecheck

HEADINGS = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
CHILD_HEADINGS = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"


def day(text: str) -> date:
    """3 May is ``03/05/2024``."""
    return date(int(text[6:]), int(text[3:5]), int(text[:2]))


def episode(
    start: str,
    rne: str,
    end: str = "",
    rec: str = "",
    *,
    ls: str = "C2",
    place: str = "U1",
    child: str = "1",
    post: str = "A1 1AA",
    why: str = "",
) -> str:
    return f"{child},{start},{rne},{ls},N1,{place},PR1,{end},{rec},{why},,{post},1234567"


def folder(place: Path, *episodes: str, **files: Iterable[str]) -> Path:
    content = {"header": (CHILD_HEADINGS, "1,2,03/04/2010,WBRI,A1,0,"), "episodes": (HEADINGS, *episodes), **files}
    for name, lines in content.items():
        (place / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return place


def periods(built: Built, table: str, *fields: str) -> list[tuple[Any, ...]]:
    return built.rows(table, "start_date", "end_date", *fields, order="start_date NULLS FIRST, _record")


def test_a_period_of_care_runs_from_the_start_to_the_first_end_that_is_no_change(tmp_path: Path) -> None:
    built = Built(folder(
        tmp_path,
        episode("01/04/2024", "S", "01/05/2024", "X1", ls="V2"),
        episode("01/05/2024", "L", "01/07/2024", "X1", ls="C1"),
        episode("01/07/2024", "P", "01/09/2024", "E4A", ls="C1", place="U6", why="CARPL"),
        episode("01/12/2024", "S", ls="C1", place="U6"),
    ))  # fmt: skip
    assert built.profile.profile == "ssda903"
    assert built.extract.balances
    assert periods(built, "care_period", "end_reason", "episode_start_reason", "care_period_id", "_unknown") == [
        (day("01/04/2024"), day("01/09/2024"), "E4A", "S", None, None),
        (day("01/12/2024"), None, None, "S", None, None),
    ]
    assert periods(built, "legal_status", "legal_status") == [
        (day("01/04/2024"), day("01/05/2024"), "V2"),
        (day("01/05/2024"), day("01/09/2024"), "C1"),
        (day("01/12/2024"), None, "C1"),
    ]
    assert periods(built, "placement", "placement_type", "change_reason") == [
        (day("01/04/2024"), day("01/07/2024"), "U1", None),
        (day("01/07/2024"), day("01/09/2024"), "U6", "CARPL"),
        (day("01/12/2024"), None, "U6", None),
    ]


@pytest.mark.parametrize(("end", "start"), [("30/04/2024", "02/05/2024"), ("05/05/2024", "01/05/2024"), ("", "01/05/2024")])
def test_a_gap_an_overlap_or_an_open_end_breaks_the_chain(tmp_path: Path, end: str, start: str) -> None:
    built = Built(folder(tmp_path, episode("01/04/2024", "S", end, "X1"), episode(start, "P", "01/09/2024", "E8", place="U6")))
    assert periods(built, "care_period", "end_reason") == [
        (day("01/04/2024"), day(end) if end else None, "X1"),
        (day(start), day("01/09/2024"), "E8"),
    ]


def test_a_date_that_cannot_be_read_breaks_the_chain_and_stays_in_sight(tmp_path: Path) -> None:
    built = Built(
        folder(tmp_path, episode("01/04/2024", "S", "soon", "X1"), episode("01/05/2024", "L", "01/09/2024", "E8", ls="C1"))
    )
    assert periods(built, "care_period", "_unreadable") == [
        (day("01/04/2024"), None, "|end_date|"),
        (day("01/05/2024"), day("01/09/2024"), None),
    ]


def test_a_change_of_status_that_names_another_placement_is_not_smoothed(tmp_path: Path) -> None:
    built = Built(
        folder(tmp_path, episode("01/04/2024", "S", "01/05/2024", "X1"), episode("01/05/2024", "L", ls="C1", post="B2 2BB"))
    )
    assert [row[0] for row in periods(built, "placement")] == [day("01/04/2024"), day("01/05/2024")]


def test_what_began_before_the_first_episode_has_no_start_and_that_is_not_held(tmp_path: Path) -> None:
    built = Built(
        folder(tmp_path, episode("01/04/2024", "L", "01/05/2024", "X1"), episode("01/05/2024", "P", place="U6", post="B2 2BB"))
    )
    assert periods(built, "care_period", "_unknown") == [(None, None, "|start_date|")]
    assert periods(built, "legal_status", "_unknown") == [(day("01/04/2024"), None, None)]
    assert periods(built, "placement", "_unknown") == [(None, day("01/05/2024"), "|start_date|"), (day("01/05/2024"), None, None)]
    result = casecheck.audit(tmp_path, as_of="2025-03-31", select=["INT-005", "INT-010"], policy={})
    assert result.table.num_rows == 0


def test_temporary_placements_do_not_end_the_stay_with_the_main_carer(tmp_path: Path) -> None:
    built = Built(folder(
        tmp_path,
        episode("01/04/2024", "S", "01/05/2024", "X1"),
        episode("01/05/2024", "P", "06/05/2024", "X1", place="T4", post=""),
        episode("06/05/2024", "P", "01/09/2024", "E8"),
    ))  # fmt: skip
    assert [row[2] for row in periods(built, "placement", "placement_type")] == ["U1", "T4", "U1"]
    from casecheck.engines.calendar import create_calendar
    from casecheck.policy import Policy
    from casecheck.rules.compiling import compile_view

    view = compile_view("placement_spell")
    create_calendar(built.engine, Policy())
    built.engine.create(view.name, view.sql)
    assert built.engine.rows("SELECT end_on FROM placement_spell ORDER BY placement_row") == [(day("01/09/2024"),)]


def test_short_breaks_stay_periods_of_their_own(tmp_path: Path) -> None:
    breaks = [episode(f"0{number}/05/2024", "S", f"0{number + 1}/05/2024", "E8", ls="V3") for number in (1, 4, 7)]
    built = Built(folder(tmp_path, *breaks))
    assert len(periods(built, "care_period")) == 3
    assert [row[2] for row in periods(built, "legal_status", "legal_status")] == ["V3", "V3", "V3"]


def test_the_chain_goes_on_from_one_file_to_the_next(tmp_path: Path) -> None:
    folder(tmp_path, episode("01/04/2024", "S", "01/05/2024", "X1"))
    (tmp_path / "episodes_2.csv").write_text(f"{HEADINGS}\n{episode('01/05/2024', 'P', '01/06/2024', 'E8', place='U6')}\n")
    built = Built(tmp_path)
    assert periods(built, "care_period", "_source") == [
        (day("01/04/2024"), day("01/06/2024"), built.rows("placement", "_source")[0][0])
    ]
    assert built.extract.balances


@dataclass
class Spell:
    """A chain as plain Python sees it."""

    child: str
    start: date | None
    end: date | None
    reason: str | None
    record: int


def spells(records: list[dict[str, str]], begins: str, continues: str, same: tuple[str, ...] = ()) -> Iterator[Spell]:
    """The chains of episodes, walked one by one."""
    numbered = sorted(
        enumerate(records, 1),
        key=lambda item: (item[1]["CHILD"], day(item[1]["DECOM"]), day(item[1]["DEC"]) if item[1]["DEC"] else date.max, item[0]),
    )
    for child, group in itertools.groupby(numbered, key=lambda item: item[1]["CHILD"]):
        current: Spell | None = None
        before: dict[str, str] = {}
        for number, record in group:
            end = day(record["DEC"]) if record["DEC"] else None
            goes_on = (
                current is not None and record["RNE"] in set(continues) and before["REC"] == "X1" and before["DEC"] == record["DECOM"]
                and all(before[name] == record[name] for name in same)
            )  # fmt: skip
            if current is not None and goes_on:
                current.end, current.reason = end, record["REC"] or None
            else:
                if current is not None:
                    yield current
                known = bool(before) or record["RNE"] in set(begins)
                current = Spell(child, day(record["DECOM"]) if known else None, end, record["REC"] or None, number)
            before = record
        assert current is not None
        yield current


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, str]]:
    """Episodes of a few children, mostly touching, with gaps, overlaps, open ends and odd reasons among them."""
    records = []
    for child in "12"[: draw(st.integers(1, 2))]:
        start = date(2024, 1, 1)
        for _ in range(draw(st.integers(1, 7))):
            end = start + timedelta(days=draw(st.sampled_from([0, 1, 2, 9])))
            is_open = draw(st.integers(0, 9)) == 0
            records.append({
                "CHILD": child, "DECOM": f"{start:%d/%m/%Y}", "RNE": draw(st.sampled_from("SSLLLPPPTBUX") | st.just("")),
                "LS": draw(st.sampled_from(["C1", "C1", "C2", "V3"])), "CIN": "N1",
                "PLACE": draw(st.sampled_from(["U1", "U1", "T2"])), "PLACE_PROVIDER": "PR1", "DEC": "" if is_open else f"{end:%d/%m/%Y}",
                "REC": draw(st.sampled_from(["X1", "X1", "X1", "X1", "E8", ""])), "REASON_PLACE_CHANGE": "", "HOME_POST": "",
                "PL_POST": "A1 1AA", "URN": "1234567",
            })  # fmt: skip
            start = end + timedelta(days=draw(st.sampled_from([0, 0, 0, 0, 1, -1])))
    return draw(st.permutations(records))


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records=histories())
def test_chains_are_those_of_plain_python(tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, str]]) -> None:
    unique = list({tuple(record.values()): record for record in records}.values())  # whole rows that repeat are set aside
    place = folder(tmp_path_factory.mktemp("r"), *(",".join(record.values()) for record in unique))
    built = Built(place, "ssda903")
    assert built.extract.balances
    for table, begins, continues, same in [
        ("care_period", "S", "LPTBU", ()),
        ("legal_status", "SLBU", "PT", ("LS",)),
        ("placement", "SPTBU", "L", ("PLACE",)),
    ]:
        expected = sorted(
            (spell.record, spell.child, spell.start, spell.end) for spell in spells(unique, begins, continues, same)
        )
        assert built.rows(table, "_record", "person_id", "start_date", "end_date") == expected
    reasons = sorted((spell.record, spell.reason) for spell in spells(unique, "S", "LPTBU"))
    assert built.rows("care_period", "_record", "end_reason") == reasons


def test_accommodation_and_suitability_stand_in_one_value(tmp_path: Path) -> None:
    values = ["B1", "Z2", "0", "01", ""]
    leavers = [f"{number},03/04/2006,YES,F1,{value}" for number, value in enumerate(values, 1)]
    built = Built(folder(tmp_path, episode("01/04/2024", "S"), oc3=("CHILD,DOB,IN_TOUCH,ACTIV,ACCOM", *leavers)))
    found = built.rows("care_leaver", "accommodation", "accommodation_suitable", "_unreadable", "_unknown")
    assert found == [
        ("B", "1", None, None),
        ("Z", "2", None, None),
        (None, None, None, "|accommodation|accommodation_suitable|"),
        (None, None, "|accommodation|accommodation_suitable|", None),
        (None, None, None, None),
    ]
    assert built.extract.balances


def test_the_column_of_pupil_numbers_also_holds_reasons(tmp_path: Path) -> None:
    people = ("1,2,03/04/2010,WBRI,A1,0,", "2,M,03/04/2011,WBRI,UN4,0,", "3,F,03/04/2012,WBRI,,0,")
    built = Built(folder(tmp_path, episode("01/04/2024", "S"), header=(CHILD_HEADINGS, *people)))
    assert built.rows("person_identifier", "person_id", "id_value", "unknown_reason") == [("1", "A1", None), ("2", None, "UN4")]
    assert built.rows("person", "sex") == [("F",), ("M",), ("F",)]


def test_part_of_a_date_is_kept_and_not_guessed(tmp_path: Path) -> None:
    earlier = (
        "CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM",
        "1,03/04/2010,P1,,zz/05/2015",
        "2,03/04/2010,P2,,zz/zz/2016",
        "3,03/04/2010,P1,,02/03/2017",
    )
    built = Built(folder(tmp_path, episode("01/04/2024", "S"), previous_permanence=earlier))
    found = built.rows("permanence", "previous_permanence", "order_date", "_unreadable")
    assert found == [("P1", None, "|order_date|"), ("P2", None, "|order_date|"), ("P1", date(2017, 3, 2), None)]
    account = next(account for account in built.extract.accounts if account.source == "previous_permanence")
    assert account.cells["DATE_PERM"] == {"partial date": 2}


def test_the_files_beside_the_episodes_become_their_tables(tmp_path: Path) -> None:
    built = Built(folder(
        tmp_path,
        episode("01/04/2024", "S"),
        reviews=("CHILD,DOB,REVIEW,REVIEW_CODE", "1,03/04/2010,20/04/2024,PN1"),
        missing=("CHILD,DOB,MISSING,MIS_START,MIS_END", "1,03/04/2010,M,02/05/2024,"),
        uasc=("CHILD,SEX,DOB,DUC", "1,2,03/04/2010,03/04/2028"),
        social_worker=("CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON", "1,03/04/2010,SW12,01/04/2024,,"),
        oc2=("CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT", "1,03/04/2010,12,,0,,1,0,1"),
        ad1=("CHILD,DOB,DATE_INT,DATE_MATCH", "1,03/04/2010,02/06/2024,05/06/2024"),
        placed_for_adoption=("CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED", "1,03/04/2010,02/06/2024,,"),
    ))  # fmt: skip
    assert built.one("plan_review", "review_type", "review_date", "participation") == ("care", date(2024, 4, 20), "PN1")
    assert str(built.one("missing_episode", "start_at")[0])[:10] == "2024-05-02"
    assert built.one("person_characteristic", "characteristic_type", "end_date") == ("uasc", date(2028, 4, 3))
    assert built.one("allocation", "worker_id", "start_date", "end_date") == ("SW12", date(2024, 4, 1), None)
    health = built.rows("health_assessment", "health_type", "up_to_date_flag", "sdq_score", order="health_type NULLS LAST")
    assert health == [("Dental Check", "N", None), ("Health Assessment", "Y", None), (None, None, 12)]
    assert built.rows("permanence", "decision_date", "matched_date", order="matched_date NULLS LAST") == [
        (date(2024, 6, 2), date(2024, 6, 5)), (date(2024, 6, 2), None),
    ]  # fmt: skip
    assert built.extract.balances


def test_a_return_of_before_social_workers_were_asked_is_read_as_not_holding_them(tmp_path: Path) -> None:
    built = Built(folder(tmp_path, episode("01/04/2024", "S")))
    assert not built.profile.holds("allocation")
    result = casecheck.audit(tmp_path, as_of="2025-03-31", select=["ALC-005"], policy={})
    assert [outcome.status for outcome in result.rules] == ["out_of_scope"]


def test_reviews_of_one_year_do_not_make_older_periods_fail(tmp_path: Path) -> None:
    folder(tmp_path, episode("01/04/2014", "S"), reviews=("CHILD,DOB,REVIEW,REVIEW_CODE", "1,03/04/2010,20/04/2024,PN1"))
    result = casecheck.audit(tmp_path, as_of="2025-03-31", select=["CLA-001", "CLA-002"], policy={})
    assert {outcome.status for outcome in result.rules} == {"out_of_scope"}
    assert result.table.num_rows == 0


def xml_of(place: Path) -> Path:
    """The CSV files of a folder as return XML: the child's own leaves in HEADER, the rest inside and beside it."""
    inside = {
        "reviews": "AREVIEW",
        "missing": "AMISSING",
        "oc2": "OC2",
        "previous_permanence": "PERMANENCE",
        "placed_for_adoption": "AD_PLACED",
    }
    own = {"header", "oc3", "ad1", "uasc"}
    rows: dict[str, dict[str, list[str]]] = {}
    for file in sorted(place.glob("*.csv")):
        for record in csv.DictReader(file.read_text().splitlines()):
            leaves = "".join(
                f"<{'PL' if name == 'PLACE' else name}>{value}</{'PL' if name == 'PLACE' else name}>"
                for name, value in record.items()
                if name not in ("CHILD", *(() if file.stem == "header" else ("DOB", "SEX")))
            )
            if file.stem == "uasc":
                leaves = f"<UASC>1</UASC>{leaves}"
            rows.setdefault(record["CHILD"], {}).setdefault(file.stem, []).append(leaves)
    children = []
    for child, files in rows.items():
        header = f"<CHILDID>{child}</CHILDID>" + "".join(leaves for name in own for leaves in files.get(name, []))
        header += "".join(f"<{tag}>{leaves}</{tag}>" for name, tag in inside.items() for leaves in files.get(name, []))
        episodes = "".join(f"<EPISODE>{leaves}</EPISODE>" for leaves in files.get("episodes", []))
        children.append(f"<CHILD><HEADER>{header}</HEADER>{episodes}</CHILD>")
    path = place / "return.xml"
    path.write_text(f"<EXPSSDA903>{''.join(children)}</EXPSSDA903>")
    return path


def test_the_same_return_from_xml_gives_the_same_tables(tmp_path: Path) -> None:
    plain = folder(
        tmp_path,
        episode("01/04/2024", "S", "01/05/2024", "X1"),
        episode("01/05/2024", "L", "01/07/2024", "E8", ls="C1"),
        reviews=("CHILD,DOB,REVIEW,REVIEW_CODE", "1,03/04/2010,20/04/2024,PN1", "1,03/04/2010,20/06/2024,PN2"),
        missing=("CHILD,DOB,MISSING,MIS_START,MIS_END", "1,03/04/2010,M,02/05/2024,03/05/2024"),
        uasc=("CHILD,SEX,DOB,DUC", "1,2,03/04/2010,03/04/2028"),
        oc2=("CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT", "1,03/04/2010,12,,0,,1,0,1"),
        oc3=("CHILD,DOB,IN_TOUCH,ACTIV,ACCOM", "2,03/04/2006,YES,F1,B1"),
        ad1=("CHILD,DOB,DATE_INT,DATE_MATCH", "1,03/04/2010,02/06/2024,05/06/2024"),
        placed_for_adoption=("CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED", "1,03/04/2010,02/06/2024,,"),
        previous_permanence=("CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM", "1,03/04/2010,P1,,zz/05/2015"),
        header=(CHILD_HEADINGS, "1,2,03/04/2010,WBRI,A1,0,", "2,1,03/04/2006,WBRI,UN1,0,"),
    )  # fmt: skip
    path = xml_of(plain)
    from_xml = Built(path)
    path.unlink()
    from_csv = Built(plain)
    assert from_xml.profile.profile == "ssda903"
    assert from_xml.extract.balances
    assert from_xml.extract.rows == from_csv.extract.rows
    for table in from_csv.extract.rows:
        fields = sorted(from_csv.profile.tables[table][0].fields)
        assert from_xml.rows(table, *fields, order="ALL") == from_csv.rows(table, *fields, order="ALL")
    assert not from_xml.profile.holds("allocation")


def sample(samples: Path, name: str) -> list[dict[str, str]]:
    with (samples / "ssda903" / name).open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def published(samples: Path) -> Built:
    return Built(samples / "ssda903", as_of=date(2019, 3, 31))


def test_the_published_sample_is_read_whole(samples: Path, published: Built) -> None:
    extract = published.extract
    assert extract.profile == "ssda903"
    assert extract.balances
    counted = {name.name: len(sample(samples, name.name)) for name in (samples / "ssda903").glob("*.csv")}
    assert {account.file: account.read for account in extract.accounts} == counted
    both = [account.used for account in extract.accounts if account.source == "placed_for_adoption"]
    assert both == [counted["placed_for_adoption.csv"], counted["placed_for_adoption_errors.csv"]]


def test_the_tables_of_the_published_sample_are_those_that_plain_python_counts(samples: Path, published: Built) -> None:
    episodes = sample(samples, "episodes.csv")
    leavers, upns = sample(samples, "oc3.csv"), sample(samples, "header.csv")
    health = sample(samples, "oc2.csv")
    reviews = {tuple(record.values()) for record in sample(samples, "reviews.csv")}
    placement = ("PLACE", "PLACE_PROVIDER", "PL_POST", "URN")
    assert published.extract.rows == {
        "person": len(upns),
        "person_identifier": sum(bool(record["UPN"]) for record in upns),
        "person_characteristic": len(sample(samples, "uasc.csv")),
        "care_period": len(list(spells(episodes, "S", "LPTBU"))),
        "legal_status": len(list(spells(episodes, "SLBU", "PT", ("LS",)))),
        "placement": len(list(spells(episodes, "SPTBU", "L", placement))),
        "plan_review": len(reviews),
        "missing_episode": len(sample(samples, "missing.csv")),
        "allocation": len(sample(samples, "sw_episodes.csv")),
        "care_leaver": len(leavers),
        "permanence": sum(
            len(sample(samples, f"{name}.csv"))
            for name in ("ad1", "placed_for_adoption", "placed_for_adoption_errors", "previous_permanence")
        ),
        "health_assessment": len(health)
        + sum(bool(record[name]) for record in health for name in ("HEALTH_ASSESSMENT", "TEETH_CHECK", "HEALTH_CHECK")),
    }
    letters = Counter(record["ACCOM"][:1] for record in leavers if record["ACCOM"][:1] in string.ascii_uppercase)
    found = Counter(letter for (letter,) in published.rows("care_leaver", "accommodation") if letter)
    assert found == letters


def test_the_published_sample_is_audited_without_an_error(samples: Path) -> None:
    result = casecheck.audit(samples / "ssda903", as_of="2019-03-31", policy={})
    assert not result.with_status("errored")
    starts = {record["CHILD"] for record in sample(samples, "episodes.csv") if record["RNE"] == "S"}
    overlapping = {row["child_id"] for row in result.table.to_pylist() if row["rule_id"] == "INT-010"}
    assert overlapping
    assert overlapping <= {record["CHILD"] for record in sample(samples, "episodes.csv")}
    assert starts


def test_a_profile_whose_chain_may_lack_its_columns_is_refused() -> None:
    from casecheck.profiles.loading import load_profile
    from casecheck.profiles.spec import Profile

    layout = load_profile("ssda903").model_dump(by_alias=True)
    layout["sources"]["episodes"]["required"] = ("CHILD", "DECOM")
    with pytest.raises(ValueError, match="must be required of episodes"):
        Profile.model_validate(layout)
