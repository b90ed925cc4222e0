"""Reports: one module a format. Each renders a result as text or bytes; :func:`write_report` puts it where it belongs."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from casecheck.errors import CasecheckError, nearest
from casecheck.result import AuditResult

FORMATS = {
    "text": "the outcome on a page, for people",
    "concise": "one line a finding, for editors and grep",
    "csv": "one row a finding, for Excel",
    "json": "the whole run as one document",
    "jsonl": "the run, then one finding a line",
    "parquet": "findings as a table, for data tools",
}
BINARY = ("parquet",)


def parse_output(text: str) -> tuple[str, Path | None]:
    """``csv=findings.csv`` as a format and a path; without a path it goes to the screen."""
    name, _, path = text.partition("=")
    if name not in FORMATS:
        raise CasecheckError(f"there is no output format '{name}'", nearest(name, FORMATS) or f"formats: {', '.join(FORMATS)}")
    if name in BINARY and not path:
        raise CasecheckError(f"{name} needs a file", f"write -o {name}=findings.{name}")
    return name, Path(path) if path else None


def render(result: AuditResult, name: str) -> bytes:
    """A result in one format."""
    renderer: Callable[[AuditResult], bytes | str] = import_module(f"casecheck.reports.{name}_report").render
    made = renderer(result)
    return made if isinstance(made, bytes) else made.encode()


def write_report(result: AuditResult, name: str, path: Path | None) -> None:
    """Write to the screen, or to a file that is replaced whole or not at all."""
    data = render(result, name)
    if path is None:
        sys.stdout.write(data.decode())
        sys.stdout.flush()
        return
    write_file(path, data)


def write_file(path: Path, data: bytes) -> None:
    """Write a file that is replaced whole or not at all. Raises :class:`CasecheckError` when it cannot be written."""
    try:
        _replace(path, data)
    except OSError as problem:
        raise CasecheckError(
            f"{path}: cannot write ({problem.strerror})", "is the folder there, and is the file closed in Excel?"
        ) from None


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
