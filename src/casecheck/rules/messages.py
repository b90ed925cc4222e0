"""Message templates: ``Not seen for {gap|working day}; due {due_on}`` becomes a SQL expression.

Messages are built by the engine beside the verdicts, so that a million findings need no Python loop. Only the names
that a verb gives can be used, so a message carries derived facts and never a cell's text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from casecheck.errors import RuleError, nearest
from casecheck.sql_text import in_words, literal

_SLOT = re.compile(r"\{(\w+)(?:\|([\w ]+))?\}")


def names_in(template: str) -> list[str]:
    """The names that a template uses."""
    return [slot[1] for slot in _SLOT.finditer(template)]


def compile_message(template: str, kinds: Mapping[str, str], where: str) -> str:
    """The template as SQL over columns of the same names. ``kinds`` maps each name to date, number or text."""
    parts, end = [], 0
    for slot in _SLOT.finditer(template):
        if slot.start() > end:
            parts.append(literal(template[end : slot.start()]))
        parts.append(_value(slot[1], slot[2], kinds, where))
        end = slot.end()
    if end < len(template):
        parts.append(literal(template[end:]))
    return " || ".join(parts)


def _value(name: str, noun: str | None, kinds: Mapping[str, str], where: str) -> str:
    if name not in kinds:
        raise RuleError(f"{where}: the message names '{name}', which this check does not give", nearest(name, kinds))
    text = f"CAST({name} AS TEXT)"
    if kinds[name] in ("date", "datetime"):
        return f"COALESCE({in_words(f'CAST({name} AS DATE)')}, 'not recorded')"
    if noun:
        text = f"{text} || CASE WHEN {name} = 1 THEN {literal(' ' + noun)} ELSE {literal(' ' + noun + 's')} END"
    return f"COALESCE({text}, 'not recorded')"
