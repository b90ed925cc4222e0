"""SQL Server, Snowflake and BigQuery: what ``sqlglot`` leaves of DuckDB's SQL when it writes theirs is put right here.

No engine of casecheck speaks to these servers. Their SQL is written out for people to run (``casecheck compile``), and no such
server has run it yet. Every function here is given a node whose parts are written already, with its type where that is known.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

Transform = Callable[[exp.Expr], exp.Expr]

TEXT_WIDTH = 4_000
"""The widest text of SQL Server that is not kept apart from its row."""
ONE_BY_ONE = "Latin1_General_100_BIN2"
"""SQL Server's collation in which text stands in the order of its bytes."""
_WHOLE = exp.DataType.INTEGER_TYPES
_TEXT = exp.DataType.TEXT_TYPES


def rewritten(tree: exp.Expr, transform: Transform) -> exp.Expr:
    """A tree with every node changed, inner ones first, so that what a node is changed into holds changed parts."""
    for node in reversed(list(tree.walk(bfs=True))):
        changed = transform(node)
        if changed is node:
            continue
        if node is tree:
            tree = changed
        elif node.parent is not None:
            node.replace(changed)
    return tree


def days_added(node: exp.Expr) -> exp.Expr:
    """``day + 5`` and ``day + INTERVAL '3' MONTH`` as one function, which every warehouse has."""
    if not isinstance(node, (exp.Add, exp.Sub)):
        return node
    if isinstance(node.right, exp.Interval):
        return _date_add(node.left, exp.Literal.number(node.right.this.name), str(node.right.args["unit"]))
    if node.left.is_type(exp.DataType.Type.DATE) and node.right.is_type(*_WHOLE):
        days = node.right if isinstance(node, exp.Add) else exp.Neg(this=exp.paren(node.right, copy=False))
        return _date_add(node.left, days, "DAY")
    return node


def _date_add(day: exp.Expr, number: exp.Expr, unit: str) -> exp.Expr:
    added = exp.DateAdd(this=day.unnest(), expression=number, unit=exp.var(unit))
    added.type = exp.DataType.build("DATE")
    return added


def outermost(node: exp.Expr) -> exp.Expr:
    """The least or greatest of several, passing over blanks, where the server has no such function or lets a blank win."""
    if not isinstance(node, (exp.Least, exp.Greatest)):
        return node
    comparison = exp.LTE if isinstance(node, exp.Least) else exp.GTE
    found: exp.Expr = node.this
    for other in node.expressions:
        first = exp.If(this=comparison(this=found.copy(), expression=other.copy()), true=found.copy())
        found = exp.Case(ifs=[first], default=exp.Coalesce(this=other.copy(), expressions=[found.copy()]))
        found.type = node.type
    return found


def date_to_text(node: exp.Expr, written: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """A date cast to text, in a way that no setting of the session changes: 2026-03-31."""
    if isinstance(node, exp.Cast) and node.is_type(*_TEXT) and node.this.is_type(exp.DataType.Type.DATE):
        text = written(node.this)
        text.type = exp.DataType.build("TEXT")
        return text
    return node


def bare(text: exp.Collate) -> exp.Expr:
    """Text without the collation beside it."""
    inner: exp.Expr = text.this
    return inner


def to_char(day: exp.Expr) -> exp.Expr:
    """As PostgreSQL and Snowflake write a date out."""
    return exp.Anonymous(this="TO_CHAR", expressions=[day, exp.Literal.string("YYYY-MM-DD")])


def nulls_told(node: exp.Expr) -> exp.Expr:
    """An order in which blanks stand where DuckDB has them: as a key of its own, where they would be lowest by themselves."""
    if not isinstance(node, exp.Order):
        return node
    keys = []
    for key in node.expressions:
        first, by_itself = bool(key.args.get("nulls_first")), not key.args.get("desc")
        if first != by_itself:
            blank = exp.Is(this=key.this.copy(), expression=exp.null())
            case = exp.Case(ifs=[exp.If(this=blank, true=_number(0 if first else 1))], default=_number(1 if first else 0))
            keys.append(exp.Ordered(this=case, nulls_first=True))
            key.set("nulls_first", by_itself)
        keys.append(key)
    node.set("expressions", keys)
    return node


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value)


def _tsql(node: exp.Expr) -> exp.Expr:
    node = nulls_told(date_to_text(days_added(outermost(node)), _char_10))
    if isinstance(node, exp.DataType) and node.this in _TEXT and not node.expressions:
        return exp.DataType.build(f"NVARCHAR({TEXT_WIDTH})", dialect="tsql")
    if isinstance(node, exp.Length):  # LEN passes over spaces at the end
        shown = exp.DPipe(this=node.this, expression=exp.Literal.string("|"))
        return exp.paren(exp.Sub(this=exp.Length(this=shown), expression=_number(1)))
    if isinstance(node, exp.Substring) and not node.args.get("length"):
        return exp.Substring(this=node.this, start=node.args["start"], length=_number(TEXT_WIDTH))
    if isinstance(node, exp.Trim) and not node.expression:  # TRIM came with 2017
        return exp.Anonymous(this="LTRIM", expressions=[exp.Anonymous(this="RTRIM", expressions=[node.this])])
    if isinstance(node, exp.Collate):
        return exp.Collate(this=node.this, expression=exp.var(ONE_BY_ONE))
    if isinstance(node, exp.Literal) and node.is_string and not node.name.isascii():
        return exp.National(this=node.name)
    return node


def _char_10(day: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="CONVERT", expressions=[exp.var("CHAR(10)"), day, _number(23)])


def _snowflake(node: exp.Expr) -> exp.Expr:
    node = date_to_text(days_added(node), to_char)
    if isinstance(node, exp.Collate):  # bytes, unless a column was given another collation
        return bare(node)
    if isinstance(node, exp.Identifier):  # names without quotes are kept in capitals there
        node.set("this", node.this.upper())
    return node


def _bigquery(node: exp.Expr) -> exp.Expr:
    node = nulls_told(days_added(outermost(node)))
    if isinstance(node, exp.Collate):
        return bare(node)
    if isinstance(node, exp.Cast) and node.is_type(exp.DataType.Type.DECIMAL) and len(node.to.expressions) == 2:
        rounded = exp.Round(this=exp.Cast(this=node.this, to=exp.DataType.build("DECIMAL")), decimals=node.to.expressions[1].this)
        rounded.type = exp.DataType.build("DECIMAL")  # a cast takes no places there
        return rounded
    if isinstance(node, exp.Cast) and node.is_type(*_TEXT) and node.this.is_type(exp.DataType.Type.DECIMAL):
        return exp.Anonymous(this="FORMAT", expressions=[exp.Literal.string("%.1f"), node.this])  # a cast would drop .0
    return node


WAREHOUSES: dict[str, Transform] = {"tsql": _tsql, "snowflake": _snowflake, "bigquery": _bigquery}
"""The dialects that are only written."""
