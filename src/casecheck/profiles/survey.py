"""A first look at a staged table, column by column, before any table of the model is built.

Dates are read here, because the order of day and month belongs to a column and not to the table of the model that it feeds.
Ids and texts are looked at once, so that a clean column costs no tidying and every repair is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from casecheck.engines.base import Engine
from casecheck.model import Field, Model
from casecheck.model.tables import CHANGED
from casecheck.policy import Policy
from casecheck.profiles.accounts import Account
from casecheck.profiles.cells import UNREADABLE, Order, blanks_of
from casecheck.profiles.dates import WORDS, DateSettings, read_column
from casecheck.profiles.moments import DAY, TIME, read_times, time_key
from casecheck.profiles.parts import NO_RECORD, Absent, Part, Survey, plain_column
from casecheck.sources.bad_input import note
from casecheck.sources.raw import RawTable
from casecheck.sql_text import Columns, identifier
from casecheck.wording import counted

Lookup = Callable[[Engine, Columns], str]
DayReading = tuple[str, str, date | None, str | None, int]
"""A key, a spelling, the day or the time of day that it means, and whether it is bad."""

DATES = ("date", "datetime")
TEXTS = ("text", "text_list")
_A_FEW = 3
_FEW = 5_000
_TIDY = "[A-Z0-9/_-]+"
_GARBLED = "contains({x}, '\u00c3') OR contains({x}, '\u00e2\u20ac')"
_POSTCODE = r"[A-Z]{1,2}[0-9][A-Z0-9]? *[0-9][A-Z]{2}"


@dataclass
class _Wanted:
    dates: dict[str, tuple[str, str]] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    postcodes: set[str] = field(default_factory=set)


def date_key(column: str, name: str, spec: Field) -> str:
    """How the readings of a date column are called: a birth date takes another century, a moment only its day."""
    role = "birth" if name == "date_of_birth" else "moment" if spec.type == "datetime" else "day"
    return f"{column}|{role}"


def spelling(text: str, spec: Field) -> str:
    """What is looked up of a cell: the cell, or the day of a moment."""
    return DAY.format(x=text) if spec.type == "datetime" else text


def distinct(engine: Engine, relation: str, spelled: dict[str, str], rows: int) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Every spelling of several expressions, with the number of its cells, in one pass. ``rows`` is how many there may be."""
    columns = ", ".join(f"{text} AS s_{place}" for place, text in enumerate(spelled.values()))
    cells = f"SELECT {columns} FROM {relation}"
    yield from zip(spelled, (_few if rows <= _FEW else _many)(engine, cells, len(spelled)), strict=True)


def _few(engine: Engine, cells: str, width: int) -> Iterator[list[tuple[str, int]]]:
    """Counted here: on a short table, planning a question costs more than its answer."""
    fetched = engine.rows(cells)
    for place in range(width):
        times = Counter(row[place] for row in fetched)
        yield sorted((text, number) for text, number in times.items() if text is not None)


def _many(engine: Engine, cells: str, width: int) -> list[list[tuple[str, int]]]:
    which = " ".join(f"WHEN grouping(s_{place}) = 0 THEN {place}" for place in range(width))
    raw = " ".join(f"WHEN grouping(s_{place}) = 0 THEN s_{place}" for place in range(width))
    sets = ", ".join(f"(s_{place})" for place in range(width))
    found: list[list[tuple[str, int]]] = [[] for _ in range(width)]
    for place, text, times in engine.rows(
        f"SELECT * FROM (SELECT CASE {which} END AS field, CASE {raw} END AS raw, count(*) AS times "
        f"FROM ({cells}) AS spelled GROUP BY GROUPING SETS ({sets})) AS counted WHERE raw IS NOT NULL ORDER BY field, raw"
    ):
        found[place].append((text, times))
    return found


