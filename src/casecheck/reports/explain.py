"""A rule in words: why, what to do in the record, what is counted, who says so, and what it stands on.

``parts`` says it once; ``explain`` prints it on a terminal, and ``rule_pages`` writes it for the documentation.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from casecheck.model import load_model
from casecheck.policy import Policy
from casecheck.rules.compiled import CompiledRule
from casecheck.rules.loading import RuleEntry
from casecheck.rules.spec import FAMILIES, Example, RuleFile

RECORDS, FIGURES = "For whoever mends the record", "For whoever reads the figures"
_READ = {"yes": "yes", "part": "in part", "no": "no: from knowledge of the field, not read at a source"}


@dataclass(frozen=True)
class Part:
    """One thing that is said of a rule, and for whom."""

    reader: str
    label: str
    text: str


def parts(entry: RuleEntry, compiled: CompiledRule, policy: Policy) -> list[Part]:
    """All that is said of a rule, in order."""
    rule = entry.rule
    needs = sorted({name for variant in compiled.variants for name in variant.needs if name not in variant.optional})
    optional = sorted({name for variant in compiled.variants for name in variant.optional})
    counted = dict.fromkeys(load_model().table(variant.subject).row for variant in compiled.variants)
    return [
        Part("", "Why", rule.summary),
        Part(RECORDS, "It says", rule.message),
        Part(RECORDS, "What to do", rule.advice),
        Part(FIGURES, "Counted", f"one verdict for each row in scope: {'; '.join(counted)}"),
        *(Part(FIGURES, "Only where", text) for text in _scope(rule)),
        *([Part(FIGURES, "Unrecorded", f"counted apart: {rule.unrecorded}")] if rule.unrecorded else []),
        *(Part(FIGURES, "Says who", text) for text in _guidance(rule)),
        Part(FIGURES, "Read at source", _READ[rule.verified]),
        *(Part(FIGURES, "In force", text) for text in _in_force(rule)),
        *(Part(FIGURES, "Limit", text) for text in _limits(rule, policy)),
        Part(FIGURES, "Needs", ", ".join(needs)),
        *([Part(FIGURES, "Can use", ", ".join(optional))] if optional else []),
        Part(FIGURES, "Identity", f"child, {', '.join(compiled.variants[0].identity)}: this names the finding for ever"),
    ]


def explain(entry: RuleEntry, compiled: CompiledRule, policy: Policy, sql: bool = False) -> str:
    """The page of one rule, as text."""
    rule = entry.rule
    lines = [
        f"{rule.id}  {rule.title}",
        f"{policy.severity_of(rule.id, rule.severity)}, {FAMILIES[rule.family]}, version {rule.version}, {entry.file}",
    ]
    reader = None
    for part in parts(entry, compiled, policy):
        if part.reader != reader:
            lines += ["", *([f"{part.reader}:"] if part.reader else [])]
            reader = part.reader
        lines += textwrap.wrap(part.text, 100, initial_indent=f"{part.label:<15}", subsequent_indent=" " * 15)
    lines += ["", *(f"  as of {example.as_of}  {example.name}  ->  {verdicts(example)}" for example in rule.examples)]
    if sql:
        lines += ["", *(_pretty(variant.sql) for variant in compiled.variants)]
    return "\n".join(lines) + "\n"


def verdicts(example: Example) -> str:
    """What an example expects, record by record."""
    return ", ".join(
        f"{key}: {(wanted if isinstance(wanted, str) else wanted.verdict).replace('_', ' ')}"
        for key, wanted in example.expect.items()
    )


def _scope(rule: RuleFile) -> list[str]:
    given = [text for text in (rule.where, *(variant.where for variant in rule.variants)) if text]
    return list(dict.fromkeys(" ".join(text.split()) for text in given))


def _guidance(rule: RuleFile) -> list[str]:
    return [
        f"{item.source}{f', {item.ref}' if item.ref else ''} ({item.kind}){f'. {item.note}' if item.note else ''}"
        for item in rule.guidance
    ]


def _in_force(rule: RuleFile) -> list[str]:
    start, end = rule.effective.start, rule.effective.to
    if not start and not end:
        return []
    return [" ".join([f"from {start:%d/%m/%Y}" if start else "", f"to {end:%d/%m/%Y}" if end else ""]).strip()]


def _limits(rule: RuleFile, policy: Policy) -> list[str]:
    from casecheck.rules.parameters import resolve

    found = []
    for name, limit in resolve(rule, policy).items():
        spec = rule.parameters[name]
        local = f", set by policy (rule: {spec.default})" if limit.overridden else ""
        found.append(f"{name} = {limit} ({spec.kind}{local}): {spec.help}")
    return found


def _pretty(sql: str) -> str:
    import sqlglot

    return sqlglot.parse_one(sql, read="duckdb").sql(dialect="duckdb", pretty=True) + ";\n"
