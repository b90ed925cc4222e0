"""A large synthetic extract in the CareFirst layout, made by DuckDB: nobody in it is real, and no breach is planted."""

from __future__ import annotations

from pathlib import Path

import duckdb

_DAY = "DATE '2024-01-01'"

TABLES = {
    "persons": """
        SELECT lpad(CAST(i AS VARCHAR), 7, '0') AS PERSON_ID, strftime(DATE '2008-01-01' + CAST(i % 5400 AS INT), '%d/%m/%Y') AS DATE_OF_BIRTH,
          CASE i % 2 WHEN 0 THEN 'Male' ELSE 'Female' END AS GENDER, 'WBRI' AS ETHNICITY FROM range({children}) AS t(i)""",
    "workers": """
        SELECT 'W' || i AS WORKER_ID, CASE WHEN i % 12 = 0 THEN 'Team manager' ELSE 'Social worker' END AS JOB_TITLE, '1.0' AS FTE,
          'Team ' || (i % 40) AS TEAM, '01/01/2015' AS START_DATE FROM range({children} // 20 + 12) AS t(i)""",
    "allocations": """
        SELECT lpad(CAST(i AS VARCHAR), 7, '0') AS PERSON_ID, 'W' || (i % ({children} // 20)) AS WORKER_ID, 'Team ' || (i % 40) AS TEAM,
          'Social worker' AS ROLE, strftime({day} + CAST(i % 300 AS INT), '%d/%m/%Y') AS START_DATE, NULL AS END_DATE
        FROM range({children}) AS t(i)""",
    "contacts_referrals": """
        SELECT 'C' || i AS CONTACT_ID, lpad(CAST(i AS VARCHAR), 7, '0') AS PERSON_ID, strftime(d, '%d/%m/%Y') AS CONTACT_DATE,
          '6' AS SOURCE, 'Referral - assessment' AS OUTCOME, strftime(d + 1, '%d/%m/%Y') AS OUTCOME_DATE, 'R' || i AS REFERRAL_ID,
          strftime(d, '%d/%m/%Y') AS REFERRAL_DATE, 'N1' AS PRIMARY_NEED, NULL AS CLOSURE_DATE, NULL AS CLOSURE_REASON
        FROM (SELECT i, {day} + CAST(i % 300 AS INT) AS d FROM range({children}) AS t(i))""",
    "careassess_forms": """
        SELECT 'A' || i AS FORM_ID, lpad(CAST(i AS VARCHAR), 7, '0') AS PERSON_ID, 'Single assessment' AS FORM_TYPE,
          strftime(d, '%d/%m/%Y') AS START_DATE, strftime(d + CAST(20 + i % 40 AS INT), '%d/%m/%Y') AS AUTHORISED_DATE,
          'W' || ((i % ({children} // 240)) * 12) AS AUTHORISED_BY, 'W' || (i % ({children} // 20)) AS AUTHOR, 'Completed' AS STATUS
        FROM (SELECT i, {day} + CAST(i % 300 AS INT) AS d FROM range({children}) AS t(i))""",
    "cp_registrations": """
        SELECT 'P' || i AS REGISTRATION_ID, lpad(CAST(i AS VARCHAR), 7, '0') AS PERSON_ID, strftime(d, '%d/%m/%Y') AS START_DATE,
          CASE WHEN i % 3 = 0 THEN strftime(d + 200, '%d/%m/%Y') END AS END_DATE, 'Neglect' AS INITIAL_CATEGORY,
          'Neglect' AS LATEST_CATEGORY
        FROM (SELECT i, {day} + CAST(30 + i % 300 AS INT) AS d FROM range(0, {children}, 4) AS t(i))""",
    "plans": """
        SELECT 'N' || i AS PLAN_ID, lpad(CAST(i AS VARCHAR), 7, '0') AS PERSON_ID, 'CIN' AS PLAN_TYPE,
          strftime(d, '%d/%m/%Y') AS START_DATE, CASE WHEN i % 5 = 0 THEN strftime(d + 240, '%d/%m/%Y') END AS END_DATE,
          'Y' AS CHILD_VIEWS, 'Y' AS PARENT_VIEWS
        FROM (SELECT i, {day} + CAST(30 + i % 300 AS INT) AS d FROM range(1, {children}, 2) AS t(i))""",
    "observations": """
        SELECT 'O' || i AS OBSERVATION_ID, lpad(CAST(c AS VARCHAR), 7, '0') AS PERSON_ID,
          CASE WHEN c % 4 = 0 THEN 'Statutory visit - child seen' ELSE 'CIN visit' END AS OBSERVATION_TYPE,
          strftime(d, '%d/%m/%Y') AS OBSERVATION_DATE, CASE i % 17 WHEN 0 THEN 'N' ELSE 'Y' END AS CHILD_SEEN,
          CASE i % 3 WHEN 0 THEN 'N' ELSE 'Y' END AS SEEN_ALONE,
          strftime(d + CAST(i % 4 AS INT), '%d/%m/%Y') || ' 1' || (i % 10) || ':15' AS CREATED_DATE,
          'W' || (c % ({children} // 20)) AS CREATED_BY
        FROM (SELECT i, i % {children} AS c, {day} + CAST(30 + (i % {children}) % 300 + 13 * (i // {children}) AS INT) AS d
              FROM range({visits}) AS t(i))""",
}


def generate(folder: Path, children: int, visits: int) -> int:
    """Write the extract; returns its size in bytes."""
    connection = duckdb.connect()
    for name, query in TABLES.items():
        text = query.format(children=children, visits=visits, day=_DAY)
        connection.execute(f"COPY ({text}) TO '{folder / name}.csv' (HEADER, DELIMITER ',')")
    connection.close()
    return sum(file.stat().st_size for file in folder.glob("*.csv"))
