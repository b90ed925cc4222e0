"""The part of SQL that means the same on every engine, and the check that a rule keeps to it.

The functions that rules may use stand in ``expressions``. Here the finished syntax tree of a rule is looked at, with the type
of every part known, for what engines understand differently although all of them accept it:

* a condition as a value (T-SQL has none), or asked whether it is null;
* a number, date or moment that becomes text by itself, or is compared with text;
* rows numbered in an order that leaves ties, and so in whatever order an engine meets them;
* text put in order, which depends on the collation;
* division by what may be nought; differences of dates in anything but days; patterns that are read in several ways.

Ties. ``ROW_NUMBER``, ``LAG``, ``LEAD`` and a frame of ``ROWS`` depend on the order of rows that tie, and so do ``MIN`` and
``MAX`` with such a frame: the first of two rows that tie does not see the second. So their order must end in a row's number, or
rows that tie must be alike in everything that the step selects, and then no engine can tell them apart. An aggregate without
``ROWS`` takes rows that tie together, and is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.schema import MappingSchema

from casecheck.errors import RuleError
from casecheck.rules.expressions import DIALECT

BY_BYTES = "C"
"""The collation in which text is put in order byte by byte."""

_CONDITIONS = (exp.Predicate, exp.Connector, exp.Not, exp.Boolean)
_ORDERED = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
_COMPARED = (*_ORDERED, exp.EQ, exp.NEQ, exp.In)
_KINDS = {
    "text": exp.DataType.TEXT_TYPES,
    "whole number": exp.DataType.INTEGER_TYPES,
    "number": {exp.DataType.Type.DECIMAL, exp.DataType.Type.BIGDECIMAL},
    "unrounded number": exp.DataType.FLOAT_TYPES,
    "date": {exp.DataType.Type.DATE},
    "moment": exp.DataType.TEMPORAL_TYPES - {exp.DataType.Type.DATE},
}
_NUMBERS = ("whole number", "number", "unrounded number")
_AS_TEXT = ("text", "whole number", "number", "date", "")
_ODD_IN_PATTERNS = "\\["

Found = Iterator[tuple[str, str]]
"""What is wrong, and what to write in its place."""


def check(tree: exp.Expr, where: str, schema: MappingSchema) -> None:
    """Raise :class:`RuleError` when the tree, lowered and qualified, holds something that is not the same everywhere."""
    typed = annotate_types(tree.copy(), schema=schema, dialect=DIALECT)
    for look in _LOOKS:
        for wrong, instead in look(typed):
            raise RuleError(f"{where}: not the same on every engine: {wrong}", instead)


def kind_of(node: exp.Expr) -> str:
    """Text, date, moment or what sort of number; an empty string when that is not known."""
    found = node.type.this if node.type else None
    return next((kind for kind, types in _KINDS.items() if found in types), "")


def _conditions(tree: exp.Expr) -> Found:
    for node in tree.find_all(*_CONDITIONS):
        if not _stands_as_condition(node):
            yield (
                f"the condition {_said(node)} stands where a value is expected",
                "write case when ... then 1 else 0 end; for coalesce(condition, true) write (a is null or condition)",
            )


def _stands_as_condition(node: exp.Expr) -> bool:
    above = node.parent
    if isinstance(above, (exp.Where, exp.Having, exp.And, exp.Or, exp.Not)):
        return True
    if isinstance(above, exp.Join):
        return node.arg_key == "on"
    if isinstance(above, exp.If):
        return node.arg_key == "this" and not (isinstance(above.parent, exp.Case) and above.parent.this)
    return isinstance(above, exp.Paren) and _stands_as_condition(above)


def _texts(tree: exp.Expr) -> Found:
    for node in tree.find_all(exp.DPipe):
        for part in (node.left, node.right):
            if kind_of(part) not in ("text", ""):
                yield f"a {kind_of(part)} becomes text by itself in {_said(node)}", "write cast(... as text)"
    for cast in tree.find_all(exp.Cast):
        if cast.is_type(*exp.DataType.TEXT_TYPES) and kind_of(cast.this) not in _AS_TEXT:
            instead = "write rounded(...) first" if kind_of(cast.this) in _NUMBERS else "write cast(... as date) first"
            yield f"a {kind_of(cast.this)} is written as text in {_said(cast)}", instead


def _mixtures(tree: exp.Expr) -> Found:
    for node in tree.find_all(*_COMPARED, exp.Coalesce, exp.Case):
        kinds = {"number" if kind in _NUMBERS else kind for kind in map(kind_of, _alike(node)) if kind}
        if len(kinds) > 1:
            yield f"{' and '.join(sorted(kinds))} meet in {_said(node)}", "cast one of them to the type of the other"


def _alike(node: exp.Expr) -> list[exp.Expr]:
    """The parts of a node that must be of one type."""
    if isinstance(node, exp.Case):
        answers = [branch.args["true"] for branch in node.args["ifs"]]
        return [*answers, node.args["default"]] if node.args.get("default") else answers
    if isinstance(node, exp.Between):
        return [node.this, node.args["low"], node.args["high"]]
    if isinstance(node, (exp.In, exp.Coalesce)):
        return [node.this, *node.expressions]
    return [node.left, node.right] if isinstance(node, exp.Binary) else []


def _windows(tree: exp.Expr) -> Found:
    for window in tree.find_all(exp.Window):
        frame = window.args.get("spec")
        numbered = isinstance(window.this, (exp.RowNumber, exp.Lag, exp.Lead))
        if not numbered and not (frame and str(frame.args.get("kind")).upper() == "ROWS"):
            continue
        order = window.args.get("order")
        keys = [key.this for key in order.expressions] if order else []
        if not keys or not (_names_a_row(keys[-1]) or _ties_are_alike(window, keys)):
            yield f"{_said(window)} leaves ties in its order", "let the order end in _row"


def _names_a_row(key: exp.Expr) -> bool:
    return isinstance(key, exp.Column) and (key.name == "_row" or key.name.endswith("_row"))


def _ties_are_alike(window: exp.Window, keys: list[exp.Expr]) -> bool:
    """Whether two rows that tie are the same in all that the step selects, and so stand for each other."""
    select = window.find_ancestor(exp.Select)
    assert isinstance(select, exp.Select)
    within = [*window.args.get("partition_by", ()), *keys]
    in_keys = {id(column) for key in within for column in key.find_all(exp.Column)}
    taken = {column for value in select.expressions for column in value.find_all(exp.Column) if id(column) not in in_keys}
    return taken <= {_bare(key) for key in within}


def _bare(key: exp.Expr) -> exp.Expr:
    return key.this if isinstance(key, exp.Collate) else key


def _order_of_texts(tree: exp.Expr) -> Found:
    for node in tree.find_all(exp.Ordered, exp.Min, exp.Max, *_ORDERED):
        if kind_of(_bare(node.this)) == "text" and not isinstance(node.this, exp.Collate):
            yield f"the order of text in {_said(node)} depends on the collation", f'write collate "{BY_BYTES}" after the text'

    for named in tree.find_all(exp.Collate):
        if named.expression.name.upper() != BY_BYTES:
            yield f"the collation of {_said(named)} is not everywhere", f'write collate "{BY_BYTES}"'


def _arithmetic(tree: exp.Expr) -> Found:
    for division in tree.find_all(exp.Div):
        divisor = division.right.unnest()
        if not isinstance(divisor, exp.Nullif) and not (isinstance(divisor, exp.Literal) and divisor.name.strip("0.")):
            yield f"{_said(division)} may divide by nought", "write a / nullif(b, 0)"
    for apart in tree.find_all(exp.DateDiff):
        if str(apart.args.get("unit") or "DAY").upper().strip("'") != "DAY":
            yield f"{_said(apart)} is not in days", "write date_diff('day', first, last), or compare with add(...)"
    for moved in tree.find_all(exp.Add, exp.Sub):
        left, right = kind_of(moved.left), kind_of(moved.right)
        lengthened = isinstance(moved.right, exp.Interval)  # as add() is lowered
        if {left, right} & {"date", "moment"} and not (left == "date" and (right == "whole number" or lengthened)):
            yield f"{_said(moved)} is not a date and whole days", "write day + 5, add(day, '3 months'), or date_diff('day', a, b)"


def _patterns(tree: exp.Expr) -> Found:
    for node in tree.find_all(exp.Like):
        pattern = node.expression
        if not isinstance(pattern, exp.Literal) or any(sign in pattern.name for sign in _ODD_IN_PATTERNS):
            yield f"the pattern of {_said(node)} is read in several ways", "write it out, without a backslash or square bracket"


def _steps(tree: exp.Expr) -> Found:
    names: set[str] = set()
    for step in tree.find_all(exp.CTE):
        if step.alias.lower() in names:
            yield f"two steps are called '{step.alias}'", "give one of them another name"
        names.add(step.alias.lower())


_LOOKS: tuple[Callable[[exp.Expr], Found], ...] = (
    _conditions, _texts, _mixtures, _windows, _order_of_texts, _arithmetic, _patterns, _steps,
)  # fmt: skip


def _said(node: exp.Expr) -> str:
    text = node.sql(dialect=DIALECT)
    return text if len(text) <= 100 else f"{text[:97]}..."
