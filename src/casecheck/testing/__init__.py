"""For those who test rules: coherent case histories for hypothesis, with and without a breach.

>>> from casecheck.testing import histories  # doctest: +SKIP

``hypothesis`` must be installed (``pip install casecheck[testing]``).
"""

from __future__ import annotations

from casecheck.testing.case_history import CaseHistory
from casecheck.testing.strategies import breach, compliant, extracts, histories, planted_rules

__all__ = ["CaseHistory", "breach", "compliant", "extracts", "histories", "planted_rules"]
