"""What the command line reads, and which engine asks: paths, databases by a URL that stands in a file, and Spark."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from casecheck.errors import CasecheckError

URL_VARIABLE = "CASECHECK_SOURCE_URL"
_WHERE_SPARK = "say --source 'local[*]', --source spark://HOST:7077 or --source sc://HOST:15002, or put it into --source-url-file"


def source_of(path: Path | None, url_file: Path | None, url_env: str, schema: str) -> Any:
    """What is to be read: a path, or a database whose URL stands where no shell history and no list of processes shows it."""
    from casecheck.sources.database import Database

    if bool(path) + bool(url_file) + bool(url_env) > 1:
        raise CasecheckError("more than one source was given", "give a path, or --source-url-file, or --source-url-env")
    if path and schema:
        raise CasecheckError("--schema is for a database, and a path was given", "leave it out, or say --source-url-file FILE")
    if path:
        return path
    if url_file:
        return Database.from_file(url_file, schema)
    if not url_env and URL_VARIABLE not in os.environ:
        raise CasecheckError("nothing to read was given", "name a folder or a file, or say --source-url-file FILE for a database")
    return Database.from_env(url_env or URL_VARIABLE, schema)


@contextmanager
def opened(
    path: Path | None, url_file: Path | None, url_env: str, schema: str, engine: str, spark: str
) -> Iterator[tuple[Any, Any]]:
    """The source, and the engine as :func:`casecheck.audit` takes it. A Spark session that is made here ends here."""
    if engine != "spark":
        if spark:
            raise CasecheckError("--source is the URL of Spark", "say --engine spark; a database goes into --source-url-file")
        yield source_of(path, url_file, url_env, schema), engine
        return
    from casecheck.engines.spark_session import start_session
    from casecheck.sources.spark_tables import SparkTables

    session = start_session(_spark_url(spark, url_file, url_env))
    try:
        yield path or SparkTables(session, schema), session
    finally:
        session.stop()


def _spark_url(spark: str, url_file: Path | None, url_env: str) -> str:
    if bool(spark) + bool(url_file) + bool(url_env) > 1:
        raise CasecheckError("Spark's URL was given twice", "say --source, or --source-url-file, or --source-url-env")
    if spark:
        return spark
    if not (url_file or url_env or URL_VARIABLE in os.environ):
        raise CasecheckError("where Spark is was not said", _WHERE_SPARK)
    url: str = source_of(None, url_file, url_env, "").url
    return url
