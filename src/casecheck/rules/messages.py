"""Message templates: ``Not seen for {gap|working day}; due {due_on}`` becomes a SQL expression.

``[a part in brackets]`` is left out when something that it names is blank; ``[last seen on {seen_on}|never seen]`` says something
else then. Messages are built by the engine beside the verdicts, so that a million findings need no Python loop. Only the names
that a verb gives can be used, so a message carries derived facts and never a cell's text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from casecheck.errors import RuleError, nearest
from casecheck.sql_text import in_words, literal

_PART = re.compile(r"\[((?:[^\[\]{}|]|\{[^{}]*\})+)(?:\|([^\[\]]*))?\]")
_BLANK = "not recorded"
_SLOT = re.compile(r"\{(\w+)(?:\|([\w ]+))?\}")


def names_in(template: str) -> list[str]:
    """The names that a template uses."""
    return [slot[1] for slot in _SLOT.finditer(template)]


def compile_message(template: str, kinds: Mapping[str, str], where: str) -> str:
    """The template as SQL over columns of the same names. ``kinds`` maps each name to date, number or text."""
    parts, end = [], 0
    for part in _PART.finditer(template):
        parts += _told(template[end : part.start()], kinds, where)
        inside, instead = (_told(text or "", kinds, where, blank=blank) for text, blank in ((part[1], ""), (part[2], _BLANK)))
        parts.append(f"COALESCE({' || '.join(inside)}, {' || '.join(instead) or literal('')})")
        end = part.end()
    return " || ".join([*parts, *_told(template[end:], kinds, where)])


def _told(text: str, kinds: Mapping[str, str], where: str, blank: str = _BLANK) -> list[str]:
    """Words and values, one after another. Without a word for ``blank`` a blank makes the whole blank."""
    parts, end = [], 0
    for slot in _SLOT.finditer(text):
        value = _value(slot[1], slot[2], kinds, where)
        parts += [literal(text[end : slot.start()])] if slot.start() > end else []
        parts.append(f"COALESCE({value}, {literal(blank)})" if blank else value)
        end = slot.end()
    return [*parts, literal(text[end:])] if end < len(text) else parts


def _value(name: str, noun: str | None, kinds: Mapping[str, str], where: str) -> str:
    if name not in kinds:
        raise RuleError(f"{where}: the message names '{name}', which this check does not give", nearest(name, kinds))
    text = f"CAST({name} AS TEXT)"
    if kinds[name] in ("date", "datetime"):
        return in_words(f"CAST({name} AS DATE)")
    if noun:
        return f"{text} || CASE WHEN {name} = 1 THEN {literal(' ' + noun)} ELSE {literal(' ' + noun + 's')} END"
    return text
