"""Which dirt a profile's sheets get: the same for every area, by the seed and the name of the sheet."""

from __future__ import annotations

import random
from dataclasses import dataclass

from casecheck.model import load_model
from casecheck.profiles.spec import Profile, Source, Take, columns_taken
from casecheck.stories.dirt import CLEAN, SheetDirt, Types, plan_dirt
from casecheck.stories.layouts import Sheet
from casecheck.synthesis.planning import Order

PROSE = frozenset({"conference.outcome", "plan.end_reason", "plan_review.outcome", "quality_action.outcome"})
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
    sources = {sheet_of(name, spec): name for name, spec in profile.sources.items()}
    found = {}
    for name, sheet in sheets.items():
        chance, person = random.Random(f"{order.seed} dirt {name}"), profile.sources[sources[name]].person
        spoil = bool(person) and chance.random() < _SPOILT
        planned = plan_dirt(sheet.headings, _types(profile, sources[name]), chance, spoil)
        found[name] = Spoiling(SheetDirt(file=planned.file) if sheet.shared else planned, person)
    return found


def sheet_of(name: str, spec: Source) -> str:
    """The name of the sheet that a source is laid out in."""
    return spec.names[0] if spec.names else name


def _types(profile: Profile, source: str) -> Types:
    """The type of each column of a source that is read as one field, or as several of one type.

    Columns that are read in another way, or whose words decide what a row is, stay as they are.
    """
    found: dict[str, set[str]] = {}
    for table, mappings in profile.tables.items():
        for mapping in mappings:
            for name, take in mapping.fields.items() if mapping.source == source else ():
                column = take.column if isinstance(take, Take) else take
                for each in [column] if column else columns_taken(take):
                    found.setdefault(each, set()).add(_type(table, name) if column else "")
    own = {column: next(iter(types)) for column, types in found.items() if len(types) == 1}
    return {column: kind for column, kind in own.items() if kind and column not in _deciding(profile, source)}


def _type(table: str, name: str) -> str:
    return "prose" if f"{table}.{name}" in PROSE else load_model().tables[table].fields[name].type


def _deciding(profile: Profile, source: str) -> set[str]:
    spec = profile.sources[source]
    mappings = [mapping for each in profile.tables.values() for mapping in each if mapping.source == source]
    words = {mapping.only.word for mapping in mappings if mapping.only}
    chains = {column for mapping in mappings if mapping.chain for column in (mapping.chain.opens, mapping.chain.closes)}
    filtered = {column for mapping in mappings for column in (*mapping.keep, *mapping.leave_out, *mapping.filled)}
    return words | chains | filtered | {*spec.keep, *spec.leave_out}
