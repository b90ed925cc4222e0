"""For those who test: rules of their own, pipelines, extracts. ``docs/pytest.md`` and ``docs/testing.md`` show how.

>>> from casecheck.testing import assert_rule, histories

The histories need hypothesis (``pip install casecheck[testing]``); ``assert_rule`` needs nothing more than casecheck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casecheck.testing.asserting import assert_rule
    from casecheck.testing.case_history import CaseHistory
    from casecheck.testing.strategies import breach, compliant, extracts, histories, planted_rules

__all__ = ["CaseHistory", "assert_rule", "breach", "compliant", "extracts", "histories", "planted_rules"]

_HOMES = {
    "assert_rule": "casecheck.testing.asserting",
    "CaseHistory": "casecheck.testing.case_history",
    "breach": "casecheck.testing.strategies",
    "compliant": "casecheck.testing.strategies",
    "extracts": "casecheck.testing.strategies",
    "histories": "casecheck.testing.strategies",
    "planted_rules": "casecheck.testing.strategies",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'casecheck.testing' has no attribute '{name}'")
    import importlib

    found = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
