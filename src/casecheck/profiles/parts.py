"""A part: one mapping over one staged table, and what its SQL shares."""

from __future__ import annotations

from dataclasses import dataclass

from casecheck.profiles import cells
from casecheck.profiles.matching import Match
from casecheck.profiles.spec import Mapping

BLANK = ", ".join(f"'{word.upper()}'" for word in sorted(cells.BLANK_WORDS | {"-1"}))
"""The usual words for nothing known, as SQL."""


@dataclass
class Part:
    """One mapping over one staged table: a contribution to a table of the model."""

    mapping: Mapping
    match: Match
    number: int
    relation: str
    keep: str = ""


def filled(text: str) -> str:
    """A cell, or null when it says in any of the usual words that nothing is known."""
    return f"CASE WHEN upper(trim({text})) IN ({BLANK}) THEN NULL ELSE trim({text}) END"
