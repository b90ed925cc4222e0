"""What the included views say of a subject is looked up once, in the step ``subject``; later steps carry it from there."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

SUBJECT = "subject"


def carry(tree: exp.Expr, name: str, views: Collection[str]) -> exp.Expr:
    """Take away each later join of an included view that the step ``subject``, read under the alias ``name``, makes already."""
    if not views:
        return tree
    subject = subject_of(tree)
    made = {join.sql() for join in subject.args["joins"] if join.alias_or_name in views}
    carried: dict[str, exp.Expr] = {}
    for scope in traverse_scope(tree):
        if _reads_subject(scope.expression, name):
            again = [join for join in scope.expression.args.get("joins", ()) if join.sql() in made and _same(join, scope, name)]
            dropped = {join.pop().alias_or_name for join in again}
            carried |= _carried(scope, name, dropped)
    for column in carried.values():
        subject.select(column, copy=False)
    return tree


def subject_of(tree: exp.Expr) -> exp.Select:
    """The step of a compiled question that says which records are in scope."""
    step: exp.Select = next(step.this for step in tree.find_all(exp.CTE) if step.alias == SUBJECT)
    return step


def _same(join: exp.Expr, scope: Scope, name: str) -> bool:
    """Whether a join is of the view itself, not of a step of the same name, and hangs on the subject alone."""
    view = join.alias_or_name
    named = {column.table for column in join.args["on"].find_all(exp.Column)}
    return isinstance(scope.sources.get(view), exp.Table) and named <= {view, name}


def _reads_subject(select: exp.Expr, name: str) -> bool:
    source = select.args.get("from_")
    return source is not None and source.this.name == SUBJECT and source.alias_or_name == name


def _carried(scope: Scope, name: str, views: Collection[str]) -> dict[str, exp.Expr]:
    """Name each column of these views as the subject carries it. Returns what the subject then has to say."""
    said: dict[str, exp.Expr] = {}
    for column in scope.columns:
        if column.table in views:
            label = f"{column.table}__{column.name}"
            said[label] = column.copy().as_(label)
            column.replace(exp.column(label, table=name))
    return said
