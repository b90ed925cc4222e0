"""The mutation check itself: it finds what examples leave open, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from sqlglot import exp, parse_one
from tests.mutation import sites
from tests.mutation.mutants import Subject
from tests.mutation.mutate import EQUIVALENT, Report, main, mutate_rule
from tests.mutation.sites import tag_marks

from casecheck.rules.loading import load_rules

RULE = """\
id: VIS-XX-001
title: A visit is written up in time
severity: high
summary: A visit that is not written up did not happen.
guidance: [{{source: Local, kind: local}}]
parameters:
  limit: {{default: 2 days, kind: local, help: the time to write it up}}
subject: visit
where: visit_type = 'cp' and visit_date is not null
identity: [visit_type, visit_date]
check:
  sql: |
    with timed as (
      select subject._row as _row, cast(subject.recorded_at as date) as recorded_on, add(subject.visit_date, ${{limit}}) as due_on,
        person.date_of_birth as born_on
      from subject left join person on person.person_id = subject.person_id
    )
    select _row, due_on, case when recorded_on > due_on then 'fail' else 'pass' end as verdict from timed
message: Due by {{due_on}}
advice: Write it up.
examples:
  - name: in time and late
    as_of: 2024-03-28
    person: [{{person_id: C1, date_of_birth: 2015-01-01}}]
    visit:
      - {{visit_id: V1, person_id: C1, visit_type: cp, visit_date: 2024-03-01, recorded_at: "2024-03-03T10:00:00"}}
      - {{visit_id: V2, person_id: C1, visit_type: cp, visit_date: 2024-03-01, recorded_at: "2024-03-{late}T10:00:00"}}
{more}    expect: {{V1: pass, V2: fail{expect}}}
"""

FULL = """\
      - {visit_id: V3, person_id: C1, visit_type: cin, visit_date: 2024-03-01, recorded_at: "2024-03-09T10:00:00"}
