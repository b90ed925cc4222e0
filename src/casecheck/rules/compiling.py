"""From a rule file to SQL: one question for each variant, with everything the engine must know about it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pydantic import ValidationError
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.schema import MappingSchema

from casecheck.errors import RuleError, nearest
from casecheck.model import Derived, Model, load_model
from casecheck.policy import Policy
from casecheck.rules import expressions, portable
from casecheck.rules.carrying import carry
from casecheck.rules.compiled import NOT_HELD, NOT_RECORDED, CompiledRule, CompiledVariant, CompiledView, RowCheck
from casecheck.rules.context import Context, Question
from casecheck.rules.expressions import DIALECT
from casecheck.rules.lowering import lower, lower_marks
from casecheck.rules.messages import compile_message, names_in
from casecheck.rules.parameters import Limit, resolve
from casecheck.rules.spec import RuleFile
from casecheck.rules.verbs import VERBS
from casecheck.sql_text import TODAY, literal

LABELS = ("noun", "label", "what")
_BORN = "child.date_of_birth"
_NEVER_DATED = "(child.date_of_birth IS NULL AND child.expected_date_of_birth IS NULL)"
"""Neither born nor expected: a filter on the birth date says nothing, and the record stays in sight."""
_EXPECTED = "expected_date_of_birth"
"""Asked of every child by ``_NEVER_DATED`` alone: of a child who is born, an expected date that cannot be read says nothing."""
UNTIL = "until_on"
"""The day on which the duty ended, where a question tells it: no day after that one is a day overdue."""
STANDARD = {"verdict": "text", "reason": "text", "due_on": "date", "event_on": "date", "observed": "text"}
POLICY_TABLES = {
    "calendar": {"day": "DATE", "wd": "INT"},
    "workday": {"wd": "INT", "day": "DATE"},
    "visit_interval": {
        "place": "INT",
        "plan_type": "TEXT",
        "risk": "TEXT",
        "placement": "TEXT",
        "legal_status": "TEXT",
        "every": "TEXT",
        "seen_by": "TEXT",
        "said": "TEXT",
    },
    "visit_due": {"place": "INT", "day": "DATE", "due": "DATE"},
}
_RESERVED = {"_row": "BIGINT", "_unreadable": "TEXT", "_unknown": "TEXT", "_conflict": "TEXT", "_source": "INT", "_record": "INT"}
_TYPES = {"date": "DATE", "datetime": "TIMESTAMP", "integer": "INTEGER", "decimal": "DOUBLE"}


def compile_rule(
    rule: RuleFile, policy: Policy, model: Model | None = None, overrides: Mapping[str, object] | None = None
) -> CompiledRule:
    """Compile every variant of a rule. Raises :class:`RuleError` naming the rule and what is wrong."""
    model = model or load_model()
    limits = resolve(rule, policy, overrides)
    variants = tuple(_variant(Context(rule, variant, model, policy, limits)) for variant in rule.subjects)
    return CompiledRule(
        id=rule.id, variants=variants, loosened=tuple(_loosened(limit) for limit in limits.values() if limit.loosened_from)
    )


def _part(words: Mapping[str, str]) -> str:
    """What tells the findings of this variant from those of the others: its ``part``, or everything that is no label."""
    return words.get("part") or " ".join(f"{key}={word}" for key, word in sorted(words.items()) if key not in LABELS)


def _loosened(limit: Limit) -> str:
    return f"{limit.name} is {limit}; the statutory limit is {limit.loosened_from}"


def _variant(context: Context) -> CompiledVariant:
    _check_names(context)
    question = _ask(context)
    tree = _built(context, question, ())
    needs, views = _columns_used(tree, context.model)
    guard = _guard(context, question, tree, needs) if question.guarded else ()
    guarded = _built(context, question, guard) if guard else tree
    final = lower(guarded, context.where)
    portable.check(final, context.where, _bound())
    optional = _optional(context.rule.needs.optional, needs, views, context.model)
    for view in views:
        needs |= {_split(name) for name in compile_view(view).needs}
    needs |= {(context.name, column) for column in _identity(context)}
    return CompiledVariant(
        subject=context.name,
        sql=final.sql(dialect=DIALECT),
        row_check=_row_check(context, question, guard),
        needs=tuple(sorted(f"{table}.{column}" for table, column in needs)),
        optional=tuple(sorted(optional)),
        history=tuple(sorted({*context.rule.needs.history, *question.history})),
        kinds=context.rule.needs.kinds,
        views=tuple(views),
        identity=_identity(context),
        part=_part(context.variant.words),
        checked=question.checked or tuple(column for table, column in sorted(needs) if table == context.name),
        expected=question.expected,
        repeats=question.repeats,
        apart=question.apart,
    )


def _built(context: Context, question: Question, guard: tuple[str, ...]) -> exp.Expr:
    """The whole question, every column bound, and nothing looked up or carried that no step asks for."""
    tree = _qualified(_assemble(context, question, guard), context.where)
    return pushdown_projections(carry(tree, context.name, context.rule.include))


def _guard(context: Context, question: Question, tree: exp.Expr, needs: set[tuple[str, str]]) -> tuple[str, ...]:
    """``table.column`` of the subject, and of the included views, whose unreadable cells make a record not assessable."""
    own = context.can_be_unreadable(column for table, column in needs if table == context.name)
    guard = [f"{context.name}.{column}" for column in own if column not in context.rule.needs.handled]
    for view in context.rule.include:
        read = {column.name for column in tree.find_all(exp.Column) if column.table == view}
        if _EXPECTED not in str(context.rule.model_dump(include={"check", "where", "subjects", "variants"})):
            read.discard(_EXPECTED)
        guard += [f"{view}.{column}" for column in sorted(read & {*context.model.derived[view].doubtful})]
    return tuple(guard)


def _check_names(context: Context) -> None:
    context.model.table(context.name)
    for field in _identity(context):
        kind = context.table.fields[field].type if field in context.table.fields else ""
        if kind == "text":
            raise RuleError(f"{context.where}: identity cannot hold free text ('{field}'): it would be printed")
        if not kind:
            raise RuleError(
                f"{context.where}: identity names no field of {context.name}: '{field}'", nearest(field, context.table.fields)
            )
    for view in context.rule.include:
        if view not in context.model.derived:
            raise RuleError(f"{context.where}: 'with' names no derived view: '{view}'", nearest(view, context.model.derived))


def _identity(context: Context) -> tuple[str, ...]:
    return tuple(context.fill(field) for field in context.variant.identity or context.rule.identity)


def _ask(context: Context) -> Question:
    name, settings = next(iter(context.rule.check.items()))
    if name not in VERBS:
        raise RuleError(f"{context.where}: no such check '{name}'", nearest(name, VERBS))
    verb = VERBS[name]
    try:
        checked = verb.settings.model_validate(settings)
    except ValidationError as problem:
        said = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in problem.errors(include_input=False)
        )
        raise RuleError(f"{context.where}: check.{name}: {said}") from None
    return verb.question(checked, context)


def _scope(context: Context) -> str:
    conditions = [context.rule.where, context.variant.where]
    judged_by = context.rule.effective.by
    if judged_by:
        start, end = context.rule.effective.start, context.rule.effective.to
        conditions += [f"({judged_by}) is null or ({judged_by}) >= date '{start}'"] if start else []
        conditions += [f"({judged_by}) is null or ({judged_by}) <= date '{end}'"] if end else []
    written = [f"({context.sql(text)})" for text in conditions if text]
    return " AND ".join(written)


def _unknown_scope(context: Context, scope: str) -> str:
    """Rows whose filter cannot be read stay in sight: they are not assessable, never silently out of scope."""
    doubts = [context.cannot_read(context.name, context.can_be_unreadable(expressions.columns_of([scope], context.name)))]
    for view in context.rule.include:
        read = {*expressions.columns_of([scope], view)} & {*context.model.derived[view].doubtful}
        doubts.append(context.cannot_read(view, tuple(sorted(read))))
    if _BORN in scope:
        doubts.append(_NEVER_DATED)
    known = [doubt for doubt in doubts if doubt != "FALSE"]
    return f"({scope}) OR (({' OR '.join(known)}) AND {_not_known(scope)})" if known else scope


def _not_known(condition: str) -> str:
    """A condition: neither true nor false can be said of another. Not every engine lets IS NULL be asked of a condition."""
    return f"CASE WHEN {condition} THEN 0 WHEN NOT ({condition}) THEN 0 ELSE 1 END = 1"


def _assemble(context: Context, question: Question, guard: tuple[str, ...]) -> str:
    scope = _scope(context)
    where = f" WHERE {_unknown_scope(context, scope)}" if scope else ""
    doubt = _doubt(guard, context.rule.needs.optional, scope if _BORN in scope else "")
    marked = f", {doubt} AS _doubt" if doubt else ""
    steps = {"subject": f"SELECT {context.name}.*{marked} FROM {context.name} {context.joins}{where}", **question.steps}
    own = _fields_in_message(context, question)
    told = _unrecorded(context, question.columns)
    columns = {**dict.fromkeys(STANDARD, "NULL"), **_guarded(told, f"{context.name}._doubt" if doubt else ""), **own}
    kinds = {**STANDARD, **dict.fromkeys(question.columns, "text"), **question.kinds, "days_overdue": "number"}
    kinds |= {name: context.table.fields[name].type for name in own}
    answers = ", ".join(f"{_typed(name, text)} AS {name}" for name, text in columns.items())
    steps["answers"] = f"SELECT {context.name}._row AS _row, {answers} FROM {question.source}"
    over = (
        f"CASE WHEN {UNTIL} > due_on AND {UNTIL} < {TODAY} THEN {UNTIL} ELSE {TODAY} END" if UNTIL in question.columns else TODAY
    )
    late = f"DATE_DIFF('day', due_on, COALESCE(event_on, {over}))"
    late = f"CASE WHEN verdict = 'fail' AND due_on IS NOT NULL THEN {late} END"
    steps["scored"] = f"SELECT {', '.join(['_row', *columns])}, {late} AS days_overdue FROM answers"
    message = compile_message(_with_limits(context), kinds, context.where)
    written = ", ".join(f"{step} AS ({text})" for step, text in steps.items())
    return (
        f"WITH {written} SELECT _row, verdict, reason, due_on, event_on, days_overdue, observed, "
        f"CASE WHEN verdict = 'fail' THEN {message} END AS message FROM scored"
    )


def _unrecorded(context: Context, columns: Mapping[str, str]) -> dict[str, str]:
    """The columns of a question, with the reason of what fails for want of a record."""
    if not context.rule.unrecorded:
        return dict(columns)
    silent = f"{columns['verdict']} = 'fail' AND ({context.sql(context.rule.unrecorded)})"
    return {**columns, "reason": f"CASE WHEN {silent} THEN {literal(NOT_RECORDED)} ELSE {columns.get('reason', 'NULL')} END"}


def _fields_in_message(context: Context, question: Question) -> dict[str, str]:
    """Fields of the subject that the message names; free text is never printed."""
    fields = context.table.fields
    named = [name for name in names_in(context.rule.message) if name in fields and name not in question.columns]
    return {name: f"{context.name}.{name}" for name in named if fields[name].type not in ("text", "text_list")}


def _with_limits(context: Context) -> str:
    text = context.rule.message
    for name in context.limits:
        text = text.replace("{" + name + "}", str(context.limits[name]))
    for name, word in context.variant.words.items():
        text = text.replace("{" + name + "}", word.replace("_", " "))
    return text


def _typed(name: str, text: str) -> str:
    kinds = {"due_on": "DATE", "event_on": "DATE", "reason": "TEXT", "observed": "TEXT"}
    return f"CAST({text} AS {kinds[name]})" if name in kinds else text


def _guarded(columns: Mapping[str, str], doubt: str) -> dict[str, str]:
    """The verdict and reason, overruled where a cell that is needed cannot be read."""
    if not doubt:
        return dict(columns)
    verdict = f"CASE WHEN {doubt} IS NOT NULL THEN 'not_assessable' ELSE {columns['verdict']} END"
    return {**columns, "verdict": verdict, "reason": f"COALESCE({doubt}, {columns.get('reason', 'NULL')})"}


def _doubt(guard: tuple[str, ...], optional: tuple[str, ...], born_scope: str = "") -> str:
    """Why a record cannot be assessed. A column that the rule can do without may be not held, but not unreadable."""
    cases = []
    for column in guard:
        table, name = _split(column)
        if view := load_model().derived.get(table):
            name = view.said.get(name, name)
        if column in optional:
            cases.append(f"WHEN garbled({column}) THEN '{name} cannot be read'")
        else:
            cases.append(f"WHEN not_held({column}) THEN '{name}{NOT_HELD}' WHEN garbled({column}) THEN '{name} cannot be read'")
    if born_scope:
        cases.append(f"WHEN {_NEVER_DATED} AND {_not_known(born_scope)} THEN 'date_of_birth is missing'")
    return f"CASE {' '.join(cases)} END" if cases else ""


def _row_check(context: Context, question: Question, guard: tuple[str, ...]) -> RowCheck | None:
    doubt = _doubt(guard, context.rule.needs.optional)
    verdict = _guarded(question.columns, f"({doubt})" if doubt else "")["verdict"]
    scope = _scope(context)
    scope = _unknown_scope(context, scope) if scope else "TRUE"
    alone = question.source == f"subject AS {context.name}" and not context.rule.include
    if not alone or any(name in f"{verdict} {scope}" for name in ("add(", "working_days(", "SELECT ")):
        return None
    written = (
        lower(lower_marks(parse_one(text, read=DIALECT), context.where), context.where).sql(dialect=DIALECT)
        for text in (scope, verdict)
    )
    return RowCheck(scope=next(written), verdict=next(written))


def _qualified(text: str, where: str) -> exp.Expr:
    try:
        tree = parse_one(text, read=DIALECT)
        expressions.check(tree, where)
        tree = lower_marks(tree, where)
        return qualify(tree, schema=_bound(), dialect=DIALECT, quote_identifiers=False)
    except SqlglotError as problem:
        first = str(problem).splitlines()[0]
        raise RuleError(f"{where}: {first}", "casecheck schema model lists the tables and their fields") from None


@cache
def schema() -> dict[str, object]:
    """Every table, derived view and table of the policy, with the SQL type of each column."""
    model = load_model()
    tables = {
        name: {**{field: _TYPES.get(spec.type, "TEXT") for field, spec in table.fields.items()}, **_RESERVED}
        for name, table in model.every.items()
    }
    views = {
        name: {column: _TYPES.get(kind, "TEXT") for column, kind in view.columns.items()} for name, view in model.derived.items()
    }
    return {**tables, **views, **POLICY_TABLES}


@cache
def _bound() -> MappingSchema:
    """The same, as the optimiser looks names up: made once, for making it takes as long as binding a small rule."""
    return MappingSchema(schema(), dialect=DIALECT)


def _columns_used(tree: exp.Expr, model: Model) -> tuple[set[tuple[str, str]], list[str]]:
    """Model columns that the tree reads, and the derived views it stands on (inner ones first)."""
    needs: set[tuple[str, str]] = set()
    views: list[str] = []
    for scope in traverse_scope(tree):
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if not isinstance(source, exp.Table):
                continue
            if source.name in model.every and not column.name.startswith("_"):
                needs.add((source.name, column.name))
        for source in scope.sources.values():
            if isinstance(source, exp.Table) and source.name in model.derived and source.name not in views:
                views = [*compile_view(source.name).views, source.name, *views]
    return needs, list(dict.fromkeys(views))


def _optional(own: tuple[str, ...], direct: set[tuple[str, str]], views: list[str], model: Model) -> set[str]:
    """What the author can do without, and what the views can, unless the rule reads it itself."""
    asked = {f"{table}.{column}" for table, column in direct}
    return set(own) | {name for view in views for name in model.derived[view].optional if name not in asked}


def _split(name: str) -> tuple[str, str]:
    table, _, column = name.partition(".")
    return table, column


@cache
def compile_view(name: str) -> CompiledView:
    """A derived view of the model, checked and lowered like a rule's own SQL."""
    model = load_model()
    view: Derived = model.derived[name]
    where = f"derived view {name}"
    text = expressions.replace_as_of(expressions.parse(view.sql, where)).sql(dialect=DIALECT)
    tree = pushdown_projections(_qualified(text, where))
    needs, inner = _columns_used(tree, model)
    optional = _optional(view.optional, needs, inner, model)
    for other in inner:
        needs |= {_split(column) for column in compile_view(other).needs}
    final = lower(tree, where)
    portable.check(final, where, _bound())
    return CompiledView(
        name=name,
        sql=final.sql(dialect=DIALECT),
        needs=tuple(sorted(f"{table}.{column}" for table, column in needs)),
        optional=tuple(sorted(optional)),
        views=tuple(inner),
    )
