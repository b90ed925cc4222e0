"""Translations of what the rules say are kept for the next run; of anything else nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import casecheck
from casecheck import cache
from casecheck.engines import translating
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.engines.translating import translate

QUERY = "SELECT least(a, b) AS first FROM plan WHERE regexp_full_match(a, 'x+')"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for what is compiled that nothing has been kept in."""
    monkeypatch.setenv("CASECHECK_CACHE_DIR", str(tmp_path))
    return tmp_path


def forget() -> None:
    """As in another process."""
    translate.cache_clear()
    cache._read_before.clear()


def unable(*_: object, **__: object) -> None:
    raise AssertionError("it was translated again")


def test_what_is_known_is_translated_once_for_all_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    first = translate(QUERY, "postgres", known_as="REF-001")
    assert [file.name.startswith("postgres-REF-001-") for file in folder.iterdir()] == [True]
    forget()
    monkeypatch.setattr(translating, "parse_one", unable)
    assert translate(QUERY, "postgres", known_as="REF-001") == first
    with pytest.raises(AssertionError):
        translate(QUERY, "spark", known_as="REF-001")
    with pytest.raises(AssertionError):
        translate(QUERY, "postgres", prefixed=True, known_as="REF-001")


def test_another_version_of_the_translator_translates_again(monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    translate(QUERY, "postgres", known_as="REF-001")
    forget()
    monkeypatch.setattr(translating, "_stamp", lambda: "another")
    monkeypatch.setattr(translating, "parse_one", unable)
    with pytest.raises(AssertionError):
        translate(QUERY, "postgres", known_as="REF-001")


def test_of_what_is_not_known_nothing_is_kept(folder: Path) -> None:
    forget()
    translate(QUERY, "postgres")
    assert not list(folder.iterdir())


def test_what_the_policy_accepts_is_kept_nowhere(monkeypatch: pytest.MonkeyPatch, example: Path) -> None:
    known: list[str] = []
    held = DuckDBEngine.held

    @contextmanager
    def noted(engine: DuckDBEngine, sql: str, known_as: str = "") -> Iterator[str]:
        assert known_as or "W17" in sql
        known.append(known_as)
        with held(engine, sql, known_as) as table:
            yield table

    monkeypatch.setattr(DuckDBEngine, "held", noted)
    accepted = {"rule": "CAS-003", "what": "W17", "reason": "agreed by the head of service"}
    casecheck.audit(example, as_of="2026-03-31", policy={"accepted": [accepted]}, select=["CAS-002", "CAS-003"])
    assert sorted(known) == ["", "CAS-002"]
