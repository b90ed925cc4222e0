"""What stands beside the extract: the truth, an account of the run, a policy to audit it with, and a word for people."""

from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from casecheck.cache import library_version
from casecheck.model import load_model
from casecheck.profiles.loading import load_profile
from casecheck.synthesis.area import Truth
from casecheck.synthesis.folder import MADE_BY, TRUTH
from casecheck.synthesis.pieces import Whole
from casecheck.synthesis.planning import Order
from casecheck.synthesis.spoiling import sheet_of

EXTRACT = "extract"
_COLUMNS = [field.name for field in dataclasses.fields(Truth)]
_README = """This extract is synthetic. Nobody in it is real: casecheck synth made it up.

extract/        the files, in the layout '{profile}'
truth.csv       the breaches that were planted, each as the finding that must come of it
unreadable.csv  the dates that were made unreadable
truth.json      how it was made, and how many rows each file has
casecheck.toml  a policy that knows which columns no story fills

casecheck check extract --profile {profile} --as-of {as_of} --config casecheck.toml
"""


def write_beside(order: Order, whole: Whole, folder: Path) -> None:
    """Write everything but the extract itself."""
    _write_rows(folder / "truth.csv", _COLUMNS, (dataclasses.astuple(each) for each in sorted(whole.truth, key=_place)))
    _write_rows(folder / "unreadable.csv", ("file", "child_id", "column"), sorted(whole.unreadable))
    _write_text(folder / "casecheck.toml", _policy(order, whole))
    _write_text(folder / "README.txt", _README.format(profile=order.profile, as_of=order.as_of))
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    _write_text(folder / TRUTH, json.dumps(_account(order, whole, [*files, TRUTH]), indent=2) + "\n")


def _place(truth: Truth) -> tuple[str, str]:
    return truth.rule_id, truth.child_id


def _account(order: Order, whole: Whole, files: list[str]) -> dict[str, object]:
    return {
        "made_by": MADE_BY,
        "synthetic": True,
        "version": library_version(),
        "seed": order.seed,
        "as_of": order.as_of.isoformat(),
        "profile": order.profile,
        "children": order.children,
        "breaches": len(whole.truth),
        "rows": dict(sorted(whole.rows.items())),
        "rows_without_a_place_in_this_layout": dict(sorted(whole.left_out.items())),
        "dirt": {kind: dict(sorted(files.items())) for kind, files in sorted(whole.dirt.items())},
        "files": files,
    }


def _policy(order: Order, whole: Whole) -> str:
    """Lists, tables and fields that the layout can hold and no row fills: nothing happened, and nothing was lost."""
    profile = load_profile(order.profile)
    blank = [name for name, spec in profile.sources.items() if sheet_of(name, spec) in whole.empty]
    for name, table in load_model().tables.items():
        if profile.holds(name) and name not in whole.filled:
            blank.append(name)
        elif profile.holds(name):
            held = [f"{name}.{column}" for column in table.fields if profile.holds(name, column)]
            blank += [column for column in held if column not in whole.filled]
    lines = "".join(f'  "{name}",\n' for name in dict.fromkeys(blank))
    return f"# For a synthetic extract. What no story writes is blank, and rightly so.\n[tables]\nmay_be_empty = [\n{lines}]\n"


def _write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
