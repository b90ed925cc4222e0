"""What ``explain`` says of a fault of the input, and the table of all of them that the documentation holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from casecheck.sources.bad_input import CASES, Case, Level

REACH: dict[Level, str] = {
    "stop": "Nothing can be run. Exit code 2.",
    "table": "Rules that need the table are not assessable. Exit code 3.",
    "column": "Rules that need the column are not assessable. Exit code 3.",
    "row": "The row or the cell is set aside and counted. The exit code does not change.",
    "note": "Said, and nothing is lost. The exit code does not change.",
}
_FACT = re.compile(r"\{[^}]*\}")


def explain_case(code: str) -> str:
    """One case: what is said, how far it reaches, and what to do."""
    case = CASES[code]
    lines = [f"{code}  {_plain(case.says)}", "", f"Level: {case.level}. {REACH[case.level]}"]
    if advice := _advice(case):
        lines.append(f"What to do: {advice}{'' if advice.endswith('?') else '.'}")
    return "\n".join(lines) + "\n"


def table() -> str:
    """All cases as a Markdown table."""
    return "\n".join(["| code | level | what is said | what to do |", "|---|---|---|---|", *_rows()]) + "\n"


def _rows() -> Iterator[str]:
    for code, case in CASES.items():
        yield f"| {code} | {case.level} | {_plain(case.says).replace('|', chr(92) + '|')} | {_advice(case)} |"


def _advice(case: Case) -> str:
    return "" if _FACT.fullmatch(case.advice) else _plain(case.advice)


def _plain(text: str) -> str:
    return "said in full where it happens" if _FACT.fullmatch(text) else _FACT.sub("\u2026", text)
