"""From the dialect that everything is written in, DuckDB's, to the one that an engine speaks.

``sqlglot`` does the work. What it leaves, or what engines understand differently, is put right here, function by function, so
that a query means the same everywhere. Nothing here knows of rules.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel
from sqlglot import exp, parse_one

from casecheck.cache import Cached
from casecheck.engines import warehouse_dialects
from casecheck.engines.warehouse_dialects import WAREHOUSES, Transform, bare, date_to_text, rewritten, to_char

OWN = "duckdb"
RUN_PREFIX = "casecheck_run_"
"""Stands before the names of tables where other people's live beside ours; each run puts its own in its place."""
_PG_LONGEST = 63


class Translation(BaseModel):
    """A query as another dialect says it."""

    sql: str


@lru_cache(maxsize=4_096)
def translate(sql: str, dialect: str, prefixed: bool = False, known_as: str = "") -> str:
    """A query in another dialect. ``prefixed``: put :data:`RUN_PREFIX` before every table that the query does not make itself.

    One that is ``known_as`` something is kept for the next run, for translating takes longer than most answers.
    """

    def build(_: dict[str, str]) -> Translation:
        tree = parse_one(sql, read=OWN)
        if prefixed:
            _prefix(tree)
        return Translation(sql=rewritten(tree, TRANSFORMS[dialect]).sql(dialect=dialect, identify=True))

    if not known_as:
        return build({}).sql
    return Cached(f"{dialect}-{known_as}", Translation, {"sql": sql, "prefixed": str(prefixed), "by": _stamp()}).load(build).sql


@cache
def _stamp() -> str:
    """Changes when a translation might."""
    own = b"".join(Path(file).read_bytes() for file in (__file__, warehouse_dialects.__file__))
    return f"{version('sqlglot')} {hashlib.sha256(own).hexdigest()}"


def write(tree: exp.Expr, dialect: str) -> str:
    """A tree of which the types are known, in another dialect, laid out to be read. The tree is changed."""
    written = rewritten(tree, lambda node: TRANSFORMS[dialect](_LONGHAND[dialect](node)))
    return written.sql(dialect=dialect, identify=True, pretty=True)


def _prefix(tree: exp.Expr) -> None:
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.name not in own and not table.db:
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
            table.set("this", exp.to_identifier(RUN_PREFIX + table.name))


def _postgres(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Identifier):
        node.set("this", short_name(node.this))
        return node
    if isinstance(node, exp.Collate):  # the only one that rules may name; names in capitals need their quotes there
        node.set("expression", exp.to_identifier("C", quoted=True))
    if isinstance(node, exp.RegexpFullMatch):
        return exp.paren(exp.RegexpLike(this=node.this, expression=_whole(node.expression, "$")))
    if isinstance(node, exp.RegexpExtract):
        return exp.func("SUBSTRING", node.this, node.expression)
    if isinstance(node, exp.Contains):
        return exp.paren(exp.GT(this=exp.StrPosition(this=node.this, substr=node.expression), expression=exp.Literal.number(0)))
    if isinstance(node, exp.SHA2):
        return exp.SHA2(this=exp.func("CONVERT_TO", node.this, exp.Literal.string("UTF8")), length=node.args["length"])
    if isinstance(node, exp.Round) and node.args.get("decimals"):
        return exp.Round(this=exp.cast(node.this, "DECIMAL"), decimals=node.args["decimals"])
    if isinstance(node, exp.Filter) and isinstance(node.this, exp.ArgMin):
        return _first(node.this, node.expression)
    if isinstance(node, exp.ArgMin) and not isinstance(node.parent, exp.Filter):
        return _first(node, None)
    return node


def short_name(name: str) -> str:
    """PostgreSQL cuts names at 63 bytes, so that two long headings could become one: long names end in a hash."""
    written = name.encode()
    if len(written) <= _PG_LONGEST:
        return name
    return f"{written[:50].decode(errors='ignore')}_{hashlib.sha256(written).hexdigest()[:12]}"


def _first(taken: exp.ArgMin, only: exp.Expr | None) -> exp.Expr:
    """The value that goes with the lowest of another: the first of all, put in order."""
    ordered = exp.Order(this=taken.this, expressions=[exp.Ordered(this=taken.expression, nulls_first=False)])
    gathered: exp.Expr = exp.ArrayAgg(this=ordered)
    if only is not None:
        gathered = exp.Filter(this=gathered, expression=only)
    return exp.Bracket(this=exp.paren(gathered), expressions=[exp.Literal.number(1)], offset=1)


def _whole(pattern: exp.Expr, end: str) -> exp.Expr:
    return exp.Literal.string(f"^(?:{pattern.name}){end}")


def _spark(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Concat):
        return exp.Concat(expressions=[_or_nothing(part) for part in node.expressions], safe=True, coalesce=False)
    if isinstance(node, exp.RegexpFullMatch):
        return exp.RegexpLike(this=node.this, expression=_whole(node.expression, r"\z"))
    if isinstance(node, exp.Collate):  # text stands in the order of its bytes there anyhow
        return bare(node)
    return node


def _or_nothing(part: exp.Expr) -> exp.Expr:
    """A piece of a text: numbers as text, and nothing for what is null."""
    if isinstance(part, exp.Literal) and part.is_string:
        return part
    return exp.Coalesce(this=exp.cast(part, "TEXT"), expressions=[exp.Literal.string("")])


def _as_it_is(node: exp.Expr) -> exp.Expr:
    return node


TRANSFORMS: dict[str, Transform] = {OWN: _as_it_is, "postgres": _postgres, "spark": _spark, **WAREHOUSES}
_LONGHAND: dict[str, Transform] = {**dict.fromkeys(TRANSFORMS, _as_it_is), "postgres": lambda node: date_to_text(node, to_char)}
"""What is spelled out where the session of whoever runs it may be set otherwise than ours."""
DIALECTS = tuple(TRANSFORMS)
