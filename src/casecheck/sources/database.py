"""Databases: the tables and views of one schema, over one connection that only reads, through SQLAlchemy.

Everything is read in one transaction, on PostgreSQL from one snapshot, and a table's rows are fetched only when the table
is recognised, and only the columns that it needs. The URL holds a password and drivers repeat what they were given, so no
message is ever made from a driver's words: errors are told in the fixed words of the catalogue.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import warnings
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from casecheck.errors import InputError, nearest
from casecheck.sources.bad_input import BadInputError, Note, note, refuse
from casecheck.sources.database_faults import NOT_INSTALLED, connecting, missing_driver, querying
from casecheck.sources.database_text import steady, text_array
from casecheck.sources.raw import FrameBody, LateBody, Opening, PlacedBody, RawTable
from casecheck.sql_text import identifier

if TYPE_CHECKING:
    from sqlalchemy import URL, ColumnElement, Connection, Inspector, Select

DATABASE = "database"
"""What messages and findings call it: never its host, and never its own name."""
BATCH = 5_000
_UNKNOWN_SIZE = 8_000_000
_MAX_LINE = 10_000
_PAGE = re.compile(r"[A-Za-z][\w+.-]+:[/\\]")
_NAME = re.compile(r"[A-Za-z_]\w*")
_WRITTEN = "it is written as postgresql://USER:PASSWORD@HOST:5432/DATABASE"


@dataclass(frozen=True)
class Database:
    """A database as a source. ``url`` is any SQLAlchemy URL and is never shown; ``schema`` is the default one when empty.

    ``in_place``: the rows stay where they are, for an engine that works there.
    """

    url: str = field(repr=False)
    schema: str = ""
    in_place: bool = field(default=False, repr=False)

    @classmethod
    def from_env(cls, name: str, schema: str = "") -> Database:
        """The URL that an environment variable holds. Raises :class:`InputError` when it holds none."""
        if not _NAME.fullmatch(name):
            raise InputError("that is no name of an environment variable", "give its name, not the URL itself")
        url = os.environ.get(name, "").strip()
        if not looks_like_url(url):
            raise InputError(f"the environment variable {name} holds no database URL", _WRITTEN)
        return cls(url, schema)

    @classmethod
    def from_file(cls, path: str | Path, schema: str = "") -> Database:
        """The URL on the first line of a file that is not empty. Raises :class:`InputError` when there is none."""
        if looks_like_url(str(path)):
            raise InputError("that is a URL, not a file", "write the URL into a file that only you can read, and give the file")
        try:
            with Path(path).open(encoding="utf-8-sig") as file:
                lines = (line.strip() for line in iter(partial(file.readline, _MAX_LINE), ""))
                url = next(filter(None, lines), "")
        except UnicodeDecodeError:
            url = ""
        except OSError as problem:
            raise InputError(f"{path}: cannot be opened ({type(problem).__name__})", "give a file that holds the URL") from None
        if not looks_like_url(url):
            raise InputError(f"{path}: its first line is not a database URL", f"{_WRITTEN}, in a file saved as UTF-8")
        return cls(url, schema)

    @property
    def libpq_url(self) -> str | None:
        """The URL as PostgreSQL's own client takes it, or ``None`` when it is another kind of database."""
        try:
            import sqlalchemy as sa

            url = sa.make_url(self.url)
        except Exception:
            return None
        if url.get_backend_name() not in ("postgres", "postgresql"):
            return None
        return url.set(drivername="postgresql").render_as_string(hide_password=False)


def looks_like_url(text: str) -> bool:
    """Whether a text is a URL rather than a path. A drive (``C:/``) is none, and a path object may have lost a slash."""
    return bool(_PAGE.match(text))


def read_database(source: Database, opening: Opening) -> list[RawTable]:
    """Every table and view of a schema, in the order of their names; rows are fetched when a table is recognised, or never.

    A table without the right to read it is given as refused. Raises :class:`BadInputError`.
    """
    session = _Session(source)
    try:
        tables = session.tables(opening)
    except BadInputError:
        session.close()
        raise
    except Exception as problem:
        session.close()
        raise refuse(DATABASE, "IN085", **connecting(problem)) from None
    if all(table.refused for table in tables):
        session.close()
        raise refuse(DATABASE, "IN088", found="there are tables, but no right to read them" if tables else "there are none")
    return tables


