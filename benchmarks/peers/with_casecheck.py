"""The three questions with casecheck: they are rules that it has."""

import sys

from pyarrow import csv

import casecheck

result = casecheck.audit(sys.argv[1], as_of="2025-03-31", select=["SEE-001", "ASM-001", "VIS-CP-001"])
csv.write_csv(result.table.select(["rule_id", "child_id"]), sys.argv[2])
for rule in result.rules:
    print(rule.rule_id, rule.status, rule.tally.failed, rule.tally.not_assessable, *rule.reasons)
