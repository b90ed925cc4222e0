"""A source read into the model's tables, so that a test can look at the rows themselves."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from casecheck.engines.duckdb import DuckDBEngine
from casecheck.policy import policy_from
from casecheck.profiles.building import Builder
from casecheck.profiles.loading import load_profile, shipped_profiles
from casecheck.profiles.matching import choose, opening_for
from casecheck.sources import open_source


class Built:
    """The tables of one extract."""

    def __init__(self, path: Path, profile: str = "", as_of: date = date(2025, 3, 31)) -> None:
        policy = policy_from({})
        profiles = [load_profile(profile)] if profile else list(shipped_profiles().values())
        opening = opening_for(profiles, policy)
        matched = choose(open_source(path, opening), profiles, opening)
        self.profile = matched.profile
        self.engine = DuckDBEngine(as_of)
        self.extract = Builder(self.engine, matched, policy, as_of).build()

    def rows(self, table: str, *fields: str, order: str = "_source, _record") -> list[tuple[Any, ...]]:
        """The rows of a model table, in the order of the files and of their lines."""
        return self.engine.rows(f"SELECT {', '.join(fields)} FROM {table} ORDER BY {order}")

    def one(self, table: str, *fields: str) -> tuple[Any, ...]:
        """The only row of a model table."""
        (row,) = self.rows(table, *fields)
        return row
