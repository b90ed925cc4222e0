"""``casecheck synth``: a synthetic extract, with the truth beside it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from casecheck.wording import counted

if TYPE_CHECKING:
    from casecheck.synthesis.pieces import Whole

SYNTH_EXAMPLES = (
    "Examples: casecheck synth made --children 5000 --as-of 2026-03-31 | "
    "casecheck synth made --children 5000 --as-of 2026-03-31 --profile carefirst --breaches breaches.toml --dirt realistic | "
    "casecheck synth made --as-of 2026-03-31 --seed 2 --force. "
    'breaches.toml says how many of which, as numbers or as shares of the children of that story: [breaches] "VIS-CP-001" = 25, '
    '"VIS-CP-002" = "2%", all = 3. '
    "Then: casecheck check made/extract --as-of 2026-03-31 --config made/casecheck.toml. "
    "Exit codes: 0 written; 2 could not run."
)


def synth(
    out: Annotated[Path, typer.Argument(help="A new folder.")],
    children: Annotated[int, typer.Option("--children", min=1, help="How many children.")] = 1000,
    as_of: Annotated[str | None, typer.Option("--as-of", help="The day of the extract, as 2026-03-31. Default: today.")] = None,
    profile: Annotated[str, typer.Option("--profile", help="The layout: model, carefirst, ssd, ..., or a file.")] = "model",
    seed: Annotated[int, typer.Option("--seed", help="Another number makes another extract; the same, the same bytes.")] = 1,
    breaches: Annotated[
        Path | None, typer.Option("--breaches", help="A TOML file: how many breaches of which rules. Default: none.")
    ] = None,
    dirt: Annotated[str, typer.Option("--dirt", help="none, or realistic: spelt, spaced and dated as extracts are.")] = "none",
    processes: Annotated[int, typer.Option("--processes", min=0, help="How many at once. Default: one a core.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace what an earlier synth wrote there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on the screen.")] = False,
) -> None:
    """Write a synthetic extract in any layout: children who do not exist, and a list of every breach that was planted."""
    from casecheck.auditing import as_day
    from casecheck.synthesis import Order, read_wanted, synthesise

    signal.signal(signal.SIGTERM, _stop)
    order = Order(children, as_day(as_of), profile, seed, read_wanted(breaches) if breaches else {}, dirt)
    shown = not quiet and sys.stderr.isatty() and not os.environ.get("CI")
    many = processes or os.cpu_count() or 1
    whole = synthesise(out, order, force=force, processes=many, progress=_show if shown else _say_nothing)
    if shown:
        _show("")
    _tell(out, order.children, whole)


def _tell(out: Path, children: int, whole: Whole) -> None:
    written = f"{children:,} {'child' if children == 1 else 'children'}, {counted(sum(whole.rows.values()), 'row')}"
    planted = f"{len(whole.truth):,} {'breach' if len(whole.truth) == 1 else 'breaches'} planted"
    sys.stderr.write(f"written: {out} ({written}, {planted}); it is synthetic, and {out / 'README.txt'} says so\n")


def _stop(number: int, frame: FrameType | None) -> None:
    """Being told to end is an interruption like any other: what was begun is taken away."""
    raise KeyboardInterrupt


def _show(text: str) -> None:
    sys.stderr.write(f"\r\033[K{text}")
    sys.stderr.flush()


def _say_nothing(_: str) -> None:
    pass
