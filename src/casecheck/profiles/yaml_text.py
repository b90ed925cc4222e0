"""Any part of a profile as YAML text that :mod:`casecheck.strict_yaml` reads back to the same: nothing here knows its fields.

Words may come from the data, so they are quoted, and whatever cannot be printed in them is written as an escape: no cell can
end a comment or begin a key.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from textwrap import wrap
from typing import Any

from pydantic import BaseModel

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_()./'-]| (?=[A-Za-z0-9(/]))*")
_TAKEN_FOR_OTHERS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_WIDTH = 128


def scalar(text: str) -> str:
    """A text as YAML: as it is when nothing can mistake it, else in quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _TAKEN_FOR_OTHERS:
        return text
    marks = {"\\": "\\\\", '"': '\\"'}
    return '"' + "".join(marks.get(mark, mark if mark.isprintable() else f"\\U{ord(mark):08x}") for mark in text) + '"'


def quoted(text: str) -> str:
    """A text in quotes, whether it needs them or not."""
    made = scalar(text)
    return made if made.startswith('"') else f'"{made}"'


def one_line(text: str) -> str:
    """A text that cannot end a comment: its words on one line."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def flow(value: Any) -> str:
    """A value on one line: a text, a list, a mapping, or a part of a profile without what it leaves to the default."""
    if value is None:
        return ""
    if isinstance(value, BaseModel):
        return flow(said(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(held)}" for key, held in value.items()) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(str(value))


def block(key: str, value: Any, indent: int) -> list[str]:
    """A key with its value: on one line where that is short or a plain list, else what it holds below it."""
    lead = f"{' ' * indent}{scalar(key)}:"
    value = said(value) if isinstance(value, BaseModel) else value
    line = f"{lead} {flow(value)}".rstrip()
    if isinstance(value, Mapping) and value and len(line) > _WIDTH:
        return [lead, *(inner for name, held in value.items() for inner in block(name, held, indent + 2))]
    return [line]


def blocks(part: BaseModel, indent: int, besides: Container[str] = ()) -> list[str]:
    """Everything that a part of a profile says, but for the fields that are laid out elsewhere."""
    return [line for key, value in said(part).items() if key not in besides for line in block(key, value, indent)]


def folded(key: str, text: str) -> list[str]:
    """A long text on as many lines as it needs, where its words are all that it is."""
    if text != one_line(text) or not text:
        return [f"{key}: {scalar(text)}"]
    return [f"{key}: >-", *(f"  {line}" for line in wrap(text, _WIDTH - 2, break_long_words=False, break_on_hyphens=False))]


def said(part: BaseModel) -> dict[str, Any]:
    """What a part of a profile says: its fields by the names that they have in a file, without those left to the default."""
    return part.model_dump(exclude_defaults=True, by_alias=True)
