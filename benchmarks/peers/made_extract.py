"""The extract that all contestants read: five CSV files made by DuckDB from a seed. Nobody in it is real."""

from __future__ import annotations

from pathlib import Path

import duckdb

AS_OF = "2025-03-31"
"""The day of the extract. The contestants say it themselves, as a user would."""

VISITS = 10
"""For each child: about one every ten days."""

# Every table below is a query over ``children``. ``hits(n, what, share)`` draws the records that go wrong.
TABLES = {
    "person": "SELECT child AS person_id, DATE '2009-01-01' + draw(i, 'born') % 4000 AS date_of_birth FROM children",
    "referral": "SELECT 'R' || i AS referral_id, child AS person_id, referred AS received_date FROM children",
    "assessment": """
        SELECT 'A' || i AS assessment_id, child AS person_id, 'R' || i AS referral_id, 'single' AS assessment_type, start_date,
          CASE WHEN NOT open THEN authorised END AS authorised_date, CASE WHEN open THEN 'open' ELSE 'complete' END AS status,
          CASE WHEN open THEN NULL WHEN wrong AND how = 0 THEN 'N' WHEN wrong AND how = 1 THEN 'U' ELSE 'Y' END AS child_seen,
          CASE WHEN open OR (wrong AND how < 2) THEN NULL WHEN wrong THEN authorised + 3
            ELSE start_date + draw(i, 'seen') % 15 END AS child_seen_date
        FROM (
          SELECT *, referred + draw(i, 'start') % 4 AS start_date, hits(i, 'unseen', {breaches}) AS wrong, draw(i, 'how') % 3 AS how,
            referred + CASE WHEN hits(i, 'late', {breaches}) THEN 60 + draw(i, 'length') % 30 ELSE 20 + draw(i, 'length') % 33 END
              AS authorised
          FROM children
        )""",
    "plan": """
        SELECT 'N' || i AS plan_id, child AS person_id, plan_type, began AS start_date, CASE WHEN i % 3 = 0 THEN began + 95 END AS end_date
        FROM children""",
    "visit": """
        SELECT 'V' || n AS visit_id, child AS person_id, plan_type AS visit_type, began + 10 * (k + 1) + draw(n, 'day') % 3 AS visit_date,
          CASE WHEN hits(n, 'tried', {breaches} / 10) THEN 'attempted' ELSE 'done' END AS status,
          CASE WHEN hits(n, 'unseen', {breaches} / 10) THEN 'N' ELSE 'Y' END AS child_seen
        FROM (SELECT *, i * {visits} + k AS n FROM children, (SELECT CAST(range AS INTEGER) AS k FROM range({visits})))""",
}


def make(folder: Path, children: int, seed: int, breaches: float) -> int:
    """Write the extract and return its bytes. ``breaches`` is the share of assessments that go wrong; of visits, a tenth of it."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE MACRO draw(n, what) AS CAST(hash(n || what || '{seed}') % 1000000 AS INTEGER)")
        connection.execute("CREATE MACRO hits(n, what, share) AS draw(n, what) < share * 1000000")
        open_for = 90 if breaches else 55
        connection.execute(f"""
            CREATE TABLE children AS
            SELECT *, CASE WHEN open THEN DATE '{AS_OF}' - draw(i, 'open for') % {open_for} ELSE began - 40 - draw(i, 'before') % 20 END
              AS referred
            FROM (
              SELECT i, 'P' || lpad(i::TEXT, 7, '0') AS child, CASE WHEN i % 2 = 0 THEN 'cp' ELSE 'cin' END AS plan_type,
                DATE '{AS_OF}' - 102 - draw(i, 'began') % 10 AS began, hits(i, 'open', 0.05) AS open
              FROM (SELECT CAST(range AS INTEGER) AS i FROM range({children}))
            )""")
        for table, query in TABLES.items():
            text = query.format(breaches=breaches, visits=VISITS)
            connection.execute(f"COPY ({text}) TO '{folder / table}.csv' (HEADER)")
    return sum(file.stat().st_size for file in folder.glob("*.csv"))
