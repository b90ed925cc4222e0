"""Which engine asks the questions: the embedded one, or the one that already holds the records."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from casecheck.engines.base import Engine
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.engines.spilling import Room
from casecheck.errors import InputError, nearest
from casecheck.sources import SourceLike
from casecheck.sources.bad_input import refuse
from casecheck.sources.database import DATABASE, Database
from casecheck.sources.database_faults import connecting
from casecheck.sources.spark_tables import session_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ENGINES = ("duckdb", "postgres", "spark")


def choose_engine(choice: Any, source: SourceLike, as_of: date, room: Room) -> tuple[Engine, SourceLike]:
    """An engine for a source, and the source as that engine takes it.

    ``choice`` is a name, a Spark session, a function that makes an engine for a day, or empty: Spark for what a Spark session
    holds, else DuckDB, in the memory and on the disk of ``room``. Raises :class:`InputError` for what does not go together.
    """
    if _is_session(choice):
        return _spark(choice, as_of), source
    if callable(choice):
        return choice(as_of), source
    if choice not in ("", *ENGINES):
        raise InputError(f"there is no engine '{choice}'", nearest(str(choice), ENGINES) or f"engines: {', '.join(ENGINES)}")
    session = session_of(source)
    if choice == "spark" or (session is not None and not choice):
        return _spark(session or _active(), as_of), source
    if session is not None:
        raise InputError(f"what a Spark session holds cannot be audited by {choice}", "leave the engine out, or say spark")
    if choice == "postgres":
        return _postgres(source, as_of)
    return DuckDBEngine(as_of, room=room), source


def _is_session(choice: object) -> bool:
    return type(choice).__module__.startswith("pyspark.sql") and type(choice).__name__ == "SparkSession"


def _spark(session: SparkSession, as_of: date) -> Engine:
    from casecheck.engines.spark import SparkEngine

    return SparkEngine(as_of, session)


def _active() -> SparkSession:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError("PySpark is not installed", 'pip install "casecheck[spark]"') from None
    session = SparkSession.getActiveSession()
    if session is None:
        raise InputError("there is no active Spark session", "hand one in: engine=session")
    return session


def _postgres(source: SourceLike, as_of: date) -> tuple[Engine, SourceLike]:
    if not isinstance(source, Database):
        raise InputError("the engine postgres audits what is in a PostgreSQL database", "give its URL: --source-url-file FILE")
    url = source.libpq_url
    if url is None:
        raise InputError("the engine postgres needs a PostgreSQL URL", "leave the engine out: any database can be read that way")
    try:
        from casecheck.engines.postgres import PostgresEngine
    except ImportError:
        raise InputError("psycopg is not installed", 'pip install "casecheck[postgres]"') from None
    try:
        return PostgresEngine(as_of, url), replace(source, in_place=True)
    except Exception as problem:  # the driver's words name the host and the user
        raise refuse(DATABASE, "IN085", **connecting(problem)) from None
