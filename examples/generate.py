"""Writes the two example extracts and the lists of what was planted in them. Everything is synthetic.

Run ``python examples/generate.py``. The same files come out on every machine, byte for byte.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from builder.annex_a import write_workbook  # noqa: E402
from builder.annex_breaches import plant_annex_breaches  # noqa: E402
from builder.annex_children import write_annex_children  # noqa: E402
from builder.breaches import plant_breaches  # noqa: E402
from builder.carefirst import write_extract  # noqa: E402
from builder.children import write_children  # noqa: E402
from builder.faults import plant_faults  # noqa: E402
from builder.records import Breach, World  # noqa: E402
from builder.staff import write_staff  # noqa: E402


def build_carefirst() -> World:
    """The world of the CareFirst example: compliant stories first, then the breaches and the faults."""
    world = World()
    write_staff(world)
    write_children(world)
    plant_breaches(world)
    plant_faults(world)
    return world


def build_annex_a() -> World:
    """The world of the Annex A example."""
    world = World()
    write_annex_children(world)
    plant_annex_breaches(world)
    return world


def write_breaches(breaches: Sequence[Breach], path: Path) -> None:
    """The list of planted breaches, in the order of the rules."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(("rule_id", "child_id", "subject_table", "subject_key", "what"))
    for breach in sorted(breaches, key=lambda item: (item.rule_id, item.child_id, item.subject_table, item.subject_key)):
        writer.writerow((breach.rule_id, breach.child_id, breach.subject_table, breach.subject_key, breach.what))
    path.write_bytes(page.getvalue().encode("utf-8"))


def main() -> None:
    """Rewrite both examples."""
    world = build_carefirst()
    write_extract(world, HERE / "carefirst")
    write_breaches(world.breaches, HERE / "carefirst_breaches.csv")
    world = build_annex_a()
    write_workbook(world, HERE / "annex_a" / "annex_a.xlsx")
    write_breaches(world.breaches, HERE / "annex_a_breaches.csv")


if __name__ == "__main__":
    main()
