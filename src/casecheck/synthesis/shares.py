"""How often each story is told: the shape of an authority, in one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

PER_10_000: Mapping[str, float] = {
    "advice": 620,
    "turned down": 90,
    "closed": 205,
    "lately closed": 45,
    "assessed by others": 5,
    "enquired": 75,
    "old regime": 10,
    "waiting": 65,
    "need": 93,
    "long in need": 18,
    "audited": 4,
    "short breaks": 6,
    "privately fostered": 2,
    "stepped down": 10,
    "need met": 60,
    "protected": 30,
    "ten months protected": 5,
    "taken to lawyers": 3,
    "transferred": 1,
    "double status": 1,
    "care": 22,
    "long in care": 34,
    "missing from care": 4,
    "home under an order": 4,
    "with relatives": 3,
    "to be adopted": 2,
    "home again": 12,
    "leaving care": 18,
}
"""Children of each story for every 10,000 children who live in the area.

England's yearly statistics of the Department for Education say about 300 children in need (those in assessment, protected and
looked after among them), about 40 on a protection plan and about 70 looked after; most contacts end with advice. The sums here
are 308, 40 and 70. How they are split among the stories is ours.
"""

FAMILY_SIZES: Mapping[int, int] = {1: 46, 2: 32, 3: 15, 4: 7}
"""Of a hundred families, how many have so many children of whom the story is told. Ours."""


def children_by_story(children: int, stories: Iterable[str] = PER_10_000) -> dict[str, int]:
    """So many children dealt out by the shares; what is left over goes to the stories that came nearest to one more."""
    told = {story: PER_10_000[story] for story in stories}
    exact = {story: children * share / sum(told.values()) for story, share in told.items()}
    found = {story: int(number) for story, number in exact.items()}
    nearest = sorted(exact, key=lambda story: found[story] - exact[story])
    for story in nearest[: children - sum(found.values())]:
        found[story] += 1
    return found
