"""What became of a rule, in words: every page and every message of Great Expectations says it like this."""

from __future__ import annotations

from dataclasses import dataclass

from casecheck.expectations.outcome_table import Line

GOOD = ("passed", "not_applicable")
"""The only outcomes that are a success: everybody passed, or there was rightly nobody to judge."""
ABSENT = "absent"
"""How an expectation is told whose rule has no row in the batch."""


@dataclass(frozen=True)
class Look:
    """How a status is shown: in a word, and as a sign for those who see icons, in HTML and in Markdown."""

    word: str
    icon: str
    colour: str
    mark: str


LOOKS = {
    "passed": Look("passed", "fa-check-circle", "text-success", "✅"),
    "failed": Look("failed", "fa-times", "text-danger", "❌"),
    "not_assessable": Look("not assessable", "fa-question-circle", "text-warning", "❓"),
    "errored": Look("errored", "fa-exclamation-triangle", "text-warning", "❗"),
    "not_applicable": Look("not applicable", "fa-minus-circle", "text-secondary", "⚪"),
    "out_of_scope": Look("out of scope", "fa-ban", "text-secondary", "🚫"),
    ABSENT: Look("not audited", "fa-question-circle", "text-warning", "❓"),
}


_FEW = 2
"""So many reasons are said; the rest are in the result."""


def told(line: Line) -> str:
    """A sentence or two: the denominator, the records that have no answer, the reason, and what the policy has to do with it."""
    why = _few(line.reasons)
    notes = f"Local policy: {_few(line.notes)}" if line.notes else ""
    if line.status in ("passed", "failed"):
        counted = f"{line.failed:,} of {line.judged:,} {'record' if line.judged == 1 else 'records'} fail{_beside(line)}"
        return _sentences(counted, f"In part only: {why}" if why else "", notes)
    word = LOOKS[line.status].word if line.status in LOOKS else line.status
    return _sentences(f"{word.capitalize()}: {why or _nothing(line)}", notes)


def absent(rule: str) -> str:
    """What is said when the batch knows nothing of a rule."""
    return _sentences(f"Not audited: the batch holds no outcome of {rule}", "Select it in the audit too")


def read_in_full(line: Line) -> str:
    """Which audit it was, and whether all that was given to it could be read."""
    unread = f"Could not be read: {_few(line.unread)}" if line.unread else "Everything that was given could be read"
    return _sentences(f"Audited as of {line.as_of:%d/%m/%Y}, profile {line.profile}, policy {line.policy}", unread)


def _sentences(*parts: str) -> str:
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _few(lines: str) -> str:
    """The first lines, and how many more there are."""
    said = lines.splitlines()
    more = f"; and {len(said) - _FEW} more" if len(said) > _FEW else ""
    return "; ".join(said[:_FEW]) + more


def _beside(line: Line) -> str:
    """The records in scope that neither pass nor fail."""
    said = f"; {line.not_assessable:,} could not be assessed" if line.not_assessable else ""
    return said + (f"; {line.not_due:,} not due yet" if line.not_due else "")


def _nothing(line: Line) -> str:
    return "nothing has fallen due yet" if line.not_due else "no record is in scope"
