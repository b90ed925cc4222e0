"""casecheck and a second implementation in plain Python give every record of thousands of random histories the same verdict.

The second implementation was written from the catalogue of rules and each rule's own notes, not from its SQL. Where they differ,
the smallest history that shows it is printed, with both verdicts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import cache

import pytest
from tests.oracle import alc, asm, cas, cla, cpp, see, sup, vis
from tests.oracle.asking import Answers, Place, ask, compiled
from tests.oracle.cells import FAIL, NOT_DUE, OUT, PASS, UNCLEAR, Row, Tables
from tests.oracle.histories import households
from tests.oracle.shrinking import told

Verdict = Callable[[Row, Tables, date], str]

ORACLE: dict[str, Verdict] = {
    "VIS-CP-001": vis.vis_cp_001,
    "VIS-CIN-001": vis.vis_cin_001,
    "VIS-RSK-001": vis.vis_rsk_001,
    "VIS-CLA-001": vis.vis_cla_001,
    "VIS-CLA-002": vis.vis_cla_002,
    "VIS-CLA-003": vis.vis_cla_003,
    "CPP-001": cpp.cpp_001,
    "CPP-004": cpp.cpp_004,
    "CPP-005": cpp.cpp_005,
    "CLA-001": cla.cla_001,
    "CLA-002": cla.cla_002,
    "ASM-001": asm.asm_001,
    "ASM-002": asm.asm_002,
    "ASM-003": asm.asm_003,
    "ALC-001": alc.alc_001,
    "ALC-004": alc.alc_004,
    "ALC-005": alc.alc_005,
    "CAS-001": cas.cas_001,
    "SUP-001": sup.sup_001,
    "SEE-007": see.see_007,
}
DAYS = tuple(
    map(date.fromisoformat, ("2026-03-31", "2024-02-29", "2024-04-06", "2013-05-02", "2012-01-03", "2011-06-30", "2010-04-08"))
)
"""A bank holiday weekend, a leap day and an Easter Saturday; days shortly after the law changed, and before."""
FEW = (DAYS[0], DAYS[4])
EACH = 450
"""Households a day."""
NEVER = {"ALC-004": {NOT_DUE}, "ALC-005": {NOT_DUE}, "CAS-001": {NOT_DUE}}
"""Verdicts that a rule never gives: nothing falls due in it."""


@cache
def asked(day: date) -> tuple[list[Tables], dict[str, Answers]]:
    homes = households(20261122, EACH, day)
    return homes, ask(homes, day, {rule: compiled(rule) for rule in ORACLE})


def wanted(rule: str, place: Place, homes: list[Tables], day: date) -> str:
    tables = homes[place.history]
    return ORACLE[rule](tables[place.table][place.row], tables, day)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_casecheck_and_plain_python_agree_on_every_record(day: date) -> None:
    homes, found = asked(day)
    said = []
    for rule, answers in found.items():
        wrong = [place for place, verdict in answers.items() if verdict != wanted(rule, place, homes, day)]
        if wrong:
            smallest = told(rule, ORACLE[rule], homes[wrong[0].history], wrong[0], day)
            said.append(f"{len(wrong)} of {len(answers)} records differ. {smallest}")
    assert not said, "\n".join(said)


def test_every_verdict_is_given_often_enough_to_mean_something() -> None:
    for rule in ORACLE:
        given = Counter(verdict for day in FEW for verdict in asked(day)[1][rule].values())
        few = {verdict: given[verdict] for verdict in (PASS, FAIL, NOT_DUE, UNCLEAR, OUT) if given[verdict] < 8}
        assert set(few) <= NEVER.get(rule, set()), (rule, few)


LIMITS = {
    "VIS-CP-001": ("limit", "9 working days", "11 working days"),
    "VIS-CIN-001": ("limit", "19 working days", "21 working days"),
    "VIS-RSK-001": ("window", "5 months", "7 months"),
    "VIS-CLA-001": ("limit", "6 days", "8 days"),
    "VIS-CLA-002": ("limit", "41 days", "43 days"),
    "VIS-CLA-003": ("otherwise", "41", "43"),
    "CPP-001": ("limit", "14 working days", "16 working days"),
    "CPP-004": ("limit", "89 days", "93 days"),
    "CPP-005": ("limit", "180 days", "185 days"),
    "CLA-001": ("limit", "19 working days", "21 working days"),
    "CLA-002": ("limit", "180 days", "185 days"),
    "ASM-001": ("limit", "44 working days", "46 working days"),
    "ASM-002": ("limit", "9 working days", "11 working days"),
    "ASM-003": ("limit", "34 working days", "36 working days"),
    "ALC-001": ("screening", "0 working days", "2 working days"),
    "ALC-004": ("handover", "2 working days", "4 working days"),
    "ALC-005": ("gap", "1 working day", "3 working days"),
    "CAS-001": ("limit", "17", "19"),
    "SUP-001": ("limit", "27 days", "29 days"),
    "SEE-007": ("limit", "27 days", "29 days"),
}
"""For each rule one of its limits, a day tighter and a day looser (a limit of months: by as little as days can say)."""


@pytest.mark.parametrize("rule", LIMITS)
@pytest.mark.parametrize("side", [1, 2], ids=["tighter", "looser"])
def test_a_limit_that_is_a_day_out_is_noticed(rule: str, side: int) -> None:
    """The other half of the proof: were the rule wrong by a day, these histories would show it."""
    name, wrong = LIMITS[rule][0], LIMITS[rule][side]
    for day in FEW:
        homes, _ = asked(day)
        found = ask(homes, day, {rule: compiled(rule, ((name, wrong),))})[rule]
        if any(verdict != wanted(rule, place, homes, day) for place, verdict in found.items()):
            return
    pytest.fail(f"{rule} with {name} = {wrong} gives the same verdicts: no history comes near the limit")
