"""Where an extract is put: a folder that is there whole or not at all."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from casecheck.errors import CasecheckError

TRUTH = "truth.json"
MADE_BY = "casecheck synth"


@contextlib.contextmanager
def new_folder(out: Path, force: bool) -> Iterator[Path]:
    """A folder beside ``out`` that takes its name at the end, and is taken away when something stops before.

    Raises :class:`CasecheckError` when something is there already; with ``force``, unless it is what this command wrote.
    """
    check_free(out, force)
    try:
        temporary = Path(tempfile.mkdtemp(dir=out.absolute().parent, prefix=f".{out.name}."))
    except OSError as problem:
        raise CasecheckError(f"{out}: cannot write ({problem.strerror})", "is the folder above it there?") from None
    try:
        try:
            yield temporary
            temporary.chmod(0o755)
            check_free(out, force)
            _take_the_place(temporary, out)
        except OSError as problem:
            raise CasecheckError(f"{out}: cannot write ({problem.strerror})", "is there room on the disk?") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_free(out: Path, force: bool) -> None:
    """Refuse a place that holds anything else than, with ``force``, an extract of ours."""
    if not out.exists():
        return
    if not out.is_dir():
        raise CasecheckError(f"{out} is a file", "name a new folder")
    if not any(out.iterdir()) or (force and _is_ours(out)):
        return
    if force:
        raise CasecheckError(f"{out} holds files that casecheck synth did not write", "name a new folder")
    raise CasecheckError(f"{out} is there already, and is kept", "name a new folder, or say --force to replace what synth wrote")


def _is_ours(out: Path) -> bool:
    """Whether every file in it is listed in the account that the command leaves."""
    try:
        account = json.loads((out / TRUTH).read_text(encoding="utf-8"))
        listed = set(account["files"]) if account["made_by"] == MADE_BY else set()
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return all(path.relative_to(out).as_posix() in listed for path in out.rglob("*") if not path.is_dir())


def _take_the_place(new: Path, out: Path) -> None:
    if not out.exists():
        new.rename(out)
        return
    aside = Path(tempfile.mkdtemp(dir=out.absolute().parent, prefix=f".{out.name}.old."))
    old = out.rename(aside / "old")
    try:
        new.rename(out)
    except BaseException:
        old.rename(out)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)
