"""Compiles the shipped rules, model and profiles when the package is built, so that the first run is as quick as the next."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileRules(BuildHookInterface[Any]):
    """Fills ``src/casecheck/compiled`` before the wheel is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile with the default policy; other policies reuse every rule that they do not change."""
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from casecheck import cache

        for old in cache.PACKAGED.glob("*.json"):
            old.unlink()
        cache.cache_folder = lambda: cache.PACKAGED
        from casecheck.policy import Policy
        from casecheck.profiles.loading import shipped_profiles
        from casecheck.rules.compiled import compile_rules
        from casecheck.rules.loading import load_rules

        shipped_profiles()
        compile_rules(load_rules(), Policy())
        build_data["artifacts"].append("src/casecheck/compiled/*.json")
