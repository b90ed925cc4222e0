"""pandera's failures as casecheck's findings: which rule says what each failure says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from pandera.errors import SchemaError, SchemaErrors

from casecheck.auditing import as_day, as_policy
from casecheck.contracts.claims import Claim, claims
from casecheck.contracts.extract import Said, answers, make_views, opened, rows_kept
from casecheck.contracts.rulebook import Place, compiled, shape_of
from casecheck.contracts.schemas import AS_OF, TABLE, Day, PolicyLike
from casecheck.contracts.telling import Settled, tell
from casecheck.errors import InputError
from casecheck.model import load_model
from casecheck.planning import RuleRun


def findings(
    problem: SchemaError | SchemaErrors, table: str = "", *, as_of: Day = None, policy: PolicyLike = None
) -> pd.DataFrame:
    """What pandera raised, as findings: a frame with the columns of ``AuditResult.findings``, one row a record and rule.

    A failure that a rule of the integrity pack knows is that rule's finding, with the id that an audit gives it. One of a check
    made by :func:`casecheck.contracts.check` is its rule's. Any other has the name of its check in ``rule_id``. A record that a
    rule could not assess, and a column that is not there, have the verdict ``not_assessable``. No cell's value is told.

    ``table`` is needed when the schema was not made here, or validation was not lazy. ``as_of`` is the schema's day, or today.

    Raises :class:`InputError` when the failure carries no frame, or its table is not known.
    """
    frame, errors, noted = _given(problem)
    name = table or str(noted.get(TABLE) or "")
    if not name:
        raise InputError("the failure does not say which table it is about", "say findings(problem, table='visit')")
    shape = shape_of(name)
    day = as_day(as_of if as_of is not None else noted.get(AS_OF))
    claimed = list(claims(errors, frame, shape))
    with opened(frame, name, day, as_policy(policy)) as run:
        return tell(run, load_model().table(name), _settled(run, claimed, name, shape.readable))


def _given(problem: SchemaError | SchemaErrors) -> tuple[pd.DataFrame, list[SchemaError], dict[str, Any]]:
    errors = problem.schema_errors if isinstance(problem, SchemaErrors) else [problem]
    if not isinstance(problem.data, pd.DataFrame):
        raise InputError("the failure carries no frame", "validate with lazy=True, which keeps it")
    return problem.data, errors, problem.schema.metadata or {}


def _settled(run: RuleRun, claimed: Iterable[Claim], table: str, readable: Place) -> Settled:
    """Ask the rules that may know, and settle each claim by what they say."""
    claimed = list(claimed)
    places = sorted({readable, *(place for claim in claimed for place in claim.places)})
    make_views(run, [compiled(code, place, table, run.policy) for code, place in places], "holder")
    said = {place: list(answers(run, *place, table)) for place in places}
    kept = rows_kept(run, table)
    settled = Settled(readable)
    for claim in claimed:
        _settle(settled, claim, said, kept)
    return settled


def _settle(settled: Settled, claim: Claim, said: Mapping[Place, list[Said]], kept: frozenset[int]) -> None:
    """Which rules say what a claim says. What none says is told in the claim's own words."""
    left = set(claim.rows or ())
    for place in claim.places:
        for one in said[place]:
            if one.row is None:
                settled.whole[place, "", one.columns] = one.words
            elif claim.every and one.verdict != "fail":
                settled.doubted.setdefault(place, set()).add(one.row)
            elif one.verdict == "fail" and (claim.every or one.row in left):
                settled.failed.setdefault(place, set()).add(one.row)
    for place in claim.places:
        left -= settled.failed.get(place, set()) | (settled.doubted.get(place, set()) if claim.every else set())
    other = claim.otherwise or settled.readable
    if claim.rows is None and not claim.places:
        settled.whole[other, claim.check, claim.column] = claim.why
    if aside := left - kept:
        settled.aside.setdefault(other, set()).update(aside)
    for row in left & kept:
        told = settled.others.setdefault((other, claim.check, claim.column if claim.check else ""), {})
        told.setdefault(row, {})[claim.column] = claim.words.get(row, f"fails {claim.check}")
