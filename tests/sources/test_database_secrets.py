"""Databases: every failure is told in plain words, and neither the URL nor a value of a cell is ever shown."""

from __future__ import annotations

import dataclasses
import logging
import os
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.sources.databases import PASSWORD, READER, VISITS, Base, anything, fetched, named, refusal

import casecheck
from casecheck.errors import CasecheckError, InputError
from casecheck.sources.bad_input import BadInputError
from casecheck.sources.database import Database, read_database

HIDDEN = ("hidden_user", "hidden_word", "hidden_host", "hidden_base", READER, PASSWORD)


def assert_hidden(problem: BaseException, more: str, caplog: pytest.LogCaptureFixture) -> None:
    shown = "".join(traceback.format_exception(problem)) + repr(problem) + str(problem) + caplog.text + more
    assert [word for word in HIDDEN if word in shown.replace("test_database_secrets.py", "")] == []
    assert "://" not in shown.replace("postgresql://USER:PASSWORD@HOST:5432/DATABASE", "").replace("before ://", "")


def test_a_connection_that_is_lost_midway_is_told(base: Base, caplog: pytest.LogCaptureFixture) -> None:
    base.run("CREATE VIEW plan AS SELECT n AS plan_id, pg_sleep(0.001)::text AS status FROM generate_series(1, 30000) AS n")
    base.grant()
    table = read_database(Database(base.reader), anything())[0]
    ended = threading.Timer(0.5, base.end_sessions)
    ended.start()
    with pytest.raises(BadInputError, match="the connection was lost") as problem:
        fetched(table)
    ended.join()
    assert problem.value.note.code == "IN089"
    assert_hidden(problem.value, "", caplog)
    with pytest.raises(BadInputError, match="cannot be read"):
        fetched(table)


