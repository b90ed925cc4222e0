"""casecheck's date functions, carried into plain SQL.

``add(day, '10 working days')``
    the last day in time, counting the trigger day as day 0. Months clip to the month's end.
``working_days(first, last)``
    working days after ``first`` up to and including ``last``.
``age(born, day)``
    completed years; a child born on 29 February has the birthday on 1 March.
``earliest(a, b)``, ``latest(a, b)``
    of two or more dates or numbers; blanks are passed over, and all blank gives blank.
``rounded(number)``
    the number with one decimal, half away from nought; the same text on every engine.
``garbled(table.column)``
    true when the cell held something that could not be read as its type.
``not_held(table.column)``
    true when the list that the row comes from does not hold the field, so that a blank says nothing.
``unreadable(table.column)``
    true for either of these.

Working days are looked up in the calendar table by joins, so the same SQL means the same on every engine.
"""

from __future__ import annotations

from sqlglot import exp, parse_one

from casecheck.durations import Duration
from casecheck.errors import RuleError
from casecheck.rules.expressions import DIALECT, PSEUDO_FUNCTIONS

_MARKS = {"garbled": ("_unreadable",), "not_held": ("_unknown",), "unreadable": ("_unreadable", "_unknown")}
"""Which marks of its row a cell is looked for in."""


def lower_marks(tree: exp.Expr, where: str) -> exp.Expr:
    """Replace ``garbled()`` and its like: done before columns are resolved, because they read some of their own."""
    for call in _calls(tree, *_MARKS):
        call.replace(_marked(call.expressions, str(call.this).lower(), where))
    return tree


def lower(tree: exp.Expr, where: str) -> exp.Expr:
    """Replace every date function in the tree. ``where`` names the rule in messages."""
    for counter, call in enumerate(_calls(tree, *PSEUDO_FUNCTIONS)):
        name, arguments = str(call.this).lower(), call.expressions
        if name == "age":
            call.replace(_age(*_two(arguments, "age(born, day)", where)))
        elif name in ("earliest", "latest"):
            call.replace(_outermost(arguments, name, where))
        elif name == "rounded":
            call.replace(_rounded(arguments, where))
        elif name == "working_days":
            first, last = _two(arguments, "working_days(first, last)", where)
            call.replace(_working_days(_select_of(call, where), first, last, counter))
        else:
            start, length = _two(arguments, "add(day, '10 working days')", where)
            call.replace(_add(_select_of(call, where), start, _duration(length, where), counter))
    return tree


def _calls(tree: exp.Expr, *names: str) -> list[exp.Anonymous]:
    """Calls of these functions, inner ones first."""
    return [node for node in tree.find_all(exp.Anonymous) if str(node.this).lower() in names][::-1]


def _two(arguments: list[exp.Expr], usage: str, where: str) -> tuple[exp.Expr, exp.Expr]:
    if len(arguments) != 2:
        raise RuleError(f"{where}: write {usage}")
    return arguments[0], arguments[1]


def _duration(length: exp.Expr, where: str) -> Duration:
    try:
        return Duration.parse(length.this if isinstance(length, exp.Literal) else length.sql(dialect=DIALECT))
    except ValueError as problem:
        raise RuleError(f"{where}: {problem}") from None


def _select_of(call: exp.Expr, where: str) -> exp.Select:
    join = call.find_ancestor(exp.Join)
    select = call.find_ancestor(exp.Select)
    if not isinstance(select, exp.Select) or (join is not None and join.find_ancestor(exp.Select) is select):
        raise RuleError(f"{where}: working days cannot be counted inside a join's condition; use a step before it")
    return select


def _add(select: exp.Select, start: exp.Expr, length: Duration, number: int) -> exp.Expr:
    if length.unit != "working day":
        unit = "DAY" if length.unit == "day" else "MONTH"
        step = exp.Interval(this=exp.Literal.string(str(length.number)), unit=exp.var(unit))
        return exp.cast(exp.Add(this=exp.paren(start.copy()), expression=step), "DATE")
    known = select.args.setdefault("deadlines", {})
    key = (start.sql(dialect=DIALECT), length)
    if key in known:
        return exp.column("due", table=known[key])
    alias = known[key] = f"due_{number}"
    deadlines = (
        exp.select("c.day AS day", "w.day AS due")
        .from_("calendar AS c")
        .join("workday AS w", on=f"w.wd = c.wd + {length.number}")
        .subquery(alias)
    )
    _left_join(select, deadlines, alias, start)
    return exp.column("due", table=alias)


def _working_days(select: exp.Select, first: exp.Expr, last: exp.Expr, number: int) -> exp.Expr:
    for side, day in (("from", first), ("to", last)):
        alias = f"{side}_{number}"
        _left_join(select, exp.to_table("calendar").as_(alias), alias, day)
    return exp.paren(exp.Sub(this=exp.column("wd", table=f"to_{number}"), expression=exp.column("wd", table=f"from_{number}")))


def _left_join(select: exp.Select, table: exp.Expr, alias: str, day: exp.Expr) -> None:
    on = exp.EQ(this=exp.column("day", table=alias), expression=day.copy())
    select.append("joins", exp.Join(this=table, side="LEFT", on=on))


def _age(born: exp.Expr, day: exp.Expr) -> exp.Expr:
    def as_number(value: exp.Expr) -> str:
        text = value.sql(dialect=DIALECT)
        return f"CAST(REPLACE(CAST({text} AS TEXT), '-', '') AS INT)"

    return parse_one(f"CAST(FLOOR(({as_number(day)} - {as_number(born)}) / 10000) AS INT)", read=DIALECT)


def _outermost(arguments: list[exp.Expr], name: str, where: str) -> exp.Expr:
    if len(arguments) < 2:
        raise RuleError(f"{where}: write {name}(a, b)")
    kind = exp.Least if name == "earliest" else exp.Greatest
    first, *others = (argument.copy() for argument in arguments)
    return kind(this=first, expressions=others, ignore_nulls=True)


def _rounded(arguments: list[exp.Expr], where: str) -> exp.Expr:
    """First to six decimals, so that 10.35 held as a binary fraction is 10.35 on every engine, then to one."""
    if len(arguments) != 1:
        raise RuleError(f"{where}: write rounded(number)")
    exact = exp.Cast(this=arguments[0].copy(), to=exp.DataType.build("DECIMAL(18, 6)"))
    return exp.Cast(this=exact, to=exp.DataType.build("DECIMAL(18, 1)"))


def _marked(arguments: list[exp.Expr], name: str, where: str) -> exp.Expr:
    column = arguments[0] if arguments else None
    if not isinstance(column, exp.Column) or not column.table:
        raise RuleError(f"{where}: write {name}(table.column)")
    sought = exp.Literal.string(f"%|{column.name}|%")
    marks = (exp.func("COALESCE", exp.column(mark, table=column.table), exp.Literal.string("")) for mark in _MARKS[name])
    return exp.paren(exp.or_(*(exp.Like(this=mark, expression=sought.copy()) for mark in marks)))