@dataclass(frozen=True)
class _Relation:
    """A table or view: its name, columns and key, as the database's catalogue says. ``zoned`` are moments with a zone."""

    name: str
    schema: str | None
    columns: tuple[str, ...]
    zoned: frozenset[str]
    key: tuple[str, ...]
    size: int

    @property
    def placed(self) -> str:
        """The relation as SQL, for an engine in the same database; a moment loses its zone, as in ``select``."""
        name = ".".join(identifier(part) for part in (self.schema, self.name) if part)
        if not self.zoned:
            return name
        columns = (identifier(column) for column in self.columns)
        plain = (f"CAST({column} AS TIMESTAMP) AS {column}" if column[1:-1] in self.zoned else column for column in columns)
        return f"(SELECT {', '.join(plain)} FROM {name}) AS placed"

    def select(self, places: Sequence[int], as_text: bool) -> Select[Any]:
        """The question for some columns, named by their place, in the order of the key."""
        import sqlalchemy as sa

        table = sa.table(self.name, *(sa.column(name) for name in self.columns), schema=self.schema)
        chosen = []
        for place in places:
            column: ColumnElement[Any] = table.c[self.columns[place]]
            if as_text:  # a moment loses its zone, and is then told in that of the session
                plain = sa.cast(column, sa.DateTime) if self.columns[place] in self.zoned else column
                column = sa.cast(plain, sa.Text)
            chosen.append(column.label(f"c{place}"))
        return sa.select(*chosen).order_by(*(table.c[name] for name in self.key))


class _Session:
    """One connection and one transaction. Threads take turns; it is closed when no table is left that could be fetched.

    PostgreSQL turns values into text itself: it knows each type, and some of its dates are none of Python's. Elsewhere the
    driver's values are turned into text here, past SQLAlchemy's own conversions, which fail on what a column should not hold.
    """

    def __init__(self, source: Database) -> None:
        self.source = source
        self.connection = _connect(source.url)
        self.dialect = self.connection.dialect.name
        self.as_text = self.dialect == "postgresql"
        self._turn = threading.Lock()
        self.close = weakref.finalize(self, _close, self.connection)

    def tables(self, opening: Opening) -> list[RawTable]:
        """Every relation as a table whose rows come later, or stay."""
        return [self._table(relation, opening) for relation in self._relations(self.source.schema)]

    def _relations(self, schema: str) -> Iterator[_Relation]:
        import sqlalchemy as sa
        from sqlalchemy.engine.reflection import ObjectKind

        inspector = sa.inspect(self.connection)
        with warnings.catch_warnings():  # types that SQLAlchemy does not know are text to us like any other
            warnings.simplefilter("ignore", sa.exc.SAWarning)
            columns = inspector.get_multi_columns(schema=schema or None, kind=ObjectKind.ANY)
            keys = inspector.get_multi_pk_constraint(schema=schema or None)
        if schema and not columns:
            _known_schema(inspector, schema)
        sizes = self._sizes(schema or inspector.default_schema_name or "")
        for place, described in sorted(columns.items(), key=lambda item: item[0][1]):
            size = sizes.get(place[1], _UNKNOWN_SIZE)
            if described and size is not None:
                names = tuple(column["name"] for column in described)
                key = keys[place]["constrained_columns"] if keys.get(place) else ()
                zoned = frozenset(column["name"] for column in described if _is_zoned(column["type"]))
                yield _Relation(place[1], place[0], names, zoned, tuple(key), size)

    def _sizes(self, schema: str) -> dict[str, int | None]:
        """On PostgreSQL the bytes of each table; ``None`` for a partition, whose rows are read through its whole."""
        import sqlalchemy as sa

        if self.dialect != "postgresql":
            return {}
        asked = sa.text(
            "SELECT c.relname, CASE WHEN NOT c.relispartition THEN pg_relation_size(c.oid) END AS size "
            "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE n.nspname = :schema AND (c.relkind = 'r' OR c.relispartition)"
        )
        return {row.relname: row.size for row in self.connection.execute(asked, {"schema": schema})}

    def _table(self, relation: _Relation, opening: Opening) -> RawTable:
        schema, notes = self.source.schema, list[Note]()
        body: LateBody | PlacedBody = LateBody(partial(self.fetch, relation, notes), relation.size)
        if self.source.in_place:
            body = PlacedBody(relation.placed, relation.columns, relation.key, relation.size)
        return RawTable(
            f"{DATABASE}.{schema}" if schema else DATABASE,
            relation.name,
            relation.columns,
            body,
            header_line=0,
            notes=notes,
            refused=self._refused(relation, opening),
            how=f"{self.dialect}, in the order of its key" if relation.key else f"{self.dialect}, without a key",
        )

    def _refused(self, relation: _Relation, opening: Opening) -> Note | None:
        """Ask for no rows of what may be wanted: a missing right is told at once, and stops nothing else."""
        import sqlalchemy as sa

        places = [place for place, name in enumerate(relation.columns) if opening.is_heading(name)]
        if not places:
            return None
        try:
            with self.connection.begin_nested():
                self.connection.execute(relation.select(places, self.as_text).where(sa.false())).close()
        except Exception as problem:
            return note("IN089", **querying(problem))
        return None

    def fetch(self, relation: _Relation, notes: list[Note], places: Sequence[int] | None) -> FrameBody:
        """The wanted columns, streamed. Rows without a key are sorted here, so that a record's number means the same again."""
        wanted = range(len(relation.columns)) if places is None else places
        try:
            with self._turn, self.connection.begin_nested():
                table = pa.Table.from_batches(self._batches(relation, wanted), _schema(wanted))
        except Exception as problem:
            raise refuse(f"{DATABASE} [{relation.name}]", "IN089", **querying(problem)) from None
        return FrameBody(table if relation.key else steady(table, notes))

    def _batches(self, relation: _Relation, places: Sequence[int]) -> Iterator[pa.RecordBatch]:
        statement = relation.select(places, self.as_text).execution_options(yield_per=BATCH)
        with self.connection.execute(statement) as result:
            for rows in result.partitions():
                columns = [text_array(column, self.as_text) for column in zip(*rows, strict=True)]
                yield pa.record_batch(columns, schema=_schema(places))


