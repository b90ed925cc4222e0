"""Rules written out as SQL: every one in every dialect, read again, and run as far as it can be run here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp, parse_one
from sqlglot.optimizer.annotate_types import annotate_types
from tests.conftest import ROOT
from tests.sql_back import read_back, statements
from typer.testing import CliRunner

from casecheck.cli import app
from casecheck.engines.calendar import calendar_parts, create_calendar
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.engines.translating import DIALECTS, write
from casecheck.policy import Policy
from casecheck.rules.compiled import CompiledRule, compile_rules, compiled_rule, compiled_view
from casecheck.rules.compiling import POLICY_TABLES
from casecheck.rules.examples import tables_of
from casecheck.rules.loading import load_rules
from casecheck.sql_text import AS_OF as AS_OF_MARK
from casecheck.writing_sql import ANSWERS, Writer, of_records, write_sql

RULES = load_rules()
WRITTEN = {code: of_records(rule.variants) for code, rule in compile_rules(RULES, Policy()).rules.items()}
CODES = [code for code, variants in WRITTEN.items() if variants]
ONLY_WRITTEN = ("tsql", "snowflake", "bigquery")
AS_OF = date(2026, 3, 31)
FIELDS = ("_row", *ANSWERS)


@cache
def compiled(code: str) -> CompiledRule:
    """Those of its questions that are written."""
    return compiled_rule(RULES[code], Policy()).model_copy(update={"variants": tuple(WRITTEN[code])})


# What T-SQL does not have, or has with another meaning. Each is tried on a planted bad query below.


def _conditions_as_values(tree: exp.Expr) -> Iterator[exp.Expr]:
    for node in tree.find_all(exp.Predicate, exp.Connector, exp.Not):
        above = node.parent
        while isinstance(above, exp.Paren):
            node, above = above, above.parent
        fits = isinstance(above, exp.Where | exp.Having | exp.Connector | exp.Not)
        fits = fits or (isinstance(above, exp.Join) and node.arg_key == "on")
        if not fits and not (isinstance(above, exp.If) and node.arg_key == "this"):
            yield node


def _lacking(*kinds: type[exp.Expr]) -> Callable[[exp.Expr], Iterator[exp.Expr]]:
    return lambda tree: tree.find_all(*kinds)


def _steps_within(tree: exp.Expr) -> Iterator[exp.Expr]:
    return (node for node in tree.find_all(exp.With) if node.parent is not tree and not isinstance(node.parent, exp.Insert))


def _asked_of_null(tree: exp.Expr) -> Iterator[exp.Expr]:
    return (node for node in tree.find_all(exp.Is) if not isinstance(node.expression, exp.Null))


def _blank_columns(tree: exp.Expr) -> Iterator[exp.Expr]:
    return (
        value for select in tree.find_all(exp.Select) for value in select.expressions if isinstance(value.unalias(), exp.Null)
    )


def _nameless_columns(tree: exp.Expr) -> Iterator[exp.Expr]:
    for step in tree.find_all(exp.CTE):
        yield from (value for value in step.this.selects if not value.output_name)


def _sums_over_queries(tree: exp.Expr) -> Iterator[exp.Expr]:
    return (node for node in tree.find_all(exp.AggFunc) if node.find(exp.Select, exp.Exists))


def _long_substrings(tree: exp.Expr) -> Iterator[exp.Expr]:
    return (node for node in tree.find_all(exp.Substring) if not node.args.get("length"))


def _wide_texts(tree: exp.Expr) -> Iterator[exp.Expr]:
    return (node for node in tree.find_all(exp.DataType) if any(part.name.upper() == "MAX" for part in node.expressions))


def _texts_of_days(tree: exp.Expr) -> Iterator[exp.Expr]:
    return (
        node
        for node in tree.find_all(exp.Cast)
        if not isinstance(node, exp.Convert)
        and node.is_type(*exp.DataType.TEXT_TYPES)
        and (node.this.name.endswith(("_on", "_date")) or (isinstance(node.this, exp.Cast) and node.this.is_type("date")))
    )


def _bare_names(tree: exp.Expr) -> Iterator[exp.Expr]:
    return (node for node in tree.find_all(exp.Identifier) if not node.quoted)


def _lengths_without_ends(tree: exp.Expr) -> Iterator[exp.Expr]:
    for node in tree.find_all(exp.Length):
        measured = node.this.this if isinstance(node.this, exp.Cast) else node.this
        if not isinstance(measured, exp.Add):
            yield node


FORBIDDEN: dict[str, tuple[Callable[[exp.Expr], Iterator[exp.Expr]], str]] = {
    "a condition as a value": (_conditions_as_values, "SELECT (1 = 2) AS [x]"),
    "a condition asked whether it is null": (_conditions_as_values, "SELECT 1 AS [x] FROM [a] WHERE ([a].[b] = 2) IS NULL"),
    "is true": (_asked_of_null, "SELECT 1 AS [x] FROM [a] WHERE [a].[b] IS TRUE"),
    "true and false": (_lacking(exp.Boolean), "SELECT CASE WHEN TRUE THEN 1 END AS [x]"),
    "an interval": (_lacking(exp.Interval), "SELECT [d] + INTERVAL '1' DAY AS [x] FROM [a]"),
    "concat": (_lacking(exp.Concat, exp.ConcatWs), "SELECT CONCAT('a', 'b') AS [x]"),
    "two bars": (_lacking(exp.DPipe), "SELECT 'a' || 'b' AS [x]"),
    "least and greatest": (_lacking(exp.Least, exp.Greatest), "SELECT LEAST(1, 2) AS [x]"),
    "a place for blanks in an order": (
        lambda tree: (key for key in tree.find_all(exp.Ordered) if _told(key)),
        "SELECT ROW_NUMBER() OVER (ORDER BY [a] NULLS LAST) AS [x] FROM [b]",
    ),
    "lateral": (_lacking(exp.Lateral), "SELECT 1 AS [x] FROM [a] CROSS JOIN LATERAL (SELECT 1 AS [y]) AS [z]"),
    "a named window": (
        lambda tree: (select for select in tree.find_all(exp.Select) if select.args.get("windows")),
        "SELECT SUM([x]) OVER [w] AS [y] FROM [a] WINDOW [w] AS (ORDER BY [x])",
    ),
    "limit": (_lacking(exp.Limit, exp.Offset), "SELECT [x] FROM [a] LIMIT 1"),
    "steps within a query": (_steps_within, "SELECT [x] FROM (WITH [a] AS (SELECT 1 AS [x]) SELECT [x] FROM [a]) AS [b]"),
    "a column that is only null": (_blank_columns, "SELECT NULL AS [x]"),
    "a step's column without a name": (_nameless_columns, "WITH [a] AS (SELECT 1 + 1) SELECT 1 AS [x] FROM [a]"),
    "a sum over a query": (
        _sums_over_queries,
        "SELECT SUM(CASE WHEN EXISTS(SELECT 1 AS [y] FROM [b]) THEN 1 END) AS [x] FROM [a]",
    ),
    "a substring without an end": (_long_substrings, "SELECT SUBSTRING([a], 3) AS [x] FROM [b]"),
    "text without a width": (_wide_texts, "SELECT CAST([a] AS VARCHAR(MAX)) AS [x] FROM [b]"),
    "a day cast to text": (_texts_of_days, "SELECT CAST([due_on] AS NVARCHAR(20)) AS [x] FROM [b]"),
    "a name without brackets": (_bare_names, "SELECT [a] AS level FROM [b]"),
    "a length that passes over spaces": (_lengths_without_ends, "SELECT LEN([a]) AS [x] FROM [b]"),
    "a regular expression": (_lacking(exp.RegexpLike, exp.RegexpExtract), "SELECT 1 AS [x] FROM [b] WHERE REGEXP_LIKE([a], 'b')"),
}


def _told(key: exp.Ordered) -> bool:
    """Whether blanks are put where SQL Server does not have them by itself: first when rising, last when falling."""
    return bool(key.args.get("nulls_first")) == bool(key.args.get("desc"))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_sql_server_lacks_is_noticed_when_planted(what: str) -> None:
    look, bad = FORBIDDEN[what]
    assert list(look(parse_one(bad, read="tsql")))


@pytest.mark.slow
@pytest.mark.parametrize("code", CODES)
def test_sql_server_is_given_nothing_that_it_lacks(code: str) -> None:
    writer = Writer("tsql", AS_OF)
    written = [writer.query(code, variant) for variant in WRITTEN[code]]
    written += [writer.view(compiled_view(view)) for variant in WRITTEN[code] for view in variant.views]
    found = {
        (what, node.sql(dialect="tsql")[:80])
        for text in written
        for tree in statements(text, "tsql")
        if not isinstance(tree, exp.Create)
        for what, (look, _) in FORBIDDEN.items()
        for node in look(tree)
    }
    assert found == set()


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_file_is_written_and_can_be_read_again(dialect: str) -> None:
    files = write_sql(RULES.select(["VIS", "CAS", "ALC"]), Policy(), dialect, AS_OF)
    assert list(files)[:3] == ["tables.sql", "calendar.sql", "views.sql"]
    assert list(files)[-2:] == ["clean_up.sql", "README.txt"]
    for name, text in files.items():
        if name.endswith(".sql"):
            found = statements(text, dialect)
            assert found, name
            assert not any(isinstance(node, exp.Command) for tree in found for node in tree.walk()), name
    promised = "compiles: no" in files["rules/VIS-CP-001.sql"].splitlines()[2]
    assert promised == (dialect not in ("postgres", "duckdb"))
    assert "VIS-CP-001: " in files["rules/VIS-CP-001.sql"].splitlines()[0]


@pytest.mark.thorough
@pytest.mark.parametrize("dialect", ["postgres", "spark", "duckdb"])
@pytest.mark.parametrize("code", CODES)
def test_every_query_of_the_other_dialects_can_be_read_again(code: str, dialect: str) -> None:
    for variant in WRITTEN[code]:
        (tree,) = statements(Writer(dialect, AS_OF).query(code, variant), dialect)
        assert isinstance(tree, exp.Select)
        assert AS_OF_MARK not in tree.sql(dialect="duckdb")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_rounded_number_is_rounded_in_every_dialect(dialect: str) -> None:
    rounded = "CAST(CAST(t.x AS DECIMAL(18, 6)) AS DECIMAL(18, 1))"
    tree = annotate_types(
        parse_one(f"SELECT {rounded} > 10.36 AS r FROM (SELECT CAST(0.575 AS DOUBLE) * 18 AS x) AS t", read="duckdb")
    )
    (sql,) = read_back(write(tree, dialect), dialect)
    engine = DuckDBEngine(AS_OF)
    assert engine.rows(sql) in ([(True,)], [(1,)])
    engine.close()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_calendar_is_the_same_from_every_dialect(dialect: str) -> None:
    engine, other = DuckDBEngine(AS_OF), DuckDBEngine(AS_OF)
    create_calendar(engine, Policy())
    for statement in Writer(dialect, AS_OF).calendar(calendar_parts(AS_OF, Policy())):
        for sql in read_back(statement, dialect):
            other.connection.execute(sql)
    for table in POLICY_TABLES:
        asked = f"SELECT {', '.join(POLICY_TABLES[table])} FROM {table} ORDER BY ALL"
        assert other.rows(asked) == engine.rows(asked), table


@dataclass
class _ReadBack:
    """A rule under one policy: as casecheck asks it, and as each dialect's SQL asks it when read back into DuckDB's."""

    made: CompiledRule
    views: dict[str, list[str]]
    queries: dict[str, list[str]]


def _dialects_for(code: str) -> tuple[str, ...]:
    """T-SQL for every rule, and one of the other two in turn: reading back is the slowest thing here."""
    return ("tsql", ONLY_WRITTEN[1 + CODES.index(code) % 2])


@cache
def _view_back(name: str, dialect: str) -> tuple[str, ...]:
    return tuple(read_back(Writer(dialect, AS_OF).view(compiled_view(name)), dialect))


def _read_back(code: str) -> _ReadBack:
    made = compiled(code)
    names = list(dict.fromkeys(name for variant in made.variants for name in variant.views))
    views, queries = {}, {}
    for dialect in _dialects_for(code):
        writer = Writer(dialect, AS_OF)
        views[dialect] = [sql for name in names for sql in _view_back(name, dialect)]
        queries[dialect] = [sql for variant in made.variants for sql in read_back(writer.query(code, variant), dialect)]
    return _ReadBack(made, views, queries)


@pytest.mark.thorough
@pytest.mark.parametrize("code", CODES)
def test_what_is_read_back_into_duckdb_gives_the_same_verdicts(code: str) -> None:
    """The only run that some dialects can have here: their SQL, turned into DuckDB's by sqlglot, on the rule's own examples.

    Examples with limits of their own are left out: their SQL differs in numbers only, and takes as long to read back.
    """
    asked = _read_back(code)
    usual = [example for example in RULES[code].examples if not example.parameters and example.policy == Policy()]
    for example in usual:
        engine = DuckDBEngine(example.as_of)
        create_calendar(engine, Policy())
        for name, sql in tables_of(asked.made, example).items():
            engine.create(name, sql)
        wanted = [_rows(engine, variant.sql) for variant in asked.made.variants]
        for dialect in _dialects_for(code):
            for name in {name for variant in asked.made.variants for name in variant.views}:
                engine.drop(name)
            for sql in asked.views[dialect]:
                engine.connection.execute(sql.replace(AS_OF_MARK, example.as_of.isoformat()))
            assert [_rows(engine, sql) for sql in asked.queries[dialect]] == wanted, f"{dialect}: {example.name}"
        engine.close()


def _rows(engine: DuckDBEngine, sql: str) -> list[tuple[Any, ...]]:
    return sorted(engine.rows(f"SELECT {', '.join(FIELDS)} FROM ({sql})"), key=str)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["compile", *arguments])


def test_one_rule_on_the_screen_with_all_that_it_stands_on() -> None:
    shown = run("--dialect", "tsql", "--select", "VIS-CP-001", "--as-of", "2026-03-31")
    assert shown.exit_code == 0
    for part in (
        "-- file: tables.sql",
        "-- file: views.sql",
        "-- file: rules/VIS-CP-001.sql",
        "DECLARE @as_of DATE = '2026-03-31';",
    ):
        assert part in shown.output
    assert "compiles: no SQL Server ran this query" in shown.output


@pytest.mark.slow
def test_the_commands_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "compile.md").read_text(encoding="utf-8")
    commands = re.findall(r"^casecheck compile (.*)$", page, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        assert run(*shlex.split(command)).exit_code == 0, command
    assert len(list((tmp_path / "sql" / "rules").iterdir())) == len(CODES) < len(RULES)
    told = (tmp_path / "sql" / "README.txt").read_text(encoding="utf-8")
    for name in (path.name for path in (tmp_path / "sql").iterdir()):
        assert f"`{name}`" in page or name == "rules", name
        assert name in told or name == "README.txt", name
    assert [dialect for dialect in DIALECTS if f"| `{dialect}` |" not in page] == []


def test_a_folder_is_written_and_written_again(tmp_path: Path) -> None:
    out = tmp_path / "sql"
    assert run("--dialect", "postgres", "--select", "VIS-CP-001", "--as-of", "2026-03-31", "--out", str(out)).exit_code == 0
    assert [path.name for path in (out / "rules").iterdir()] == ["VIS-CP-001.sql"]
    assert "written once" not in (out / "README.txt").read_text(encoding="utf-8")
    assert run("--dialect", "tsql", "--select", "CAS-001", "--as-of", "2026-03-31", "--out", str(out)).exit_code == 0
    assert [path.name for path in (out / "rules").iterdir()] == ["CAS-001.sql"]
    assert "written once" in (out / "README.txt").read_text(encoding="utf-8")


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine", encoding="utf-8")
    refused = run("--dialect", "tsql", "--select", "CAS-001", "--out", str(tmp_path))
    assert refused.exit_code != 0
    assert "holds other files" in str(refused.exception)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["letters.txt"]


def test_an_unknown_dialect_names_the_nearest() -> None:
    assert "nearest: postgres" in str(run("--dialect", "postgre").exception)
