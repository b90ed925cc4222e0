"""What a layout can show: which stories it can tell, and which breaches can be seen in it. Each is tried out once."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from casecheck.planning import never_held
from casecheck.policy import Policy
from casecheck.profiles.loading import model_profile
from casecheck.profiles.spec import Profile
from casecheck.rules.compiled import compile_rules
from casecheck.rules.loading import load_rules
from casecheck.stories.breaches import BREACHES, plant
from casecheck.stories.families import KINDS, write_family
from casecheck.stories.history import History, Row
from casecheck.stories.identity import finds
from casecheck.stories.layouts import can_tell, lay_out
from casecheck.stories.staff import Staff

_SOME_DAY = date(2026, 3, 31)


@dataclass(frozen=True)
class Trial:
    """A breach that was planted to look at it: the rows with it and without, the subject's table, and how many children."""

    kept: dict[str, list[Row]]
    broken: dict[str, list[Row]]
    table: str
    children: int


@cache
def trial(code: str) -> Trial:
    """Plant a breach in a history of its own."""
    kept, broken = (Staff(History(_SOME_DAY, random.Random(0))) for _ in range(2))
    write_family(kept, BREACHES[code].kind)
    planted = plant(broken, code)
    return Trial(kept.history.tables(), broken.history.tables(), planted.table, len(broken.history.children))


def tellable(profile: Profile, stories: Iterable[str]) -> list[str]:
    """Those of the stories that stay coherent in the layout."""
    return [story for story in stories if can_tell(profile, KINDS[story])]


def hidden(profile: Profile, codes: Iterable[str]) -> dict[str, str]:
    """Why a breach would not be seen in the layout, by the code of its rule; those that would be are left out."""
    if profile is model_profile():
        return {}
    chosen = load_rules().select(list(codes), where="the breaches")
    found = {}
    for code, rule in compile_rules(chosen, Policy()).rules.items():
        table, _, field = BREACHES[code].shown_by.partition(".")
        places = [place for place, each in enumerate(chosen[code].subjects) if finds(code, trial(code).table, each)]
        reasons = [never_held(profile, rule.variants[place]) for place in places]
        if all(reasons):
            found[code] = reasons[0]
        elif table and not profile.holds(table, field):
            found[code] = profile.why_not(table, field)
        elif not can_tell(profile, BREACHES[code].kind) or _alike(profile, trial(code)):
            found[code] = f"{profile.title} does not hold what shows it"
    return found


def _alike(profile: Profile, tried: Trial) -> bool:
    """Whether the layout shows the same with the breach as without, though the records differ."""
    if tried.kept == tried.broken:
        return False
    kept, broken = (lay_out(profile, tables, _SOME_DAY) for tables in (tried.kept, tried.broken))
    return all(sheet.rows == broken[name].rows for name, sheet in kept.items())
