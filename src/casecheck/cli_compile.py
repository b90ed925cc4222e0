"""``casecheck compile``: rules as SQL, on the screen or in a folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from casecheck.auditing import as_day, as_policy
from casecheck.engines.translating import DIALECTS
from casecheck.errors import CasecheckError, nearest
from casecheck.reports import write_file
from casecheck.rules.loading import rules_of
from casecheck.wording import counted
from casecheck.writing_sql import in_order, write_sql


def run_compile(
    dialect: str, out: Path | None, select: Sequence[str], ignore: Sequence[str], config: Path | None, as_of: str | None
) -> None:
    """Do what the command says. A folder that holds other files is refused, so that nothing of theirs is written over."""
    if dialect not in DIALECTS:
        raise CasecheckError(f"there is no dialect '{dialect}'", nearest(dialect, DIALECTS) or f"one of: {', '.join(DIALECTS)}")
    policy, day = as_policy(config), as_day(as_of)
    rules = rules_of(policy).select(select or policy.select, ignore or policy.ignore)
    files = write_sql(rules, policy, dialect, day)
    if out is None:
        sys.stdout.write("".join(in_order(files, dialect)))
        return
    _make_ready(out)
    for name, text in files.items():
        write_file(out / name, text.encode())
    written = counted(sum(name.startswith("rules/") for name in files), "rule")
    sys.stderr.write(f"written: {out} ({written}); begin with {out / 'README.txt'}\n")


def _make_ready(out: Path) -> None:
    """An empty folder, or one of an earlier run, whose rules are taken away: they may not be those of this one."""
    try:
        (out / "rules").mkdir(parents=True, exist_ok=True)
        strange = [path.name for path in out.iterdir() if path.name not in _OURS]
        strange += [path.name for path in (out / "rules").iterdir() if path.suffix != ".sql"]
        if strange:
            raise CasecheckError(f"{out} holds other files", "name a new folder with --out")
        for old in (out / "rules").iterdir():
            old.unlink()
    except OSError as problem:
        raise CasecheckError(f"{out}: cannot write ({problem.strerror})", "name another folder with --out") from None


_OURS = ("tables.sql", "calendar.sql", "views.sql", "clean_up.sql", "README.txt", "rules")
