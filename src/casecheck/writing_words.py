"""The words around SQL that is written out: headings of files, notes beside columns, and the page that says what to run when."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date

from casecheck.model.tables import Field
from casecheck.rules.spec import RuleFile

PRODUCTS = {
    "tsql": "SQL Server",
    "snowflake": "Snowflake",
    "bigquery": "BigQuery",
    "postgres": "PostgreSQL",
    "spark": "Spark",
    "duckdb": "DuckDB",
}
"""What each dialect's server is called."""
RUN_HERE = ("postgres", "duckdb")
"""Dialects whose scripts casecheck's own tests run on a server of that kind."""

PROVENANCE = {
    "_row": "a number of your own that no other row of the table has: the order of the rows in the source, say",
    "_source": "which file or system the row comes from, numbered from 1",
    "_record": "the number of the record in that source; 0 when you do not know",
    "_unreadable": "fields whose cell held something that is not of their type, as |start_date|end_date|; null: none. "
    "The field itself is then null",
    "_unknown": "fields that the source does not hold for this row, likewise; a blank there says nothing",
    "_conflict": "fields on which several sources of the row disagree, likewise",
}
"""What stands in the columns beside the fields of a table."""


def _comment(*paragraphs: str) -> str:
    lines = [line for text in paragraphs for line in textwrap.wrap(text, 116) or [""]]
    return "".join(f"-- {line}".rstrip() + "\n" for line in lines)


TABLES = (
    _comment(
        "The tables that the queries read. Your own views (or tables) must have these names and these columns: create the "
        "tables and fill them, or write a view of each name over your system, and do not run this file.",
        "Codes are those of casecheck: flags are 'Y' or 'N', lists are ';A;B;', and what is not known is null, never an empty "
        "text. A table that your system does not hold may stay empty, but a rule that needs it then says nothing.",
    )
    + "\n"
)
CALENDAR = _comment(
    "The calendar: every day since 1990 with a running number for working days, and the deadlines of the policy's visits. "
    "It holds no personal data. Run it once; run it again (after clean_up.sql) when the policy or the year changes."
)
VIEWS = _comment(
    "What several rules share, worked out once for the day of the run: run it again (after clean_up.sql) when your data or the "
    "day change. Tables and not views, because the day of the run stands in them."
)
CLEAN_UP = _comment("Takes away what calendar.sql and views.sql made, and nothing else.")

_COLUMNS = """\
rule_code and record_of name the rule and the table. Then come the child (or worker) and the fields that name the finding, as \
they stand in your data, and _row, the row's own number.
verdict: fail, pass, not_due (it may still be done in time), not_assessable (something that is needed is missing or cannot be \
read; reason says what). due_on: the last day in time. event_on: the day it was done. days_overdue: for a fail, days from due_on \
to event_on, to the end of the duty, or to the day of the run. observed: what was found. message: what a manager reads.
Take out of the list at the end of each query the verdicts that you do not want to see."""


def field_note(field: Field) -> str:
    """What may stand in a field, and what its spec says of it."""
    held = {
        "code": f"a code of {field.codes}",
        "flag": "Y or N",
        "code_list": f"codes of {field.codes}, as ;A;B;",
        "text_list": "as ;one;another;",
    }
    refers = f"the id of a row of {field.references}" if field.references else ""
    return "; ".join(part for part in (held.get(field.type, ""), refers, field.note) if part)


def standing(dialect: str) -> str:
    """What has been shown of the scripts, and what has not."""
    product = PRODUCTS[dialect]
    if dialect in RUN_HERE:
        return f"casecheck's tests run scripts like this one on {product}."
    return f"compiles: no {product}{'' if 'Server' in product else ' server'} ran this query"


def rule_heading(rule: RuleFile, variants: int, dialect: str) -> str:
    """The comment at the top of a rule's file."""
    several = f"There are {variants} queries, one for each table that the rule asks about." if variants > 1 else ""
    return _comment(f"{rule.id}: {rule.title}", "", standing(dialect), several, *_COLUMNS.splitlines())


def readme(dialect: str, as_of: date, rules: int, left_out: Sequence[str]) -> str:
    """The page that says in which order to run what."""
    told = "\n".join(
        textwrap.fill(text, 116, initial_indent="- ", subsequent_indent="  ") for text in _NOTES[dialect].splitlines()
    )
    day = (
        f"written once at the top of each file ({_DAY[dialect]})"
        if dialect in _DAY
        else "filled in; write the files again for another"
    )
    return _README.format(
        product=PRODUCTS[dialect], standing=standing(dialect), rules=rules, as_of=as_of.isoformat(), day=day, notes=told,
        left_out=textwrap.fill(f"- {_LEFT_OUT} {', '.join(left_out)}.", 116, subsequent_indent="  ") if left_out else "",
    )  # fmt: skip


_LEFT_OUT = "Not written, because they stand on what casecheck works out of a whole extract, or of an earlier one:"
_DAY = {"tsql": "DECLARE @as_of", "snowflake": "SET AS_OF", "bigquery": "DECLARE as_of"}
_NOTES = {
    "tsql": """\
SQL Server 2016 or later, and Azure SQL. Every file is one batch, without GO.
Most databases compare text without regard to capitals and to spaces at the end: 'cp' is 'CP' there, and two ids that differ \
only so are one. casecheck itself tells them apart. It matters where your ids differ by capitals alone: give the views' id \
columns a binary collation then. Where text is put in order, the queries name a binary collation themselves.
Text is NVARCHAR(4000). Names are in square brackets.""",
    "snowflake": """\
Names are quoted and in capitals, which is what names without quotes are there: create view person as ... fits.
SET lasts for the session: run a file as a whole.
Snowflake refuses some questions that are asked for each row inside OR or CASE (an unsupported subquery). A few rules ask EXISTS \
so, where a filter cannot be read; if one is refused, tell us which.""",
    "bigquery": """\
Tables are named without a data set: choose a default data set in the query settings.
DECLARE must stay the first statement of a script.""",
    "postgres": "Names are quoted and in small letters, which is what names without quotes are there.",
    "spark": "Columns of tables.sql have no defaults, because not every kind of table takes them: fill all of them.",
    "duckdb": "In the shell: .read views.sql, and so on.",
}
_README = """\
casecheck's rules as SQL for {product}
{standing}

What is here, in the order in which to run it:

1. tables.sql    What the queries read. Write a view of each name over your own system, or create the tables and fill them.
                 The columns that begin with an underscore are explained beside each table; the defaults do to begin with.
2. calendar.sql  Makes the calendar of working days and the deadlines of visits. Once.
3. views.sql     Makes what several rules share, from your tables, for the day of the run. Before every run.
4. rules/        {rules} rules, one file each. They only read. Run those that you want, in any order.
   clean_up.sql  Takes away what 2 and 3 made, so that they can be run again.

Steps 2 and 3 make tables with plain names (calendar, workday, visit_due, child, holder and so on): use a schema of your own
in which nothing else has these names. The rest needs the right to read, and no other.

The day of the run is {as_of}, {day}.

Worth knowing:

{notes}
- A query judges each record by what your tables hold. casecheck itself also looks at a whole extract: it says that a rule cannot
  be assessed when a table or a column is empty, or when too many cells cannot be read. These queries do not: an empty table of
  visits makes every visit look missing.
- Limits and lists come from the policy that was in force when the files were written (casecheck config show).
{left_out}
"""
