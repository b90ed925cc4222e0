"""Pivoting: what other tables say of a row, laid beside it as columns.

Case systems hold the answers on a form one a row. A profile says which question is which column. An answer about the child
counts before one about nobody in particular; an answer about another child never does.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from casecheck.engines.base import Engine
from casecheck.profiles.matching import Matched
from casecheck.profiles.spec import Pivot
from casecheck.sources.raw import fold_heading
from casecheck.sql_text import identifier, literal

_NOBODY = r"-.*|0+(\.0*)?"
"""A number of no person: nought, or below it."""

Answers = dict[int, Container[str]]
"""The tables that hold answers, by their number among the matches, with the columns that each has."""


def answers_to(matched: Matched, number: int) -> list[tuple[Pivot, Answers]]:
    """What other tables say of the rows of a table. Nothing is laid beside it where a column to join on is missing."""
    match = matched.matches[number]
    found = []
    for spec in matched.profile.pivots_of(match.source):
        key, person = spec.answers_key or spec.key, spec.answers_person or spec.person
        among = {number: match} if spec.answers == match.source else dict(enumerate(matched.matches))
        answers: Answers = {
            other: table.places
            for other, table in among.items()
            if table.source == spec.answers and all(column in table.places for column in (key, person, spec.question) if column)
        }
        if answers and all(column in match.places for column in (spec.key, spec.person) if column):
            found.append((spec, answers))
    return found


def lay_answers(engine: Engine, matched: Matched, number: int) -> str:
    """Lay beside the rows of a table the answers that other tables hold to it. Returns the relation that has them."""
    match = matched.matches[number]
    relation, columns = f"source_{number}", list(match.places)
    for place, (spec, answers) in enumerate(answers_to(matched, number)):
        if spec.answers == match.source:
            relation = _forms(engine, number, relation, spec)
        laid = f"pivoted_{number}_{place}"
        _pivot(engine, relation, laid, answers, spec, columns)
        relation, columns = laid, [*columns, *spec.columns]
    return relation


def records_behind(matched: Matched, number: int, forms: str) -> str:
    """The records of a table that stand behind its rows in use: where forms are made of their answers, all the answers."""
    if any(number in answers for _, answers in answers_to(matched, number)):
        return f"SELECT _record FROM pivoted_rows_{number} WHERE form IN ({forms})"
    return forms


def _forms(engine: Engine, number: int, relation: str, spec: Pivot) -> str:
    """The forms of a table of answers: the first row of each, a form being about one person."""
    form = ", ".join(_key(column) for column in (spec.key, spec.person) if column)
    engine.create(f"pivoted_rows_{number}", f"SELECT _record, min(_record) OVER (PARTITION BY {form}) AS form FROM {relation}")
    engine.create(
        f"pivoted_forms_{number}", f"SELECT * FROM {relation} WHERE _record IN (SELECT form FROM pivoted_rows_{number})"
    )
    return f"pivoted_forms_{number}"


def _pivot(engine: Engine, relation: str, laid: str, answers: Answers, spec: Pivot, form_columns: Sequence[str]) -> None:
    """Lay the answers of each form beside it: ``laid`` holds the form's columns and one for each question."""
    union = " UNION ALL ".join(f"{_asking(spec, columns)} FROM source_{number}" for number, columns in answers.items())
    asked = {fold_heading(question): column for column, questions in spec.columns.items() for question in (column, *questions)}
    raw = [
        question
        for (question,) in engine.rows(f"SELECT DISTINCT question FROM ({union}) AS asked WHERE question IS NOT NULL ORDER BY 1")
    ]
    known = [(question, asked[fold_heading(question)]) for question in raw if fold_heading(question) in asked]
    questions = f"questions_{laid}"
    engine.load(
        questions,
        {"question": ("VARCHAR", [question for question, _ in known]), "wanted": ("VARCHAR", [column for _, column in known])},
    )
    columns = ", ".join(
        f"max(answer) FILTER (WHERE wanted = {literal(column)}) AS {identifier(column)}" for column in spec.columns
    )
    given = f"{laid}_answers"
    engine.create(
        given,
        f"SELECT form, person, {columns} FROM ({union}) AS asked JOIN {questions} ON {questions}.question = asked.question "
        "GROUP BY form, person",
    )
    own = ", ".join(f"s.{identifier(column)}" for column in form_columns)
    theirs = ", ".join(
        f"coalesce(a.{name}, e.{name}) AS {name}" if spec.person else f"e.{name}" for name in map(identifier, spec.columns)
    )
    form = _key(spec.key, "s.")
    about = f"LEFT JOIN {given} AS a ON a.form = {form} AND a.person = {_key(spec.person, 's.')} " if spec.person else ""
    engine.create(
        laid,
        f"SELECT s._record, {own}, {theirs} FROM {relation} AS s {about}"
        f"LEFT JOIN {given} AS e ON e.form = {form} AND e.person IS NULL",
    )


def _asking(spec: Pivot, columns: Container[str]) -> str:
    """The start of a query for the answers of one table: whose form, which question, what was answered."""
    person = spec.answers_person or spec.person
    about = (
        f"CASE WHEN regexp_full_match(trim({identifier(person)}), '{_NOBODY}') THEN NULL ELSE {_key(person)} END"
        if person
        else "NULL"
    )
    question = identifier(spec.question) if spec.question else f"'{next(iter(spec.columns))}'"
    cells = [f"nullif(trim({identifier(column)}), '')" for column in spec.answer_columns if column in columns]
    answer = f"coalesce({', '.join(cells)})" if cells else "CAST(NULL AS VARCHAR)"
    return f"SELECT {_key(spec.answers_key or spec.key)} AS form, {about} AS person, {question} AS question, {answer} AS answer"


def _key(column: str, of: str = "") -> str:
    """A number as it is joined on. -1, which stands for no row, joins nothing."""
    return f"nullif(nullif(upper(trim({of}{identifier(column)})), ''), '-1')"
