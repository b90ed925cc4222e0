"""Sheets as one XML file, for the layouts of which a return is sent as XML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from casecheck.errors import CasecheckError
from casecheck.profiles.spec import Profile, Xml
from casecheck.stories.layouts.sheets import Sheet

_DAY = re.compile(r"^(\d{2})/(\d{2})/(\d{4})$")

_YEAR_FIRST = r"\3-\2-\1"

Leaves = dict[str, str]
"""One element: its leaves and their texts."""


def write_xml(profile: Profile, chunks: Iterable[Mapping[str, Sheet]], path: Path, as_of: date) -> None:
    """Write the return: one record a person, inside it an element a row. The rows of a person stand in one chunk.

    Raises :class:`casecheck.errors.CasecheckError` for a profile without XML.
    """
    xml = profile.xml
    if xml is None:
        with_xml = "the layouts with XML are cin_census and ssda903"
        raise CasecheckError(f"{profile.profile}: there is no XML of this layout", with_xml)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'<?xml version="1.0" encoding="utf-8"?>\n<{xml.root}>\n')
        about = {xml.year: f"{as_of:%Y}", xml.reference_date: f"{as_of:%Y-%m-%d}"}
        file.writelines(f"{_leaf(name, text)}\n" for name, text in about.items() if name)
        for sheets in chunks:
            file.writelines(_records(profile, xml, sheets))
        file.write(f"</{xml.root}>\n")


def _records(profile: Profile, xml: Xml, sheets: Mapping[str, Sheet]) -> Iterator[str]:
    """Each person's record. Sources that share an element fill it together, the first row of one with that of another."""
    people: dict[str, dict[str, list[Leaves]]] = {}
    for source, row in xml.rows.items():
        spec = profile.sources[source]
        sheet = sheets.get(spec.names[0] if spec.names else source)
        told: dict[str, int] = {}
        for cells in sheet.rows if sheet else ():
            leaves = {name: text for name, text in zip(spec.columns, cells, strict=True) if text is not None}
            person = leaves[spec.person]
            place = told[person] = told.get(person, -1) + 1
            elements = people.setdefault(person, {}).setdefault(row.element, [])
            if place == len(elements):
                elements.append({})
            elements[place] |= leaves
    for person, inside in people.items():
        yield f"<{xml.record}>\n{''.join(_elements(xml, person, inside))}</{xml.record}>\n"


def _elements(xml: Xml, person: str, elements: Mapping[str, list[Leaves]]) -> Iterator[str]:
    """What stands inside a record: the person's number and what the record itself says, then the rows."""
    number = xml.inherited[0]
    yield f"{_leaves({number: person} | (elements.get(xml.record) or [{}])[0])}\n"
    for element, rows in elements.items():
        for leaves in rows if element != xml.record else ():
            inside = {name: text for name, text in leaves.items() if name != number}
            yield f"{_leaves(inside)}\n" if set(inside) == {element} else f"<{element}>{_leaves(inside)}</{element}>\n"


def _leaves(leaves: Leaves) -> str:
    return "".join(_leaf(name, part) for name, text in leaves.items() for part in text.split(";"))


def _leaf(name: str, text: str) -> str:
    """A leaf; days as XML has them, year first."""
    written = escape(_DAY.sub(_YEAR_FIRST, text))
    return f"<{name}>{written}</{name}>"