class Surveyor:
    """Looks at staged tables."""

    def __init__(self, policy: Policy, order: Order, as_of: date, model: Model, lookup: Lookup) -> None:
        self.policy = policy
        self.order: Order = order
        self.as_of = as_of
        self.model = model
        self.absent = Absent(blanks_of(policy.reading.null_words))
        self._lookup = lookup

    def settings(self, raw: RawTable) -> DateSettings:
        """What is said of the dates of a file. Its own year of counting beats the policy's, and the policy the profile."""
        reading = self.policy.reading
        chosen = self.policy.of_file(raw.file).date_order or reading.date_order
        epoch = raw.excel_epoch or (int(reading.excel_dates) if reading.excel_dates else None)
        return DateSettings(chosen or self.order, self.as_of, epoch, self.absent.blanks, "policy" if chosen else "profile")

    def look(self, engine: Engine, parts: Sequence[tuple[str, Part]]) -> Survey:
        """Look at one staged table, given as the parts that are made of it, each with its table of the model."""
        found, wanted, part = Survey(), self._wanted(parts), parts[0][1]
        account = part.account
        self._dates(engine, part, wanted, found)
        self._words(engine, part.relation, wanted, account, found)
        account.notes += found.faults.values()
        return found

    def _wanted(self, parts: Iterable[tuple[str, Part]]) -> _Wanted:
        wanted = _Wanted()
        for table, part in parts:
            for name, take in part.mapping.fields.items():
                column, spec = plain_column(take), self.model.tables[table].fields[name]
                if not column or column not in part.columns:
                    continue
                if spec.type in DATES:
                    wanted.dates[date_key(column, name, spec)] = (column, spelling(identifier(column), spec))
                    if spec.type == "datetime":
                        wanted.times[time_key(column)] = TIME.format(x=identifier(column))
                elif spec.type == "id":
                    wanted.ids.add(column)
                elif spec.type in TEXTS:
                    wanted.texts.add(column)
                    if name == "postcode":
                        wanted.postcodes.add(column)
        return wanted

    def _dates(self, engine: Engine, part: Part, wanted: _Wanted, found: Survey) -> None:
        if not wanted.dates:
            return
        settings, account, relation = self.settings(part.match.raw), part.account, part.relation
        rows: list[DayReading] = []
        numeric, told = 0, set()
        spelled = {key: text for key, (_, text) in wanted.dates.items()} | wanted.times
        for key, spellings in distinct(engine, relation, spelled, account.used):
            if key in wanted.times:
                clocks = read_times(spellings)
                found.timed |= {key} if clocks else set()
                rows += [(key, raw, None, clock, 0) for raw, clock in clocks]
                continue
            column = wanted.dates[key][0]
            read = read_column(column, spellings, settings, birth=key.endswith("|birth"))
            numeric += read.numeric
            if read.fault:
                found.faults[column] = read.fault
            if column not in told:
                account.notes += read.notes
                for _, (_, done), times in read.readings:
                    account.cell(column, done, times)
            told.add(column)
            for raw, (day, done), _ in read.readings:
                rows.append((key, raw, day, None, bad(done)))
                if done in UNREADABLE:
                    found.unreadable.add(key)
                elif done == "stand-in date":
                    found.stand_ins.add(key)
        if numeric and settings.order:
            said = f"dates are {WORDS[settings.order]} (said by the {settings.said_by})"
            account.how = f"{account.how}; {said}" if account.how else said
        found.dates = self._lookup(engine, _columns(rows))

    def _words(self, engine: Engine, relation: str, wanted: _Wanted, account: Account, found: Survey) -> None:
        """Ids and texts: one look over all of them, and a second one only over those that are not tidy."""
        looked = {column: self._untidy(identifier(column)) for column in sorted(wanted.ids)}
        looked |= {column: self._ragged(column, wanted) for column in sorted(wanted.texts - wanted.ids)}
        if not looked:
            return
        answers = engine.rows(f"SELECT {', '.join(f'bool_or({untidy})' for untidy in looked.values())} FROM {relation}")[0]
        untidy = [column for column, answer in zip(looked, answers, strict=True) if answer]
        found.tidy.update(looked.keys() - untidy)
        if untidy:
            self._repairs(engine, relation, untidy, wanted, account, found)

    def _repairs(
        self, engine: Engine, relation: str, untidy: list[str], wanted: _Wanted, account: Account, found: Survey
    ) -> None:
        asked = [(column, done, sql) for column in untidy for done, sql in self._wrong(column, wanted)]
        answers = engine.rows(f"SELECT {', '.join(sql for _, _, sql in asked)} FROM {relation}")[0]
        for (column, done, _), cells in zip(asked, answers, strict=True):
            account.cell(column, done, cells)
            if done == "changed by Excel" and cells:
                found.changed.add(column)
                if cells > _A_FEW:
                    found.faults[column] = note("IN046", column=column, values=f"{cells:,}")

    def _wrong(self, column: str, wanted: _Wanted) -> Iterator[tuple[str, str]]:
        text = identifier(column)
        return self._mended(text) if column in wanted.ids else self._said(text, column in wanted.postcodes)

    def _untidy(self, text: str) -> str:
        return f"NOT regexp_full_match({text}, '{_TIDY}') OR {text} IN ({self.absent.listed})"

    def _ragged(self, column: str, wanted: _Wanted) -> str:
        """A condition: a text has spaces around it, or stands for nothing, or is one of those that are counted."""
        text = identifier(column)
        plain = f"upper(trim({text}))"
        postcode = f" OR NOT regexp_full_match({plain}, '{_POSTCODE}')" if column in wanted.postcodes else ""
        return (
            f"trim({text}) <> {text} OR length({text}) <= {self.absent.longest} AND {plain} IN ({self.absent.listed}) "
            f"OR {_GARBLED.format(x=text)}{postcode}"
        )

    def _mended(self, text: str) -> Iterator[tuple[str, str]]:
        """What is wrong with ids, each with the SQL that counts it."""
        plain, absent = trimmed(text), self.absent
        yield "blank word", f"count(*) FILTER ({plain} <> '' AND {plain} IN ({absent.words}))"
        yield "spreadsheet error", f"count(*) FILTER ({plain} IN ({absent.errors}))"
        yield "placeholder value", f"count(*) FILTER ({plain} IN ({absent.placeholders}))"
        yield "no id (-1)", f"count(*) FILTER ({plain} = '{NO_RECORD}')"
        yield "changed by Excel", f"count(*) FILTER (regexp_full_match({plain}, '{CHANGED}'))"
        yield "id with .0", f"count(*) FILTER ({plain} LIKE '%.0')"
        yield (
            "id in other case or with spaces",
            f"count(*) FILTER ({plain} <> {text} AND {plain} NOT IN ({absent.listed}))",
        )

    def _said(self, text: str, postcode: bool) -> Iterator[tuple[str, str]]:
        """What stands in texts, each with the SQL that counts it."""
        plain, absent = f"upper(trim({text}))", self.absent
        short = f"length({text}) <= {absent.longest}"
        yield "blank word", f"count(*) FILTER ({short} AND {plain} IN ({absent.words}) AND {plain} <> '')"
        yield "spreadsheet error", f"count(*) FILTER ({short} AND {plain} IN ({absent.errors}))"
        yield "placeholder value", f"count(*) FILTER ({short} AND {plain} IN ({absent.placeholders}))"
        yield "garbled text", f"count(*) FILTER ({_GARBLED.format(x=text)})"
        if postcode:
            yield (
                "not a postcode",
                f"count(*) FILTER ({plain} NOT IN ({absent.listed}) AND NOT regexp_full_match({plain}, '{_POSTCODE}'))",
            )


