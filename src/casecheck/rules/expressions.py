"""SQL that rule authors write: parsed, checked against an allow-list, never pasted.

Only read-only questions about model tables pass. The check is on the syntax tree; text is never searched for bad words.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from casecheck.errors import RuleError, nearest
from casecheck.sql_text import AS_OF

DIALECT = "duckdb"
PSEUDO_FUNCTIONS = ("add", "working_days", "age", "earliest", "latest", "rounded", "garbled", "not_held", "unreadable")

_STRUCTURE = (
    exp.Select, exp.SetOperation, exp.Subquery, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order,
    exp.Ordered, exp.With, exp.CTE, exp.TableAlias, exp.Table, exp.Column, exp.Identifier, exp.Alias, exp.Star,
    exp.Paren, exp.Tuple, exp.Distinct, exp.Exists, exp.Window, exp.WindowSpec, exp.Var, exp.Collate,
)  # fmt: skip
_VALUES = (exp.Literal, exp.Null, exp.Boolean, exp.DataType, exp.Cast)
_OPERATORS = (
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between, exp.Like,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Case, exp.If, exp.DPipe,
)  # fmt: skip
_FUNCTIONS = (
    exp.Coalesce, exp.Nullif, exp.Count, exp.Sum, exp.Min, exp.Max, exp.RowNumber, exp.Lag, exp.Lead, exp.Lower, exp.Upper,
    exp.Trim, exp.Length, exp.Substring, exp.Abs, exp.Floor, exp.DateDiff, exp.Replace,
)  # fmt: skip
INSTEAD: dict[type[exp.Expr], str] = {
    exp.Greatest: "write latest(a, b): it passes over blanks on every engine",
    exp.Least: "write earliest(a, b): it passes over blanks on every engine",
    exp.Concat: "write a || b, with coalesce() around what may be blank: engines differ in what they make of a blank",
    exp.Round: "write rounded(number), which keeps one decimal and means the same on every engine",
    exp.Interval: "write add(day, '3 months'): it keeps to the month's end on every engine",
    exp.Avg: "divide a sum by a count: some engines cut the average of whole numbers",
    exp.IntDiv: "write floor(a / b)",
    exp.Mod: "write a - b * floor(a / b): engines differ about negative numbers",
    exp.ILike: "write lower(a) like 'b%'",
    exp.Limit: "number the rows with row_number() and keep the first",
    exp.Fetch: "number the rows with row_number() and keep the first",
}
"""What other engines lack or understand differently, and what to write in its place."""
ALLOWED = (*_STRUCTURE, *_VALUES, *_OPERATORS, *_FUNCTIONS)


def parse(text: str, where: str) -> exp.Expr:
    """Parse a fragment or a query, and check that nothing but a question is in it."""
    try:
        found = sqlglot.parse(text, read=DIALECT)
    except SqlglotError as problem:
        first = str(problem).splitlines()[0]
        raise RuleError(f"{where}: this is not SQL that casecheck understands: {first}") from None
    if len(found) != 1 or found[0] is None:
        raise RuleError(f"{where}: one expression is expected here")
    check(found[0], where)
    return found[0]


def check(tree: exp.Expr, where: str) -> None:
    """Raise when the tree holds a node that is not on the allow-list."""
    for node in tree.walk():
        if isinstance(node, exp.Anonymous):
            name = str(node.this).lower()
            if name not in PSEUDO_FUNCTIONS:
                known = [*PSEUDO_FUNCTIONS, *(kind.__name__.lower() for kind in _FUNCTIONS)]
                raise RuleError(f"{where}: the function '{name}' is not allowed in rules", nearest(name, known))
        elif not isinstance(node, ALLOWED):
            raise RuleError(f"{where}: '{type(node).__name__}' is not allowed in rules", INSTEAD.get(type(node), ""))
        elif isinstance(node, exp.Table) and (node.db or node.catalog):
            raise RuleError(f"{where}: name a table of the model, without a schema")


def condition(text: str, subject: str, where: str) -> str:
    """A fragment as SQL in which every bare column belongs to the subject and ``as_of`` is the day of the run."""
    tree = parse(text, where)
    if isinstance(tree, exp.Query):
        raise RuleError(f"{where}: a condition or a value is expected, not a whole query")
    for column in [tree, *tree.find_all(exp.Column)]:
        if isinstance(column, exp.Column) and not column.table and not column.find_ancestor(exp.Query):
            column.set("table", exp.to_identifier(subject))
    return replace_as_of(tree).sql(dialect=DIALECT)


def replace_as_of(tree: exp.Expr) -> exp.Expr:
    """Put the run's day (filled in when the question is asked) where a rule says ``as_of``."""

    def swap(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name.lower() == "as_of":
            return exp.cast(exp.Literal.string(AS_OF), "DATE")
        return node

    return tree.transform(swap)


def columns_of(sql: Iterable[str], table: str) -> tuple[str, ...]:
    """The columns of one table that the fragments name, sorted."""
    found = set()
    for text in sql:
        for column in sqlglot.parse_one(text, read=DIALECT).find_all(exp.Column):
            if column.table == table and not column.name.startswith("_"):
                found.add(column.name)
    return tuple(sorted(found))
