"""The verbs of a rule's ``check``: one module each, with its settings and what it compiles to."""

from __future__ import annotations

from casecheck.rules.verbs import (
    allowed,
    counted,
    covered,
    exists,
    holds,
    ordered,
    overlaps,
    readable,
    recurs,
    references,
    required,
    sql,
    unique,
    within,
)
from casecheck.rules.verbs.base import Verb

VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("required", required.Settings, required.question),
        Verb("allowed", allowed.Settings, allowed.question),
        Verb("holds", holds.Settings, holds.question),
        Verb("readable", readable.Settings, readable.question),
        Verb("unique", unique.Settings, unique.question),
        Verb("references", references.Settings, references.question),
        Verb("ordered", ordered.Settings, ordered.question),
        Verb("within", within.Settings, within.question),
        Verb("recurs", recurs.Settings, recurs.question),
        Verb("covered", covered.Settings, covered.question),
        Verb("overlaps", overlaps.Settings, overlaps.question),
        Verb("exists", exists.Settings, exists.question),
        Verb("counted", counted.Settings, counted.question),
        Verb("sql", sql.Settings, sql.question),
    )
}

__all__ = ["VERBS", "Verb"]
