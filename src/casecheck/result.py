"""What an audit gives back in Python: its facts, as frames to work with, questions that can still be asked, and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from casecheck.audited import Audited
from casecheck.errors import CasecheckError, nearest
from casecheck.findings.outcome import Outcome
from casecheck.verdicts import Verdicts

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class AuditResult(Audited):
    """The result of one audit.

    ``findings`` is a pandas frame, ``table`` the same in Arrow; ``rules`` is the outcome of each rule. While the engine is kept
    (``audit(..., keep_verdicts=True)``, the default in Python), ``verdicts``, ``compliance`` and ``due_within`` can be asked.
    ``close()``, or leaving a ``with`` block, lets go of the engine; so does the end of the result's life.
    """

    questions: Verdicts | None = None
    indexes: Mapping[str, pd.Index[Any]] = field(default_factory=dict)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row a finding, worst first; ``docs/python.md`` says what each column means.

        Rows of pandas frames have their own label in ``source_index``.
        """
        from casecheck.findings.frame import frame_of

        return frame_of(self.table, self.indexes)

    def rule(self, rule_id: str) -> Outcome:
        """The outcome of one rule. Raises :class:`CasecheckError` when this audit did not ask it."""
        for outcome in self.rules:
            if outcome.rule_id == rule_id:
                return outcome
        known = [outcome.rule_id for outcome in self.rules]
        raise CasecheckError(f"this audit asked no rule '{rule_id}'", nearest(rule_id, known) or "result.rules lists them")

    def verdicts(self, rule_id: str) -> pd.DataFrame:
        """What was said of every record that a rule judged, whatever it was: one row a record.

        A rule that could not be asked (out of scope, or a table is not there) has no rows; ``rule(rule_id)`` says why. Raises
        :class:`CasecheckError` when the engine was let go, or when the rule stopped with an error.
        """
        from casecheck.findings.frame import frame_of

        return frame_of(self.verdict_table(rule_id), self.indexes)

    def verdict_table(self, rule_id: str) -> pa.Table:
        """``verdicts`` in Arrow, with the columns of ``casecheck.findings.record.VERDICT_COLUMNS``."""
        outcome = self.rule(rule_id)
        if outcome.status == "errored":
            raise CasecheckError(f"{rule_id} has no verdicts: {'; '.join(outcome.reasons)}", "result.rules says more")
        return self._asked().of(rule_id)

    def compliance(self, by: str | Sequence[str] = ()) -> pd.DataFrame:
        """How often each rule is kept: passed out of passed and failed, with the other verdicts and the rule's status beside it.

        One row a rule; with ``by`` (``team``, ``worker_id``, ``subject_table``, ``month``, one or several) one row a rule and
        group that has records in scope. ``compliance`` is missing when nobody was judged. A figure that is not ``reliable``
        is of a rule that could be assessed only in part, or of an extract in doubt. Raises :class:`CasecheckError` for what
        compliance cannot be told by, and, with ``by``, when the engine was let go.
        """
        from casecheck.compliance import compliance_by_group, compliance_by_rule, groups_of

        groups = groups_of(by)
        return compliance_by_group(self, self._asked(), groups) if groups else compliance_by_rule(self)

    def due_within(self, days: int) -> pd.DataFrame:
        """What falls due in so many calendar days, soonest first, with the columns of ``findings``.

        Raises :class:`CasecheckError` when the engine was let go.
        """
        from casecheck.findings.frame import frame_of

        if days < 0:
            raise CasecheckError(f"{days} days is no time ahead", "give 0 (today) or more; findings are what is overdue")
        open_ones = [
            outcome.rule_id
            for outcome in self.rules
            if outcome.tally.passed + outcome.tally.not_due and outcome.status != "errored"
        ]
        return frame_of(self._asked().due(self.as_of + timedelta(days=days), open_ones), self.indexes)

    def to_csv(self, path: str | Path) -> None:
        """The findings as CSV; cells that a spreadsheet would take for a formula are written as text."""
        self._write("csv", path)

    def to_json(self, path: str | Path) -> None:
        """The run, its rules and its findings as one JSON document."""
        self._write("json", path)

    def to_jsonl(self, path: str | Path) -> None:
        """The same as JSON lines: the run, then one rule or finding a line."""
        self._write("jsonl", path)

    def to_parquet(self, path: str | Path) -> None:
        """The findings as Parquet, with the run and its rules in the file's metadata."""
        self._write("parquet", path)

    def _write(self, name: str, path: str | Path) -> None:
        from casecheck.reports import write_report

        write_report(self, name, Path(path))

    def _repr_html_(self) -> str:
        """The result in a notebook: whether it can be relied on, then which rules fail. It holds no child's record."""
        from casecheck.reports.notebook import display

        return display(self)

    def _asked(self) -> Verdicts:
        if self.questions is None:
            raise CasecheckError("the verdicts of this audit were not kept", "run it with keep_verdicts=True")
        if self.found.closed:
            raise CasecheckError("the result is closed, and its verdicts are gone", "ask before close(), inside the with block")
        return self.questions
