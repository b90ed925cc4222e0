"""The three questions as columns of pandas frames: what plain pandas, pandera and Great Expectations all need first."""

from pathlib import Path

import holidays
import numpy as np
import pandas as pd

AS_OF = pd.Timestamp("2025-03-31")
QUESTIONS = {"seen": "SEE-001", "days_late": "ASM-001", "days_unseen": "VIS-CP-001"}
BANK_HOLIDAYS = np.array(sorted(holidays.country_holidays("GB", subdiv="ENG", years=range(2015, 2031))), dtype="datetime64[D]")


def working_days_after(day, number):
    start = day.to_numpy().astype("datetime64[D]")
    due = np.busday_offset(start, number, roll="backward", holidays=BANK_HOLIDAYS)
    return pd.Series(due.astype("datetime64[s]"), index=day.index)


def read(folder, table, columns, dates):
    return pd.read_csv(Path(folder) / f"{table}.csv", usecols=columns + dates, parse_dates=dates, engine="pyarrow")


def read_visits(folder):
    visits = read(folder, "visit", ["person_id", "visit_type", "status", "child_seen"], ["visit_date"])
    return visits[(visits["child_seen"] == "Y") & (visits["status"] == "done")]


def assessments(folder, visits):
    """One row an assessment: whether the child was seen in it, and how many days after its due day it was authorised."""
    columns = ["assessment_id", "person_id", "referral_id", "assessment_type", "status", "child_seen"]
    found = read(folder, "assessment", columns, ["authorised_date", "child_seen_date"])
    found = found.merge(read(folder, "referral", ["referral_id"], ["received_date"]), on="referral_id", how="left")
    found = found[(found["assessment_type"] == "single") & (found["status"] != "cancelled")]
    seen = (found["child_seen"] == "Y") & found["child_seen_date"].between(found["received_date"], found["authorised_date"])
    rest = found[~seen].merge(visits, on="person_id")
    rest = rest[rest["visit_date"].between(rest["received_date"], rest["authorised_date"])]
    found["seen"] = seen | found["assessment_id"].isin(rest["assessment_id"]) | found["authorised_date"].isna()
    ended = found["authorised_date"].fillna(AS_OF)
    found["days_late"] = (ended - working_days_after(found["received_date"], 45)).dt.days
    return found


def protection_plans(folder, visits):
    """One row a child protection plan: by how many days its longest gap between visits is longer than 10 working days."""
    plans = read(folder, "plan", ["plan_id", "person_id", "plan_type"], ["start_date", "end_date"])
    plans = plans[plans["plan_type"] == "cp"]
    plans["until"] = plans["end_date"].fillna(AS_OF).clip(upper=AS_OF)
    events = plans.merge(visits[visits["visit_type"].isin(["cp", "cla"])], on="person_id")
    events = events[events["visit_date"].between(events["start_date"], events["until"])]
    events = pd.concat([plans.assign(visit_date=plans["start_date"]), events]).sort_values(["plan_id", "visit_date"])
    following = events.groupby("plan_id")["visit_date"].shift(-1).fillna(events["until"])
    events["days_unseen"] = (following - working_days_after(events["visit_date"], 10)).dt.days
    return plans.merge(events.groupby("plan_id")["days_unseen"].max().reset_index(), on="plan_id")
