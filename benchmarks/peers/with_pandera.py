"""The three questions with pandera: what pandas prepared, checked against two schemas. A null fails unless it is allowed."""

import sys

import pandas as pd
import pandera.pandas as pa
from prepared import QUESTIONS, assessments, protection_plans, read_visits

late = pa.Column(float, pa.Check.le(0), coerce=True)
child = pa.Index(str, name="person_id")
assessment_schema = pa.DataFrameSchema({"seen": pa.Column(bool, pa.Check.eq(True)), "days_late": late}, index=child)
plan_schema = pa.DataFrameSchema({"days_unseen": late}, index=child)

visits = read_visits(sys.argv[1])
failures = [pd.DataFrame(columns=["column", "index"])]
for schema, prepare in ((assessment_schema, assessments), (plan_schema, protection_plans)):
    try:
        schema.validate(prepare(sys.argv[1], visits).set_index("person_id"), lazy=True)
    except pa.errors.SchemaErrors as errors:
        failures.append(errors.failure_cases)
found = pd.concat(failures)
found["rule_id"] = found["column"].map(QUESTIONS)
found[["rule_id", "index"]].to_csv(sys.argv[2], index=False)
for rule in QUESTIONS.values():
    count = (found["rule_id"] == rule).sum()
    print(rule, "failed" if count else "passed", count)
