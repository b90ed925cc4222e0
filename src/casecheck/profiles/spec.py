"""What a profile file holds."""

from __future__ import annotations

from collections.abc import Container
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from casecheck.model import load_model


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(_Part):
    """One file, sheet or list of the source.

    ``columns`` maps each heading to the other headings that mean the same. ``required`` are the headings by which the
    table is recognised (none: by its name alone); ``names`` the file or sheet names it usually has. Rows that never count
    (deleted, drafts) are set aside with their reason, by ``leave_out`` or ``keep``: words by column.
    """

    title: str = ""
    columns: dict[str, tuple[str, ...] | None]
    required: tuple[str, ...]
    names: tuple[str, ...] = ()
    person: str = ""
    key: str = ""
    leave_out: dict[str, tuple[str, ...]] = Field(default={}, description="Rows with one of these words in the column.")
    keep: dict[str, tuple[str, ...]] = Field(default={}, description="Only rows with one of these words in the column.")
    later: bool = Field(default=False, description="Added by a later year: an extract without it is one that does not hold it.")

    @model_validator(mode="after")
    def _known(self) -> Source:
        for heading in (*self.required, *filter(None, (self.person, self.key)), *self.leave_out, *self.keep):
            if heading not in self.columns:
                raise ValueError(f"'{heading}' is not one of the columns")
        return self


class Word(_Part):
    """What the word in a column means: one attribute of a list under ``words``."""

    word: str
    using: str
    gives: str


class Take(_Part):
    """Where a field's value comes from, when it is not simply a column.

    Exactly one of: ``value`` (a constant), ``word`` with ``using`` and ``gives`` (the meaning of a word), ``first`` (the
    first that is filled), ``present`` (Y when the column is filled, else N), ``length`` (of a text that is not kept),
    ``flag`` (one key of a JSON column), ``flags`` (every key of a JSON column whose value is Y), ``listed`` (the codes whose
    own column says yes), ``joined`` (several columns together as one number, ``12/34``), ``answer`` (a pivoted question),
    ``today`` (the day of the run).
    """

    value: str = ""
    word: str = ""
    using: str = ""
    gives: str = ""
    first: tuple[str | Word, ...] = ()
    present: str = ""
    length: str = ""
    flag: str = ""
    key: str = ""
    flags: str = ""
    listed: dict[str, str] = {}
    joined: tuple[str, ...] = ()
    words: dict[str, str] = Field(default={}, description="Spellings of this column, by the code they mean.")
    column: str = ""
    other_than: tuple[str, ...] = Field(
        default=(), description="N when the column holds one of these words, Y when it holds anything else."
    )

    @field_validator("words")
    @classmethod
    def _say_codes(cls, words: dict[str, str]) -> dict[str, str]:
        if not all(words.values()):
            raise ValueError("a word is given no code: name one, or leave the word out")
        return words


class Chain(_Part):
    """Rows of one child that follow each other without a break become one row. See :mod:`casecheck.profiles.chaining`.

    ``opens`` and ``closes`` are the columns that say why a row began and ended. A row with a word of ``continues`` carries on
    the row before when that closed with a word of ``through`` on the day this one starts, and the fields in ``same`` did not
    change. A chain that is the child's first and does not open with a word of ``begins`` began before the source does. The
    end and the fields in ``last`` come from the chain's last row, all others from its first.
    """

    opens: str
    closes: str
    begins: tuple[str, ...]
    continues: tuple[str, ...]
    through: tuple[str, ...]
    same: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    start: str = "start_date"
    end: str = "end_date"


class Mapping(_Part):
    """How rows of one source become rows of one table. ``only`` keeps the rows whose word means this table."""

    source: str = Field(alias="from")
    only: Word | None = None
    filled: tuple[str, ...] = Field(default=(), description="Rows in which all of these columns are filled.")
    leave_out: dict[str, tuple[str, ...]] = Field(default={}, description="Rows with one of these words in the column.")
    keep: dict[str, tuple[str, ...]] = Field(default={}, description="Only rows with one of these words in the column.")
    chain: Chain | None = None
    unknown: tuple[str, ...] = Field(default=(), description="Fields that this list does not hold: a blank says nothing.")
    fields: dict[str, str | Take]


class Element(_Part):
    """Which element of an XML file is a row of a source, and which of its leaves must be filled for that."""

    element: str
    filled: str = ""


class Xml(_Part):
    """How the sources of a profile stand in one XML file. See :class:`casecheck.sources.raw.XmlRows`."""

    title: str
    root: str
    record: str
    inherited: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    year: str = ""
    reference_date: str = ""
    rows: dict[str, Element]


class Pivot(_Part):
    """Answers held one a row (form, question, answer), laid beside their form as extra columns.

    A source may be its own ``answers``: then each form is the first row of its answers. Where a form is about several people,
    ``person`` tells whose answer it is; an answer about nobody in particular (blank, 0 or negative) is everybody's.
    """

    answers: str
    key: str
    answers_key: str = Field(default="", description="The form's id among the answers, when it has another name there.")
    person: str = Field(default="", description="The column with the person whom a form, and an answer, is about.")
    answers_person: str = Field(default="", description="The same among the answers, when it has another name there.")
    question: str = Field(default="", description="The column with the question; empty when there is only one answer.")
    answer: str | tuple[str, ...] = Field(description="The column with the answer; of several, the first that is filled.")
    columns: dict[str, tuple[str, ...]]

    @property
    def answer_columns(self) -> tuple[str, ...]:
        """The columns that may hold the answer, in the order in which they are looked at."""
        return (self.answer,) if isinstance(self.answer, str) else self.answer


