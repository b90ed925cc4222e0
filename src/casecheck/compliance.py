"""How often each rule is kept: by rule from the outcomes, by team, worker, table or month from the verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from casecheck.audited import Audited
from casecheck.errors import CasecheckError, nearest
from casecheck.findings.frame import DAY, severity_type, text_type
from casecheck.findings.outcome import Outcome, Tally
from casecheck.verdicts import GROUPS, MONTH, Group, Verdicts

if TYPE_CHECKING:
    import pandas as pd

_COUNTS = ("passed", "failed", "not_due", "not_assessable")


def groups_of(by: str | Sequence[str]) -> tuple[str, ...]:
    """What is to be counted by, one or several. Raises :class:`CasecheckError` for what is not there to be counted by."""
    asked = (by,) if isinstance(by, str) else tuple(dict.fromkeys(by))
    for name in asked:
        if name not in GROUPS:
            raise CasecheckError(
                f"compliance cannot be told by '{name}'", nearest(name, GROUPS) or f"one or more of: {', '.join(GROUPS)}"
            )
    return asked


def compliance_by_rule(audited: Audited) -> pd.DataFrame:
    """One row a rule, from what the run has counted: every rule, whatever became of it."""
    return _frame([_row(outcome, (), outcome.tally) for outcome in audited.rules], ())


def compliance_by_group(audited: Audited, verdicts: Verdicts, by: tuple[str, ...]) -> pd.DataFrame:
    """One row a rule and group with records in scope. A rule that stopped with an error has none."""
    judged = [outcome for outcome in audited.rules if outcome.tally.population and outcome.status != "errored"]
    counted = verdicts.counted([outcome.rule_id for outcome in judged], by)
    rows = [
        _row(outcome, group, tally)
        for outcome in judged
        for group, tally in sorted(counted.get(outcome.rule_id, {}).items(), key=_in_order)
    ]
    return _frame(rows, by)


def _in_order(counted: tuple[Group, Tally]) -> list[tuple[bool, Any]]:
    """By group; what has no team, or no worker, last."""
    return [(value is None, "" if value is None else value) for value in counted[0]]


def _row(outcome: Outcome, group: Group, tally: Tally) -> tuple[Any, ...]:
    counts = (getattr(tally, name) for name in _COUNTS)
    about = (outcome.rule_id, outcome.title, outcome.severity, outcome.status, not outcome.incomplete)
    return (*about, *group, *counts, tally.compliance)


def _frame(rows: list[tuple[Any, ...]], by: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    text = text_type()
    kinds: dict[str, Any] = {
        "rule_id": text,
        "title": text,
        "severity": severity_type(),
        "status": text,
        "reliable": "bool",
        **{name: DAY if name == MONTH else text for name in by},
        **dict.fromkeys(_COUNTS, "int64"),
        "compliance": "float64",
    }
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return pd.DataFrame(
        {name: pd.Series(list(values), dtype=kind) for (name, kind), values in zip(kinds.items(), columns, strict=True)}
    )
