"""Sources: files, workbooks, archives, databases and frames, read as text, with every row and where it stood."""

from casecheck.sources.opening import SourceLike, open_source
from casecheck.sources.raw import CsvBody, FrameBody, LateBody, Opening, PlacedBody, RawTable, SetAside

__all__ = ["CsvBody", "FrameBody", "LateBody", "Opening", "PlacedBody", "RawTable", "SetAside", "SourceLike", "open_source"]
