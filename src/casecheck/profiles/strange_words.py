"""Words that stand for no known code, counted by column, once a draft has been built in the engine.

Cells are personal data. A word leaves this module only when it comes from a coded column, stands in five rows or more, is
short, and does not look like a number or a day. All others are only counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from casecheck.engines.base import Engine
from casecheck.model import load_code_sets, load_model
from casecheck.model.codes import fold
from casecheck.profiles.cells import absent, blanks_of
from casecheck.profiles.knowledge import plain_column
from casecheck.profiles.matching import Matched
from casecheck.profiles.parts import NO_RECORD
from casecheck.profiles.pivoting import answers_to
from casecheck.profiles.spec import Mapping, Take, Word
from casecheck.sources.raw import fold_heading
from casecheck.sql_text import identifier

FEWEST_ROWS = 5
LONGEST = 60
MOST_WORDS = 40
_NUMBER = re.compile(r"\d{4}|\d[^\w\s]\d|@")

Asked = tuple[str, str, str, str, str]
Counted = dict[tuple[str, int], int]


@dataclass(frozen=True)
class Strange:
    """Words of one column that the draft does not map: for a field, or in a list of words.

    ``shown`` holds the words that may be written into the draft, each with its rows. ``rare`` counts the others and
    ``rare_rows`` their rows. ``using`` names the list of words; ``table`` and ``field`` say where a code is missing.
    """

    source: str
    column: str
    table: str
    field: str
    using: str
    shown: tuple[tuple[str, int], ...]
    rare: int
    rare_rows: int

    @property
    def words(self) -> int:
        """How many different words."""
        return len(self.shown) + self.rare

    @property
    def rows(self) -> int:
        """In how many rows."""
        return sum(rows for _, rows in self.shown) + self.rare_rows


def strange_words(engine: Engine, matched: Matched) -> list[Strange]:
    """Count the unknown words of every coded column, while the staged text is still there."""
    found: dict[Asked, Counted] = {}
    for table, mappings in matched.profile.tables.items():
        parts = [
            (mapping, number)
            for mapping in mappings
            for number, match in enumerate(matched.matches)
            if match.source == mapping.source
        ]
        for place, (mapping, number) in enumerate(parts):
            relation = _relation(matched, number)
            for asked, counted in _of_part(engine, matched, table, mapping, relation, f"prepared_{table}_{place}"):
                _gather(found.setdefault(asked, {}), counted, number)
    for asked, counted in _questions(engine, matched):
        found[asked] = {(word, 0): rows for word, rows in counted.items()}
    return [_strange(asked, _by_word(counted)) for asked, counted in sorted(found.items()) if counted]


def _relation(matched: Matched, number: int) -> str:
    """The staged text of a table, with the answers that were laid beside it."""
    laid = answers_to(matched, number)
    return f"pivoted_{number}_{len(laid) - 1}" if laid else f"source_{number}"


def _gather(gathered: Counted, counted: dict[str, int], number: int) -> None:
    """Rows that go into several tables are counted once: within one file the larger count stands."""
    for word, rows in counted.items():
        gathered[word, number] = max(rows, gathered.get((word, number), 0))


def _by_word(counted: Counted) -> dict[str, int]:
    found: dict[str, int] = {}
    for (word, _), rows in counted.items():
        found[word] = found.get(word, 0) + rows
    return found


def _of_part(
    engine: Engine, matched: Matched, table: str, mapping: Mapping, relation: str, prepared: str
) -> Iterator[tuple[Asked, dict[str, int]]]:
    there = {name for (name,) in engine.rows(f"SELECT column_name FROM (DESCRIBE {relation})")}
    kept = {name.lower() for (name,) in engine.rows(f"SELECT column_name FROM (DESCRIBE {prepared})")}
    if mapping.only is not None and mapping.only.word in there:
        yield _by_list(engine, matched, mapping, mapping.only, f"{relation} AS s")
    rows = f"{relation} AS s SEMI JOIN {prepared} AS p ON p._record = s._record"
    for field, take in mapping.fields.items():
        for word in _words_of(take):
            if word.word in there and (mapping.only is None or word.word != mapping.only.word):
                yield _by_list(engine, matched, mapping, word, rows)
        spec = load_model().tables[table].fields[field]
        code_set = load_code_sets().get(spec.code_set)
        column = plain_column(take)
        if code_set is None or spec.type not in ("code", "flag") or field not in kept or column not in there:
            continue
        own = {fold(word): code for word, code in take.words.items()} if isinstance(take, Take) else {}
        counted = {word: number for word, number in _counted(engine, matched, column, rows) if code_set.read(word, own) is None}
        yield (mapping.source, column, table, field, ""), counted


def _by_list(engine: Engine, matched: Matched, mapping: Mapping, word: Word, rows: str) -> tuple[Asked, dict[str, int]]:
    known = {fold(text) for text in matched.profile.words.get(word.using, {})}
    counted = {text: number for text, number in _counted(engine, matched, word.word, rows) if fold(text) not in known}
    return (mapping.source, word.word, "", "", word.using), counted


def _words_of(take: str | Take) -> list[Word]:
    if not isinstance(take, Take):
        return []
    alone = [Word(word=take.word, using=take.using, gives=take.gives)] if take.word else []
    return alone + [part for part in take.first if isinstance(part, Word)]


def _questions(engine: Engine, matched: Matched) -> Iterator[tuple[Asked, dict[str, int]]]:
    """Questions among pivoted answers that the profile does not know for any kind of form."""
    asked: dict[tuple[str, str], set[str]] = {}
    for name in matched.profile.pivots:
        for pivot in matched.profile.pivots_of(name):
            if pivot.question:
                known = asked.setdefault((pivot.answers, pivot.question), set())
                known.update(fold_heading(said) for column, others in pivot.columns.items() for said in (column, *others))
    for (answers, question), known in asked.items():
        counted: dict[str, int] = {}
        for number, match in enumerate(matched.matches):
            if match.source == answers and question in match.places:
                for text, rows in _counted(engine, matched, question, f"source_{number} AS s"):
                    if fold_heading(text) not in known:
                        counted[text] = counted.get(text, 0) + rows
        yield (answers, question, "", "", ""), counted


def _counted(engine: Engine, matched: Matched, column: str, rows: str) -> list[tuple[str, int]]:
    """The words of a column with their rows, but for those that stand for nothing."""
    name = f"s.{identifier(column)}"
    found = engine.rows(f"SELECT trim({name}), count(*) FROM {rows} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 1")
    blanks = blanks_of(matched.opening.reading.null_words)
    return [(word, number) for word, number in found if word != NO_RECORD and not absent(word, blanks)]


def _strange(asked: Asked, counted: dict[str, int]) -> Strange:
    open_words = [(word, rows) for word, rows in counted.items() if _may_be_shown(word, rows)]
    shown = sorted(open_words, key=lambda item: (-item[1], item[0]))[:MOST_WORDS]
    rare_rows = sum(counted.values()) - sum(rows for _, rows in shown)
    source, column, table, field, using = asked
    return Strange(source, column, table, field, using, tuple(shown), len(counted) - len(shown), rare_rows)


def _may_be_shown(word: str, rows: int) -> bool:
    return rows >= FEWEST_ROWS and len(word) <= LONGEST and word.isprintable() and not _NUMBER.search(word)
