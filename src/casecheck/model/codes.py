"""Code sets: which codes a field may hold, and which other spellings mean the same code."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

_PREFIX = re.compile(r"^[a-z]{1,2}\d?\)\s*")
_TOKEN = re.compile(r"[A-Za-z0-9]+")
_FOLD = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u00a0": " "})


def fold(word: str) -> str:
    """A spelling as it is compared: lower case, plain quotes and dashes, single spaces."""
    return " ".join(word.translate(_FOLD).lower().split())


@dataclass(frozen=True)
class CodeSet:
    """One list of codes with their labels."""

    name: str
    labels: dict[str, str]
    words: dict[str, str] = field(repr=False)

    def read(self, raw: str, extra: Mapping[str, str] | None = None) -> str | None:
        """The code that a cell means, or ``None`` when it means none.

        Tried in order: the authority's own words; code, label or known spelling; the same without a letter prefix
        (``b) Female``) or a trailing ``.0``; a known code as the first token (``N1 - Abuse``, ``PR4: Private``).
        Nothing is guessed from likeness.
        """
        word = fold(raw)
        if extra and word in extra:
            return extra[word]
        bare = _PREFIX.sub("", word).removesuffix(".0")
        for candidate in (word, bare):
            if candidate in self.words:
                return self.words[candidate]
        return self._leading_code(bare)

    def _leading_code(self, bare: str) -> str | None:
        head = bare.lstrip("[(")
        first = _TOKEN.match(head)
        if first is None or head[first.end() : first.end() + 1].isalnum():
            return None
        rest = head[first.end() :].lstrip("]) ")
        code = self.words.get(first[0])
        is_code = code is not None and code.lower() == first[0]
        return code if is_code and (not rest or rest[0] in ":-,") else None


@cache
def load_code_sets() -> dict[str, CodeSet]:
    """All code sets by name, with the spellings that casecheck ships."""
    labels: dict[str, dict[str, str]] = {}
    words: dict[str, dict[str, str]] = {}
    for name, code, label in _rows("code_sets.csv"):
        labels.setdefault(name, {})[code] = label
        spelled = words.setdefault(name, {})
        spelled[fold(code)] = code
        spelled.setdefault(fold(label), code)
    for name, word, code in _rows("code_words.csv"):
        words.setdefault(name, {}).setdefault(fold(word), code)
    return {name: CodeSet(name, codes, words[name]) for name, codes in labels.items()}


def _rows(file: str) -> list[list[str]]:
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))[1:]
