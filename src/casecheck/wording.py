"""Numbers in words, and text of others made harmless, for anything that a person reads."""

from __future__ import annotations

import unicodedata


def counted(number: int, noun: str) -> str:
    """``1 row``, ``2,000 rows``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def safe(text: object, width: int = 200) -> str:
    """Text without control or direction characters, cut to a width; CI command marks are broken up."""
    shown = "".join(" " if unicodedata.category(mark) in ("Cc", "Cf", "Zl", "Zp") else mark for mark in str(text))
    shown = shown.replace("##[", "# #[").replace("##vso[", "# #vso[").replace("::", ": :")
    return shown if len(shown) <= width else shown[: width - 1] + "\u2026"