def _is_zoned(kind: Any) -> bool:
    """Whether a type, or the one behind a domain, is a moment with a time zone."""
    import sqlalchemy as sa

    behind = getattr(kind, "data_type", kind)
    return isinstance(behind, sa.DateTime) and behind.timezone


def _schema(places: Sequence[int]) -> pa.Schema:
    return pa.schema([(f"c{place}", pa.large_string()) for place in places])


def _connect(url: str) -> Connection:
    """A connection within a transaction that only reads. Raises :class:`BadInputError`."""
    try:
        import sqlalchemy as sa
    except ImportError:
        raise refuse(DATABASE, "IN086", **NOT_INSTALLED) from None
    try:
        engine = sa.create_engine(_settled(sa.make_url(url)), poolclass=sa.NullPool, pool_reset_on_return=None)
    except (ImportError, sa.exc.NoSuchModuleError) as problem:
        raise refuse(DATABASE, "IN086", **missing_driver(problem)) from None
    except Exception:
        raise refuse(DATABASE, "IN085", what="the URL cannot be read", hint=f"{_WRITTEN}; in a password @ is %40") from None
    connection = None
    try:
        connection = engine.connect()
        _begin(connection)
    except Exception as problem:
        if connection is not None:
            _close(connection)
        raise refuse(DATABASE, "IN085", **connecting(problem)) from None
    return connection


def _settled(url: URL) -> URL:
    """The URL with what reading needs: psycopg for PostgreSQL and an end to waiting; SQLite files as they are, never made."""
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername == "postgresql+psycopg" and "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": "15"})
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith((":memory:", "file:")):
        place = Path(url.database).absolute().as_uri()
        url = url.set(database=place).update_query_dict({"mode": "ro", "uri": "true"})
    return url


def _begin(connection: Connection) -> None:
    """Start to read: from one snapshot where the database has them, with days as they are in England."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        connection.exec_driver_sql("SET LOCAL DateStyle TO 'ISO, DMY'")
        connection.exec_driver_sql("SET LOCAL TIME ZONE 'Europe/London'")
    elif dialect == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
    elif dialect in ("mysql", "mariadb"):
        connection.execution_options(isolation_level="REPEATABLE READ")
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")


def _close(connection: Connection) -> None:
    """Let go, quietly: a connection that is already lost has nothing more to say."""
    with contextlib.suppress(Exception):
        connection.rollback()
    with contextlib.suppress(Exception):
        connection.close()
    connection.engine.dispose()


def _known_schema(inspector: Inspector, schema: str) -> None:
    names = inspector.get_schema_names()
    if schema not in names:
        raise refuse(DATABASE, "IN087", schema=schema, hint=nearest(schema, names) or f"there are: {', '.join(names[:10])}")
