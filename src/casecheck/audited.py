"""What an audit found, as facts: findings, the outcome of each rule, and the accounts of what was read.

Every report is written from these. ``result`` adds what is asked of them in Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from casecheck.errors import CasecheckError, FindingsError
from casecheck.findings.outcome import Outcome, Status
from casecheck.findings.store import Findings
from casecheck.policy import SEVERITIES, Policy
from casecheck.profiles.accounts import Extract
from casecheck.whole.snapshot import Snapshot
from casecheck.wording import counted

_NAMED = 5
_GATE = "EXT-"


@dataclass(frozen=True, repr=False)
class Audited:
    """What one audit found.

    Many findings stay where they were made: ``batches()`` gives them piece by piece, ``table`` all of them as Arrow. ``close()``,
    or leaving a ``with`` block, lets go of the engine; so does the end of the result's life.
    """

    found: Findings
    rules: tuple[Outcome, ...]
    extract: Extract
    policy: Policy
    as_of: date
    snapshot: Snapshot | None = None

    @property
    def table(self) -> pa.Table:
        """One row a finding, worst first, in memory. The columns are those of ``casecheck.findings.record.COLUMNS``."""
        return self.found.table

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The findings in order, piece by piece, for a result that is larger than the memory."""
        return self.found.batches()

    def write_partitions(self, folder: str | Path, by: Sequence[str] = ("rule_id",)) -> None:
        """Write the findings as Parquet files into a new folder, below it a folder for each value of the columns in ``by``.

        On Spark the executors write, and ``folder`` is any path that they reach; ``CONVERT TO DELTA`` takes the layout. Raises
        :class:`InputError` when the folder is already there.
        """
        self.found.write(str(folder), by)

    def close(self) -> None:
        """Let go of the engine. Counts stay; findings only if they were read before, or are few (up to 50,000)."""
        self.found.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def complete(self) -> bool:
        """Whether every file could be read, every rule that should have been assessable was assessed, and one was at all."""
        return not self.extract.unread and not self.gaps and len(self.with_status("out_of_scope")) < len(self.rules)

    @property
    def loosened(self) -> tuple[str, ...]:
        """Statutory limits that the policy widens, to be printed with every output."""
        return tuple(f"{outcome.rule_id}: {note}" for outcome in self.rules for note in outcome.loosened)

    @property
    def accepted(self) -> tuple[str, ...]:
        """Findings about the extract that the policy accepts, each with its reason, to be printed with every output."""
        return tuple(f"{outcome.rule_id}: {note}" for outcome in self.rules for note in outcome.accepted)

    @property
    def unreliable(self) -> dict[str, int]:
        """Why the extract cannot be relied on, and how many rules each reason touches; empty when it can."""
        return dict(Counter(reason for outcome in self.rules for reason in outcome.unreliable))

    @property
    def gate_asked(self) -> bool:
        """Whether any rule about the extract as a whole had something to judge; else nobody has looked whether it is sound."""
        return any(outcome.rule_id.startswith(_GATE) for outcome in self.with_status("passed", "failed"))

    def with_status(self, *statuses: Status) -> list[Outcome]:
        """The rules with one of these outcomes."""
        return [outcome for outcome in self.rules if outcome.status in statuses]

    def count(self, severity: str = "low") -> int:
        """Failing findings at or above a severity. Raises :class:`CasecheckError` for what is none."""
        if severity not in SEVERITIES:
            raise CasecheckError(f"'{severity}' is not a severity", f"one of: {', '.join(SEVERITIES)}")
        return sum(map(self._at, SEVERITIES[: SEVERITIES.index(severity) + 1]))

    def summary(self) -> dict[str, Any]:
        """The run in numbers, as plain data."""
        statuses: tuple[Status, ...] = ("passed", "failed", "not_assessable", "out_of_scope", "not_applicable", "errored")
        return {
            "as_of": self.as_of.isoformat(),
            "profile": self.extract.profile,
            "policy": self.policy.digest,
            "complete": self.complete,
            "reliable": not self.unreliable if self.gate_asked else None,
            "rows_read": sum(account.read for account in self.extract.accounts),
            "rows_set_aside": sum(sum(account.set_aside.values()) for account in self.extract.accounts),
            "rules": {status: len(self.with_status(status)) for status in statuses},
            "findings": {level: self._at(level) for level in SEVERITIES},
            "due_soon": sum(outcome.due_soon for outcome in self.rules),
            "loosened": list(self.loosened),
            "accepted": list(self.accepted),
        }

    def _at(self, severity: str) -> int:
        return self.found.counts.get((severity, "fail"), 0)

    @property
    def gaps(self) -> list[Outcome]:
        """The rules that should have been assessable and were not, or only in part."""
        return [outcome for outcome in self.rules if outcome.incomplete]

    def raise_for(self, severity: str = "high") -> None:
        """Raise :class:`FindingsError` when there are findings at or above ``severity``, or when the audit is incomplete."""
        if found := self.count(severity):
            raise FindingsError(f"{counted(found, 'finding')} at or above {severity}", "result.findings lists them")
        if unread := self.extract.unread:
            names = ", ".join(account.name for account in unread[:_NAMED])
            raise FindingsError(f"{counted(len(unread), 'file')} could not be read: {names}", "result.extract.accounts says why")
        if gaps := self.gaps:
            named = ", ".join(outcome.rule_id for outcome in gaps[:_NAMED])
            raise FindingsError(f"{counted(len(gaps), 'rule')} could not be assessed: {named}", "result.rules says why")
        if len(self.with_status("out_of_scope")) == len(self.rules):
            raise FindingsError("no selected rule is within the source's scope", "result.rules says why")

    def __repr__(self) -> str:
        numbers = self.summary()
        return (
            f"<{type(self).__name__} as of {numbers['as_of']}: {counted(sum(numbers['findings'].values()), 'finding')}, "
            f"{numbers['rules']['passed']} of {len(self.rules)} rules passed, complete={self.complete}>"
        )