class Profile(_Part):
    """One source's layout."""

    profile: str
    title: str
    note: str = ""
    date_order: Literal["DMY", "MDY", ""] = Field(default="", description="The order of day and month, where the layout says it.")
    template: bool = Field(default=False, description="An illustration that an authority copies and edits.")
    sources: dict[str, Source]
    xml: Xml | None = None
    pivots: dict[str, Pivot | tuple[Pivot, ...]] = {}
    words: dict[str, dict[str, dict[str, str]]] = {}
    tables: dict[str, tuple[Mapping, ...]]
    merge: tuple[str, ...] = Field(default=(), description="Tables with one row a key, gathered from several lists.")
    kinds: dict[str, tuple[str, ...]] = Field(
        default={}, description="The only codes of table.field that the source holds rows of."
    )
    latest_only: dict[str, str] = Field(
        default={},
        description="Tables, or table.field.code, of which the source holds only the latest row, or only what other lists name.",
    )
    not_held: dict[str, str] = Field(default={}, description="Tables and table.field that the source never holds, and why.")

    @model_validator(mode="after")
    def _fits_the_model(self) -> Profile:
        tables = load_model().tables
        for source in self.xml.rows if self.xml else ():
            if source not in self.sources:
                raise ValueError(f"xml.rows: there is no source '{source}'")
        for name, mappings in self.tables.items():
            if name not in tables:
                raise ValueError(f"tables: the model has no table '{name}'")
            for mapping in mappings:
                self._check_mapping(name, mapping, tables[name].fields)
        for name in self.pivots:
            for pivot in self.pivots_of(name):
                self._check_pivot(name, pivot)
        for name in (*self.latest_only, *self.not_held, *self.kinds):
            table, field, _ = (*name.split(".", 2), "", "")[:3]
            if table not in tables or (field and field not in tables[table].fields):
                raise ValueError(f"'{name}' is not in the model")
        return self

    def _check_mapping(self, name: str, mapping: Mapping, fields: Container[str]) -> None:
        if mapping.source not in self.sources:
            raise ValueError(f"tables.{name}: there is no source '{mapping.source}'")
        columns = {
            *self.sources[mapping.source].columns,
            *(column for pivot in self.pivots_of(mapping.source) for column in pivot.columns),
        }
        for column in (*mapping.filled, *mapping.leave_out, *([mapping.only.word] if mapping.only else [])):
            if column not in columns:
                raise ValueError(f"tables.{name}: {mapping.source} has no column '{column}'")
        if mapping.chain:
            chain = mapping.chain
            if not {chain.opens, chain.closes} <= set(self.sources[mapping.source].required):
                raise ValueError(f"tables.{name}: the columns of the chain must be required of {mapping.source}")
            if not {chain.start, chain.end, *chain.same, *chain.last} <= set(mapping.fields):
                raise ValueError(f"tables.{name}: the chain names a field that is not mapped")
        for field, take in mapping.fields.items():
            if field not in fields:
                raise ValueError(f"tables.{name}: the model has no field '{field}'")
            for column in columns_taken(take):
                if column not in columns:
                    raise ValueError(f"tables.{name}.{field}: {mapping.source} has no column '{column}'")

    def _check_pivot(self, name: str, pivot: Pivot) -> None:
        own = [pivot.key, pivot.person]
        theirs = [pivot.answers_key or pivot.key, pivot.answers_person or pivot.person, pivot.question, *pivot.answer_columns]
        for source, columns in ((name, own), (pivot.answers, theirs)):
            if source not in self.sources:
                raise ValueError(f"pivots.{name}: there is no source '{source}'")
            for column in filter(None, columns):
                if column not in self.sources[source].columns:
                    raise ValueError(f"pivots.{name}: {source} has no column '{column}'")

    def pivots_of(self, source: str) -> tuple[Pivot, ...]:
        """What is laid beside the rows of a source."""
        found = self.pivots.get(source, ())
        return (found,) if isinstance(found, Pivot) else found

    def answer_sources(self) -> frozenset[str]:
        """The sources that hold answers to others."""
        return frozenset(pivot.answers for name in self.pivots for pivot in self.pivots_of(name))

    def holds(self, table: str, field: str = "") -> bool:
        """Whether the source can hold this table, or this field of it."""
        if table in self.not_held or f"{table}.{field}" in self.not_held:
            return False
        mappings = self.tables.get(table, ())
        return any(not field or field in mapping.fields for mapping in mappings)

    def why_not(self, table: str, field: str = "") -> str:
        """Why the source does not hold it, in words."""
        given = self.not_held.get(f"{table}.{field}") or self.not_held.get(table)
        return given or f"{self.title} does not hold {table}{'.' + field if field else ''}"


def columns_taken(take: str | Take | Word) -> list[str]:
    """The source columns that a field's value comes from."""
    if isinstance(take, str):
        return [take]
    if isinstance(take, Word):
        return [take.word]
    single = [take.word, take.present, take.length, take.flag, take.flags, take.column]
    several = [*take.listed.values(), *take.joined]
    return [name for name in single if name] + several + [column for part in take.first for column in columns_taken(part)]
