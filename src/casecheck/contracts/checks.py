"""pandera checks that tell a failure in words of their own.

pandera shows the cell that fails a check, once for every column when the check looks at a whole row. These checks give one
failure a record: the record's key, the column, and what is wrong with it, never the cell.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.api.base.checks import CheckResult

from casecheck.contracts.cells import SPELT, UNREAD, kind, look
from casecheck.contracts.extract import Places, Said, ask
from casecheck.model import Field
from casecheck.policy import Policy


@dataclass(frozen=True)
class Told:
    """One failure: the place of the row (none when it is the whole frame's), the column, and words."""

    row: int | None
    column: str
    words: str


class TellingCheck(pa.Check):
    """A check whose failures are told by :meth:`tell`."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__(_always, name=name, title=title, ignore_na=False)

    @abstractmethod
    def tell(self, data: Any, column: str) -> list[Told]:
        """The failures of a column, or of a whole frame when ``column`` is empty."""

    def __call__(self, check_obj: Any, column: str | None = None) -> CheckResult:
        """What pandera asks of a check."""
        data = check_obj if column is None else check_obj[column]
        told = self.tell(data, str(data.name) if isinstance(data, pd.Series) else "")
        passed = pd.Series(True, index=data.index)
        passed.iloc[[one.row for one in told if one.row is not None]] = False
        return CheckResult(passed, not told, check_obj, _cases(told, data.index) if told else None)


def _always(data: Any) -> bool:
    return True


def _cases(told: list[Told], index: pd.Index) -> pd.DataFrame:
    several = isinstance(index, pd.MultiIndex)
    keys = [None if one.row is None else str(index[one.row]) if several else index[one.row] for one in told]
    return pd.DataFrame(
        {
            "column": [one.column for one in told],
            "failure_case": [one.words for one in told],
            "index": pd.Series(keys, dtype=object),
        }
    )


class AsRead(TellingCheck):
    """Each cell is blank, or already the value that casecheck would read in it."""

    def __init__(self, field: str, spec: Field, as_of: date | None) -> None:
        super().__init__("as_read", f"each cell is {kind(spec)}, or blank")
        self.field, self.spec, self.as_of = field, spec, as_of

    def tell(self, data: Any, column: str) -> list[Told]:
        """The cells that cannot be read, and those that only mean a value."""
        if column != self.field:
            return []  # an index of another name, which pandera tells by itself
        wanted = kind(self.spec)
        words = {UNREAD: f"cannot be read as {wanted}", SPELT: f"is not {wanted} as the model writes it"}
        wrong = look(data, self.field, self.spec, self.as_of or date.today()).wrong()
        return [Told(row, column, words[fault]) for row, fault in wrong.items()]


class RuleCheck(TellingCheck):
    """Rules of casecheck, asked of a frame of one table.

    ``places`` are the variants about it, by the rule's code. A record that a rule cannot assess fails too: that is no pass.
    """

    def __init__(self, table: str, places: Places, titles: str, as_of: date | None, policy: Policy) -> None:
        super().__init__(", ".join(places), titles)
        self.table, self.places, self.as_of, self.policy = table, dict(places), as_of, policy

    def ask(self, frame: pd.DataFrame) -> list[Said]:
        """What the rules say of a frame's records."""
        return ask(frame, self.table, self.places, self.as_of or date.today(), self.policy)

    def tell(self, data: Any, column: str) -> list[Told]:
        """One failure for each record and rule."""
        return [Told(said.row, said.columns, f"{said.rule}: {said.words}") for said in self.ask(data)]