"""


def report(folder: Path, late: str, more: str = "", expect: str = "") -> Report:
    (folder / "VIS-XX-001.yaml").write_text(RULE.format(late=late, more=more, expect=expect), encoding="utf-8")
    return mutate_rule(load_rules(packs=(), folders=[folder])["VIS-XX-001"])


def test_a_limit_that_no_example_stands_on_survives(tmp_path: Path) -> None:
    survivors = report(tmp_path, "09").survivors
    assert "limit, limit moved: limit one higher" in survivors
    assert "limit, limit moved: limit one lower" not in survivors
    assert "filter, conjunct dropped: where: visit_type = 'cp'" in survivors
    assert "filter, conjunct negated: where: visit_type = 'cp'" not in survivors


def test_examples_on_both_sides_leave_no_survivor_but_what_does_nothing(tmp_path: Path) -> None:
    found = report(tmp_path, "04", FULL, ", V3: out of scope")
    assert not found.wrong
    assert found.survivors == [
        "filter, conjunct dropped: where: NOT visit_date IS NULL",
        "join, conjunct dropped: person.person_id = subject.person_id",
        "join, join finds nothing: person.person_id = subject.person_id",
        "join, turned round: person.person_id = subject.person_id",
    ]
    assert found.asked == 11


def test_a_rule_whose_own_examples_do_not_hold_is_not_changed(tmp_path: Path) -> None:
    found = report(tmp_path, "03")
    assert found.wrong == "in time and late"
    assert found.asked == 0


def test_the_number_in_a_message_does_not_tell_a_moved_limit(tmp_path: Path) -> None:
    text = RULE.format(late="09", more="", expect="").replace(
        "V2: fail", 'V2: {verdict: fail, message: "Late (2 days), within 2 days"}'
    )
    text = text.replace("message: Due by {due_on}", 'message: "Late ({limit}), {within}"').replace(
        "as verdict from timed", "as verdict, 'within ' || ${limit} as within from timed"
    )
    (tmp_path / "VIS-XX-001.yaml").write_text(text, encoding="utf-8")
    found = mutate_rule(load_rules(packs=(), folders=[tmp_path])["VIS-XX-001"], ["limit"])
    assert not found.wrong
    assert found.survivors == ["limit, limit moved: limit one higher"]


def test_each_conjunct_is_negated_and_dropped() -> None:
    text = "a = 1 and (b = 2 or c = 3)"
    assert [(site.kind, site.change(parse_one(text)).sql()) for site in sites.conjuncts(text)] == [
        ("conjunct negated", "NOT a = 1 AND (b = 2 OR c = 3)"),
        ("conjunct dropped", "b = 2 OR c = 3"),
        ("conjunct negated", "a = 1 AND NOT (b = 2 OR c = 3)"),
        ("conjunct dropped", "a = 1"),
    ]
    assert sites.conjuncts("a = 1")[1].change(parse_one("a = 1")).sql() == "TRUE"


def test_a_query_is_itself_again_after_each_change() -> None:
    text = "SELECT CASE WHEN a.x > 1 OR a.y IN (1) THEN 2 ELSE 3 END AS z FROM a LEFT JOIN b ON b.k = a.k AND b.m < 4 WHERE a.n IS NULL"
    query = parse_one(text)
    changed = {}
    for place in sites.tagged(query, edges=True):
        with sites.changed(query, place, edges=True):
            changed[f"{place.kind}: {place.where}"] = query.sql()
        assert query.sql() == text
    assert changed["turned round: a.x > 1"] == text.replace("a.x > 1", "a.x <= 1")
    assert changed["edge moved: b.m < 4"] == text.replace("b.m < 4", "b.m <= 4")
    assert changed["turned round: a.n IS NULL"] == text.replace("a.n IS NULL", "NOT a.n IS NULL")
    assert changed["alternative dropped: a.x > 1"] == text.replace("a.x > 1 OR a.y IN (1)", "(a.y IN (1))")
    assert changed["conjunct dropped: b.m < 4"] == text.replace("b.k = a.k AND b.m < 4", "(b.k = a.k)")
    assert changed["join finds nothing: b.k = a.k AND b.m < 4"] == text.replace("b.k = a.k AND b.m < 4", "FALSE")
    assert changed["branch dropped: CASE WHEN a.x > 1 OR a.y IN (1) THEN 2 END"].startswith("SELECT 3 AS z")
    assert changed["conjunct dropped: WHERE a.n IS NULL"] == text.replace("a.n IS NULL", "TRUE")


def test_what_compares_two_words_is_left_alone() -> None:
    query = parse_one("SELECT CASE WHEN 'a' = 'b' THEN 1 WHEN x.k = 1 THEN 2 END AS z FROM x WHERE 'a' = 'a' AND x.n = 3")
    shown = {f"{place.kind}: {place.where}" for place in sites.tagged(query)}
    assert shown == {
        "branch dropped: CASE WHEN x.k = 1 THEN 2 END",
        "turned round: x.k = 1",
        "conjunct dropped: x.n = 3",
        "turned round: x.n = 3",
    }


def test_what_the_compiler_puts_for_unreadable_is_one_condition() -> None:
    query = parse_one("SELECT 1 FROM a WHERE (a.u LIKE '%x%' OR a.v LIKE '%x%') AND a.k = 1")
    mark = next(query.find_all(exp.Paren))
    mark.meta[sites.MARK] = "unreadable(a.x)"
    shown = [f"{place.kind}: {place.where}" for place in sites.tagged(query)]
    assert shown == [
        'conjunct dropped: "unreadable(a.x)"',
        "conjunct dropped: a.k = 1",
        'turned round: "unreadable(a.x)"',
        "turned round: a.k = 1",
    ]


def test_each_place_of_a_query_belongs_to_its_filter_its_joins_or_its_answer() -> None:
    query = parse_one(
        "SELECT CASE WHEN a.x > 1 THEN 2 END AS y, COUNT(CASE WHEN a.u = 3 THEN 1 END) AS n FROM a LEFT JOIN b ON b.k = a.k "
        "JOIN (SELECT c.k, c.m < 4 AS z FROM c) AS c ON c.k = a.k WHERE a.n IS NULL HAVING MAX(a.v) > 5"
    )
    parts = {place.where: place.part for place in sites.tagged(query) if place.kind == "turned round"}
    assert parts == {
        "a.x > 1": "answer",
        "a.u = 3": "filter",
        "b.k = a.k": "join",
        "c.m < 4": "answer",
        "c.k = a.k": "join",
        "a.n IS NULL": "filter",
        "MAX(a.v) > 5": "filter",
    }


def test_only_mutants_of_the_kinds_that_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "VIS-XX-001.yaml").write_text(RULE.format(late="04", more=FULL, expect=", V3: out of scope"), encoding="utf-8")
    rule = load_rules(packs=(), folders=[tmp_path])["VIS-XX-001"]
    found = mutate_rule(rule, ["limit", "join"])
    assert found.noticed == {"limit": 2}
    assert found.survived == {"join": 3}
    assert not mutate_rule(rule, ["filter"]).noticed["limit"]


def test_what_is_known_as_equivalent_is_counted_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = "join, join finds nothing: person.person_id = subject.person_id"
    monkeypatch.setattr("tests.mutation.mutate._equivalent", lambda: {"VIS-XX-001": {known: "nothing of the person is asked"}})
    found = report(tmp_path, "04", FULL, ", V3: out of scope")
    assert known not in found.survivors
    assert found.equivalent == {"join": 1}
    assert found.survived == {"filter": 1, "join": 2}
    assert found.asked == 11


@pytest.mark.slow
def test_each_equivalent_mutant_is_one_of_its_rule() -> None:
    rules = load_rules()
    listed = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8"))
    tag_marks()
    for code, mutants in listed.items():
        asked = {f"{mutant.kind}, {mutant}" for mutant in Subject(rules[code]).mutants()}
        assert set(mutants) <= asked, code
        assert all(mutants.values()), code


def test_the_command_prints_survivors_and_counts_and_writes_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "mutants.md"
    assert main(["QAU-003", "--kind", "limit", "--kind", "filter", "--jobs", "1", "--summary", str(table)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("QAU-003: ")
    assert lines[-1].startswith("1 rules: ")
    heads, _, row, total = table.read_text(encoding="utf-8").splitlines()
    assert heads == "| rule | limit, survived | filter, survived | join, survived | answer, survived | equivalent |"
    assert row.startswith("| QAU-003 | ")
    assert row.endswith(" |  |  |  |")
    assert total == row.replace("QAU-003", "all")
