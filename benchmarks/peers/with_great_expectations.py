"""The three questions with Great Expectations: what pandas prepared, as expectations of two frames. A null passes unless told."""

import sys

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from prepared import QUESTIONS, assessments, protection_plans, read_visits

context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
source = context.data_sources.add_pandas("extract")
assessment_suite = gx.ExpectationSuite("assessments", expectations=[
    gxe.ExpectColumnValuesToBeInSet(column="seen", value_set=[True]),
    gxe.ExpectColumnValuesToBeBetween(column="days_late", max_value=0),
    gxe.ExpectColumnValuesToNotBeNull(column="days_late"),
])  # fmt: skip
plan_suite = gx.ExpectationSuite("plans", expectations=[
    gxe.ExpectColumnValuesToBeBetween(column="days_unseen", max_value=0),
    gxe.ExpectColumnValuesToNotBeNull(column="days_unseen"),
])  # fmt: skip
keys = {"result_format": "COMPLETE", "unexpected_index_column_names": ["person_id"]}

visits = read_visits(sys.argv[1])
found, failed = [], set()
for suite, prepare in ((assessment_suite, assessments), (plan_suite, protection_plans)):
    definition = source.add_dataframe_asset(suite.name).add_batch_definition_whole_dataframe("whole")
    batch = definition.get_batch({"dataframe": prepare(sys.argv[1], visits)})
    for result in batch.validate(suite, result_format=keys).results:
        rule = QUESTIONS[result.expectation_config.kwargs["column"]]
        found += [(rule, row["person_id"]) for row in result.result.get("unexpected_index_list") or []]
        failed |= set() if result.success else {rule}
found = pd.DataFrame(found, columns=["rule_id", "person_id"])
found.to_csv(sys.argv[2], index=False)
for rule in QUESTIONS.values():
    print(rule, "failed" if rule in failed else "passed", (found["rule_id"] == rule).sum())
