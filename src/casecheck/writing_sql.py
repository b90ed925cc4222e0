"""Rules written out as SQL, for servers that casecheck does not speak to: one read-only query a rule, and what it stands on.

Each file is a list of statements. Only ``calendar.sql`` and ``views.sql`` make tables; the queries of the rules change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

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
from casecheck.rules.compiled import Compiled, CompiledVariant, compile_rules
from casecheck.rules.compiling import POLICY_TABLES, schema
from casecheck.rules.loading import RuleSet
from casecheck.rules.spec import RuleFile
from casecheck.sql_text import AS_OF

_STEPS = {"closed_day": {"day": "DATE"}, "calendar_step": {"n": "INT"}}
_ANSWERS = ("verdict", "reason", "due_on", "event_on", "days_overdue", "observed", "message")
_VERDICTS = ("fail", "not_assessable", "not_due", "pass")
_DEFAULTS = {"_source": "1", "_record": "0"}
_PARAMETERS = {
    "tsql": "DECLARE @as_of DATE = '{day}';",
    "snowflake": "SET AS_OF = TO_DATE('{day}');",
    "bigquery": "DECLARE as_of DATE DEFAULT DATE '{day}';",
}
"""How the day of the run is said once, where a script can do so."""


def write_sql(rules: RuleSet, policy: Policy, dialect: str, as_of: date) -> dict[str, str]:
    """The text of every file by its name, in the order in which they are to be run; the last is the one to read first."""
    return _Script(rules, compile_rules(rules, policy), policy, dialect, as_of).files()


@dataclass
class _Script:
    rules: RuleSet
    compiled: Compiled
    policy: Policy
    dialect: str
    as_of: date

    def files(self) -> dict[str, str]:
        """Every file."""
        made = [*self.calendar.tables, *self.calendar.queries, *self.views]
        queries = {f"rules/{rule.id}.sql": self._rule(rule) for rule in self.rules.rules()}
        return {
            "tables.sql": self._tables(),
            "calendar.sql": self._calendar(),
            "views.sql": self._views(),
            **queries,
            "clean_up.sql": words.CLEAN_UP + "".join(f"DROP TABLE {self._name(name)};\n" for name in reversed(made)),
            "README.txt": words.readme(self.dialect, self.as_of, len(queries)),
        }

    @cached_property
    def schema(self) -> MappingSchema:
        """Every table that a query may name."""
        return MappingSchema({**schema(), **_STEPS}, dialect=OWN)  # type: ignore[dict-item]

    @cached_property
    def calendar(self) -> CalendarParts:
        """The tables of days."""
        return calendar_parts(self.as_of, self.policy)

    @cached_property
    def views(self) -> list[str]:
        """The derived views that the rules stand on, inner ones first."""
        asked = [view for rule in self.compiled.rules.values() for variant in rule.variants for view in variant.views]
        return list(dict.fromkeys(name for view in asked for name in (*self.compiled.views[view].views, view)))

    def _tables(self) -> str:
        variants = [variant for rule in self.compiled.rules.values() for variant in rule.variants]
        columns = [name for variant in variants for name in (*variant.needs, *variant.optional)]
        columns += [
            name for view in self.views for name in (*self.compiled.views[view].needs, *self.compiled.views[view].optional)
        ]
        needed = {name.partition(".")[0] for name in columns} | {variant.subject for variant in variants}
        tables = load_model().tables
        return words.TABLES + "\n".join(self._table(tables[name]) for name in sorted(needed))

    def _table(self, table: Table) -> str:
        lines = []
        for name, kind in columns_of(table).items():
            field = table.fields.get(name)
            note = words.field_note(field) if field else words.PROVENANCE[name]
            filled = "NOT NULL" if name == "_row" else self._default(name)
            lines.append((f"{self._name(name)} {self._type(kind)} {filled}".strip(), note))
        written = [f"  {text}{',' if place < len(lines) else ''}{f'  -- {note}' if note else ''}"
                   for place, (text, note) in enumerate(lines, 1)]  # fmt: skip
        return f"-- {table.row}\nCREATE TABLE {self._name(table.table)} (\n" + "\n".join(written) + "\n);\n"

    def _default(self, name: str) -> str:
        if not name.startswith("_") or self.dialect == "spark":  # not every table of Spark takes defaults
            return ""
        return f"DEFAULT {_DEFAULTS.get(name, 'NULL')}"

    def _calendar(self) -> str:
        parts, statements = self.calendar, [words.CALENDAR]
        for name, columns in parts.tables.items():
            statements.append(self._create(name, _STEPS[name]))
            values = [exp.tuple_(*map(_literal, row)) for row in zip(*(rows for _, rows in columns.values()), strict=True)]
            tree = exp.insert(exp.values(values), name, columns=list(columns))
            statements.append(f"{write(tree, self.dialect)};\n")
        for name, query in parts.queries.items():
            statements.append(self._kept(name, query, POLICY_TABLES[name]))
        return "\n".join(statements)

    def _views(self) -> str:
        derived = load_model().derived
        statements = [words.VIEWS, self._day()]
        for name in self.views:
            columns = {
                column: "BIGINT" if kind == "integer" else _derived(kind) for column, kind in derived[name].columns.items()
            }
            statements.append(f"-- {derived[name].row}\n" + self._kept(name, self.compiled.views[name].sql, columns))
        return "\n".join(statements)

    def _kept(self, name: str, query: str, columns: Mapping[str, str]) -> str:
        """Statements that make a table and fill it from a query."""
        tree = self._typed(qualify(parse_one(query, read=OWN), schema=self.schema, dialect=OWN, quote_identifiers=False))
        order = tree.named_selects if isinstance(tree, exp.Query) else []
        filled = write(exp.insert(tree, name, columns=order, copy=False), self.dialect)
        return f"{self._create(name, columns)}\n{filled};\n"

    def _create(self, name: str, columns: Mapping[str, str]) -> str:
        held = ", ".join(f"{self._name(column)} {self._type(kind)}" for column, kind in columns.items())
        return f"CREATE TABLE {self._name(name)} ({held});"

    def _rule(self, rule: RuleFile) -> str:
        variants = self.compiled.rules[rule.id].variants
        queries = "\n".join(f"{self._query(rule.id, variant)};\n" for variant in variants)
        return "\n".join(text for text in (words.rule_heading(rule, len(variants), self.dialect), self._day(), queries) if text)

    def _query(self, code: str, variant: CompiledVariant) -> str:
        """The question with the record beside each answer. All steps stand at the top, where every dialect has them."""
        tree = parse_one(variant.sql, read=OWN)
        steps = tree.args["with_"].pop()
        asked = _unused("asked", (step.alias for step in tree.find_all(exp.CTE)), (step.alias for step in steps.expressions))
        child = load_model().tables[variant.subject].child
        fields = dict.fromkeys([*([child] if child else []), *variant.identity])
        found = (
            exp.select(
                exp.alias_(exp.Literal.string(code), "rule_code"),
                exp.alias_(exp.Literal.string(variant.subject), "record_of"),
                *(exp.alias_(exp.column(field, table="own"), field) for field in (*fields, "_row")),
                *(exp.alias_(exp.column(name, table=asked), name) for name in _ANSWERS),
            )
            .from_(asked)
            .join(exp.to_table(variant.subject).as_("own"), on=f"own._row = {asked}._row", dialect=OWN)
            .where(exp.column("verdict", table=asked).isin(*map(exp.Literal.string, _VERDICTS)))
        )
        steps.append("expressions", exp.CTE(this=tree, alias=exp.TableAlias(this=exp.to_identifier(asked))))
        found.set("with_", steps)
        return write(self._typed(found), self.dialect)

    def _typed(self, tree: exp.Expr) -> exp.Expr:
        """With the type of every part known, and the day of the run as the dialect says it."""
        typed = annotate_types(tree, schema=self.schema, dialect=OWN)
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

    def _day(self) -> str:
        return _PARAMETERS.get(self.dialect, "").format(day=self.as_of.isoformat()) + "\n"

    def _name(self, name: str) -> str:
        return write(exp.to_identifier(name, quoted=True), self.dialect)

    def _type(self, kind: str) -> str:
        return write(exp.DataType.build(kind, dialect=OWN), self.dialect)


def _literal(value: object) -> exp.Expr:
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    return exp.Literal.number(str(value))


def _derived(kind: str) -> str:
    return "DATE" if kind == "date" else "TEXT"


def _unused(name: str, *taken: Iterable[str]) -> str:
    names = {one for several in taken for one in several}
    while name in names:
        name += "_"
    return name


def in_order(files: Mapping[str, str], dialect: str) -> Sequence[str]:
    """All files as one text to read or to paste, each under its name."""
    between = "GO\n" if dialect == "tsql" else ""
    return [f"-- file: {name}\n{text}\n{between}" for name, text in files.items() if name.endswith(".sql")]
