"""Parquet files."""

from __future__ import annotations

from casecheck.sources.raw import FileItem, Opening, RawTable


def read_parquet(item: FileItem, opening: Opening) -> list[RawTable]:
    """One table."""
    raise NotImplementedError
