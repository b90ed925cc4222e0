"""Census XML."""

from __future__ import annotations

from casecheck.sources.raw import FileItem, Opening, RawTable


def read_xml(item: FileItem, opening: Opening) -> list[RawTable]:
    """One table for each kind of row."""
    raise NotImplementedError
