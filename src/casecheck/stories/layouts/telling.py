"""Which stories a layout can tell: those of which it holds every record that the rules turn on."""

from __future__ import annotations

import random
from datetime import date

from casecheck.profiles.spec import Profile
from casecheck.stories.families import Kind, write_family
from casecheck.stories.history import History
from casecheck.stories.layouts.laying import lay_out
from casecheck.stories.staff import Staff

_TURNS_ON = {"assessment": "assessment", "conference": "conference", "private_fostering": "referral"}
"""Records without which a story looks as if something had not been done, in layouts that hold the table beside them."""
_SOME_DAY = date(2026, 3, 31)


def can_tell(profile: Profile, kind: Kind) -> bool:
    """Whether a story stays coherent in a layout.

    Private fostering is in few layouts, and the case behind it looks forgotten there; initial and core assessments are in
    none that holds single assessments only. It is tried out with a family.
    """
    staff = Staff(History(_SOME_DAY, random.Random(0)))
    write_family(staff, kind)
    left_out = lay_out(profile, staff.history.tables(), _SOME_DAY).left_out
    return not any(
        left_out[table] and profile.holds(held) and table not in profile.latest_only for table, held in _TURNS_ON.items()
    )
