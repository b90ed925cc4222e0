"""A finding's id: the same breach has the same id next month, in another file, on another row.

It is a keyed hash of the rule's code, the child and the subject's own business key. Row numbers, file names, the day of the
run and values that move (days overdue) are never part of it. Set ``CASECHECK_KEY`` to a secret of your own and ids cannot be
worked back to a child by trying numbers; keep it, for with another key every id changes.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence

from casecheck.sql_text import literal

SCHEME = "f1"
_LENGTH = 24


def finding_id_sql(rule_id: str, part: str, table: str, child: str, identity: Sequence[str]) -> str:
    """The id as SQL. ``part`` names the variant of the rule; ``child`` and ``identity`` are SQL expressions.

    Blanks count as empty text.
    """
    parts = [literal(rule_id), literal(part), literal(table), child, *identity]
    text = " || '|' || ".join(f"replace(coalesce(CAST({part} AS VARCHAR), ''), '|', '||')" for part in parts)
    inner, outer = _keys()
    return f"'{SCHEME}:' || left(sha256('{outer}' || sha256('{inner}' || {text})), {_LENGTH})"


def _keys() -> tuple[str, str]:
    secret = os.environ.get("CASECHECK_KEY", "casecheck").encode()
    return (
        hmac.new(secret, b"inner", hashlib.sha256).hexdigest(),
        hmac.new(secret, b"outer", hashlib.sha256).hexdigest(),
    )
