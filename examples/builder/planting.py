"""What the planted breaches share: finding a child's rows, taking visits away, and the keys by which findings name records."""

from __future__ import annotations

from datetime import date, datetime

from builder.records import Cell, Child, Row

_VISITS = ("Statutory visit", "CIN visit", "LAC visit", "Assessment visit")
_NOTES = ("Management", "Assessment review", "Step up", "Section 47 decision", "Closure decision")


def day_of(row: Row) -> date:
    """The day of an observation."""
    moment = row["OBSERVATION_DATE"]
    assert isinstance(moment, datetime)
    return moment.date()


def day(row: Row, column: str) -> date:
    """A date that is there."""
    found = row[column]
    assert isinstance(found, date)
    return found


def visit_rows(child: Child, kind: str = "") -> list[Row]:
    """The child's visits, oldest first."""
    rows = [row for row in child.rows["observations"] if str(row["OBSERVATION_TYPE"]).startswith(kind or _VISITS)]
    return sorted(rows, key=day_of)


def skip_visits(child: Child, first: date, last: date) -> None:
    """Take away the visits from ``first`` to ``last``."""
    child.remove("observations", [row for row in visit_rows(child) if first <= day_of(row) <= last])


def skip_notes(child: Child, since: date) -> None:
    """Take away managers' notes from a day on."""
    notes = [row for row in child.rows["observations"] if str(row["OBSERVATION_TYPE"]).startswith(_NOTES)]
    child.remove("observations", [row for row in notes if day_of(row) >= since])


def the_form(child: Child, kind: str = "Single assessment") -> Row:
    """The child's first form of a kind."""
    return child.find("careassess_forms", FORM_TYPE=kind)[0]


def answers(child: Child, form: Row) -> dict[str, Row]:
    """A form's answers by question."""
    return {str(row["QUESTION"]): row for row in child.find("careassess_answers", FORM_ID=form["FORM_ID"])}


def unanswer(child: Child, form: Row, question: str) -> None:
    """Leave a question of a form without an answer."""
    child.remove("careassess_answers", [answers(child, form)[question]])


def assessment_key(form: Row) -> dict[str, Cell]:
    """How findings name an assessment."""
    kinds = {"Initial assessment": "initial", "Core assessment": "core"}
    return {"assessment_type": kinds.get(str(form["FORM_TYPE"]), "single"), "start_date": form["START_DATE"]}


def plan_key(kind: str, row: Row) -> dict[str, Cell]:
    """How findings name a plan."""
    return {"plan_type": kind, "start_date": row["START_DATE"]}


def cp_plan(child: Child) -> Row:
    """The child's protection plan."""
    return child.rows["cp_registrations"][0]


def cin_plan(child: Child) -> Row:
    """The child's child in need plan."""
    return child.rows["plans"][0]


def holder_spell(child: Child) -> Row:
    """The present allocation of the lead worker."""
    return child.find("allocations", ROLE="Lead worker", END_DATE=None)[-1]
