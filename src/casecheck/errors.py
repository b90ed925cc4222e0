"""casecheck's own errors: what was wrong, where, and what to do next.

Messages never carry a cell's value: an extract holds children's records, and errors end up in logs.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


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


def unforeseen(problem: BaseException) -> CasecheckError:
    """What is told of a failure of casecheck's own: its kind and its place, never its text, which may hold a cell."""
    what = f"casecheck itself failed ({type(problem).__name__} at {_place(problem)})"
    return CasecheckError(what, "please report this line; it holds no data")


def _place(problem: BaseException) -> str:
    """The last line of casecheck's own code in a traceback: where, never what."""
    place, step = "start", problem.__traceback__
    while step is not None:
        file = Path(step.tb_frame.f_code.co_filename)
        if "casecheck" in file.parts:
            place = f"{file.name}:{step.tb_lineno}"
        step = step.tb_next
    return place
