"""Loads Great Expectations in a process whose main module is no file, as pytest-xdist's workers are.

It loads parts of PySpark, which takes such a process for a run of its doctests and leaves it.
"""

from __future__ import annotations

import sys

_MAIN = sys.modules["__main__"]
_BARE = not hasattr(_MAIN, "__file__")
if _BARE:
    _MAIN.__file__ = __file__
try:
    import great_expectations as gx
finally:
    if _BARE:
        del _MAIN.__file__

__all__ = ["gx"]
