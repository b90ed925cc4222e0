"""What an audit gives back: findings, the outcome of each rule, and the accounts of what was read."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from casecheck.errors import FindingsError
from casecheck.findings.outcome import Outcome, Status
from casecheck.findings.store import Findings
from casecheck.policy import SEVERITIES, Policy
from casecheck.profiles.accounts import Extract
from casecheck.whole.snapshot import Snapshot

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class AuditResult:
    """The result of one audit.

    Many findings stay where they were made: ``batches()`` gives them piece by piece, ``table`` all of them as Arrow, ``findings``
    as a pandas frame. ``close()``, or leaving a ``with`` block, lets go of the engine; so does the end of the result's life.
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
        """Let go of the engine. Counts stay; findings only if ``table`` or ``findings`` was read before, or they are few."""
        self.found.close()

    def __enter__(self) -> AuditResult:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def findings(self) -> pd.DataFrame:
        """``table`` as a pandas frame."""
        import pandas as pd

        frame: pd.DataFrame = self.table.to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    @property
    def complete(self) -> bool:
        """Whether every file could be read, every rule that should have been assessable was assessed, and one was at all."""
        gaps = any(outcome.incomplete for outcome in self.rules)
        return not self.extract.unread and not gaps and len(self.with_status("out_of_scope")) < len(self.rules)

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

    def with_status(self, *statuses: Status) -> list[Outcome]:
        """The rules with one of these outcomes."""
        return [outcome for outcome in self.rules if outcome.status in statuses]

    def count(self, severity: str = "low") -> int:
        """Failing findings at or above a severity."""
        return sum(map(self._at, SEVERITIES[: SEVERITIES.index(severity) + 1]))

    def summary(self) -> dict[str, Any]:
        """The run in numbers, as plain data."""
        statuses: tuple[Status, ...] = ("passed", "failed", "not_assessable", "out_of_scope", "not_applicable", "errored")
        return {
            "as_of": self.as_of.isoformat(),
            "profile": self.extract.profile,
            "policy": self.policy.digest,
            "complete": self.complete,
            "reliable": not self.unreliable,
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

    def raise_for(self, severity: str = "high") -> None:
        """Raise :class:`FindingsError` when there are findings at or above ``severity``, or when the audit is incomplete."""
        found = self.count(severity)
        gaps = [outcome.rule_id for outcome in self.rules if outcome.incomplete]
        if found:
            raise FindingsError(f"{found} findings at or above {severity}", "result.findings lists them")
        if not gaps and len(self.with_status("out_of_scope")) == len(self.rules):
            raise FindingsError("no selected rule is within the source's scope", "result.rules says why")
        if gaps:
            raise FindingsError(f"{len(gaps)} rules could not be assessed: {', '.join(gaps[:5])}", "result.rules says why")

    def __repr__(self) -> str:
        numbers = self.summary()
        return (
            f"<AuditResult as of {numbers['as_of']}: {sum(numbers['findings'].values())} findings, "
            f"{numbers['rules']['passed']} of {len(self.rules)} rules passed, complete={self.complete}>"
        )

    def _repr_html_(self) -> str:
        """A table of the rules with findings, for notebooks. It holds no child's record."""
        failed = sorted(self.with_status("failed"), key=lambda outcome: (SEVERITIES.index(outcome.severity), outcome.rule_id))
        rows = "".join(
            f"<tr><td>{outcome.rule_id}</td><td>{outcome.severity}</td><td style='text-align:right'>{outcome.tally.failed}</td>"
            f"<td style='text-align:right'>{outcome.tally.passed + outcome.tally.failed}</td>"
            f"<td style='text-align:left'>{html.escape(outcome.title)}</td></tr>"
            for outcome in failed
        )
        gaps = [outcome for outcome in self.rules if outcome.incomplete]
        missing = f"<p><b>{len(gaps)} rules could not be assessed. None of them counts as passed.</b></p>" if gaps else ""
        return (
            f"{missing}<table><caption>Findings as of {self.as_of:%d/%m/%Y}</caption><thead><tr><th scope='col'>Rule</th>"
            "<th scope='col'>Severity</th><th scope='col'>Findings</th><th scope='col'>Judged</th><th scope='col'>Title</th></tr>"
            f"</thead><tbody>{rows}</tbody></table>"
        )
