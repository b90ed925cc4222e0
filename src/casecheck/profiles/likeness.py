"""How alike two headings are, for proposals that a person accepts or not. Nothing is ever mapped by likeness.

Headings are compared word by word. What is left once the shared words are gone must itself be alike: so "placement start
date" is nothing like "placement end date", and "age" is nothing like "placement stage", however many letters they share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz

CUTOFF = 85
"""Percent: below this, a heading is not proposed."""
_REST_ALIKE = 70
_SHORTENED = 3
_SAME_MEANING = 0.95
_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]\d+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SMALL_WORDS = frozenset({"a", "an", "and", "at", "by", "for", "in", "is", "of", "on", "s", "the", "to", "was"})
_SMALL_WORDS |= {"dim", "fact", "y", "n"}
"""With the marks that warehouses put before the names of their tables and keys, and the (Y/N) behind a question."""
_NUMBER_WORDS = ("id", "number", "no", "ref", "reference", "identifier")
_CODE_WORDS = ("code", "desc", "description")
_DATE_WORDS = {"dttm": "date", "datetime": "date", "dt": "date"}


@dataclass(frozen=True, order=True)
class Likeness:
    """A heading that is like a known one: how much (percent), and what the known one stands for."""

    percent: int
    heading: str
    means: str


@cache
def words(heading: str) -> tuple[str, ...]:
    """The words of a heading in lower case, without the small ones: ``DateOfVisit`` and ``visit_date`` hold the same."""
    found = [word.lower() for word in _WORD.findall(heading.replace("'", "").replace("\u2019", ""))]
    return tuple(sorted(_DATE_WORDS.get(word, word) for word in found if word not in _SMALL_WORDS))


def percent_alike(heading: str, known: str) -> int:
    """How alike two headings are, from 0 to 100."""
    one, other = words(heading), words(known)
    if not one or not other:
        return 0
    return round(max(_alike(one, said) * factor for said, factor in _ways_to_say(other)))


def proposals(headings: Iterable[str], known: Mapping[str, Iterable[str]]) -> list[Likeness]:
    """For each heading the likeliest meaning at or over the cutoff. ``known`` holds the spellings of each meaning.

    Each heading and each meaning is used once, the most alike first; ties go to the first in order of the alphabet.
    """
    found = [
        (-percent, heading, meaning)
        for heading in headings
        for meaning, spelled in known.items()
        if (percent := max((percent_alike(heading, word) for word in spelled), default=0)) >= CUTOFF
    ]
    chosen: list[Likeness] = []
    for minus, heading, meaning in sorted(found):
        if all(heading != other.heading and meaning != other.means for other in chosen):
            chosen.append(Likeness(-minus, heading, meaning))
    return chosen


@cache
def _ways_to_say(known: tuple[str, ...]) -> tuple[tuple[tuple[str, ...], float], ...]:
    """The known words, and the same said otherwise: "Person ID" is also "Person Number", and "Gender" is "Gender Code"."""
    said = [(known, 1.0)]
    for word in set(known).intersection(_NUMBER_WORDS):
        rest = list(known)
        rest.remove(word)
        said += [(tuple(sorted([*rest, other])), _SAME_MEANING) for other in _NUMBER_WORDS if other != word]
    bare = tuple(word for word in known if word not in _CODE_WORDS)
    if bare and not set(known).intersection(_NUMBER_WORDS):
        others = {bare, *(tuple(sorted((*bare, word))) for word in _CODE_WORDS)} - {known}
        said += [(other, _SAME_MEANING) for other in sorted(others)]
    return tuple(said)


@cache
def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    if _digits(one) != _digits(other):
        return 0
    mine, theirs = _less(one, other), _less(other, one)
    if bool(mine) != bool(theirs) or fuzz.ratio("".join(mine), "".join(theirs)) < _REST_ALIKE:
        return 100 if not mine and not theirs else 0
    score = fuzz.token_sort_ratio(" ".join(one), " ".join(other))
    if len(mine) == len(theirs) and all(map(_shortened, mine, theirs)):
        score = max(score, fuzz.WRatio(" ".join(one), " ".join(other)))
    return score


def _shortened(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTENED and long.startswith(short)


def _less(words: tuple[str, ...], taken: tuple[str, ...]) -> list[str]:
    rest = list(words)
    for word in taken:
        if word in rest:
            rest.remove(word)
    return rest


def _digits(words: tuple[str, ...]) -> list[str]:
    return [word for word in words if word.isdigit()]
