"""What there is to say once the model's tables are built: which rows were used, what is missing, faulty, blank or old."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pyarrow as pa

from casecheck.engines.base import Engine
from casecheck.engines.model_tables import empty
from casecheck.policy import Policy
from casecheck.profiles.accounts import Account, Reject
from casecheck.profiles.figures import TableFigures
from casecheck.profiles.matching import Match, Matched
from casecheck.profiles.parts import Part
from casecheck.profiles.pivoting import records_behind
from casecheck.profiles.rejecting import rejected
from casecheck.profiles.spec import columns_taken
from casecheck.profiles.staging import unused_account
from casecheck.profiles.survey import settle
from casecheck.profiles.taking import Taking
from casecheck.sources.bad_input import Note, note

STALE = 35
"""Days after which the newest date of an extract looks like an old extract, or a wrong day of the run."""
_LONG = 100_000
PLACES = ("provenance", "real_lines")
"""The tables that say where each record stands."""


def settle_accounts(engine: Engine, matched: Matched, accounts: list[Account], taking: Taking) -> None:
    """Rows that no mapping wanted are set aside, by reason; the rest are used. Tables of no source get accounts too."""
    for account in accounts:
        settle(account)
    _settle_words(accounts, taking)
    for number, account in enumerate(accounts):
        kept = taking.kept.get(number, [])
        if "" in kept or not account.used or not (kept or _is_used(matched, number)):
            continue
        reason = "its type is not mapped" if kept else "the profile does not use this table"
        behind = records_behind(matched, number, " UNION ".join(kept))
        used = engine.rows(f"SELECT count(*) FROM ({behind}) AS kept")[0][0] if kept else 0
        account.leave(reason, account.used - used)
        account.used = used
    accounts += [
        unused_account(engine, table, number, matched.profile, matched.opening) for number, table in enumerate(matched.unused)
    ]


def _is_used(matched: Matched, number: int) -> bool:
    """Whether nothing but mappings could use this table: answers are used by the forms that they belong to."""
    return matched.matches[number].source not in matched.profile.answer_sources()


def _settle_words(accounts: Sequence[Account], taking: Taking) -> None:
    counted: dict[tuple[int, str, str], int] = {}
    for (number, column, using, _), rows in sorted(taking.unmapped.items()):
        counted[number, column, using] = max(rows, counted.get((number, column, using), 0))
    for (number, column, _), rows in counted.items():
        accounts[number].unmapped[column] = accounts[number].unmapped.get(column, 0) + rows


def rejects(engine: Engine, matched: Matched, taking: Taking) -> tuple[Reject, ...]:
    """Every row that was set aside, with its cells."""
    partly = {
        number: taking.kept.get(number, [])
        for number in range(len(matched.matches))
        if "" not in taking.kept.get(number, []) and (taking.kept.get(number) or _is_used(matched, number))
    }
    return tuple(rejected(engine, matched.matches, partly))


def stale(figures: Mapping[str, TableFigures], as_of: date) -> Iterator[Note]:
    """The newest date that is not in the future, when it is well before the day of the run."""
    newest = max((found.latest for found in figures.values() if found.latest is not None), default=None)
    if newest is not None and (as_of - newest).days > STALE:
        yield note("IN053", newest=f"{newest:%d/%m/%Y}", as_of=f"{as_of:%d/%m/%Y}")


def record_places(engine: Engine, matches: Sequence[Match]) -> None:
    """Where each record stands: its file and sheet, and its real line."""
    engine.load(
        "provenance",
        {
            "source": ("INTEGER", range(len(matches))),
            "file": ("VARCHAR", [match.raw.file for match in matches]),
            "sheet": ("VARCHAR", [match.raw.sheet or None for match in matches]),
            "header_line": ("INTEGER", [match.raw.header_line for match in matches]),
        },
    )
    engine.create("real_lines", empty({"source": "INTEGER", "record": "INTEGER", "line": "INTEGER"}))
    for number, match in enumerate(matches):
        lines = match.raw.known_lines
        if lines:
            long = len(lines) > _LONG
            engine.load(f"lookup_lines_{number}", pa.table({"line": lines}) if long else {"line": ("INTEGER", lines)})
            engine.append(
                "real_lines",
                f"SELECT {number} AS source, CAST(rowid + 1 AS INTEGER) AS record, CAST(line AS INTEGER) AS line "
                f"FROM lookup_lines_{number}",
            )


def incomplete(matched: Matched, accounts: Sequence[Account], policy: Policy) -> dict[str, tuple[str, ...]]:
    """What is missing of a table that is gathered from several sources, unless any one of them is enough; and files at fault."""
    given = {match.source: 0 for match in matched.matches}
    for match, account in zip(matched.matches, accounts, strict=False):
        given[match.source] += account.used
    found = {}
    for name, mappings in matched.profile.tables.items():
        may_be_empty = set(policy.tables.may_be_empty)
        every = {mapping.source for mapping in mappings}
        sources = [] if name in may_be_empty else sorted(every - may_be_empty)
        lacking = [f"{source} was not supplied" for source in sources if source not in given]
        lacking += [f"{source} has no rows" for source in sources if given.get(source) == 0]
        faults = [f"{account.name}: {fault}" for account in accounts if account.source in every for fault in account.faults]
        if len(every) == 1 or name in matched.profile.merge:
            lacking = []
        if lacking or faults:
            found[name] = (*lacking, *faults)
    return found


def faulty(tables: dict[str, list[Part]]) -> dict[str, str]:
    """Tables and ``table.field`` that come from a column with a fault, and what it is."""
    found: dict[str, str] = {}
    for name, parts in tables.items():
        for part in parts:
            for field, take in part.mapping.fields.items():
                for column in columns_taken(take):
                    if fault := part.survey.faults.get(column):
                        found.setdefault(name if fault.level == "table" else f"{name}.{field}", f"{part.account.name}: {fault}")
    return found
