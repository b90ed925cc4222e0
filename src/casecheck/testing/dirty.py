"""A history as the files that it may come in, with what is wrong with them."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from casecheck.model import load_model
from casecheck.profiles.loading import MODEL, load_profile
from casecheck.stories.dirt import Soiled, body, head, plan_dirt, soil
from casecheck.stories.layouts import Sheet, lay_out
from casecheck.stories.layouts.sheets import file_name
from casecheck.testing.case_history import CaseHistory


@dataclass(frozen=True)
class DirtyFiles:
    """CSV files in the model's own layout, by name. ``kinds`` counts what is wrong, by kind; reading repairs all of it but one.

    ``unreadable`` names the dates that nobody can read: the file, the child, and the field.
    """

    history: CaseHistory
    files: dict[str, bytes]
    kinds: Counter[str]
    unreadable: tuple[tuple[str, str, str], ...]

    def write(self, folder: Path) -> Path:
        """Write the files into a folder, which is given back."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in self.files.items():
            (folder / name).write_bytes(data)
        return folder

    def __repr__(self) -> str:
        said = ", ".join(f"{kind}: {number}" for kind, number in sorted(self.kinds.items()))
        return f"DirtyFiles({', '.join(self.files)}; {said})\n{self.history!r}"


def spoiled(history: CaseHistory, chance: random.Random) -> DirtyFiles:
    """A history as files with dirt that ``chance`` chooses."""
    sheets = lay_out(load_profile(MODEL), history.tables, history.as_of)
    kinds: Counter[str] = Counter()
    files: dict[str, bytes] = {}
    unreadable: list[tuple[str, str, str]] = []
    for name, sheet in sheets.items():
        if not sheet.rows:
            continue
        data, done = _file(name, sheet, chance)
        files[file_name(sheet)] = data
        kinds += done.kinds
        unreadable += [(file_name(sheet), child, column) for child, column in done.unreadable]
    return DirtyFiles(history, files, kinds, tuple(unreadable))


def _file(table: str, sheet: Sheet, chance: random.Random) -> tuple[bytes, Soiled]:
    types = {name: spec.type for name, spec in load_model().tables[table].fields.items()}
    person = "person_id" if "person_id" in types else ""
    dirt = plan_dirt(sheet.headings, types, chance, spoil=bool(person) and chance.random() < 0.5)
    done = soil(dirt, sheet.headings, sheet.rows, chance, person)
    done.kinds.update(dirt.file)
    return head(sheet.headings, dirt) + body(done.rows, dirt), done
