"""What can be wrong with an input: one entry a case, with its level, its words, and what to do next.

The level says how far the fault reaches. ``stop``: nothing can be run. ``table``: the rules that need the table are not
assessable. ``column``: the same for one column. ``row``: the row, or the cell, is set aside and counted. ``note``: said, and
nothing lost. The words name files, columns, lines and counts, and never hold the value of a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from casecheck.errors import InputError

Level = Literal["stop", "table", "column", "row", "note"]
LEVELS: tuple[Level, ...] = ("stop", "table", "column", "row", "note")


@dataclass(frozen=True)
class Case:
    """One kind of fault: how far it reaches, how it is said, and what the user can do."""

    level: Level
    says: str
    advice: str = ""


CASES: dict[str, Case] = {
    "IN001": Case("stop", "no such file or folder", "{hint}"),
    "IN002": Case("stop", "no {kinds} files here", "give the folder that holds the extract"),
    "IN003": Case("stop", "cannot read (permission denied)", "is it open in Excel?"),
    "IN004": Case("table", "empty file ({size} bytes)", "the export may have failed: export it again"),
    "IN005": Case(
        "table", "headings but no rows", 'if no rows is right, write may_be_empty = [{tables}] under [tables] in casecheck.toml'
    ),
    "IN006": Case("stop", "this is {found}, not {expected}", "{hint}"),
    "IN007": Case(
        "stop", "password protected, or an old .xls workbook", "save a copy as .xlsx without a password, in a protected folder"
    ),
    "IN008": Case("stop", "damaged or cut short ({what})", "export it again"),
    "IN010": Case("note", "not UTF-8 (byte 0x{byte:02X}, line {line}); read as {encoding}, the fallback of the policy"),
    "IN011": Case("note", "UTF-16 (byte-order mark); read as such"),
    "IN012": Case(
        "table", "contains NUL bytes (first: line {line})", "the file is damaged, or UTF-16 without a mark: export it as UTF-8"
    ),
    "IN013": Case(
        "note", '{cells} hold "\u00c3\u00a9"-type text', "an earlier step read UTF-8 as cp1252: export it again as UTF-8"
    ),
    "IN014": Case(
        "table",
        "bytes that are not {encoding} either (first: line {line})",
        "export it as UTF-8, or set reading.encoding_fallback",
    ),
    "IN015": Case(
        "note", "the same content as {other}; only one of them is read", "take one away, or give the file that was meant"
    ),
    "IN016": Case(
        "table",
        "{rows} have the keys of rows in {other}: these look like two versions of one table",
        "take the older version away",
    ),
    "IN020": Case(
        "table",
        "one column found. Looks {named} separated",
        'write delimiter = "{mark}" under [files."{name}"] in casecheck.toml',
    ),
    "IN021": Case("note", "{lines} above the headings passed over"),
    "IN022": Case(
        "note", "column {place} has no name (after {before}) and is not used", "give it a heading if a rule should see it"
    ),
    "IN023": Case("column", "columns {places} both mean {column}, and they differ", "remove or rename one of them"),
    "IN024": Case("note", "columns {places} both mean {column} and hold the same; one is used"),
    "IN026": Case("table", "columns {places} both mean {column}, which every row needs, and they differ", "remove one"),
    "IN028": Case("note", "the headings stand on {count} lines, read together"),
    "IN029": Case("note", "the cells are separated by {named}"),
    "IN030": Case("row", "{rows} set aside: {reason} (first: line {line})", "an unquoted comma, or a line break without quotes?"),
    "IN031": Case(
        "table",
        "a quote opened on line {line} is never closed; what follows it cannot be read",
        "correct the line, or export again",
    ),
    "IN032": Case("row", "the last line is cut short, and set aside (line {line})", "was the export interrupted?"),
    "IN033": Case("row", "{rows} set aside: {reason} (first: line {line})"),
    "IN034": Case(
        "table", "line {line} holds a cell of more than {limit} characters", "leave long texts out: no rule reads them"
    ),
    "IN035": Case("stop", "{size} is over the limit of {limit}", "set reading.max_file_size, or export fewer rows"),
    "IN036": Case(
        "table",
        "{rejected} of {rows} rows are ragged or unreadable: over max_rejected",
        "export it again; casecheck check --rejects FILE writes those rows out",
    ),
    "IN037": Case("table", "{rows} read, {expected} expected", "was the export cut short? expected_rows is in casecheck.toml"),
    "IN038": Case("table", "line {line} is not valid CSV ({what})", "correct the line, or export again"),
    "IN039": Case(
        "column",
        "{column} only fits {order} ({values} values fit nothing else), and the {who} says {said}",
        'if that is right, write date_order under [files."NAME"] in casecheck.toml',
    ),
    "IN040": Case("row", "{cells} of {column} could not be read", "casecheck inspect counts them by column and by kind"),
    "IN041": Case(
        "column",
        "{column} could be day/month or month/day in all {values} values",
        'write date_order = "DMY" (or "MDY") under [reading] in casecheck.toml',
    ),
    "IN042": Case(
        "column",
        "{column} has {dmy} values that only fit day/month and {mdy} that only fit month/day",
        "were two sources joined? Export the dates as 2026-03-31",
    ),
    "IN043": Case(
        "column",
        "{column} holds spreadsheet day numbers in {values} values",
        'write excel_dates = "1900" (or "1904") under [reading] in casecheck.toml',
    ),
    "IN044": Case("note", "a stand-in date such as 01/01/1900 or 31/12/9999 in {cells} of {column}: not a real date"),
    "IN045": Case("note", "{column} is read as {order}: {values} fit no other order, and none fits only the other"),
    "IN046": Case(
        "table",
        "{column} holds numbers such as 1.0E+12 in {values} values: Excel has changed them",
        "export again, without opening the file in Excel",
    ),
    "IN047": Case("row", "{rows} with a word in {column} that the profile does not map", "add the words to the profile"),
    "IN048": Case("note", "{cells} with a word such as NULL, N/A or - are read as blank", "change them with reading.null_words"),
    "IN049": Case("note", 'numbers written as ="0012" (a way to keep the noughts in Excel) are read without the mark'),
    "IN050": Case("note", "{rows} with a key that another row has too"),
    "IN051": Case("row", "{rows} set aside: {reason} (first: line {line})", "one of each is used"),
    "IN053": Case("note", "the newest date is {newest}; the day of the run is {as_of}"),
    "IN060": Case("note", "hidden sheets not read: {sheets}"),
    "IN061": Case("note", "{what}"),
    "IN062": Case(
        "row",
        "a formula without a saved value, or an Excel error such as #N/A, in {cells}: no date, number or code; no name either",
        "open the workbook in Excel, correct them, and save it",
    ),
    "IN063": Case("note", "hidden or filtered rows were read: {rows}"),
    "IN064": Case("note", "{what}: never run and never followed"),
    "IN065": Case("note", "dates are counted from 1904, as the workbook says"),
    "IN066": Case(
        "table", "no sheet is both visible and filled ({sheets} hidden)", "show the sheet that holds the rows, and save it"
    ),
    "IN070": Case("stop", "not well formed: stops at line {line}, column {column} ({what})", "was the export interrupted?"),
    "IN071": Case("stop", "contains {what}", "refused: census files do not need one. Export it again without"),
    "IN072": Case("note", "{what}"),
    "IN073": Case("table", "{what}", "{hint}"),
    "IN074": Case("stop", "{what} (line {line}): over the limit of {limit}", "no census file is like that: export it again"),
    "IN075": Case("stop", "the same return is here as XML and as other files ({others})", "give one of them"),
    "IN080": Case("stop", "the archive {what}", "unpack it yourself, look at it, and give the folder"),
    "IN081": Case("stop", "this workbook {what}", "copy the cells that matter into a new workbook, or save them as CSV"),
    "IN085": Case("stop", "cannot connect ({what})", "{hint}"),
    "IN086": Case("stop", "no driver for this kind of database ({what})", "{hint}"),
    "IN087": Case("stop", "there is no schema '{schema}', or no right to see it", "{hint}"),
    "IN088": Case("stop", "no tables or views that can be read ({found})", "name the schema with --schema, or ask for the right"),
    "IN089": Case("table", "cannot be read ({what})", "{hint}"),
    "IN090": Case("note", "not recognised: no table of the profile {profile} has these headings", "casecheck init drafts one"),
}  # fmt: skip


ROWS = {
    "too many cells": "IN030",
    "too few cells": "IN030",
    "cut short": "IN032",
    "blank row": "IN033",
    "footer or total": "IN033",
    "only noughts": "IN033",
    "the headings again": "IN033",
    "a line of dashes": "IN033",
    "repeats an earlier row exactly": "IN051",
}
"""The case of each reason for which a row is set aside by the way it stands in its file."""


@dataclass(frozen=True)
class Note:
    """One thing to say of an input. ``column`` is set where only a column is touched."""

    code: str
    text: str
    advice: str = ""
    column: str = ""

    @property
    def level(self) -> Level:
        """How far it reaches."""
        return CASES[self.code].level

    def __str__(self) -> str:
        return self.text


def note(code: str, *, column: str = "", **facts: object) -> Note:
    """One case of the catalogue, filled in."""
    case = CASES[code]
    known = {**facts, "column": column}
    return Note(code, case.says.format(**known), case.advice.format(**known), column)


class BadInputError(InputError):
    """A file that cannot be used, or not safely. ``note`` says which case it is, and how far it reaches."""

    def __init__(self, file: str, what: Note) -> None:
        super().__init__(f"{file}: {what.text} [{what.code}]", what.advice)
        self.file = file
        self.note = what


def refuse(file: str, code: str, **facts: object) -> BadInputError:
    """The error for a case of the catalogue, to be raised."""
    return BadInputError(file, note(code, **facts))  # type: ignore[arg-type]
