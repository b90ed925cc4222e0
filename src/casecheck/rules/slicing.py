"""A question in slices: asked of some of the children at a time, for when the memory does not hold the answers to all of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import parse_one

from casecheck.model import load_model
from casecheck.rules.carrying import subject_of
from casecheck.rules.expressions import DIALECT

FINEST = 256
"""The finest slices are a 256th of the children each. Where one of them does not fit, asking on does not help."""


@dataclass(frozen=True)
class Slice:
    """The children whose hash leaves ``rest`` when divided by ``of``; of a subject without a child, the rows."""

    of: int = 1
    rest: int = 0

    def halves(self) -> tuple[Slice, ...]:
        """Two slices that make up this one; none when it is fine already."""
        finer = 2 * self.of
        return (Slice(finer, self.rest), Slice(finer, self.rest + self.of)) if finer <= FINEST else ()


WHOLE = Slice()


def sliced(sql: str, subject: str, part: Slice) -> str:
    """The SQL of a compiled question, for one slice of its subject. The other tables stay whole."""
    tree = parse_one(sql, read=DIALECT)
    key = load_model().table(subject).child or "_row"
    subject_of(tree).where(f"hash({subject}.{key}) % {part.of} = {part.rest}", dialect=DIALECT, copy=False)
    return tree.sql(dialect=DIALECT)
