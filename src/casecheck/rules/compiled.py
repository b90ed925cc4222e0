"""What a compiled rule is, and the store of compiled rules, which spares a run the SQL compiler."""

from __future__ import annotations

import hashlib
import json
from functools import cache

from pydantic import BaseModel, ConfigDict

from casecheck.cache import Cached, code_stamp
from casecheck.model import load_model
from casecheck.policy import Policy
from casecheck.rules.loading import RuleSet
from casecheck.rules.spec import RuleFile

NOT_HELD = " is not held for this record"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class RowCheck(_Part):
    """A question about one row alone: the planner asks all of a table's together, in one scan."""

    scope: str
    verdict: str


class CompiledVariant(_Part):
    """One question. ``sql`` gives ``_row``, verdict, reason, dates, observed and message for each record in scope.

    ``part`` tells the variants of one rule apart in a finding's id.
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

    @property
    def tables(self) -> set[str]:
        """Every table that the question is about, or reads."""
        return {self.subject, *(name.partition(".")[0] for name in (*self.needs, *self.optional))}


class CompiledRule(_Part):
    """A rule ready to be asked, under one policy. ``loosened`` says which statutory limits the policy widens."""

    id: str
    key: str = ""
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
    """Compile a set of rules under a policy. What was compiled before, rule by rule, is not compiled again."""
    keys = {code: _key(entry.rule, policy) for code, entry in rules.entries.items()}
    store = Cached("compiled", Compiled, {**keys, "model": _model_key()})

    def build(_: dict[str, str]) -> Compiled:
        from casecheck.rules.compiling import compile_rule, compile_view

        ready = {rule.key: rule for earlier in store.earlier() for rule in earlier.rules.values()}
        found = {
            code: ready.get(keys[code]) or compile_rule(entry.rule, policy).model_copy(update={"key": keys[code]})
            for code, entry in rules.entries.items()
        }
        views = {"holder"} | {view for rule in found.values() for variant in rule.variants for view in variant.views}
        return Compiled(rules=found, views={view: compile_view(view) for view in sorted(views)})

    return store.load(build)


def _key(rule: RuleFile, policy: Policy) -> str:
    """Changes with everything that a rule's SQL is made of: its text, its limits, the policy's values, model and compiler."""
    text = rule.model_dump_json(exclude={"examples"})
    limits = json.dumps(policy.parameters.get(rule.id, {}), sort_keys=True, default=str)
    judged_by = policy.model_dump_json(include={"law", "visits", "roles"})
    return hashlib.sha256("\0".join((text, limits, judged_by, _model_key(), code_stamp())).encode()).hexdigest()[:32]


@cache
def _model_key() -> str:
    return hashlib.sha256(load_model().model_dump_json().encode()).hexdigest()
