"""The three questions with plain pandas."""

import sys

import pandas as pd
from prepared import QUESTIONS, assessments, protection_plans, read_visits

visits = read_visits(sys.argv[1])
assessed, plans = assessments(sys.argv[1], visits), protection_plans(sys.argv[1], visits)
breaches = {
    "seen": assessed[~assessed["seen"]],
    "days_late": assessed[assessed["days_late"] > 0],
    "days_unseen": plans[plans["days_unseen"] > 0],
}
found = pd.concat([frame.assign(rule_id=QUESTIONS[column]) for column, frame in breaches.items()])
found[["rule_id", "person_id"]].to_csv(sys.argv[2], index=False)
for column, frame in breaches.items():
    print(QUESTIONS[column], "failed" if len(frame) else "passed", len(frame))
