"""The gate: what the rules about the extract as a whole have found, and which other rules cannot be relied on for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from casecheck.engines.base import Engine
from casecheck.policy import Accepted
from casecheck.sql_text import literal

PACK = "extract"
_CASES = {
    "cp": ("plan", "protection plans"),
    "cin": ("plan", "child in need plans"),
    "cla": ("care_period", "periods of care"),
    "referral": ("referral", "open referrals"),
}
_TOLD = 2


@dataclass(frozen=True)
class Doubts:
    """Why a table, or a field (``table.field``), of the extract cannot be relied on."""

    reasons: Mapping[str, tuple[str, ...]]

    def about(self, needs: Iterable[str]) -> tuple[str, ...]:
        """The reasons that touch something which a rule reads."""
        named = [name for need in needs for name in (need.partition(".")[0], need)]
        return tuple(dict.fromkeys(reason for name in named for reason in self.reasons.get(name, ())))


NO_DOUBTS = Doubts({})


def doubts(engine: Engine, rules: Iterable[str]) -> Doubts:
    """What the findings of these rules mean for the others."""
    codes = list(rules)
    if not codes:
        return NO_DOUBTS
    found = engine.rows(
        "SELECT rule_id, subject_table, subject_key, message FROM failing "
        f"WHERE verdict = 'fail' AND rule_id IN {literal(codes)} ORDER BY rule_id, subject_table, subject_key"
    )
    reasons: dict[str, dict[str, None]] = {}
    lost: dict[tuple[str, str], int] = {}
    for rule, table, key, message in found:
        what = key.partition("=")[2]
        if table == "earlier_case":
            kind = what.partition(" ")[0]
            lost[rule, kind] = lost.get((rule, kind), 0) + 1
        else:
            reasons.setdefault(what.partition("=")[0], {})[f"{rule}: {message}"] = None
    for (rule, kind), number in lost.items():
        table, cases = _CASES[kind]
        reasons.setdefault(table, {})[f"{rule}: {number} of the earlier extract's {cases} are missing or differ"] = None
    return Doubts({name: tuple(said)[:_TOLD] for name, said in reasons.items()})


def accepted_now(accepted: Iterable[Accepted], rule_id: str, as_of: date) -> list[Accepted]:
    """What the policy accepts of one rule, while it does."""
    return [entry for entry in accepted if entry.rule == rule_id and (entry.until is None or as_of <= entry.until)]


def accepting(sql: str, subject: str, field: str, entries: Iterable[Accepted]) -> str:
    """The same question, in which what is accepted passes."""
    whats = literal([what for entry in entries for what in entry.what])
    return (
        f"SELECT asked._row, CASE WHEN asked.verdict = 'fail' AND own.{field} IN {whats} THEN 'pass' ELSE asked.verdict END "
        "AS verdict, asked.reason, asked.due_on, asked.event_on, asked.days_overdue, asked.observed, asked.message "
        f"FROM ({sql}) AS asked JOIN {subject} AS own ON own._row = asked._row"
    )
