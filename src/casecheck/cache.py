"""A compiled form of YAML files, keyed by their content, so that nobody has to think of it.

Reading and checking hundreds of YAML files takes seconds; reading one JSON file takes milliseconds. The cache holds
only what the files say (never case data), can be deleted at any time, and is skipped when its folder cannot be written.
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

    def __init__(self, name: str, kind: type[Built], sources: dict[str, str], salt: str = "") -> None:
        self.kind = kind
        self.sources = sources
        digest = hashlib.sha256(f"{library_version()}\0{_code_stamp()}\0{salt}".encode())
        for key in sorted(sources):
            digest.update(f"\0{key}\0{sources[key]}".encode())
        self.path = cache_folder() / f"{name}-{digest.hexdigest()[:32]}.json"

    def load(self, build: Callable[[dict[str, str]], Built]) -> Built:
        """The stored object, or a new one that is stored for the next time."""
        try:
            return self.kind.model_validate_json(self.path.read_bytes())
        except (OSError, ValidationError):
            built = build(self.sources)
            self._store(built)
            return built

    def _store(self, built: Built) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.path.parent, suffix=".tmp")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(built.model_dump_json())
            Path(temporary).replace(self.path)
        except OSError:
            return


@cache
def _code_stamp() -> str:
    """Changes when the code that builds things does, so that a developer never sees a stale form."""
    root = Path(__file__).parent
    files = [file for part in ("", "model", "rules", "rules/verbs", "profiles") for file in (root / part).glob("*.py")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()
