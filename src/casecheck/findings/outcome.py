"""What became of each rule: set by the engine from the verdicts, never by a rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from casecheck.rules.compiled import NOT_HELD, NOT_RECORDED

Status = Literal["passed", "failed", "not_assessable", "out_of_scope", "not_applicable", "errored"]

DOUBT = "not reliable: "
"""How the reason begins when the extract as a whole is in doubt."""

_WORST_FIRST: tuple[Status, ...] = ("errored", "failed", "not_assessable", "passed", "not_applicable", "out_of_scope")


@dataclass
class Tally:
    """Records of one variant by verdict. ``not_recorded`` are those of the failed that fail for want of a record."""

    passed: int = 0
    failed: int = 0
    not_due: int = 0
    not_assessable: int = 0
    not_recorded: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def population(self) -> int:
        """Records in scope."""
        return self.passed + self.failed + self.not_due + self.not_assessable

    @property
    def compliance(self) -> float | None:
        """Share of judged records that pass, or ``None`` when none was judged."""
        judged = self.passed + self.failed
        return self.passed / judged if judged else None

    @property
    def not_held(self) -> int:
        """Records that the source, by its nature, says too little about."""
        return sum(rows for reason, rows in self.reasons.items() if reason.endswith(NOT_HELD))

    def count(self, name: str, rows: int, reason: str | None = None) -> None:
        """Count records under ``passed``, ``failed``, ``not_due`` or ``not_assessable``."""
        setattr(self, name, getattr(self, name) + rows)
        if reason == NOT_RECORDED and name == "failed":
            self.not_recorded += rows
        elif reason:
            self.reasons[reason] = self.reasons.get(reason, 0) + rows

    def add(self, other: Tally) -> None:
        """Count another variant's records with these."""
        self.passed += other.passed
        self.failed += other.failed
        self.not_due += other.not_due
        self.not_assessable += other.not_assessable
        self.not_recorded += other.not_recorded
        for reason, rows in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + rows


@dataclass
class Outcome:
    """One rule's outcome, with its denominator: compliance is pass out of pass and fail, the other states beside it.

    ``loosened`` are statutory limits that the policy widens, ``unreliable`` the doubts about the extract that touch the rule,
    ``accepted`` what the policy accepts of its findings.
    """

    rule_id: str
    title: str
    severity: str
    status: Status
    reasons: list[str]
    tally: Tally
    incomplete: bool
    loosened: tuple[str, ...] = ()
    unreliable: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    due_soon: int = 0

    @property
    def compliance(self) -> float | None:
        """Share of judged records that pass, or ``None`` when none was judged."""
        return self.tally.compliance


def status_of(tally: Tally, gate: float, blank: list[str]) -> tuple[Status, str]:
    """A variant's status from its counts. ``blank`` names needed columns that hold nothing at all.

    ``passed`` needs somebody judged, every needed column filled somewhere, and no more than ``gate`` not assessable.
    """
    if tally.failed:
        return "failed", ""
    if blank:
        return "not_assessable", f"{', '.join(blank)} {'is' if len(blank) == 1 else 'are'} blank, or cannot be read, in every row"
    doubtful = tally.not_assessable - tally.not_held
    judged = tally.passed + tally.failed + doubtful
    if judged and doubtful / judged > gate:
        return "not_assessable", f"{doubtful} of {judged} records could not be assessed"
    if tally.not_held and not judged:
        return "out_of_scope", f"{next(iter(tally.reasons))[: -len(NOT_HELD)]} is not held by the source"
    if not tally.population:
        return "not_applicable", "no record is in scope"
    if not tally.passed:
        return "not_applicable", "nothing has fallen due yet"
    return "passed", ""


def worst(statuses: list[Status]) -> Status:
    """The status of a rule whose variants have these."""
    return next(status for status in _WORST_FIRST if status in statuses)
