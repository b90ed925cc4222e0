"""How well each profile fits an unknown source: which tables it recognises, and which it would with a heading or two more."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import PurePosixPath

from casecheck.errors import ProfileError
from casecheck.profiles.matching import Match, match_all, places_of, spellings
from casecheck.profiles.spec import Profile, Source
from casecheck.sources.raw import Opening, RawTable, fold_heading

_MOST = 0.6
_HALF = 0.5


@dataclass(frozen=True)
class Near:
    """A table that is like a source of a profile: its columns by place, and the headings that say a column once more."""

    source: str
    places: dict[str, int]
    again: tuple[int, ...] = ()


@dataclass
class Fit:
    """One profile against a source. ``known`` and ``near`` are by the number of the table."""

    profile: Profile
    tables: int
    known: dict[int, Near] = field(default_factory=dict)
    near: dict[int, Near] = field(default_factory=dict)
    exact: int = 0
    alias: int = 0
    headings: int = 0

    @property
    def columns(self) -> int:
        """How many columns of the recognised tables are known."""
        return self.exact + self.alias

    @property
    def well(self) -> bool:
        """Whether most tables are recognised, and most of their columns known."""
        return len(self.known) >= max(1, self.tables * _HALF) and self.columns >= self.headings * _MOST

    @property
    def order(self) -> tuple[int, int]:
        """Profiles are compared by this: all columns that are known, then those of tables that are recognised."""
        return self.columns + sum(len(found.places) for found in self.near.values()), self.columns


def fits(tables: Sequence[RawTable], profiles: Iterable[Profile], opening: Opening) -> list[Fit]:
    """Every profile, the best fitting first; profiles that fit alike keep their order."""
    return sorted((_fit(tables, profile, opening) for profile in profiles), key=lambda fit: fit.order, reverse=True)


def _fit(tables: Sequence[RawTable], profile: Profile, opening: Opening) -> Fit:
    found = Fit(profile, len(tables))
    for number, table in enumerate(tables):
        match = _recognised(table, profile, opening)
        if match is not None:
            found.known[number] = Near(match.source, match.places, _again(match.doubles))
            exact = sum(fold_heading(table.headings[place]) == fold_heading(column) for column, place in match.places.items())
            found.exact += exact
            found.alias += len(match.places) - exact
            found.headings += sum(1 for heading in table.headings if heading)
    taken = {near.source for near in found.known.values()}
    for number, near in _nearest([item for item in enumerate(tables) if item[0] not in found.known], profile, taken):
        found.near[number] = near
    return found


def _recognised(table: RawTable, profile: Profile, opening: Opening) -> Match | None:
    with contextlib.suppress(ProfileError):
        matches = match_all([table], profile, opening).matches
        return matches[0] if matches else None
    return None


def _nearest(tables: Sequence[tuple[int, RawTable]], profile: Profile, taken: set[str]) -> list[tuple[int, Near]]:
    """Tables that would be a source, were it not for a required heading: one table for a source, the likest first.

    Half of a table's headings must be known, and some of them in few other sources; or the table has the source's name.
    """
    weights = _weights(profile)
    likely: list[tuple[float, int, str, Near]] = []
    for number, table in tables:
        if table.source and (profile.xml is None or table.source not in profile.xml.rows):
            continue
        folded = [fold_heading(heading) for heading in table.headings]
        for name, source in profile.sources.items():
            if table.source not in ("", name):
                continue
            places, doubles = places_of(folded, spellings(source))
            near, named = (
                Near(name, dict(sorted(places.items(), key=itemgetter(1))), _again(doubles)),
                is_named(table, name, source),
            )
            known = len(near.places)
            telling = sum(weights[fold_heading(table.headings[place])] for place in near.places.values())
            enough = known >= 2 if named else known >= max(3, _HALF * len(table.headings)) and telling >= 1
            if enough and name not in taken:
                likely.append((-(telling + named), number, name, near))
    chosen: dict[int, Near] = {}
    for _, number, name, near in sorted(likely, key=lambda item: item[:3]):
        if number not in chosen and name not in {other.source for other in chosen.values()}:
            chosen[number] = near
    return sorted(chosen.items())


def _again(doubles: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted(place for places in doubles.values() for place in places))


def _weights(profile: Profile) -> dict[str, float]:
    """How telling a heading is in a profile: one over the number of sources that know it."""
    counted = Counter(heading for source in profile.sources.values() for heading in spellings(source))
    return {heading: 1 / sources for heading, sources in counted.items()}


def stem(table: RawTable) -> str:
    """What a table is called in its file or folder: the sheet, or the file without its ending."""
    return table.sheet or PurePosixPath(table.file).stem


def is_named(table: RawTable, name: str, source: Source) -> bool:
    """Whether the file or sheet has the name that the source usually has."""
    return fold_heading(stem(table)) in {fold_heading(known) for known in (name, *source.names)}