def trimmed(text: str) -> str:
    """An id without the spaces and apostrophes around it, in capitals, with single spaces inside."""
    return f"regexp_replace(upper(trim({text}, ' \t\u00a0''')), '\\s+', ' ', 'g')"


def tidied(text: str, absent: Absent, changed: bool) -> str:
    """An id as it is compared; null when there is none, or when Excel has changed it."""
    plain = trimmed(text)
    lost = f"WHEN regexp_full_match({plain}, '{CHANGED}') THEN NULL " if changed else ""
    return (
        f"CASE WHEN {plain} IN ({absent.listed}) THEN NULL {lost}"
        f"WHEN {plain} LIKE '%.0' THEN left({plain}, length({plain}) - 2) ELSE {plain} END"
    )


def was_changed(text: str) -> str:
    """A condition: Excel has turned the id into a number such as 1.2E+11, and its digits are gone."""
    return f"regexp_full_match({trimmed(text)}, '{CHANGED}')"


def bad(done: str) -> int:
    """How a reading is marked in a lookup: 1 for what cannot be relied on, 2 for a stand-in date, else 0."""
    return 1 if done in UNREADABLE else 2 if done == "stand-in date" else 0


def _columns(rows: list[DayReading]) -> Columns:
    return {
        "field": ("VARCHAR", [row[0] for row in rows]),
        "raw": ("VARCHAR", [row[1] for row in rows]),
        "day": ("DATE", [row[2] for row in rows]),
        "word": ("VARCHAR", [row[3] for row in rows]),
        "bad": ("TINYINT", [row[4] for row in rows]),
    }


def settle(account: Account) -> None:
    """Say once for the whole file what its columns have in common: blank words, and garbled text."""
    words = sum(done.get("blank word", 0) for done in account.cells.values())
    garbled = sum(rows for done in account.cells.values() for kind, rows in done.items() if kind.startswith("garbled"))
    if words:
        account.notes.append(note("IN048", cells=counted(words, "cell")))
    if garbled:
        account.notes.append(note("IN013", cells=counted(garbled, "cell")))
