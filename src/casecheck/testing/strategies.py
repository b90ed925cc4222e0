"""Strategies for hypothesis. They only choose; the stories see to it that what comes out is coherent.

A failing example shrinks towards few families, the simplest story, early choices and short gaps.
"""

from __future__ import annotations

import random
from datetime import date
from typing import TypeVar

from hypothesis import strategies as st

from casecheck.errors import InputError, nearest
from casecheck.stories.breaches import BREACHES, plant
from casecheck.stories.families import KINDS, Kind, write_family
from casecheck.stories.history import History
from casecheck.stories.staff import Staff
from casecheck.testing.case_history import CaseHistory
from casecheck.testing.dirty import DirtyFiles, spoiled

DAYS = st.dates(date(2024, 6, 3), date(2026, 12, 31))
"""Days on which a history may be looked at: the law of today."""
_BESIDE = ("closed", "waiting", "need")
"""What happens in the families beside the one that matters."""

Drawn = TypeVar("Drawn")


def planted_rules() -> list[str]:
    """The codes of the rules that :func:`breach` and :func:`compliant` know."""
    return sorted(BREACHES)


def histories(*kinds: str, families: int = 2, as_of: st.SearchStrategy[date] = DAYS) -> st.SearchStrategy[CaseHistory]:
    """Coherent histories of one to ``families`` families, on which no rule finds anything.

    ``kinds`` names the stories to choose from (``casecheck.stories.families.KINDS``); all of them when none is named.
    Raises :class:`InputError` for a story that is not there.
    """
    chosen = [_kind(name) for name in kinds or KINDS]
    return _told(as_of, st.lists(st.sampled_from(chosen), min_size=1, max_size=families))


def extracts(families: int = 12, as_of: st.SearchStrategy[date] = DAYS) -> st.SearchStrategy[CaseHistory]:
    """Whole extracts: about so many families with all kinds of stories, brothers and sisters among them."""
    kinds = st.lists(st.sampled_from(list(KINDS.values())), min_size=families // 2, max_size=families)
    return _told(as_of, kinds, size=3)


def dirty_files(families: int = 3, as_of: st.SearchStrategy[date] = DAYS) -> st.SearchStrategy[DirtyFiles]:
    """A coherent history as CSV files with the dirt of real extracts: blanks, other spellings, repeated rows, marks, titles."""

    @st.composite
    def drawn(draw: st.DrawFn) -> DirtyFiles:
        return spoiled(draw(histories(families=families, as_of=as_of)), random.Random(draw(st.integers(0, 2**32))))

    return drawn()


def compliant(rule: str, as_of: st.SearchStrategy[date] = DAYS) -> st.SearchStrategy[CaseHistory]:
    """Histories that keep a rule, and in which there is something that it looks at."""
    return _told(as_of, st.just([_known(rule)]))


def breach(rule: str, as_of: st.SearchStrategy[date] = DAYS) -> st.SearchStrategy[CaseHistory]:
    """Histories in which one child's records break a rule. ``expected`` is the finding, ``planted.also`` what may go with it."""
    _known(rule)

    @st.composite
    def drawn(draw: st.DrawFn) -> CaseHistory:
        staff = Staff(History(draw(as_of), draw(_chance())))
        broken = plant(staff, rule)
        for name in draw(st.lists(st.sampled_from(_BESIDE), max_size=1)):
            write_family(staff, KINDS[name])
        staff.supervise()
        return CaseHistory(staff.history.as_of, staff.history.tables(), broken)

    return drawn()


def _told(as_of: st.SearchStrategy[date], kinds: st.SearchStrategy[list[Kind]], size: int = 2) -> st.SearchStrategy[CaseHistory]:
    @st.composite
    def drawn(draw: st.DrawFn) -> CaseHistory:
        staff = Staff(History(draw(as_of), draw(_chance())))
        for kind in draw(kinds):
            write_family(staff, kind, draw(st.integers(1, size)))
        staff.supervise()
        return CaseHistory(staff.history.as_of, staff.history.tables())

    return drawn()


def _chance() -> st.SearchStrategy[random.Random]:
    return st.randoms(use_true_random=False)


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise InputError(f"there is no story '{name}'", nearest(name, KINDS) or f"stories: {', '.join(KINDS)}")
    return KINDS[name]


def _known(rule: str) -> Kind:
    if rule not in BREACHES:
        raise InputError(
            f"no breach of '{rule}' can be planted", nearest(rule, BREACHES) or "planted_rules() lists those that can"
        )
    return BREACHES[rule].kept
