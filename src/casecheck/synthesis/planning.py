"""What is to be written, dealt out to areas of about a thousand children. Each area has its own staff, teams and seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from casecheck.errors import CasecheckError
from casecheck.profiles.loading import load_profile
from casecheck.stories.breaches import BREACHES
from casecheck.synthesis.shares import FAMILY_SIZES, PER_10_000, children_by_story
from casecheck.synthesis.showing import hidden, tellable, trial
from casecheck.synthesis.wanted import Wanted, codes_of, count_wanted

AREA = 1000
"""Children in an area: enough for four teams with some six workers each, and their share of the assessment team."""
_FIRST_DAY, _LAST_DAY = date(2018, 1, 1), date(2040, 12, 31)
DIRT = ("none", "realistic")

Telling = tuple[str, int]
"""A family to write: a story with the number of children, or a rule with nought: a family in which it is broken."""


@dataclass(frozen=True)
class Order:
    """What was asked for. The same order gives the same bytes. Raises :class:`CasecheckError` when it cannot be filled."""

    children: int
    as_of: date
    profile: str = "model"
    seed: int = 1
    wanted: Wanted = field(default_factory=dict)
    dirt: str = "none"

    def __post_init__(self) -> None:
        if self.children < 1:
            raise CasecheckError("an extract needs a child", "say --children 1000")
        if not _FIRST_DAY <= self.as_of <= _LAST_DAY:
            raise CasecheckError(f"stories are told of the years {_FIRST_DAY.year} to {_LAST_DAY.year}", "say --as-of 2026-03-31")
        if self.dirt not in DIRT:
            raise CasecheckError("there is no such kind of dirt", f"one of: {', '.join(DIRT)}")


@dataclass(frozen=True)
class Area:
    """One area: its number, from 1; its share of what is to be written; whether there are others."""

    number: int
    tellings: tuple[Telling, ...]
    alone: bool

    @property
    def mark(self) -> str:
        """What tells its numbers from those of other areas."""
        return f"{self.number:03d}"


def plan_areas(order: Order) -> list[Area]:
    """Deal families and breaches out, in an order that tells nothing of who is who."""
    profile = load_profile(order.profile)
    stories = children_by_story(order.children, tellable(profile, PER_10_000))
    unseen = hidden(profile, codes_of(order.wanted)) if order.wanted else {}
    breaches = list(Counter(count_wanted(order.wanted, stories, unseen)).elements())
    _make_room(stories, breaches, order.children)
    chance = random.Random(f"{order.seed} families")
    tellings = [*((code, 0) for code in breaches), *_families(stories, chance)]
    chance.shuffle(tellings)
    number = -(-order.children // AREA)
    dealt = list(_dealt(tellings, number, order.children))
    return [Area(place, tuple(part), number == 1) for place, part in enumerate(dealt, 1)]


def _make_room(stories: dict[str, int], breaches: list[str], children: int) -> None:
    """Planted children are children of their story: take so many away from it, or from the commonest."""
    needed = sum(map(_children_of, breaches))
    if needed > children:
        raise CasecheckError(
            f"the breaches that are wanted need {needed:,} children", f"say --children {needed} or more, or want fewer"
        )
    for code in breaches:
        for _ in range(_children_of(code)):
            like = BREACHES[code].story
            stories[like if stories.get(like) else max(stories, key=lambda story: stories[story])] -= 1


def _families(stories: Mapping[str, int], chance: random.Random) -> Iterator[Telling]:
    sizes, weights = list(FAMILY_SIZES), list(FAMILY_SIZES.values())
    for story, left in stories.items():
        while left:
            size = min(left, chance.choices(sizes, weights)[0])
            left -= size
            yield story, size


def _dealt(tellings: list[Telling], number: int, children: int) -> Iterator[list[Telling]]:
    """Cut into so many parts with about as many children each."""
    part: list[Telling] = []
    written = parts = 0
    for telling in tellings:
        part.append(telling)
        written += telling[1] or _children_of(telling[0])
        if written * number >= children * (parts + 1):
            yield part
            part, parts = [], parts + 1
    if part:
        yield part


def _children_of(code: str) -> int:
    """How many children a planter writes."""
    return trial(code).children
