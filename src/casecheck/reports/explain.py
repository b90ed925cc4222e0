"""A rule in words: what it asks, why, who says so, what it needs, and an example that passes and one that fails."""

from __future__ import annotations

import textwrap

from casecheck.policy import Policy
from casecheck.rules.compiled import CompiledRule
from casecheck.rules.loading import RuleEntry
from casecheck.rules.spec import FAMILIES, Example, RuleFile


def explain(entry: RuleEntry, compiled: CompiledRule, policy: Policy, sql: bool = False) -> str:
    """The page of one rule, as text."""
    from casecheck.rules.parameters import resolve

    rule = entry.rule
    severity = policy.severity.get(rule.id, rule.severity)
    lines = [
        f"{rule.id}  {rule.title}",
        f"{severity}, {FAMILIES[rule.family]}, version {rule.version}, {entry.file}",
        "",
    ]
    lines += _said("Why", rule.summary)
    for item in rule.guidance:
        lines += _said(
            "Says who",
            f"{item.source}{f', {item.ref}' if item.ref else ''} ({item.kind}){f'. {item.note}' if item.note else ''}",
        )
    lines += _said("Read at source", {"yes": "yes", "part": "in part", "no": "no, from domain knowledge"}[rule.verified])
    lines += _in_force(rule)
    for name, limit in resolve(rule, policy).items():
        spec = rule.parameters[name]
        local = f", set by policy (rule: {spec.default})" if limit.overridden else ""
        lines += _said("Limit", f"{name} = {limit} ({spec.kind}{local}): {spec.help}")
    needs = sorted({name for variant in compiled.variants for name in variant.needs if name not in variant.optional})
    optional = sorted({name for variant in compiled.variants for name in variant.optional})
    lines += _said("Needs", ", ".join(needs))
    lines += _said("Can use", ", ".join(optional)) if optional else []
    lines += _said("Identity", f"child, {', '.join(compiled.variants[0].identity)}: this names the finding for ever")
    lines += _said("What to do", rule.advice)
    lines += ["", *(_example(example) for example in rule.examples)]
    if sql:
        lines += ["", *(_pretty(variant.sql) for variant in compiled.variants)]
    return "\n".join(lines) + "\n"


def _said(label: str, text: str) -> list[str]:
    return textwrap.wrap(text, 100, initial_indent=f"{label:<15}", subsequent_indent=" " * 15) or []


def _in_force(rule: RuleFile) -> list[str]:
    start, end = rule.effective.start, rule.effective.to
    if not start and not end:
        return []
    return _said("In force", " ".join([f"from {start}" if start else "", f"to {end}" if end else ""]).strip())


def _example(example: Example) -> str:
    verdicts = ", ".join(
        f"{key}: {(wanted if isinstance(wanted, str) else wanted.verdict).replace('_', ' ')}"
        for key, wanted in example.expect.items()
    )
    return f"  as of {example.as_of}  {example.name}  ->  {verdicts}"


def _pretty(sql: str) -> str:
    import sqlglot

    return sqlglot.parse_one(sql, read="duckdb").sql(dialect="duckdb", pretty=True) + ";\n"
