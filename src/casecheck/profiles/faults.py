"""Faults of a whole table, seen once it is staged: doubled columns, ragged rows, counts that differ, copies and versions."""

from __future__ import annotations

from collections.abc import Sequence

from casecheck.engines.base import Engine
from casecheck.profiles.accounts import RAGGED, Account
from casecheck.profiles.matching import Match
from casecheck.profiles.spec import Profile, Source
from casecheck.sources.bad_input import note
from casecheck.sources.raw import Opening
from casecheck.sql_text import identifier
from casecheck.wording import counted

_FEW = 3
"""So many ragged rows are told and set aside, whatever their share: one bad line does not void a short table."""


def settle_doubles(engine: Engine, match: Match, number: int, account: Account, source: Source) -> None:
    """Two columns that mean the same: when they hold the same one is used, else neither."""
    for column, others in match.doubles.items():
        names = [match.double_name(column, place) for place in others]
        differs = " OR ".join(f"coalesce({identifier(column)}, '') <> coalesce({identifier(name)}, '')" for name in names)
        different = engine.rows(f"SELECT count(*) FROM stage_{number} WHERE {differs}")[0][0]
        places = " and ".join(str(place + 1) for place in (match.places[column], *others))
        account.notes.append(note("IN023" if different else "IN024", places=places, column=column))
        if different:
            del match.places[column]
            if column in (source.person, source.key):
                account.notes.append(note("IN026", places=places, column=column))


def note_faults(account: Account, profile: Profile, opening: Opening) -> None:
    """No rows, too many ragged rows, or another count than the policy expects."""
    ragged = sum(account.set_aside.get(reason, 0) for reason in RAGGED)
    if ragged > max(_FEW, opening.reading.max_rejected * account.read):
        account.notes.append(note("IN036", rejected=f"{ragged:,}", rows=f"{account.read:,}"))
    expected = opening.settings(account.file).expected_rows
    if expected is not None and expected not in (account.read, account.used):
        account.notes.append(note("IN037", rows=counted(account.read, "row"), expected=f"{expected:,}"))
    if account.read == 0 and account.refused is None:
        fed = [name for name, parts in profile.tables.items() if any(part.source == account.source for part in parts)]
        account.notes.append(note("IN005", tables=", ".join(f'"{name}"' for name in fed or [account.source])))


def note_versions(engine: Engine, matches: Sequence[Match], accounts: Sequence[Account], profile: Profile) -> None:
    """Two files of one source that mostly hold the same keys, or rows, are two versions, unless the policy says both belong."""
    for number, match in enumerate(matches):
        for at in range(number):
            if matches[at].source != match.source or match.chosen:
                continue
            shared, least = _shared(engine, (number, match), (at, matches[at]), profile.sources[match.source].key)
            if shared * 2 > least:
                accounts[number].notes.append(note("IN016", rows=counted(shared, "row"), other=accounts[at].name))


def _shared(engine: Engine, one: tuple[int, Match], other: tuple[int, Match], key: str) -> tuple[int, int]:
    """How many keys two tables share (rows, where there is no key), and how many the smaller one has."""
    both = [column for column in one[1].places if column in other[1].places]
    columns = ", ".join(identifier(column) for column in ([key] if key in both else both))
    tables = [f"SELECT DISTINCT {columns} FROM source_{number}" for number, _ in (one, other)]
    filled = f" WHERE {identifier(key)} IS NOT NULL" if key in both else ""
    counts = [f"(SELECT count(*) FROM ({table}) AS counted)" for table in tables]
    shared, least = engine.rows(
        f"SELECT count(*), least({', '.join(counts)}) FROM ({' INTERSECT '.join(tables)}) AS shared{filled}"
    )[0]
    return shared, least
