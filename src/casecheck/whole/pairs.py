"""Two records of one child: candidates are found in the engine, and their names are compared here and forgotten.

Only children born on one day are compared, or on days with day and month exchanged, and only when a name begins alike: anything
else would compare everybody with everybody.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from rapidfuzz.distance import JaroWinkler

from casecheck.engines.base import Engine

LEAST = 80
"""Pairs whose names are less alike than this are not kept: no policy would call them one child."""
_NAMES = ("forename", "surname")
_KNOWN = " AND ".join(f"{{0}}.{name} IS NOT NULL" for name in _NAMES)
_SAME_DAY = "a.date_of_birth = b.date_of_birth"
_EXCHANGED = (
    "EXTRACT(year FROM a.date_of_birth) = EXTRACT(year FROM b.date_of_birth) "
    "AND EXTRACT(month FROM a.date_of_birth) = EXTRACT(day FROM b.date_of_birth) "
    "AND EXTRACT(day FROM a.date_of_birth) = EXTRACT(month FROM b.date_of_birth) AND a.date_of_birth <> b.date_of_birth"
)
_ALIKE = " OR ".join(f"lower(left(a.{one}, 1)) = lower(left(b.{other}, 1))" for one in _NAMES for other in _NAMES)


def person_pairs(engine: Engine) -> Iterator[dict[str, Any]]:
    """The rows of ``person_pair``."""
    for swapped in ("N", "Y"):
        for first, second, *names in engine.rows(_candidates(_EXCHANGED if swapped == "Y" else _SAME_DAY)):
            score = likeness(names[:2], names[2:])
            if score >= LEAST:
                one, other = sorted((first, second))
                yield {
                    "pair_id": f"{one} {other}",
                    "person_id": other,
                    "other_id": one,
                    "score": round(score, 1),
                    "swapped_flag": swapped,
                }


def likeness(one: Iterable[str], other: Iterable[str]) -> float:
    """How alike two pairs of forename and surname are, 0 to 100: the worse of the two names, or of the names exchanged."""
    forename, surname = map(folded, one)
    theirs, theirs_too = map(folded, other)
    straight = min(_alike(forename, theirs), _alike(surname, theirs_too))
    exchanged = min(_alike(forename, theirs_too), _alike(surname, theirs))
    return max(straight, exchanged)


@cache
def folded(name: str) -> str:
    """A name without accents, case and punctuation: O'Neill is oneill."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _alike(one: str, other: str) -> float:
    return 100 * JaroWinkler.similarity(one, other) if one and other else 0.0


def _candidates(born: str) -> str:
    people = "SELECT person_id, min(forename) AS forename, min(surname) AS surname, min(date_of_birth) AS date_of_birth "
    people += (
        f"FROM person WHERE person_id IS NOT NULL AND date_of_birth IS NOT NULL AND {_KNOWN.format('person')} GROUP BY person_id"
    )
    return (
        f"WITH people AS ({people}) SELECT a.person_id, b.person_id, a.forename, a.surname, b.forename, b.surname "
        f"FROM people AS a JOIN people AS b ON {born} AND a.person_id < b.person_id WHERE {_ALIKE}"
    )
