"""Tables that a Spark session reaches: a schema of its catalog, or DataFrames that are handed in. Nothing is read here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from casecheck.sources.bad_input import note, refuse
from casecheck.sources.raw import Opening, PlacedBody, RawTable

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CATALOG = "spark"
"""What messages and findings call a catalog."""


@dataclass(frozen=True)
class SparkTables:
    """The tables and views of one schema. The session's current schema when none is named."""

    session: SparkSession = field(repr=False)
    schema: str = ""


def is_spark_frame(frame: object) -> bool:
    """Whether it is a DataFrame of Spark, without loading Spark to find out."""
    return type(frame).__module__.startswith("pyspark.sql") and hasattr(frame, "sparkSession")


def session_of(source: object) -> SparkSession | None:
    """The session behind a source, when there is one: all its frames must come from the same."""
    if isinstance(source, SparkTables):
        return source.session
    frames = [frame for frame in source.values() if is_spark_frame(frame)] if isinstance(source, Mapping) else []
    return frames[0].sparkSession if frames else None


def read_spark_frame(name: str, frame: Any) -> RawTable:
    """A DataFrame as a table whose rows stay where they are."""
    columns = tuple(frame.columns)
    return RawTable(name, "", columns, PlacedBody(frame, columns, ()), header_line=0, how="a Spark frame")


def read_spark_tables(source: SparkTables, opening: Opening) -> list[RawTable]:
    """Every table and view of a schema, in the order of their names. One without the right to read it is given as refused.

    Raises :class:`BadInputError` when there are none, or no such schema.
    """
    catalog = source.session.catalog
    if source.schema and not catalog.databaseExists(source.schema):
        raise refuse(CATALOG, "IN087", schema=source.schema, hint="SHOW SCHEMAS lists them")
    schema = source.schema or catalog.currentDatabase()
    listed = sorted(row.tableName for row in source.session.sql(f"SHOW TABLES IN `{schema}`").collect() if not row.isTemporary)
    tables = [_table(source.session, schema, name, opening) for name in listed]
    if not tables:
        raise refuse(CATALOG, "IN088", found="there are none")
    return tables


def _table(session: SparkSession, schema: str, name: str, opening: Opening) -> RawTable:
    try:
        frame = session.table(f"`{schema}`.`{name}`")
        columns = tuple(frame.columns)
    except Exception as problem:  # Spark's words name paths and hosts
        refused = note("IN089", what=type(problem).__name__, hint="try to read it in the session itself")
        return RawTable(f"{CATALOG}.{schema}", name, (), PlacedBody(None, (), ()), header_line=0, refused=refused)
    return RawTable(
        f"{CATALOG}.{schema}", name, columns, PlacedBody(frame, columns, ()), header_line=0, how="a table of the catalog"
    )
