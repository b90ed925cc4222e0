"""casecheck's own errors: what was wrong, where, and what to do next.

Messages never carry a cell's value: an extract holds children's records, and errors end up in logs.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CasecheckError(Exception):
    """Any failure that casecheck foresaw. ``advice`` says what to type or change next."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message}\n  help: {self.advice}" if self.advice else self.message


class InputError(CasecheckError):
    """The extract cannot be read, or cannot be recognised."""


class PolicyError(CasecheckError):
    """``casecheck.toml`` (or a policy given in Python) is wrong."""


class ProfileError(CasecheckError):
    """A profile (the description of a source's layout) is wrong."""


class RuleError(CasecheckError):
    """A rule file is wrong: its shape, its SQL, or its examples."""


class SelectionError(CasecheckError):
    """A selector names no rule."""


class FindingsError(CasecheckError):
    """Raised by :meth:`casecheck.AuditResult.raise_for` when there are findings, or gaps in what was assessed."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The closest known word as advice, or an empty string when nothing is close."""
    found = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    return f"nearest: {', '.join(found)}" if found else ""
