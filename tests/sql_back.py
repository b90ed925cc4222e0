"""SQL of other dialects, read back into DuckDB's so that it can be run here. No proof that such a server would run it."""

from __future__ import annotations

from sqlglot import exp, parse
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from casecheck.rules.compiling import schema
from casecheck.sql_text import AS_OF

TEXT = exp.DataType.TEXT_TYPES


def statements(text: str, dialect: str) -> list[exp.Expr]:
    """Every statement of a script, as it stands."""
    return [tree for tree in parse(text, read=dialect) if tree is not None]


def read_back(text: str, dialect: str) -> list[str]:
    """The statements of a script in DuckDB's dialect, with casecheck's mark for the day of the run."""
    trees = [tree for tree in statements(text, dialect) if not isinstance(tree, exp.Declare | exp.Set)]
    return [_changed(tree, dialect).sql(dialect="duckdb") for tree in trees]


def _changed(tree: exp.Expr, dialect: str) -> exp.Expr:
    def put(node: exp.Expr) -> exp.Expr:
        is_day = isinstance(node, exp.Parameter) or (isinstance(node, exp.Column) and node.name == "as_of" and not node.table)
        if is_day:
            return exp.cast(exp.Literal.string(AS_OF), "DATE")
        if isinstance(node, exp.Collate):
            return node.this
        if isinstance(node, exp.DataType) and node.is_type("float") and dialect == "tsql":  # of 53 bits there
            return exp.DataType.build("DOUBLE")
        if isinstance(node, exp.Format):
            return exp.Anonymous(this="PRINTF", expressions=[node.this, exp.cast(node.expressions[0], "DOUBLE")])
        if isinstance(node, exp.Identifier):
            node.set("this", node.this.lower())
        return node

    tree = tree.transform(put)
    for added in list(tree.find_all(exp.DateAdd)):  # a day there, a moment in DuckDB
        added.replace(exp.cast(added.copy(), "DATE"))
    return _joined_texts(tree) if dialect == "tsql" else tree


def _joined_texts(tree: exp.Expr) -> exp.Expr:
    """T-SQL's + between texts, which DuckDB writes ||."""
    query = tree.expression if isinstance(tree, exp.Insert) else tree
    if not isinstance(query, exp.Query):
        return tree
    types = MappingSchema({**schema(), "closed_day": {"day": "DATE"}, "calendar_step": {"n": "INT"}}, dialect="duckdb")
    typed = annotate_types(
        qualify(query, schema=types, dialect="tsql", validate_qualify_columns=False), schema=types, dialect="tsql"
    )
    for joined in reversed(list(typed.find_all(exp.Add))):
        if _is_text(joined.left) or _is_text(joined.right):
            joined.replace(exp.DPipe(this=joined.left.copy(), expression=joined.right.copy(), safe=False))
    if isinstance(tree, exp.Insert):
        tree.set("expression", typed)
        return tree
    return typed


def _is_text(node: exp.Expr) -> bool:
    if isinstance(node, exp.Add | exp.DPipe):
        return _is_text(node.left) or _is_text(node.right)
    return bool(node.is_type(*TEXT)) or isinstance(node, exp.Convert | exp.TimeToStr)
