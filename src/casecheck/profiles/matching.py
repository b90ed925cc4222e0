"""Which table of which profile a file is, by its headings; its name only breaks ties. Nothing is matched by likeness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from casecheck.errors import ProfileError
from casecheck.policy import Policy
from casecheck.profiles.spec import Profile, Source
from casecheck.sources.bad_input import Note, note, refuse
from casecheck.sources.raw import IsHeading, Opening, RawTable, XmlRows, XmlTable, fold_heading


@dataclass
class Match:
    """One raw table, the source of the profile that it is, and where each known column stands.

    ``doubles`` are further columns that mean the same as a known one. ``chosen`` says that the policy names the source.
    """

    raw: RawTable
    source: str
    places: dict[str, int]
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    doubles: dict[str, tuple[int, ...]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    chosen: bool = False

    @property
    def loaded(self) -> dict[str, int]:
        """Every column to be staged, with those that mean the same as another under names of their own."""
        doubled = {self.double_name(column, place): place for column, places in self.doubles.items() for place in places}
        return {**self.places, **doubled}

    @staticmethod
    def double_name(column: str, place: int) -> str:
        """The name under which a second column of one meaning is staged."""
        return f"{column} (column {place + 1})"


@dataclass
class Matched:
    """Everything that was recognised under one profile, and what was not."""

    profile: Profile
    opening: Opening
    matches: list[Match] = field(default_factory=list)
    unused: list[RawTable] = field(default_factory=list)

    @property
    def score(self) -> int:
        """How many columns were recognised: the profile with most is the source's."""
        return sum(len(match.places) for match in self.matches)


def spellings(source: Source) -> dict[str, str]:
    """Folded headings of a source, each with the column it means. A column's own heading beats a variant."""
    found: dict[str, str] = {}
    for column, variants in source.columns.items():
        for variant in variants or ():
            found.setdefault(fold_heading(variant), column)
    found.update({fold_heading(column): column for column in source.columns})
    return found


def heading_test(profiles: Iterable[Profile]) -> IsHeading:
    """Whether a cell is a heading that one of the profiles knows."""
    known = {word for profile in profiles for source in profile.sources.values() for word in spellings(source)}
    return lambda cell: fold_heading(cell) in known


def opening_for(profiles: Sequence[Profile], policy: Policy) -> Opening:
    """What the readers may ask when any of these profiles may be the source's."""
    xml = {profile.profile: rows for profile in profiles if (rows := _xml_rows(profile))}
    return Opening(heading_test(profiles), policy, xml)


def _xml_rows(profile: Profile) -> XmlRows | None:
    xml = profile.xml
    if xml is None:
        return None
    tables = tuple(
        XmlTable(name, row.element, spellings(profile.sources[name]), row.filled, profile.sources[name].later)
        for name, row in xml.rows.items()
    )
    return XmlRows(xml.root, xml.record, tables, xml.inherited, xml.about, xml.year, xml.reference_date, xml.title)


def choose(tables: Sequence[RawTable], profiles: Sequence[Profile], opening: Opening) -> Matched:
    """The profile that recognises most columns. Raises :class:`ProfileError` when none does, or two do alike."""
    results = sorted((_guess(tables, profile, opening) for profile in profiles), key=lambda found: -found.score)
    best = results[0]
    if not best.matches:
        names = ", ".join(table.name for table in tables[:5])
        refused = "".join(f"\n  {table.name}: {table.refused} [{table.refused.code}]" for table in tables if table.refused)
        raise ProfileError(
            f"no table was recognised in {names}{refused}",
            f"draft a profile: casecheck init PATH. Or name one: --profile {', '.join(profile.profile for profile in profiles)}",
        )
    if len(results) > 1 and results[1].score == best.score:
        both = " and ".join(sorted((best.profile.profile, results[1].profile.profile)))
        raise ProfileError(f"the headings fit {both} equally well", "say which with --profile")
    return match_all(tables, best.profile, opening)


def _guess(tables: Sequence[RawTable], profile: Profile, opening: Opening) -> Matched:
    """What a profile would make of the tables; one that it cannot tell apart counts as not recognised."""
    found = Matched(profile, opening)
    known = {name: spellings(source) for name, source in profile.sources.items()}
    for table in tables:
        try:
            match = _match(table, profile, known, opening)
        except ProfileError:
            match = None
        if match is not None:
            found.matches.append(match)
    return found


