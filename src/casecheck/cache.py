"""A compiled form of YAML files, keyed by their content, so that nobody has to think of it.

Reading and checking hundreds of YAML files takes seconds; reading one JSON file takes milliseconds. What ships is compiled when
the package is built; the rest is kept in the user's cache folder. A compiled form holds only what the files say (never case
data), can be deleted at any time, and is skipped when its folder cannot be written.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

Built = TypeVar("Built", bound=BaseModel)

PACKAGED = Path(__file__).parent / "compiled"
_KEPT = 16

_read_before: dict[str, BaseModel] = {}


def cache_folder() -> Path:
    """Where compiled files are kept: ``CASECHECK_CACHE_DIR``, or the user's own cache folder."""
    named = os.environ.get("CASECHECK_CACHE_DIR")
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "casecheck" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "casecheck"


def library_version() -> str:
    """The installed version, or ``0`` when run from a folder that was never installed."""
    try:
        return version("casecheck")
    except PackageNotFoundError:
        return "0"


class Cached(Generic[Built]):
    """One pydantic object built from named texts; the key is a hash of them and of the code that builds it."""

    def __init__(self, name: str, kind: type[Built], sources: dict[str, str]) -> None:
        self.name = name
        self.kind = kind
        self.sources = sources
        digest = hashlib.sha256(code_stamp().encode())
        for key in sorted(sources):
            digest.update(f"\0{key}\0{sources[key]}".encode())
        self.file = f"{name}-{digest.hexdigest()[:32]}.json"

    def load(self, build: Callable[[dict[str, str]], Built]) -> Built:
        """The packaged or stored object, or a new one that is stored for the next time."""
        kept = _read_before.get(self.file)
        if isinstance(kept, self.kind):
            return kept
        found = self._read(PACKAGED / self.file) or self._read(cache_folder() / self.file)
        if found is None:
            found = build(self.sources)
            self.store(found, cache_folder())
        _read_before[self.file] = found
        return found

    def store(self, built: Built, folder: Path) -> None:
        """Keep an object for the next time, and forget the oldest of its kind."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(built.model_dump_json())
            Path(temporary).replace(folder / self.file)
            for old in _newest_first(folder, self.name)[_KEPT:]:
                old.unlink(missing_ok=True)
        except OSError:
            return

    def _read(self, file: Path) -> Built | None:
        try:
            return self.kind.model_validate_json(file.read_bytes())
        except (OSError, ValidationError):
            return None


def _newest_first(folder: Path, name: str) -> list[Path]:
    def age(file: Path) -> float:
        try:
            return file.stat().st_mtime
        except OSError:
            return 0.0

    return sorted(folder.glob(f"{name}-*.json"), key=age, reverse=True)


@cache
def code_stamp() -> str:
    """Changes when the code that builds things does, so that a stale form is never read."""
    root = Path(__file__).parent
    parts = ("", "model", "rules", "rules/verbs", "profiles")
    files = [file for part in parts for file in sorted((root / part).glob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
