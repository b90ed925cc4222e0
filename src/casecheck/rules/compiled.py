"""What a compiled rule is, and the store of compiled rules, which spares a run the SQL compiler."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from casecheck.cache import Cached
from casecheck.policy import Policy
from casecheck.rules.loading import RuleSet

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
    views: tuple[str, ...]
    identity: tuple[str, ...]
    part: str
    checked: tuple[str, ...]
    expected: str


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
    """Compile a set of rules under a policy; a set compiled before is read from the store."""
    texts = {code: entry.rule.model_dump_json(exclude={"examples"}) for code, entry in rules.entries.items()}
    judged_by = policy.model_dump_json(include={"law", "visits", "roles", "parameters"})

    def build(_: dict[str, str]) -> Compiled:
        from casecheck.rules.compiling import compile_rule, compile_view

        found = {code: compile_rule(entry.rule, policy) for code, entry in rules.entries.items()}
        views = {"holder"} | {view for rule in found.values() for variant in rule.variants for view in variant.views}
        return Compiled(rules=found, views={view: compile_view(view) for view in sorted(views)})

    return Cached("compiled", Compiled, texts, salt=judged_by).load(build)
