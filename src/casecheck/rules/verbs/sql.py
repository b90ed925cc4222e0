"""``sql``: the rule asks its question itself.

The query gives one row for each record in scope: ``_row`` (from ``subject``), ``verdict`` (fail, pass, not_due or
not_assessable) and, where they apply, ``reason``, ``due_on``, ``event_on``, ``until_on`` (the end of the duty) and
``observed``. ``subject`` holds the rows in scope; tables of the model go by their own names. Other columns can be named in the
message: those ending in ``_on`` are dates, those ending in ``_count`` or ``_days`` are numbers.
"""

from __future__ import annotations

from pydantic import RootModel
from sqlglot import exp

from casecheck.errors import RuleError
from casecheck.rules import expressions
from casecheck.rules.context import Context, Question


class Settings(RootModel[str]):
    """The query."""


def question(settings: Settings, context: Context) -> Question:
    """The author's columns, as they are; the engine still decides what cannot be assessed."""
    tree = expressions.parse(context.fill(settings.root), context.where)
    names = tree.named_selects if isinstance(tree, exp.Query) else []
    for needed in ("_row", "verdict"):
        if needed not in names:
            raise RuleError(f"{context.where}: the query must give a column '{needed}'")
    text = expressions.replace_as_of(tree).sql(dialect=expressions.DIALECT)
    columns = {name: f"answer.{name}" for name in names if name != "_row"}
    return Question(
        columns=columns,
        source=f"{context.scope} JOIN ({text}) AS answer ON answer._row = {context.name}._row",
        kinds={name: _kind(name) for name in columns if _kind(name)},
        apart=False,
    )


def _kind(name: str) -> str:
    if name.endswith("_on"):
        return "date"
    return "number" if name.endswith(("_count", "_days")) else ""
