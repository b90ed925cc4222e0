"""What a mapping takes from a staged table: for each field the column, the word or the constant that fills it, as SQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from casecheck.engines.base import Engine
from casecheck.model import Table
from casecheck.model.codes import fold
from casecheck.profiles.cells import absent
from casecheck.profiles.parts import Absent, Part
from casecheck.profiles.spec import Profile, Take, Word
from casecheck.sql_text import Columns, identifier, literal


@dataclass(frozen=True)
class WordJoin:
    """A small table of the words that occur in a column, joined to say what they mean."""

    table: str
    alias: str
    column: str
    using: str
    strange: int
    says: str

    @property
    def sql(self) -> str:
        """The join."""
        return f"LEFT JOIN {self.table} AS {self.alias} ON {self.alias}.raw = s.{identifier(self.column)}"

    @property
    def unmapped(self) -> str:
        """A condition: the cell holds a word that the profile does not map."""
        return f"{self.says} AND {self.alias}.raw IS NULL"


class Taking:
    """Writes the query that prepares each part: the raw text of its fields, for the rows that belong to its table.

    ``kept`` gathers, by staged table, the queries of the records that some mapping took (an empty one: all of them), and
    ``unmapped`` how often a word that the profile does not map occurs.
    """

    def __init__(self, profile: Profile, absent: Absent, lookup: Callable[[Engine, Columns], str]) -> None:
        self.profile = profile
        self.absent = absent
        self.kept: dict[int, list[str]] = {}
        self.unmapped: dict[tuple[int, str, str, str], int] = {}
        self._lookup = lookup
        self._found: dict[tuple[str, str], list[tuple[str, int]]] = {}

    def prepared(self, engine: Engine, table: Table, part: Part) -> str:
        """The raw text of every field, for the rows that belong to this table."""
        there = part.columns
        joins: list[WordJoin] = []
        taken = {field: self._raw(engine, take, there, part, joins) for field, take in part.mapping.fields.items()}
        conditions = [
            f"{self.absent.filled(f's.{identifier(column)}')} IS NOT NULL" for column in part.mapping.filled if column in there
        ]
        conditions += ["FALSE" for column in part.mapping.filled if column not in there]
        if part.mapping.only is not None:
            conditions.append(f"{self._meaning(engine, part.mapping.only, there, part, joins, among=table.table)} = 'yes'")
        for test, chosen in (("NOT IN", part.mapping.leave_out), ("IN", part.mapping.keep)):
            for column, words in chosen.items():
                if column in there:
                    listed = ", ".join(literal(word.upper()) for word in words)
                    conditions.append(f"upper(trim(coalesce(s.{identifier(column)}, ''))) {test} ({listed})")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        columns = ", ".join(f"{text} AS {field}" for field, text in taken.items() if text != "NULL")
        source = f"{part.relation} AS s {' '.join(join.sql for join in joins)}"
        self._count_unmapped(engine, table.table, part, joins, source, where)
        select = f"SELECT {part.number} AS _source, s._record, {columns} FROM {source}"
        self.kept.setdefault(part.number, []).append(f"SELECT _record FROM ({select}{where}) AS taken" if conditions else "")
        return select + where

    def _count_unmapped(self, engine: Engine, table: str, part: Part, joins: list[WordJoin], source: str, where: str) -> None:
        """Words that the profile does not map, among the rows of this table; for the word that chooses the rows, among all."""
        only = part.mapping.only.word if part.mapping.only else ""
        for join in dict.fromkeys(joins):
            strange = join.strange
            if strange and join.column != only:
                counting = (
                    f"SELECT count(*) FROM (SELECT {join.unmapped} AS strange FROM {source}{where}) AS looked WHERE strange"
                )
                strange = engine.rows(counting)[0][0]
            self.unmapped[part.number, join.column, join.using, table] = strange

    def _raw(self, engine: Engine, take: str | Take | Word, there: frozenset[str], part: Part, joins: list[WordJoin]) -> str:
        if isinstance(take, str):
            return f"s.{identifier(take)}" if take in there else "NULL"
        if isinstance(take, Word):
            return self._meaning(engine, take, there, part, joins)
        if take.value:
            return "'" + take.value.replace("'", "''") + "'"
        if take.word:
            return self._meaning(engine, Word(word=take.word, using=take.using, gives=take.gives), there, part, joins)
        if take.first:
            options = [self._raw(engine, option, there, part, joins) for option in take.first]
            known = [option for option in options if option != "NULL"]
            known = [*map(self.absent.filled, known), *known]
            return f"coalesce({', '.join(known)})" if known else "NULL"
        return self._from_columns(take, there)

    def _from_columns(self, take: Take, there: frozenset[str]) -> str:
        """What one column, or several together, say."""
        if take.listed:
            return _says_yes({code: column for code, column in take.listed.items() if column in there})
        if take.joined:
            cells_joined = [f"nullif(trim(s.{identifier(column)}), '')" for column in take.joined if column in there]
            return " || '/' || ".join(cells_joined) if len(cells_joined) == len(take.joined) else "NULL"
        column = take.present or take.length or take.flag or take.flags or take.column
        if column not in there:
            return "NULL"
        text = f"s.{identifier(column)}"
        if take.present:
            return f"CASE WHEN {self.absent.filled(text)} IS NULL THEN 'N' ELSE 'Y' END"
        if take.other_than:
            listed = ", ".join(literal(word.upper()) for word in take.other_than)
            return f"CASE WHEN upper(trim({text})) IN ({listed}) THEN 'N' WHEN trim({text}) <> '' THEN 'Y' END"
        if take.length:
            return f"CAST(length({text}) AS VARCHAR)"
        if take.flag:
            said = literal(f'"{re.escape(take.key)}" *: *"?([A-Za-z0-9]+)')
            return f"nullif(regexp_extract({text}, {said}, 1), '')"
        return text

    def _meaning(
        self, engine: Engine, word: Word, there: frozenset[str], part: Part, joins: list[WordJoin], among: str = ""
    ) -> str:
        """An attribute of what the word in a column means, through a small table of the words that occur.

        ``among`` asks instead whether the attribute names this table: ``yes`` or null.
        """
        if word.word not in there:
            return "NULL"
        known = {fold(text): meaning for text, meaning in self.profile.words.get(word.using, {}).items()}
        found = self._words(engine, part.relation, word.word)
        meant = [(text, known[fold(text)].get(word.gives)) for text, _ in found if fold(text) in known]
        values = [("yes" if among in (value or "").split() else None) if among else value for _, value in meant]
        name = self._lookup(engine, {"raw": ("VARCHAR", [text for text, _ in meant]), "value": ("VARCHAR", values)})
        strange = sum(
            rows
            for text, rows in found
            if fold(text) not in known and absent(text, self.absent.blanks) not in ("blank", "blank word")
        )
        joins.append(
            WordJoin(name, f"w_{len(joins)}", word.word, word.using, strange, self.absent.says(f"s.{identifier(word.word)}"))
        )
        return f"{joins[-1].alias}.value"

    def _words(self, engine: Engine, relation: str, column: str) -> list[tuple[str, int]]:
        """The words of a column, with the number of their cells: counted once, though several tables are made of the source."""
        if (relation, column) not in self._found:
            name = identifier(column)
            asked = f"SELECT {name}, count(*) FROM {relation} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 1"
            self._found[relation, column] = [(text, cells) for text, cells in engine.rows(asked)]
        return self._found[relation, column]


def _says_yes(columns: dict[str, str]) -> str:
    """The codes, one after the other, whose own column says yes; null when there are none."""
    yes = ", ".join(
        f"CASE WHEN upper(trim(s.{identifier(column)})) IN ('Y', 'YES', 'TRUE', '1') THEN {literal(code)} END"
        for code, column in columns.items()
    )
    return f"nullif(concat_ws(';', {yes}), '')" if yes else "NULL"
