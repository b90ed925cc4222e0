"""For those who test: rules of their own, pipelines, extracts. ``docs/pytest.md`` shows how.

>>> from casecheck.testing import assert_rule
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casecheck.testing.asserting import assert_rule

__all__ = ["assert_rule"]

_HOMES = {"assert_rule": "casecheck.testing.asserting"}


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
