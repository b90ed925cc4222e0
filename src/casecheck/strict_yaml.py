"""YAML read strictly: every value is text, and every value knows its line.

Rule files and profiles say what they say: ``NO`` stays ``NO`` and ``0012`` stays ``0012``. Tags, anchors,
aliases and duplicate keys are refused, so a file cannot run code or grow when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from casecheck.errors import CasecheckError, nearest

Data = str | None | list["Data"] | dict[str, "Data"]
Location = tuple[str | int, ...]
Parsed = TypeVar("Parsed", bound=BaseModel)

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Document:
    """The data of one file, and the line on which each value stands."""

    name: str
    data: Data
    lines: dict[Location, int] = field(default_factory=dict)

    def line(self, location: Location) -> int:
        """The line of a value, or of the nearest thing that holds it."""
        while location not in self.lines and location:
            location = location[:-1]
        return self.lines.get(location, 1)


def read(text: str, name: str, error: type[CasecheckError]) -> Document:
    """Parse one YAML document. ``name`` is used in messages; ``error`` is what is raised."""
    document = Document(name, None)
    try:
        events = yaml.parse(text, Loader=_Loader)
        builder = _Builder(events, document, error)
        document.data = builder.build()
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise error(f"{name}:{line}: this is not valid YAML ({problem.problem})") from None
    return document


def read_file(path: Path, error: type[CasecheckError]) -> Document:
    """Parse one YAML file in UTF-8."""
    return read(path.read_text(encoding="utf-8"), str(path), error)


def parse(document: Document, kind: type[Parsed], error: type[CasecheckError]) -> Parsed:
    """Check a document against a pydantic model; say the file, the line and the nearest known key."""
    try:
        return kind.model_validate(document.data)
    except ValidationError as problem:
        raise error(_explain(document, kind, problem)) from None


def _explain(document: Document, kind: type[BaseModel], problem: ValidationError) -> str:
    said = []
    for item in problem.errors(include_url=False, include_input=False, include_context=False):
        location = item["loc"]
        where = ".".join(str(part) for part in location) or "the file"
        text = f"{document.name}:{document.line(location)}: {where}: {_plain(item['type'], item['msg'])}"
        if item["type"] == "extra_forbidden":
            hint = nearest(str(location[-1]), kind.model_fields)
            text += f" ({hint})" if hint else ""
        said.append(text)
    return "\n".join(said)


def _plain(kind: str, message: str) -> str:
    plain = {"extra_forbidden": "no such key here", "missing": "this key is needed"}
    return plain.get(kind, message.removeprefix("Value error, "))


class _Builder:
    """Turns the parser's events into data, refusing what a data file has no need of."""

    def __init__(self, events: Iterator[Any], document: Document, error: type[CasecheckError]) -> None:
        self.events = events
        self.document = document
        self.error = error

    def build(self) -> Data:
        value: Data = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                value = self._value(next(self.events), ())
        return value

    def _value(self, event: Any, location: Location) -> Data:
        self._refuse(event)
        self.document.lines[location] = _line(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(location)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(location)
        return None if event.value == "" and not event.style else str(event.value)

    def _mapping(self, location: Location) -> dict[str, Data]:
        found: dict[str, Data] = {}
        while not isinstance(key := next(self.events), yaml.MappingEndEvent):
            self._refuse(key)
            if not isinstance(key, yaml.ScalarEvent):
                raise self._problem(key, "a key must be a word")
            if key.value in found:
                raise self._problem(key, f"the key '{key.value}' is given twice")
            inner = (*location, key.value)
            found[key.value] = self._value(next(self.events), inner)
            self.document.lines[inner] = _line(key)
        return found

    def _sequence(self, location: Location) -> list[Data]:
        found: list[Data] = []
        while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
            found.append(self._value(item, (*location, len(found))))
        return found

    def _refuse(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._problem(event, "anchors and aliases are not allowed: write the value out")
        if getattr(event, "tag", None):
            raise self._problem(event, "tags (!something) are not allowed")

    def _problem(self, event: Any, text: str) -> CasecheckError:
        return self.error(f"{self.document.name}:{_line(event)}: {text}")


def _line(event: Any) -> int:
    line: int = event.start_mark.line + 1
    return line
