"""The three questions with pointblank, on polars. A null fails unless it is allowed."""

import sys
from pathlib import Path

import holidays
import pointblank as pb
import polars as pl
from polars import col

AS_OF = pl.date(2025, 3, 31)
BANK_HOLIDAYS = sorted(holidays.country_holidays("GB", subdiv="ENG", years=range(2015, 2031)))


def table(name):
    return pl.scan_csv(Path(sys.argv[1]) / f"{name}.csv", try_parse_dates=True)


def days_after_due(end, start, number):
    return (end - start.dt.add_business_days(number, holidays=BANK_HOLIDAYS, roll="backward")).dt.total_days()


seen_on = table("visit").filter(col("child_seen") == "Y", col("status") == "done")

within = col("received_date"), col("authorised_date")
assessments = (
    table("assessment")
    .join(table("referral").select("referral_id", "received_date"), on="referral_id", how="left")
    .filter(col("assessment_type") == "single", col("status") != "cancelled")
    .with_columns(
        seen=(col("child_seen") == "Y") & col("child_seen_date").is_between(*within) | col("authorised_date").is_null(),
        days_late=days_after_due(col("authorised_date").fill_null(AS_OF), col("received_date"), 45),
    )
)
visited = assessments.filter(~col("seen").fill_null(False)).join(seen_on, on="person_id")
visited = visited.filter(col("visit_date").is_between(*within)).select("assessment_id").unique().with_columns(visited=True)
assessments = assessments.join(visited, on="assessment_id", how="left").with_columns(
    seen=col("seen").fill_null(False) | col("visited").fill_null(False)
)

plans = (
    table("plan")
    .filter(col("plan_type") == "cp")
    .select("plan_id", "person_id", "start_date", until=pl.min_horizontal(col("end_date").fill_null(AS_OF), AS_OF))
)
events = plans.join(seen_on.filter(col("visit_type").is_in(["cp", "cla"])).select("person_id", "visit_date"), on="person_id")
events = events.filter(col("visit_date").is_between("start_date", "until"))
events = pl.concat([events, plans.with_columns(visit_date="start_date")]).sort("plan_id", "visit_date")
following = col("visit_date").shift(-1).over("plan_id").fill_null(col("until"))
gaps = events.with_columns(days_unseen=days_after_due(following, col("visit_date"), 10)).group_by("person_id", "plan_id")
gaps = gaps.agg(col("days_unseen").max())

assessments, gaps = pl.collect_all([assessments.select("person_id", "seen", "days_late"), gaps])
plan = {
    "SEE-001": pb.Validate(assessments).col_vals_expr(col("seen")),
    "ASM-001": pb.Validate(assessments).col_vals_le("days_late", 0),
    "VIS-CP-001": pb.Validate(gaps).col_vals_le("days_unseen", 0),
}
found = []
for rule, question in plan.items():
    checked = question.interrogate(extract_limit=1_000_000)
    breaches = checked.get_data_extracts(1, frame=True).select(pl.lit(rule).alias("rule_id"), "person_id")
    found.append(breaches)
    print(rule, "passed" if checked.all_passed() else "failed", breaches.height)
pl.concat(found).write_csv(sys.argv[2])
