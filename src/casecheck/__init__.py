"""casecheck audits case-record extracts from children's social care.

>>> import casecheck
>>> result = casecheck.audit("examples/carefirst", as_of="2026-03-31")  # doctest: +SKIP
>>> result.findings  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from casecheck.lazily import names_of

if TYPE_CHECKING:
    from casecheck.auditing import audit
    from casecheck.errors import CasecheckError, FindingsError
    from casecheck.policy import Policy, load_policy
    from casecheck.result import AuditResult
    from casecheck.rules.loading import load_rules
    from casecheck.sources.database import Database
    from casecheck.sources.spark_tables import SparkTables

__all__ = [
    "AuditResult",
    "CasecheckError",
    "Database",
    "FindingsError",
    "Policy",
    "SparkTables",
    "audit",
    "load_policy",
    "load_rules",
]

_HOMES = {
    "audit": "casecheck.auditing",
    "AuditResult": "casecheck.result",
    "CasecheckError": "casecheck.errors",
    "Database": "casecheck.sources.database",
    "FindingsError": "casecheck.errors",
    "Policy": "casecheck.policy",
    "SparkTables": "casecheck.sources.spark_tables",
    "load_policy": "casecheck.policy",
    "load_rules": "casecheck.rules.loading",
}

__getattr__, __dir__ = names_of(__name__, _HOMES)
