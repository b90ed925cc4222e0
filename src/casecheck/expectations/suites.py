"""A rule pack as an expectation suite, on the user's own context."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from great_expectations import ExpectationSuite
from great_expectations.data_context.data_context.abstract_data_context import AbstractDataContext

from casecheck.auditing import as_policy
from casecheck.cache import library_version
from casecheck.errors import SelectionError
from casecheck.expectations.expecting import SEVERITIES, ExpectCaseRecordsToMeetRule, ExpectExtractToBeReadInFull
from casecheck.planning import never_held
from casecheck.policy import Policy
from casecheck.profiles.loading import load_profile
from casecheck.rules.compiled import compile_rules
from casecheck.rules.loading import RuleSet, rules_of
from casecheck.rules.spec import RuleFile


def suite(
    context: AbstractDataContext,
    *,
    name: str = "casecheck",
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    severity: str = "",
    policy: Policy | dict[str, Any] | str | Path | None = None,
    profile: str | None = None,
) -> ExpectationSuite:
    """One expectation a rule, in a suite that is added to the context, or takes the place of one of the same name.

    ``select``, ``ignore``, ``severity`` and ``policy`` choose and weigh rules as in :func:`casecheck.audit`: give the audit the
    same. ``profile`` names the layout of the extract: rules that it never holds the records for are left out, and named in the
    suite's notes. Raises :class:`casecheck.errors.CasecheckError` when a name is wrong, or no rule is left.
    """
    settings = as_policy(policy)
    chosen = rules_of(settings).select(select or settings.select, ignore or settings.ignore, severity)
    layout = profile or settings.profile
    outside = _outside(chosen, settings, layout) if layout else {}
    rules = [rule for rule in chosen.rules() if rule.id not in outside]
    if not rules:
        raise SelectionError(f"no selected rule is within the scope of '{layout}'", "select others, or leave the profile out")
    made = ExpectationSuite(
        name=name,
        expectations=[ExpectExtractToBeReadInFull(), *(_expectation(rule, settings) for rule in rules)],
        notes=_notes(rules, outside, layout),
        meta={"casecheck": {"version": library_version(), "policy": settings.digest, "profile": layout}},
    )
    return context.suites.add_or_update(made)


def _expectation(rule: RuleFile, policy: Policy) -> ExpectCaseRecordsToMeetRule:
    sources = "; ".join(f"{item.source}{f', {item.ref}' if item.ref else ''}" for item in rule.guidance)
    return ExpectCaseRecordsToMeetRule(
        rule=rule.id,
        title=rule.title,
        severity=SEVERITIES[policy.severity_of(rule.id, rule.severity)],
        notes=[rule.summary, f"What to do: {rule.advice}", f"Says who: {sources}"],
    )


def _outside(rules: RuleSet, policy: Policy, layout: str) -> dict[str, str]:
    """Rules that the layout, by its nature, cannot answer in any part, with the reason."""
    profile = load_profile(layout)
    whys = {
        code: [never_held(profile, variant) for variant in rule.variants]
        for code, rule in compile_rules(rules, policy).rules.items()
    }
    return {code: why[0] for code, why in whys.items() if all(why)}


def _notes(rules: Sequence[RuleFile], outside: dict[str, str], layout: str) -> list[str]:
    notes = [f"{len(rules)} rules of casecheck. A rule that could not be assessed is never a success."]
    if not layout:
        notes.append("No profile was named, so that no rule was left out as beyond the source's scope.")
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for code, why in outside.items():
        reasons[why].append(code)
    return notes + [f"Left out, out of the scope of {layout}: {', '.join(codes)}: {why}" for why, codes in reasons.items()]