def test_an_error_in_a_view_holds_no_value_of_a_cell(base: Base, caplog: pytest.LogCaptureFixture) -> None:
    base.run("CREATE TABLE t (word text)", "INSERT INTO t VALUES ('s3cret_w0rd')")
    base.run("CREATE VIEW plan AS SELECT word::integer AS plan_id FROM t")
    tables = named(read_database(Database(base.owner), anything()))
    with pytest.raises(BadInputError, match="InvalidTextRepresentation 22P02") as problem:
        fetched(tables["plan"])
    assert_hidden(problem.value, "", caplog)


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("postgresql://hidden_user:hidden_word@127.0.0.1:1/hidden_base", "IN085", "nothing answers at that host and port"),
        ("postgres://hidden_user:hidden_word@hidden_host.invalid/hidden_base", "IN085", "cannot connect"),
        ("postgresql+psycopg://hidden_user:hidden_word@/hidden_base?host=/hidden_host", "IN085", "nothing answers"),
        ("postgresql://hidden_user:hidden_word@hidden_host:hidden_word/hidden_base", "IN085", "the URL cannot be read"),
        ("postgresql://hidden_user:hidden_word@127.0.0.1:1/hidden_base?hidden_word=1", "IN085", "cannot connect"),
        ("hidden_word://hidden_user:hidden_word@hidden_host/hidden_base", "IN086", "is not known"),
        ("mssql+pyodbc://hidden_user:hidden_word@hidden_host/hidden_base", "IN086", 'pip install "pyodbc"'),
        ("mysql://hidden_user:hidden_word@hidden_host/hidden_base", "IN086", 'pip install "mysqlclient"'),
        ("postgresql+psycopg2://hidden_user:hidden_word@hidden_host/hidden_base", "IN086", 'pip install "psycopg2-binary"'),
        ("postgresql+asyncpg://hidden_user:hidden_word@hidden_host/hidden_base", "IN086", 'pip install "asyncpg"'),
        ("sqlite:////hidden_host/hidden_base.db", "IN085", "no such database file"),
        ("hidden_word", "IN085", "the URL cannot be read"),
    ],
)
def test_no_failure_shows_the_url(
    url: str, code: str, said: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    problem = refusal(url)
    assert problem.note.code == code
    assert said in str(problem)
    assert_hidden(problem, "".join(capfd.readouterr()), caplog)


def test_a_wrong_password_an_unknown_user_and_an_unknown_database_are_told_and_not_shown(
    base: Base, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for url, said in (
        (base.reader.replace(PASSWORD, "hidden_word"), "the user or the password is refused"),
        (base.owner.replace("postgres:@", "hidden_user:hidden_word@"), "there is no such database or user"),
        (base.owner.replace(base.name, "hidden_base"), "there is no such database or user"),
    ):
        problem = refusal(url)
        assert (problem.note.code, said in str(problem)) == ("IN085", True)
        assert_hidden(problem, "", caplog)
        assert base.server.folder.name not in "".join(traceback.format_exception(problem))


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("a plain file that is long enough to be looked at " * 30)
    problem = refusal(f"sqlite:///{tmp_path / 'notes.db'}")
    assert (problem.note.code, "the file is no database" in str(problem)) == ("IN085", True)


def test_a_run_without_sqlalchemy_or_a_driver_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://hidden_user:hidden_word@127.0.0.1:1/hidden_base"
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "psycopg", None)
        assert 'pip install "casecheck[postgres]"' in str(refusal(url))
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    assert 'pip install "casecheck[database]"' in str(refusal(url))


def test_a_database_hides_its_url_and_findings_never_hold_it(base: Base) -> None:
    base.run(VISITS, "INSERT INTO visit VALUES ('V1', '1', 'cp', 'soon')")
    base.grant()
    source = Database(base.reader, "public")
    assert repr(source) == "Database(schema='public')"
    assert dataclasses.asdict(source)["url"] == base.reader
    result = casecheck.audit(source, profile="model", as_of="2024-06-28", policy={})
    assert result.table.num_rows > 0
    shown = str(result.table.to_pylist()) + repr(result) + str(result.summary()) + str(result.extract)
    assert [word for word in (READER, PASSWORD, base.name, base.server.folder.name) if word in shown] == []


def test_the_url_comes_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_URL", " sqlite:///x.db ")
    assert Database.from_env("OUR_URL", "care") == Database("sqlite:///x.db", "care")
    file = tmp_path / "database.url"
    file.write_text("\ufeff\n  \n sqlite:///y.db \nsqlite:///z.db\n", encoding="utf-8")
    assert casecheck.Database.from_file(file) == Database("sqlite:///y.db")


@pytest.mark.parametrize("content", ["", "\n\n", "hidden_word\n", "postgresql hidden_word", "hidden_word" * 10_000])
def test_a_file_or_variable_without_a_url_is_told_without_its_content(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "database.url"
    file.write_text(content)
    monkeypatch.setenv("OUR_URL", content)
    for read in (lambda: Database.from_file(file), lambda: Database.from_env("OUR_URL")):
        with pytest.raises(InputError) as problem:
            read()
        assert_hidden(problem.value, "", caplog)
    file.write_bytes("sqlite:///y.db".encode("utf-16"))
    with pytest.raises(InputError, match="saved as UTF-8"):
        Database.from_file(file)


URL = "postgresql://hidden_user:hidden_word@hidden_host/hidden_base"


@pytest.mark.parametrize(
    "give",
    [
        lambda: casecheck.audit(URL, policy={}),
        lambda: casecheck.audit(Path(URL), policy={}),
        lambda: Database.from_env(URL),
        lambda: Database.from_file(URL),
        lambda: Database.from_file(Path(URL)),
    ],
)
def test_a_url_where_none_belongs_is_refused_and_not_repeated(give: Any, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(CasecheckError) as problem:
        give()
    assert str(problem.value).count("hidden") == 0


def test_sqlalchemy_is_imported_only_for_a_database() -> None:
    code = "import sys, casecheck; casecheck.audit, casecheck.Database('sqlite://'); sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# The command line


def cli(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "casecheck.cli", *map(str, arguments)]
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]), **environment}
    return subprocess.run(command, cwd=cwd, env=settings, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_check_and_inspect_read_a_database_by_file_and_by_variable(base: Base, tmp_path: Path) -> None:
    base.run(
        "CREATE SCHEMA care", VISITS.replace("visit (", "care.visit ("), "INSERT INTO care.visit VALUES ('V1', '1', 'cp', 'soon')"
    )
    base.grant("care")
    (tmp_path / "database.url").write_text(base.reader)
    options = ("--schema", "care", "--profile", "model", "--as-of", "2024-06-28", "--select", "INT-012")
    ways: list[tuple[tuple[str, ...], dict[str, str]]] = [
        (("--source-url-file", "database.url"), {}),
        (("--source-url-env", "OUR_URL"), {"OUR_URL": base.reader}),
        ((), {"CASECHECK_SOURCE_URL": base.reader}),
    ]
    for way, environment in ways:
        done = cli("check", *way, *options, "-o", "concise", cwd=tmp_path, **environment)
        assert "database.care [visit]:1: INT-012" in done.stdout, done.stderr
        assert PASSWORD not in done.stdout + done.stderr
    seen = cli("inspect", "--source-url-file", "database.url", *options, cwd=tmp_path)
    assert "database.care [visit] is visit: 1 row read, 1 used" in seen.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((URL,), "--source-url-file"),
        (("--source-url-file", URL), "write the URL into a file"),
        (("--source-url-env", URL), "give its name, not the URL itself"),
        ((), "say --source-url-file FILE for a database"),
        ((".", "--source-url-file", "x"), "more than one source was given"),
        (("--source-url-file", "x", "--source-url-env", "X"), "more than one source was given"),
        ((".", "--schema", "care"), "--schema is for a database"),
        (("--source-url-file", "nothing.url"), "nothing.url: cannot be opened"),
        (("--source-url-env", "NOTHING_HERE"), "the environment variable NOTHING_HERE holds no database URL"),
        (("--source-url-env", "DEAD_URL"), "nothing answers at that host and port"),
    ],
)
def test_the_command_line_refuses_with_advice_and_repeats_no_url(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    dead = "postgresql://hidden_user:hidden_word@127.0.0.1:1/hidden_base"
    for command in ("check", "inspect"):
        done = cli(command, *arguments, cwd=tmp_path, DEAD_URL=dead)
        assert done.returncode == 2
        assert said in done.stderr
        assert "hidden" not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
