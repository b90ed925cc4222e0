"""What a compiled rule is, and the store of compiled rules, which spares a run the SQL compiler."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel, ConfigDict

from casecheck.cache import Cached
from casecheck.model import load_model
from casecheck.policy import Policy
from casecheck.rules.loading import RuleSet
from casecheck.rules.spec import RuleFile

NOT_HELD = " is not held for this record"
_MATRIX = re.compile(r"\bvisit_interval\b")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class RowCheck(_Part):
    """A question about one row alone: the planner asks all of a table's together, in one scan."""

    scope: str
    verdict: str


class CompiledVariant(_Part):
    """One question. ``sql`` gives ``_row``, verdict, reason, dates, observed and message for each record in scope.

    ``part`` tells the variants of one rule apart in a finding's id. ``repeats``: it looks for rows that stand twice.
    ``apart``: it can be asked in slices.
    """

    subject: str
    sql: str
    row_check: RowCheck | None = None
    needs: tuple[str, ...]
    optional: tuple[str, ...]
    history: tuple[str, ...]
    kinds: dict[str, tuple[str, ...]]
    views: tuple[str, ...]
    identity: tuple[str, ...]
    part: str
    checked: tuple[str, ...]
    expected: str
    repeats: bool = False
    apart: bool = False

    @property
    def tables(self) -> set[str]:
        """Every table that the question is about, or reads."""
        return {self.subject, *(name.partition(".")[0] for name in (*self.needs, *self.optional))}


class CompiledRule(_Part):
    """A rule ready to be asked, under one policy. ``loosened`` says which statutory limits the policy widens."""

    id: str
    variants: tuple[CompiledVariant, ...]
    loosened: tuple[str, ...] = ()


class CompiledView(_Part):
    """A derived view as SQL, with the model columns it stands on and the views it needs first."""

    name: str
    sql: str
    needs: tuple[str, ...]
    optional: tuple[str, ...]
    views: tuple[str, ...]


class Compiled(_Part):
    """Every rule of a set, and the views they stand on."""

    rules: dict[str, CompiledRule]
    views: dict[str, CompiledView]


def compile_rules(rules: RuleSet, policy: Policy) -> Compiled:
    """Compile a set of rules under a policy, with the views they stand on."""
    found = {code: _with_matrix(compiled_rule(entry.rule, policy), policy) for code, entry in rules.entries.items()}
    views = {"holder"} | {view for rule in found.values() for variant in rule.variants for view in variant.views}
    return Compiled(rules=found, views={view: compiled_view(view) for view in sorted(views)})


def _with_matrix(rule: CompiledRule, policy: Policy) -> CompiledRule:
    """The matrix of visits is a table, so that no other matrix makes other SQL; what it loosens is said here."""
    loosened = policy.visits.loosened
    if not loosened or not any(_MATRIX.search(variant.sql) for variant in rule.variants):
        return rule
    return rule.model_copy(update={"loosened": (*rule.loosened, *loosened)})


def compiled_rule(rule: RuleFile, policy: Policy, overrides: Mapping[str, object] | None = None) -> CompiledRule:
    """One rule under one policy. What was compiled before, by whatever run, is not compiled again."""

    def build(_: dict[str, str]) -> CompiledRule:
        from casecheck.rules.compiling import compile_rule

        return compile_rule(rule, policy, overrides=overrides)

    return Cached(f"compiled-{rule.id}", CompiledRule, _sources(rule, policy, overrides or {})).load(build)


def compiled_view(name: str) -> CompiledView:
    """A derived view, compiled once for the model as it is."""

    def build(_: dict[str, str]) -> CompiledView:
        from casecheck.rules.compiling import compile_view

        return compile_view(name)

    return Cached(f"view-{name}", CompiledView, {"model": _model_key()}).load(build)


def _sources(rule: RuleFile, policy: Policy, overrides: Mapping[str, object]) -> dict[str, str]:
    """Everything that a rule's SQL is made of: its text, its limits, the values of the policy that it names, and the model."""
    text = rule.model_dump_json(exclude={"examples"})
    limits = {**policy.parameters.get(rule.id, {}), **overrides}
    named = {name: value for name, value in policy.values.items() if f"policy.{name}" in text}
    return {
        "rule": text,
        "limits": json.dumps(limits, sort_keys=True, default=str),
        "policy": json.dumps({**named, "day_convention": policy.visits.day_convention}, sort_keys=True, default=str),
        "model": _model_key(),
    }


@cache
def _model_key() -> str:
    return hashlib.sha256(load_model().model_dump_json().encode()).hexdigest()
