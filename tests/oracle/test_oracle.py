"""casecheck and a second implementation in plain Python give every record of thousands of random histories the same verdict.

The second implementation was written from the catalogue of rules and each rule's own notes, not from its SQL. Where they differ,
the smallest history that shows it is printed, with both verdicts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

import pytest
from tests.oracle import alc, asm, cas, cla, cpp, see, sup, vis
from tests.oracle.asking import Answers, Place, ask, compiled
from tests.oracle.cells import Row, Tables
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
EACH = 450
"""Households a day."""


@cache
def asked(day: date) -> tuple[list[Tables], dict[str, Answers]]:
    homes = households(20261122, EACH, day)
    return homes, ask(homes, day, {rule: compiled(rule) for rule in ORACLE})


def wanted(rule: str, place: Place, homes: list[Tables], day: date) -> str:
    tables = homes[place.history]
    return ORACLE[rule](tables[place.table][place.row], tables, day)


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("rule", ORACLE)
def test_casecheck_and_plain_python_agree_on_every_record(rule: str, day: date) -> None:
    homes, found = asked(day)
    wrong = [place for place, verdict in found[rule].items() if verdict != wanted(rule, place, homes, day)]
    assert not wrong, (
        f"{len(wrong)} of {len(found[rule])} records differ. {told(rule, ORACLE[rule], homes[wrong[0].history], wrong[0], day)}"
    )
