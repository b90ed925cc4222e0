"""Which word of a layout stands for what a row says: the inverse of a profile's ``words``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from casecheck.model.codes import fold
from casecheck.profiles.spec import Mapping as Mapped
from casecheck.profiles.spec import Profile, Take, Word
from casecheck.stories.history import Cell, Row

Meaning = dict[str, str]
"""What one spelling says, by field."""


@dataclass
class Wording:
    """The spellings of one column and what each says of the row's fields.

    ``wanted`` are the fields that only this column tells; ``helped`` those that another column tells first, so that a
    spelling should not gainsay them. A ``fixed`` column says of which table its row is. In an ``open`` one a code that has
    no spelling stands for itself.
    """

    column: str
    wanted: tuple[str, ...]
    helped: tuple[str, ...]
    spellings: list[tuple[str, Meaning]]
    fixed: bool = False
    open: bool = False
    _chosen: dict[tuple[Cell, ...], str | None] = field(default_factory=dict, repr=False)

    def word(self, row: Row) -> str | None:
        """The spelling for a row; ``None`` when there is none, or nothing to say."""
        said = tuple(map(row.get, (*self.wanted, *self.helped)))
        if said not in self._chosen:
            self._chosen[said] = self._choose([None if value is None else str(value).strip(";") for value in said])
        return self._chosen[said]

    def _choose(self, said: Sequence[str | None]) -> str | None:
        told = dict(zip((*self.wanted, *self.helped), said, strict=True))
        if not self.fixed and all(told[name] is None for name in self.wanted):
            return None
        fitting = [(word, meaning) for word, meaning in self.spellings if self._fits(told, meaning)]
        if fitting:
            return min(fitting, key=lambda each: sum(told[name] != each[1].get(name) for name in told))[0]
        return told[self.wanted[0]] if self.open and len(self.wanted) == 1 else None

    def _fits(self, told: Mapping[str, str | None], meaning: Meaning) -> bool:
        return all(told[name] == meaning.get(name) or (self.fixed and told[name] is None) for name in self.wanted)


def wordings(profile: Profile, table: str, mapping: Mapped) -> list[Wording]:
    """The columns of a mapping whose words have a meaning."""
    lists: dict[str, list[tuple[str, dict[str, str | None]]]] = {}
    """By column: a field (or nothing, for the table itself) with the spellings and what each says of it."""
    helped: set[tuple[str, str]] = set()
    coded: set[str] = set()
    for name, take in mapping.fields.items():
        for word, sure in _words(take):
            known = profile.words.get(word.using, {})
            lists.setdefault(word.word, []).append((name, {text: says.get(word.gives) for text, says in known.items()}))
            if not sure:
                helped.add((word.word, name))
        if isinstance(take, Take) and take.words:
            coded.add(take.column)
            lists.setdefault(take.column, []).append((name, dict(take.words)))
    if only := mapping.only:
        known = profile.words.get(only.using, {})
        own = {text: table for text, says in known.items() if table in says.get(only.gives, "").split()}
        lists.setdefault(only.word, []).append(("", dict(own)))
    fixed = mapping.only.word if mapping.only else ""
    return [
        Wording(
            column,
            tuple(name for name, _ in of if name and (column, name) not in helped),
            tuple(name for name, _ in of if (column, name) in helped),
            _spellings(of, column == fixed),
            column == fixed,
            column in coded,
        )
        for column, of in lists.items()
    ]


def _words(take: str | Take | Word) -> list[tuple[Word, bool]]:
    """The words that a field is taken from, and whether nothing else tells it first."""
    if not isinstance(take, Take):
        return []
    if take.word:
        return [(Word(word=take.word, using=take.using, gives=take.gives), True)]
    return [(part, place == 0) for place, part in enumerate(take.first) if isinstance(part, Word)]


def _spellings(of: Sequence[tuple[str, dict[str, str | None]]], fixed: bool) -> list[tuple[str, Meaning]]:
    """Every spelling of a column with all that it says. In a fixed column, those that name the table."""
    folded = [(name, {fold(text): value for text, value in known.items()}) for name, known in of]
    found = []
    for text in dict.fromkeys(text for _, known in of for text in known):
        meaning = {name: value for name, known in folded if (value := known.get(fold(text)))}
        if not fixed or "" in meaning:
            found.append((text, {name: value for name, value in meaning.items() if name}))
    return found
