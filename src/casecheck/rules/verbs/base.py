"""What all verbs share: the shape of their settings, and pieces of SQL that several use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from casecheck.rules.context import Context, Question


class VerbSettings(BaseModel):
    """Base of every verb's settings: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


@dataclass(frozen=True)
class Verb:
    """A verb's name, its settings, and the function that compiles it."""

    name: str
    settings: type[BaseModel]
    question: Callable[[Any, Context], Question]


def missing(columns: list[str]) -> str:
    """Words for the first of these columns that is blank: ``start_date is missing``."""
    cases = " ".join(f"WHEN {column} IS NULL THEN '{column.rsplit('.', 1)[-1]} is missing'" for column in columns)
    return f"CASE {cases} ELSE 'not enough is recorded to tell' END"


def any_blank(columns: list[str]) -> str:
    """A condition: at least one of these is blank (spaces count as blank)."""
    return " OR ".join(f"{column} IS NULL" for column in columns)