def match_all(tables: Sequence[RawTable], profile: Profile, opening: Opening) -> Matched:
    """Match each table against every source of a profile."""
    found = Matched(profile, opening)
    known = {name: spellings(source) for name, source in profile.sources.items()}
    for table in tables:
        match = _match(table, profile, known, opening)
        if match is None:
            found.unused.append(table)
        else:
            found.matches.append(match)
    _refuse_copies(found)
    _refuse_a_mix(found)
    found.profile = _of_its_year(profile, {match.source for match in found.matches})
    return found


def _of_its_year(profile: Profile, given: set[str]) -> Profile:
    """The profile without the tables that later years added, where the extract does not have them."""
    lacking = {name for name, source in profile.sources.items() if source.later and name not in given}
    if not lacking:
        return profile
    kept = {name: tuple(part for part in parts if part.source not in lacking) for name, parts in profile.tables.items()}
    return profile.model_copy(update={"tables": {name: parts for name, parts in kept.items() if parts}})


def _refuse_a_mix(found: Matched) -> None:
    """One return as XML and again as other files would count every child twice."""
    for match in found.matches:
        if match.raw.source:
            others = sorted({other.raw.file for other in found.matches if other.source == match.source and not other.raw.source})
            if others:
                raise refuse(match.raw.file, "IN075", others=", ".join(others))


def _refuse_copies(found: Matched) -> None:
    """A file given twice is read once."""
    seen: dict[tuple[str, str, int], list[Match]] = {}
    for match in list(found.matches):
        item = match.raw.item
        if item is None:
            continue
        alike = seen.setdefault((match.source, match.raw.sheet, item.size), [])
        other = next((known for known in alike if known.raw.item and known.raw.item.digest() == item.digest()), None)
        if other is None:
            alike.append(match)
            continue
        found.matches.remove(match)
        match.raw.refused = note("IN015", other=other.raw.name)
        found.unused.append(match.raw)


def _match(table: RawTable, profile: Profile, known: Mapping[str, Mapping[str, str]], opening: Opening) -> Match | None:
    if table.refused is not None:
        return None
    folded = [fold_heading(heading) for heading in table.headings]
    chosen = opening.settings(table.file).source
    if table.source and (profile.xml is None or table.source not in profile.xml.rows):
        return None
    candidates = []
    for name, source in profile.sources.items():
        if chosen not in ("", name) or table.source not in ("", name):
            continue
        places, doubles = places_of(folded, known[name])
        named = _named(table, name, source)
        if chosen or (all(column in places for column in source.required) and (source.required or named == 2)):
            candidates.append((named, len(places), -len(source.columns), name, places, doubles))
    if not candidates:
        return None
    candidates.sort(key=lambda item: item[:3], reverse=True)
    best = candidates[0]
    if len(candidates) > 1 and candidates[1][:3] == best[:3]:
        raise ProfileError(
            f"{table.name}: the headings fit both {best[3]} and {candidates[1][3]}",
            f'say which: under [files."{table.file}"] in casecheck.toml write source = "{best[3]}"',
        )
    name, places, doubles = best[3:]
    used = {*places.values(), *(place for others in doubles.values() for place in others)}
    return Match(
        table,
        name,
        places,
        unknown=tuple(heading for place, heading in enumerate(table.headings) if place not in used and heading),
        missing=tuple(column for column in profile.sources[name].columns if column not in places),
        doubles=doubles,
        notes=list(_nameless(table)),
        chosen=bool(chosen),
    )


def _nameless(table: RawTable) -> Iterator[Note]:
    for place, heading in enumerate(table.headings):
        if not heading:
            named = [name for name in table.headings[:place] if name]
            before = f"'{named[-1]}'" if named else "the start"
            yield note("IN022", place=place + 1, before=before)


def places_of(folded: Sequence[str], known: Mapping[str, str]) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    """Where each column stands, and further columns that mean the same. A column's own heading beats a variant of it."""
    found: dict[str, list[int]] = {}
    for place, heading in enumerate(folded):
        if heading in known:
            found.setdefault(known[heading], []).append(place)
    places, doubles = {}, {}
    for column, stands in found.items():
        own = [place for place in stands if folded[place] == fold_heading(column)]
        first, *others = own or stands
        places[column] = first
        if others:
            doubles[column] = tuple(others)
    return places, doubles


def _named(table: RawTable, name: str, source: Source) -> int:
    stem = fold_heading(table.sheet or PurePosixPath(table.file).stem)
    names = {fold_heading(known) for known in (name, *source.names)}
    return 2 if stem in names else 1 if any(stem.startswith(known) for known in names) else 0
