"""The table of docs/engines.md: which rule was asked of which engine, and how many answers were compared.

``python -m tests.engines.support`` asks all engines that this machine has and writes the table. Spark needs Java.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from tests.conftest import ROOT
from tests.engines.batches import batches
from tests.engines.comparing import compare
from tests.engines.conftest import SMALL
from tests.sources.databases import Server

from casecheck.engines.postgres import PostgresEngine
from casecheck.engines.spark import SparkEngine
from casecheck.policy import Policy
from casecheck.rules.compiled import compile_rules
from casecheck.rules.loading import load_rules
from casecheck.writing_sql import of_records

PAGE = ROOT / "docs" / "engines.md"
ENGINES = ("duckdb", "postgres", "spark")
_COMPILED = ("T-SQL", "Snowflake", "BigQuery")
_BEGIN, _END = "<!-- the table begins -->", "<!-- the table ends -->"
_ROW = re.compile(r"^\| `(?P<rule>[A-Z0-9-]+)` \| (?P<cells>.*) \|$", re.MULTILINE)


def ran(engine: str) -> Counter[str]:
    """What the page says of an engine: the answers compared, by rule."""
    place = ENGINES.index(engine)
    found: Counter[str] = Counter()
    for row in _ROW.finditer(PAGE.read_text(encoding="utf-8")):
        cell = row["cells"].split(" | ")[place]
        if cell.startswith("ran, "):
            found[row["rule"]] = int(cell.removeprefix("ran, "))
    return found


def table(by_engine: Mapping[str, Counter[str]]) -> str:
    """The table in Markdown."""
    heads = ("rule", "DuckDB", "PostgreSQL", "Spark", *_COMPILED)
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for code, rule in compile_rules(load_rules(), Policy()).rules.items():
        cells = [f"ran, {by_engine[engine][code]}" if by_engine[engine][code] else "not run" for engine in ENGINES]
        written = "compiles" if of_records(rule.variants) else "not written"
        lines.append(f"| `{code}` | {' | '.join([*cells, *[written] * len(_COMPILED)])} |")
    return "\n".join(lines)


def main() -> None:
    """Ask the engines, write the table."""
    from pyspark.sql import SparkSession

    server = Server()
    builder = SparkSession.builder.master("local[2]")
    for name, value in SMALL.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    url = server.url.set(drivername="postgresql").render_as_string(hide_password=False)
    found = {
        name: compare(made, batches())
        for name, made in (
            ("postgres", lambda day: PostgresEngine(day, url)),
            ("spark", lambda day: SparkEngine(day, session)),
        )
    }
    for name, compared in found.items():
        for said in compared.differences:
            print(f"{name}: {said}")
    counts = {
        "duckdb": found["postgres"].answers,
        **{name: compared.answers for name, compared in found.items() if not compared.differences},
    }
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(_BEGIN)[0], page.split(_END)[1]
    PAGE.write_text(
        f"{before}{_BEGIN}\n{table({name: counts.get(name, Counter()) for name in ENGINES})}\n{_END}{after}", encoding="utf-8"
    )
    session.stop()
    server.stop()


if __name__ == "__main__":
    main()
