"""Which dirt a profile's sheets get: the same for every area, by the seed and the name of the sheet."""

from __future__ import annotations

import random
from dataclasses import dataclass

from casecheck.model import load_model
from casecheck.profiles.spec import Profile, Take
from casecheck.stories.dirt import CLEAN, SheetDirt, Types, plan_dirt
from casecheck.stories.layouts import Sheet
from casecheck.synthesis.planning import Order

PROSE = frozenset({"end_reason", "unknown_reason"})
"""Texts of which rules ask only whether they are there."""
_SPOILT = 0.5
"""The share of the sheets in which some dates cannot be read."""


@dataclass(frozen=True)
class Spoiling:
    """What happens to one sheet, and the column that says whose row it is."""

    dirt: SheetDirt
    person: str


def spoiling(order: Order, profile: Profile, sheets: dict[str, Sheet]) -> dict[str, Spoiling]:
    """By the name of the sheet."""
    if order.dirt == "none":
        return {name: Spoiling(CLEAN, "") for name in sheets}
    sources = {(spec.names[0] if spec.names else name): name for name, spec in profile.sources.items()}
    found = {}
    for name, sheet in sheets.items():
        chance, person = random.Random(f"{order.seed} dirt {name}"), profile.sources[sources[name]].person
        spoil = bool(person) and chance.random() < _SPOILT
        found[name] = Spoiling(plan_dirt(sheet.headings, _types(profile, sources[name]), chance, spoil), person)
    return found


def _types(profile: Profile, source: str) -> Types:
    """The type of each column of a source that is read as one field, or as several of one type."""
    found: dict[str, set[str]] = {}
    tables = load_model().tables
    for table, mappings in profile.tables.items():
        for mapping in mappings:
            for name, take in mapping.fields.items():
                column = take.column if isinstance(take, Take) else take
                if mapping.source == source and column:
                    found.setdefault(column, set()).add("prose" if name in PROSE else tables[table].fields[name].type)
    own = {column: next(iter(types)) for column, types in found.items() if len(types) == 1}
    return {column: kind for column, kind in own.items() if column not in _read_otherwise(profile, source)}


def _read_otherwise(profile: Profile, source: str) -> set[str]:
    """Columns whose words decide what a row is: these stay as they are."""
    spec = profile.sources[source]
    mappings = [mapping for each in profile.tables.values() for mapping in each if mapping.source == source]
    words = {mapping.only.word for mapping in mappings if mapping.only}
    chains = {column for mapping in mappings if mapping.chain for column in (mapping.chain.opens, mapping.chain.closes)}
    filtered = {column for mapping in mappings for column in (*mapping.keep, *mapping.leave_out, *mapping.filled)}
    return words | chains | filtered | {*spec.keep, *spec.leave_out}
