"""What casecheck knows of headings: under which names each field of the model stands in any layout that ships.

A heading is only worth something for one table at a time: "start date" means another thing in every one of them. How telling
a heading is falls with the number of tables in which it is known.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from casecheck.model import load_model
from casecheck.profiles.likeness import words
from casecheck.profiles.loading import MODEL
from casecheck.profiles.spec import Profile, Source, Take, columns_taken
from casecheck.sources.raw import fold_heading

EVERYWHERE = {"person_id": (), "worker_id": ("worker", "allocation"), "worker_name": ("allocation",), "team_name": ()}
"""Fields that mean the same in every table: a heading known in one (or in those named here) is known in all."""
_TELLING = 0.7
_MARGIN = 0.05


@dataclass(frozen=True)
class Knowledge:
    """Known headings by table: ``spelled[table][field]`` lists them as they are written.

    ``shared`` holds folded headings of columns from which a table works something out: they tell less of any other table.
    """

    spelled: Dictionary[str, Dictionary[str, tuple[str, ...]]]
    shared: Dictionary[str, frozenset[str]] = dataclasses.field(default_factory=dict)

    @cached_property
    def folded(self) -> dict[str, dict[str, str]]:
        """Table, folded heading, field. The model's own names beat any other."""
        found: dict[str, dict[str, str]] = {}
        for table, fields in self.spelled.items():
            known = found[table] = {fold_heading(field): field for field in fields}
            for field, headings in fields.items():
                for heading in headings:
                    known.setdefault(fold_heading(heading), field)
        return found

    @cached_property
    def weights(self) -> dict[str, float]:
        """How telling each folded heading is: one over the number of tables that know it."""
        counted: dict[str, int] = {}
        for table, known in self.folded.items():
            for heading in self.shared.get(table, frozenset()).union(known):
                counted[heading] = counted.get(heading, 0) + 1
        return {heading: 1 / tables for heading, tables in counted.items()}

    def fields(self, table: str, headings: Sequence[str]) -> dict[str, str]:
        """Field and heading for what is known of this table. Two headings for one field: the first is taken."""
        known = self.folded[table]
        found: dict[str, str] = {}
        for heading in headings:
            field = known.get(fold_heading(heading))
            if field is not None:
                found.setdefault(field, heading)
        order = list(load_model().tables[table].fields)
        return {field: found[field] for field in sorted(found, key=order.index)}

    def ways(self, table: str, field: str) -> tuple[str, ...]:
        """How a field may be called, for proposals: as it is known, and with the table's name or without what it is."""
        bare = field.removesuffix("_date").removesuffix("_id").removesuffix("_at").removesuffix("_flag")
        said = [f"{table} {field}", f"{table} {bare}", bare] if bare != field and bare not in table.split("_") else []
        return (*self.spelled[table][field], *said)

    def tables(self, name: str, headings: Sequence[str]) -> list[str]:
        """The tables of the model that a list with these headings can fill, the likeliest first.

        None when too little is known of it. A second table is named only for what the first leaves over.
        """
        scored = sorted(
            ((self._score(table, name, headings), table) for table in self.spelled), key=lambda item: (-item[0], item[1])
        )
        best, table = scored[0]
        telling = self._telling(table, headings)
        if best < _TELLING or not telling:
            return []
        if best - scored[1][0] < _MARGIN and telling != self._telling(scored[1][1], headings):
            return []
        left = [heading for heading in headings if heading not in telling]
        more = [
            other for score, other in scored[1:] if score >= _TELLING and len(self._telling(other, headings)) > 2
            and len(self._telling(other, left)) > 1
        ]  # fmt: skip
        return [table, *more]

    def likeliest(self, name: str) -> str:
        """The table that the name of a file speaks of, or nothing."""
        named = [(speaks_of(name, table), len(table), table) for table in sorted(self.spelled)]
        most = max(said for said, _, _ in named)
        best = [(length, table) for said, length, table in named if said == most > 0]
        return max(best)[1] if best and (most == 1 or len(best) == 1) else ""

    def _score(self, table: str, name: str, headings: Sequence[str]) -> float:
        telling = self._telling(table, headings)
        weights = sum(self.weights[fold_heading(heading)] for heading in telling)
        named = speaks_of(name, table)
        return weights + named if len(telling) > 1 or named else 0

    def _telling(self, table: str, headings: Sequence[str]) -> set[str]:
        return {heading for field, heading in self.fields(table, headings).items() if field not in EVERYWHERE}


def speaks_of(name: str, table: str) -> float:
    """How far a file's name is that of a table: ``Visits made 2026`` speaks of ``visit``, ``missing`` half of its episode."""
    said = [word for word in (_single(word) for word in words(name)) if not word.isdigit()]
    asked = [_single(word) for word in table.split("_")]
    if said and set(asked) <= set(said):
        return 1.0
    return 0.5 if said in (asked[:1], asked[-1:]) else 0.0


def _single(word: str) -> str:
    return word.removesuffix("s")


def knowledge_of(profiles: Dictionary[str, Profile], person: Sequence[str] = ()) -> Knowledge:
    """Gather the headings of all profiles by the field that they fill. ``person`` adds headings for the child's number."""
    model = load_model().tables
    found: dict[str, dict[str, list[str]]] = {table: {name: [name] for name in spec.fields} for table, spec in model.items()}
    shared: dict[str, set[str]] = {table: set() for table in model}
    for profile in profiles.values():
        if profile.profile != MODEL:
            _gather(profile, found, shared)
    for field, homes in EVERYWHERE.items():
        pooled = dict.fromkeys(heading for table in homes or found for heading in found[table].get(field, ()))
        if field == "person_id":
            pooled = dict.fromkeys((*person, *pooled))
        for fields in found.values():
            if field in fields:
                fields[field] = list(pooled)
    return Knowledge(
        {table: {name: tuple(said) for name, said in fields.items()} for table, fields in found.items()},
        {table: frozenset(said) for table, said in shared.items()},
    )


def _gather(profile: Profile, found: dict[str, dict[str, list[str]]], shared: dict[str, set[str]]) -> None:
    for table, mappings in profile.tables.items():
        for mapping in mappings:
            source = profile.sources[mapping.source]
            for field, take in mapping.fields.items():
                column = plain_column(take)
                worked = [name for name in columns_taken(take) if name != column and name in source.columns]
                shared[table] |= {fold_heading(said) for name in worked for said in spelled(source, name)}
                if column in source.columns:
                    said = found[table][field]
                    said += [heading for heading in spelled(source, column) if heading not in said]


def plain_column(take: object) -> str:
    """The column whose cell is the field's value, as it stands; empty when the value is worked out."""
    if isinstance(take, str):
        return take
    if isinstance(take, Take) and take.first and isinstance(take.first[0], str):
        return take.first[0]
    return take.column if isinstance(take, Take) and not take.other_than else ""


def spelled(source: Source, column: str) -> tuple[str, ...]:
    """A column's heading and the others that mean the same."""
    return (column, *(source.columns[column] or ()))
