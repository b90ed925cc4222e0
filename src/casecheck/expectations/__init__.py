"""Great Expectations: casecheck's rules as expectations in a suite on your own context.

The audit is made first, where the records are; what Great Expectations judges is the table of its outcomes, one row a rule.
"""

from __future__ import annotations

try:
    import great_expectations  # noqa: F401
except ImportError:
    raise ImportError('Great Expectations is not installed: pip install "casecheck[gx]"') from None

from casecheck.expectations.expecting import ExpectCaseRecordsToMeetRule, ExpectExtractToBeReadInFull
from casecheck.expectations.outcome_table import outcomes
from casecheck.expectations.suites import suite

__all__ = ["ExpectCaseRecordsToMeetRule", "ExpectExtractToBeReadInFull", "outcomes", "suite"]
