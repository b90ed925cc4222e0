"""For those who test: rules of their own, pipelines, extracts. ``docs/pytest.md`` and ``docs/testing.md`` show how.

>>> from casecheck.testing import assert_rule, histories

The histories need hypothesis (``pip install casecheck[testing]``); ``assert_rule`` needs nothing more than casecheck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from casecheck.lazily import names_of

if TYPE_CHECKING:
    from casecheck.testing.asserting import assert_rule
    from casecheck.testing.case_history import CaseHistory
    from casecheck.testing.strategies import breach, compliant, dirty_files, extracts, histories, planted_rules

__all__ = ["CaseHistory", "assert_rule", "breach", "compliant", "dirty_files", "extracts", "histories", "planted_rules"]

_HOMES = {
    "assert_rule": "casecheck.testing.asserting",
    "CaseHistory": "casecheck.testing.case_history",
    "breach": "casecheck.testing.strategies",
    "compliant": "casecheck.testing.strategies",
    "dirty_files": "casecheck.testing.strategies",
    "extracts": "casecheck.testing.strategies",
    "histories": "casecheck.testing.strategies",
    "planted_rules": "casecheck.testing.strategies",
}

__getattr__, __dir__ = names_of(__name__, _HOMES)
