"""Answers beside their form, written as rows of their own: the inverse of pivoting."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from casecheck.profiles.spec import Pivot, Profile
from casecheck.stories.layouts.sheets import Cells

_DATES = ("date", "datetime")


class Answers:
    """One pivot of a source, turned round.

    ``columns`` are the source's with the answers' at their end, ``types`` the types of the fields that an answer is read as,
    ``written`` the columns that some mapping writes. Answers that several rows share (a worker's number, what a code means)
    are written once.
    """

    def __init__(
        self,
        profile: Profile,
        source: str,
        pivot: Pivot,
        columns: Sequence[str],
        types: Mapping[str, str],
        written: Collection[str],
    ) -> None:
        spec = profile.sources[pivot.answers]
        places = {column: place for place, column in enumerate(spec.columns)}
        key = pivot.answers_key or pivot.key
        person = pivot.answers_person or pivot.person
        self.sheet = pivot.answers
        self.own = pivot.answers == source
        self._width = len(spec.columns)
        self._form = columns.index(pivot.key)
        self._form_key = columns.index(profile.sources[source].key) if profile.sources[source].key else self._form
        self._about = columns.index(profile.sources[source].person) if profile.sources[source].person else self._form
        self._person = (columns.index(pivot.person), places[person]) if pivot.person else None
        self._key = places[key]
        self._number = places[spec.key] if spec.key and spec.key != key and not self.own else -1
        self._question = places[pivot.question] if pivot.question else -1
        self._asked = [
            (columns.index(column), questions[0] if questions else column, places[_answer_column(pivot, types.get(column, ""))])
            for column, questions in pivot.columns.items()
        ]
        self._by_value = pivot.key not in written and len(self._asked) == 1 and types.get(next(iter(pivot.columns))) == "code"
        self.shared = pivot.key != profile.sources[source].key and (self._by_value or pivot.key in written)
        self._told: set[tuple[str | None, ...]] = set()
        self._constants = [(places[column], words[0]) for column, words in spec.keep.items()]

    def start(self) -> None:
        """Begin with another extract."""
        self._told.clear()

    def write(self, cells: Cells, rows: list[Cells]) -> None:
        """Add what a row of the source was answered. A form gets a number where it has none; one without any has no answers."""
        given = [(question, answer, cells[place]) for place, question, answer in self._asked if cells[place] is not None]
        if not given and not self.own:
            return
        if cells[self._form] is None:
            cells[self._form] = given[0][2] if self._by_value else self._new_number(cells, len(rows))
        if cells[self._form] is None:
            given = []
        for question, answer, text in given:
            if self.shared and not self._first_time(cells[self._form], question, text):
                continue
            rows.append(self._row(cells, question, answer, text))
            if self._number >= 0:
                rows[-1][self._number] = f"{cells[self._form]}-{len(rows)}"
        if self.own and not given:
            rows.append(cells[: self._width])

    def _new_number(self, cells: Cells, place: int) -> str | None:
        """A number for a form: that of its row, or one of its own where the form is not the row itself."""
        if self._form == self._form_key or cells[self._form_key] is not None:
            return cells[self._form_key]
        return f"{cells[self._about] or ''}-{place + 1}"

    def _first_time(self, *told: str | None) -> bool:
        if told in self._told:
            return False
        self._told.add(told)
        return True

    def _row(self, cells: Cells, question: str, answer: int, text: str | None) -> Cells:
        row: Cells = cells[: self._width] if self.own else [None] * self._width
        row[self._key] = cells[self._form]
        if self._person:
            row[self._person[1]] = cells[self._person[0]]
        if self._question >= 0:
            row[self._question] = question
        row[answer] = text
        for place, word in self._constants:
            row[place] = word
        return row


def _answer_column(pivot: Pivot, kind: str) -> str:
    """Of several columns for an answer, the one for dates or the first for anything else."""
    columns = pivot.answer_columns
    dated = [column for column in columns if "date" in column.lower()]
    plain = [column for column in columns if column not in dated]
    return (dated if kind in _DATES and dated else plain or dated)[0]
