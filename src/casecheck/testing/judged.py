"""What became of one rule in a test run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["passed", "failed", "skipped", "expected"]
"""``expected``: there are findings, of a severity that does not fail the run."""

EXTRACT = "extract"
"""The item that is about the extract and no rule."""


@dataclass(frozen=True)
class Judged:
    """What became of one rule, whose text is in ``file``.

    The first line of ``said`` stands alone in summaries; ``numbers`` go into machine formats.
    """

    code: str
    file: str
    verdict: Verdict
    said: str = ""
    numbers: dict[str, str | int] = field(default_factory=dict)
