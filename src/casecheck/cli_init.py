"""``casecheck init``: look, draft, say what was found, and write the draft."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from casecheck.auditing import as_day, as_policy
from casecheck.errors import CasecheckError
from casecheck.reports import replace_file
from casecheck.reports.draft import describe, waiting
from casecheck.sources.database import DATABASE, Database
from casecheck.starting import Start, start
from casecheck.wording import safe


def run_init(
    source: Path | Database,
    target: str,
    out: Path,
    force: bool,
    child_id: Sequence[str],
    as_of: str | None,
    config: Path | None,
) -> None:
    """Do what the command says; ``target`` is how the source is given on a command line.

    The draft is written whole or not at all; a file that is there is kept, unless ``force``.
    """
    if out.suffix not in (".yaml", ".yml"):
        raise CasecheckError(f"{out} is not a name for a profile", "let it end in .yaml: --out ours.yaml")
    _keep(out, force)
    day = f" --as-of {as_of}" if as_of else ""
    found = start(source, as_policy(config), as_day(as_of), f"casecheck check {target} --profile {_typed(out)}{day}", child_id)
    sys.stdout.write(describe(found, DATABASE if isinstance(source, Database) else str(source)))
    if found.fits_all:
        assert found.draft.fit is not None
        _next([f"casecheck check {target} --profile {found.draft.fit.profile.profile}{day}"], "Nothing was written: run")
        return
    _keep(out, force)
    try:
        replace_file(out, found.text.encode())
    except OSError as problem:
        raise CasecheckError(
            f"{out}: cannot write ({problem.strerror})", "is the folder there? Name another file with --out"
        ) from None
    _tell_next(found, target, out, day)


def typed_source(path: Path | None, url_file: Path | None, url_env: str, schema: str) -> str:
    """What is to be read, as it is typed on a command line."""
    parts = [_typed(path)] if path else []
    parts += ["--source-url-file", _typed(url_file)] if url_file else []
    parts += ["--source-url-env", shlex.quote(url_env)] if url_env else []
    parts += ["--schema", shlex.quote(schema)] if schema else []
    return " ".join(parts)


def _keep(out: Path, force: bool) -> None:
    if out.exists() and not force:
        raise CasecheckError(f"{out} is there already, and is kept", "name another file with --out, or say --force to replace it")


def _tell_next(found: Start, target: str, out: Path, day: str) -> None:
    fit, child = found.draft.fit, found.draft.child
    if child:
        again = f"casecheck init {target} --child-id {shlex.quote(child)} --out {_typed(out)}{day} --force"
        _next([again], f'If "{safe(child)}" is the child\'s number, say so, and more can be mapped. It replaces the draft')
    if fit is not None and found.draft.whole:
        _next([f"casecheck check {target} --profile {fit.profile.profile}{day}"], "To use the profile as it ships")
    _next(
        [f"casecheck check {target} --profile {_typed(out)}{day}"],
        f"Written: {out}. In it wait for you: {waiting(found)}. It runs as it stands",
    )


def _next(commands: Sequence[str], said: str) -> None:
    sys.stdout.write("\n" + f"{said}:\n" + "".join(f"  {command}\n" for command in commands))


def _typed(path: Path) -> str:
    """A path as it is typed on a command line."""
    return f'"{path}"' if sys.platform == "win32" and " " in str(path) else shlex.quote(str(path))
