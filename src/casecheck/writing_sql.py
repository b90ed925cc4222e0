"""Rules written out as SQL, for servers that casecheck does not speak to: one read-only query a rule, and what it stands on.

Each file is a list of statements. Only ``calendar.sql`` and ``views.sql`` make tables; the queries of the rules change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlglot import exp, parse_one
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from casecheck import writing_words as words
from casecheck.engines.calendar import CalendarParts, calendar_parts
from casecheck.engines.model_tables import columns_of
from casecheck.engines.translating import OWN, write
from casecheck.model import Table, load_model
from casecheck.policy import Policy
from casecheck.rules.compiled import CompiledVariant, CompiledView, compile_rules
from casecheck.rules.compiling import POLICY_TABLES, schema
from casecheck.rules.loading import RuleSet
from casecheck.rules.spec import RuleFile
from casecheck.sql_text import AS_OF

_STEPS = {"closed_day": {"day": "DATE"}, "calendar_step": {"n": "INT"}}
ANSWERS = ("verdict", "reason", "due_on", "event_on", "days_overdue", "observed", "message")
"""What a query says of each record."""
_VERDICTS = ("fail", "not_assessable", "not_due", "pass")
_DERIVED = {"integer": "BIGINT", "date": "DATE"}
_DEFAULTS = {"_source": "1", "_record": "0"}
_PARAMETERS = {
    "tsql": "DECLARE @as_of DATE = '{day}';",
    "snowflake": "SET AS_OF = TO_DATE('{day}');",
    "bigquery": "DECLARE as_of DATE DEFAULT DATE '{day}';",
}
"""How the day of the run is said once, where a script can do so."""


def write_sql(rules: RuleSet, policy: Policy, dialect: str, as_of: date) -> dict[str, str]:
    """The text of every file by its name, in the order in which they are to be run; the last is the one to read first."""
    writer, compiled = Writer(dialect, as_of), compile_rules(rules, policy)
    asked = {rule.id: found for rule in compiled.rules.values() if (found := of_records(rule.variants))}
    variants = [variant for found in asked.values() for variant in found]
    stood_on = [name for variant in variants for view in variant.views for name in (*compiled.views[view].views, view)]
    views = [compiled.views[name] for name in dict.fromkeys(stood_on)]
    parts = calendar_parts(as_of, policy)
    made = [*parts.tables, *parts.queries, *(view.name for view in views)]
    queries = {f"rules/{rule.id}.sql": writer.rule(rule, asked[rule.id]) for rule in rules.rules() if rule.id in asked}
    return {
        "tables.sql": words.TABLES + "\n".join(writer.table(table) for table in _tables(variants)),
        "calendar.sql": "\n".join((words.CALENDAR, *writer.calendar(parts))),
        "views.sql": "\n".join((words.VIEWS, writer.day(), *(writer.view(view) for view in views))),
        **queries,
        "clean_up.sql": words.CLEAN_UP + "".join(f"DROP TABLE {writer.name(name)};\n" for name in reversed(made)),
        "README.txt": words.readme(dialect, as_of, len(queries), sorted(set(compiled.rules) - set(asked))),
    }


def of_records(variants: Sequence[CompiledVariant]) -> list[CompiledVariant]:
    """The questions that stand on tables of the source alone. What casecheck itself works out in a run is nowhere else."""
    return [variant for variant in variants if not variant.tables & set(load_model().made)]


def _tables(variants: Sequence[CompiledVariant]) -> list[Table]:
    """The tables of the model that the rules read, by themselves or through views."""
    needed = {table for variant in variants for table in variant.tables}
    return [table for name, table in sorted(load_model().tables.items()) if name in needed]


@cache
def _schema() -> MappingSchema:
    """Every table that a query may name."""
    return MappingSchema({**schema(), **_STEPS}, dialect=OWN)


@dataclass(frozen=True)
class Writer:
    """Statements in one dialect, for one day."""

    dialect: str
    as_of: date

    def day(self) -> str:
        """The statement that says the day of the run; nothing where it is filled in instead."""
        return _PARAMETERS.get(self.dialect, "").format(day=self.as_of.isoformat()) + "\n"

    def name(self, name: str) -> str:
        """A name as it is quoted."""
        return write(exp.to_identifier(name, quoted=True), self.dialect)

    def table(self, table: Table) -> str:
        """A statement that makes a table of the model, with what may stand in each column beside it."""
        lines = []
        for name, kind in columns_of(table).items():
            field = table.fields.get(name)
            note = words.field_note(field) if field else words.PROVENANCE[name]
            filled = "NOT NULL" if name == "_row" else self._default(name)
            lines.append((f"{self.name(name)} {self._type(kind)} {filled}".strip(), note))
        written = [
            f"  {text}{',' if place < len(lines) else ''}{f'  -- {note}' if note else ''}"
            for place, (text, note) in enumerate(lines, 1)
        ]
        return f"-- {table.row}\nCREATE TABLE {self.name(table.table)} (\n" + "\n".join(written) + "\n);\n"

    def calendar(self, parts: CalendarParts) -> list[str]:
        """Statements that make and fill the calendar."""
        statements = []
        for name, columns in parts.tables.items():
            values = [exp.tuple_(*map(_literal, row)) for row in zip(*(rows for _, rows in columns.values()), strict=True)]
            tree = exp.insert(exp.values(values), name, columns=list(columns))
            statements += [self._create(name, _STEPS.get(name) or POLICY_TABLES[name]), f"{write(tree, self.dialect)};\n"]
        return statements + [self._kept(name, query, POLICY_TABLES[name]) for name, query in parts.queries.items()]

    def view(self, view: CompiledView) -> str:
        """Statements that work a derived view out."""
        spec = load_model().derived[view.name]
        columns = {column: _DERIVED.get(kind, "TEXT") for column, kind in spec.columns.items()}
        return f"-- {spec.row}\n{self._kept(view.name, view.sql, columns)}"

    def rule(self, rule: RuleFile, variants: Sequence[CompiledVariant]) -> str:
        """A rule's file."""
        queries = (f"{self.query(rule.id, variant)};\n" for variant in variants)
        return "\n".join((words.rule_heading(rule, len(variants), self.dialect), self.day(), *queries))

    def query(self, code: str, variant: CompiledVariant) -> str:
        """The question with the record beside each answer. All steps stand at the top, where every dialect has them."""
        tree = parse_one(variant.sql, read=OWN)
        asked = _unused("asked", {step.alias for step in tree.find_all(exp.CTE)})
        steps = tree.args["with_"].pop()
        child = load_model().tables[variant.subject].child
        fields = dict.fromkeys([*([child] if child else []), *variant.identity])
        found = (
            exp.select(
                exp.alias_(exp.Literal.string(code), "rule_code"),
                exp.alias_(exp.Literal.string(variant.subject), "record_of"),
                *(exp.alias_(exp.column(field, table="own"), field) for field in (*fields, "_row")),
                *(exp.alias_(exp.column(name, table=asked), name) for name in ANSWERS),
            )
            .from_(asked)
            .join(exp.to_table(variant.subject).as_("own"), on=f"own._row = {asked}._row", dialect=OWN)
            .where(exp.column("verdict", table=asked).isin(*map(exp.Literal.string, _VERDICTS)))
        )
        steps.append("expressions", exp.CTE(this=tree, alias=exp.TableAlias(this=exp.to_identifier(asked))))
        found.set("with_", steps)
        return write(self._typed(found), self.dialect)

    def _kept(self, name: str, query: str, columns: Mapping[str, str]) -> str:
        """Statements that make a table and fill it from a query."""
        tree = self._typed(qualify(parse_one(query, read=OWN), schema=_schema(), dialect=OWN, quote_identifiers=False))
        order = tree.named_selects if isinstance(tree, exp.Query) else []
        filled = write(exp.insert(tree, name, columns=order, copy=False), self.dialect)
        return f"{self._create(name, columns)}\n{filled};\n"

    def _create(self, name: str, columns: Mapping[str, str]) -> str:
        held = ", ".join(f"{self.name(column)} {self._type(kind)}" for column, kind in columns.items())
        return f"CREATE TABLE {self.name(name)} ({held});"

    def _typed(self, tree: exp.Expr) -> exp.Expr:
        """With the type of every part known, and the day of the run as the dialect says it."""
        typed = annotate_types(tree, schema=_schema(), dialect=OWN)
        for cast in list(typed.find_all(exp.Cast)):
            if isinstance(cast.this, exp.Literal) and cast.this.name == AS_OF:
                cast.replace(self._today())
        return typed

    def _today(self) -> exp.Expr:
        if self.dialect == "bigquery":
            day: exp.Expr = exp.var("as_of")
        elif self.dialect in _PARAMETERS:
            day = exp.Parameter(this=exp.var("as_of"))
        else:
            day = exp.cast(exp.Literal.string(self.as_of.isoformat()), "DATE")
        day.type = exp.DataType.build("DATE")
        return day

    def _default(self, name: str) -> str:
        if not name.startswith("_") or self.dialect == "spark":  # not every table of Spark takes defaults
            return ""
        return f"DEFAULT {_DEFAULTS.get(name, 'NULL')}"

    def _type(self, kind: str) -> str:
        return write(exp.DataType.build(kind, dialect=OWN), self.dialect)


def _literal(value: object) -> exp.Expr:
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    return exp.Literal.string(value) if isinstance(value, str) else exp.Literal.number(str(value))


def _unused(name: str, taken: Iterable[str]) -> str:
    names = set(taken)
    while name in names:
        name += "_"
    return name


def in_order(files: Mapping[str, str], dialect: str) -> Sequence[str]:
    """All files as one text to read or to paste, each under its name."""
    between = "GO\n" if dialect == "tsql" else ""
    return [f"-- file: {name}\n{text}\n{between}" for name, text in files.items() if name.endswith(".sql")]
