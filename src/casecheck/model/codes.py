"""Code sets: which codes a field may hold, and which other spellings mean the same code. Nothing is guessed from likeness."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

MANY = {"category_of_abuse": "MUL"}
"""Sets with a code for several at once: several known words in one cell mean it."""
FLAGS = {"category_of_abuse": ("NEG", "PHY", "SAB", "EMO")}
"""Sets that some reports give as a string of flags (``YNNN``), in the order of the Annex A list."""

_PREFIX = re.compile(r"^\(?[a-z]{1,2}\d?(?:\)\s*|\.\s+)")
_BARE_PREFIX = re.compile(r"^[a-z] (?=\w)")
_OBSOLETE = re.compile(r"[\s*(\[:-]*\bdo not use\b[\s*)\]:-]*")
_UNMAPPED = re.compile(r"^code '.*' is not mapped$")
_HEAD = re.compile(r"^[\[(]?([a-z0-9]+)[\])]?(\s*[:,-]\s*|\s+|(?<=[\])])|$)(.*)$")
_TAIL = re.compile(r"^(.*?)(?:\s*[\[(]([a-z0-9]+)[\])]|\s+[:-]\s*([a-z0-9]+))$")
_CODE_LIKE = re.compile(r"^(?=.*[a-z])(?=.*\d)[a-z0-9]+$")
_SEVERAL = re.compile(r"\s*[;|/+&]\s*|\s*,\s*|\s+and\s+")
_LONGEST = 500
"""No code, label or known spelling is longer; a text that is would cost time to be told from one."""
_FLAG_STRING = re.compile(r"^[yn]+$")
_GARBLED = ("\u00c3", "\u00e2\u20ac", "\u00c2")
_FOLD = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u00a0": " "}
    | {"\x91": "'", "\x92": "'", "\x93": '"', "\x94": '"', "\x96": "-", "\x97": "-"}
)

Understood = tuple[str | None, str]


def fold(word: str) -> str:
    """A spelling as it is compared: lower case, plain quotes and dashes, single spaces."""
    return " ".join(word.translate(_FOLD).lower().split())


def mended(text: str) -> str:
    """Text that was read in the wrong encoding, read in the right one; empty when it was not, or cannot be mended."""
    if not any(mark in text for mark in _GARBLED):
        return ""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""


@dataclass(frozen=True)
class CodeSet:
    """One list of codes with their labels."""

    name: str
    labels: dict[str, str]
    words: dict[str, str] = field(repr=False)

    def read(self, raw: str, extra: Mapping[str, str] | None = None) -> str | None:
        """The code that a cell means, or ``None`` when it means none."""
        return self.understand(raw, extra)[0]

    def understand(self, raw: str, extra: Mapping[str, str] | None = None) -> Understood:
        """The code that a cell means, and a word for how it was found.

        ``ok`` for the code itself, ``other spelling`` for a label or a known word (also with a letter prefix, a trailing
        ``.0``, or code and label together), ``obsolete spelling``, ``several values as one code``, ``flags``, ``garbled,
        repaired``. Without a code: ``not mapped by the supplier``, ``several values``, ``garbled`` or ``unreadable``.
        """
        if len(raw) > _LONGEST:
            return None, "unreadable"
        word = fold(raw)
        if extra and word in extra:
            return extra[word], "ok" if extra[word] == raw else "other spelling"
        code = None if _OBSOLETE.search(word) else self._one(word)
        if code is not None:
            return code, "ok" if code == raw else "other spelling"
        return self._uncommon(raw, word)

    def _uncommon(self, raw: str, word: str) -> Understood:
        if _UNMAPPED.match(word):
            return None, "not mapped by the supplier"
        if current := _OBSOLETE.sub("", word).strip():
            code = self._one(current) if current != word else None
            if code is not None:
                return code, "obsolete spelling"
        if self.name in FLAGS and (code := self._flags(word)):
            return code, "flags"
        if whole := mended(raw):
            code = self.read(whole)
            return code, "garbled, repaired" if code else "garbled"
        parts = [self._one(part) for part in _SEVERAL.split(word) if part]
        if len(parts) > 1 and None not in parts:
            codes = set(parts)
            if len(codes) == 1:
                return parts[0], "other spelling"
            many = MANY.get(self.name)
            return many, "several values as one code" if many else "several values"
        return None, "unreadable"

    def _one(self, word: str) -> str | None:
        """One word, as it stands, without its letter prefix, or as code and label together."""
        for candidate in self._forms(word):
            if candidate in self.words:
                return self.words[candidate]
        bare = _PREFIX.sub("", word)
        return self._head(bare) or self._tail(bare)

    def _forms(self, word: str) -> Iterator[str]:
        yield word
        yield word.removesuffix(".0")
        bare = _PREFIX.sub("", word)
        yield bare
        yield bare.rstrip(".")
        if word[:1] not in self.words:
            yield _BARE_PREFIX.sub("", word)

    def _head(self, word: str) -> str | None:
        """``N1 - Abuse``, ``N1: Abuse``, ``[E7]``, ``1 - Yes``. A label that means another code makes the cell unreadable."""
        found = _HEAD.match(word)
        if found is None:
            return None
        head, mark, rest = found[1], found[2], found[3].strip()
        code, other = self.words.get(head), self.words.get(rest)
        if code is None or (other is not None and other != code):
            return None
        if not rest or other == code:
            return code
        is_code = code.lower() == head
        told_apart = bool(mark.strip()) or word[:1] in "[(" or bool(_CODE_LIKE.match(head))
        return code if is_code and told_apart else None

    def _tail(self, word: str) -> str | None:
        """``Abuse - N1``, ``Self [1C]``."""
        found = _TAIL.match(word)
        if found is None:
            return None
        tail = found[2] or found[3]
        code, other = self.words.get(tail), self.words.get(found[1].strip())
        if code is None or (other is not None and other != code):
            return None
        return code if other == code or (code.lower() == tail and (found[2] or _CODE_LIKE.match(tail))) else None

    def _flags(self, word: str) -> str | None:
        order = FLAGS[self.name]
        if len(word) != len(order) or not _FLAG_STRING.match(word):
            return None
        chosen = [code for code, flag in zip(order, word, strict=True) if flag == "y"]
        return chosen[0] if len(chosen) == 1 else MANY.get(self.name) if chosen else None


@cache
def load_code_sets() -> dict[str, CodeSet]:
    """All code sets by name, with the spellings that casecheck ships. A label that two codes share means neither."""
    labels: dict[str, dict[str, str]] = {}
    words: dict[str, dict[str, str]] = {}
    sets = _rows("code_sets.csv")
    told = Counter((name, label) for name, _, label in sets)
    for name, code, label in sets:
        labels.setdefault(name, {})[code] = label
        spelled = words.setdefault(name, {})
        spelled[fold(code)] = code
        if told[name, label] == 1:
            spelled.setdefault(fold(label), code)
    for name, word, code in _rows("code_words.csv"):
        words.setdefault(name, {}).setdefault(fold(word), code)
    return {name: CodeSet(name, codes, words[name]) for name, codes in labels.items()}


def _rows(file: str) -> list[list[str]]:
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))[1:]
