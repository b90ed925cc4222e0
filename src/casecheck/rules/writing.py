"""For authors of rules: a new rule file to begin with, and what is still wanting in a file that can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from casecheck.errors import CasecheckError, RuleError
from casecheck.policy import Policy
from casecheck.rules.compiled import compiled_rule
from casecheck.rules.spec import FAMILIES, Expected, RuleFile

_CODE = re.compile(r"[A-Z][A-Z0-9]{1,4}(-[A-Z0-9]{2,4})?-\d{3}")
_SHORT = 25
_TO_SAY = "Say here"
"""How the texts of a new rule begin, which its author replaces."""
_ABOUT_CELLS = ("INT", "EXT", "AGG")
"""Families that look at the cells themselves, or at counts: there is no cell that might be unreadable."""

NEW = """\
# A rule of your own. `casecheck rules test {code}` runs its examples, `casecheck rules lint` says what is wanting.
id: {code}
version: 1
title: A visit says how it was made
severity: low
summary: >-
  Say here, in one or two sentences, why it matters.
guidance:
  - {{source: Our visiting standard, kind: local, note: "which page, and since when"}}
verified: "no"
parameters:
  since: {{default: "2024-04-01", type: date, help: visits before this day are not asked}}
subject: visit
where: status = 'done' and visit_date >= ${{since}}
identity: [visit_id]
check:
  required: [method]
message: "{{missing}} is not recorded"
advice: >-
  Say here what to do in the record.
examples:
  - name: recorded, and not recorded
    as_of: 2024-06-28
    visit:
      - {{visit_id: V1, status: done, visit_date: 2024-06-03, method: in_person}}
      - {{visit_id: V2, status: done, visit_date: 2024-06-04}}
    expect: {{V1: pass, V2: fail}}
  - name: the first day on which it is asked, and the day before
    as_of: 2024-06-28
    visit:
      - {{visit_id: V1, status: done, visit_date: 2024-04-01}}
      - {{visit_id: V2, status: done, visit_date: 2024-03-31}}
    expect: {{V1: fail, V2: out of scope}}
  - name: a visit that was only planned, and a day that cannot be read
    as_of: 2024-06-28
    visit:
      - {{visit_id: V1, status: planned, visit_date: 2024-06-03}}
      - {{visit_id: V2, status: done, visit_date: tbc}}
    expect: {{V1: out of scope, V2: not_assessable}}
"""


def new_rule(code: str, folder: Path) -> Path:
    """Write a rule that works, to be changed into one's own. Raises :class:`RuleError` for a code or file that cannot be."""
    if not _CODE.fullmatch(code) or code.split("-", 1)[0] not in FAMILIES:
        raise RuleError(f"'{code}' is no code for a rule", f"a family, a number, and letters between if you like: VIS-XX-001. "
                        f"Families: {', '.join(FAMILIES)}")  # fmt: skip
    file = folder / f"{code}.yaml"
    if file.exists():
        raise RuleError(f"{file} is there already", "choose another number")
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(NEW.format(code=code), encoding="utf-8")
    return file


def wanting(rule: RuleFile, policy: Policy) -> Iterator[str]:
    """What an author would want to know of a rule before somebody else finds out."""
    try:
        compiled_rule(rule, policy)
    except CasecheckError as problem:
        yield str(problem).removeprefix(f"{rule.id}: ")
        return
    verdicts = {
        wanted.verdict if isinstance(wanted, Expected) else wanted
        for example in rule.examples
        for wanted in example.expect.values()
    }
    for verdict, why in _EXPECTED.items():
        if verdict not in verdicts and not (verdict == "not_assessable" and rule.family in _ABOUT_CELLS):
            yield f"no example gives '{verdict}': {why}"
    for name in ("summary", "advice"):
        if getattr(rule, name).startswith(_TO_SAY):
            yield f"the {name} is still that of the new rule: write your own"
    if len(rule.summary) < _SHORT:
        yield "the summary is too short to say why it matters"


_EXPECTED = {
    "pass": "show a record that is right",
    "fail": "show a record that is wrong",
    "not_assessable": "show a cell that is blank or cannot be read, where the rule needs it",
}
