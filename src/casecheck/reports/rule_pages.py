"""The documentation of the rules, written from the rules: a page each, and an index by what a reader may look for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from casecheck.planning import never_held
from casecheck.policy import SEVERITIES, Policy
from casecheck.profiles.loading import shipped_profiles
from casecheck.profiles.spec import Profile
from casecheck.reports.explain import Part, parts, verdicts
from casecheck.rules.compiled import Compiled, CompiledRule
from casecheck.rules.loading import RuleEntry, RuleSet
from casecheck.rules.spec import FAMILIES, Guidance

Key = TypeVar("Key")

INDEX = "README.md"
_MADE = "Written from the rule files by `casecheck rules pages`; do not change it by hand."
_FULL, _PARTLY, _NOT = "yes", "in part", "-"
_EDITION = re.compile(r" ?[(,;]| \d")


def rule_pages(rules: RuleSet, compiled: Compiled, policy: Policy) -> dict[str, str]:
    """The text of every file by its name."""
    pages = {f"{code}.md": _page(entry, compiled.rules[code], policy) for code, entry in rules.entries.items()}
    return {INDEX: _index(rules, compiled, policy), **pages}


def _page(entry: RuleEntry, compiled: CompiledRule, policy: Policy) -> str:
    rule = entry.rule
    severity = policy.severity_of(rule.id, rule.severity)
    lines = [f"# {rule.id}: {rule.title}", ""]
    lines += [f"**{severity}** · {FAMILIES[rule.family]} · pack {entry.pack} · version {rule.version}", ""]
    reader = None
    for part in parts(entry, compiled, policy):
        if part.reader != reader:
            lines += ["", f"## {part.reader}", ""] if part.reader else []
            reader = part.reader
        lines.append(_told(part))
    lines += ["", "## Which layouts can answer it", "", *_supported(compiled)]
    lines += ["", "## Examples", "", "Each is run as a test.", "", "| as of | situation | verdicts |", "|---|---|---|"]
    lines += [f"| {example.as_of:%d/%m/%Y} | {_cell(example.name)} | {_cell(verdicts(example))} |" for example in rule.examples]
    return "\n".join([*lines, "", f"*{_MADE}*"]) + "\n"


def _told(part: Part) -> str:
    if not part.reader:
        return part.text
    text = f"`{part.text}`" if part.label in ("It says", "Only where", "Needs", "Can use") else part.text
    return f"- **{part.label}**: {text}"


def _supported(compiled: CompiledRule) -> Iterator[str]:
    for profile in shipped_profiles().values():
        answer = _answers(profile, compiled)
        why = next((why for variant in compiled.variants if (why := never_held(profile, variant))), "")
        yield f"- {profile.title} (`{profile.profile}`): {answer if answer != _NOT else 'no'}{f', {why}' if why else ''}"


def _answers(profile: Profile, compiled: CompiledRule) -> str:
    outside = [bool(never_held(profile, variant)) for variant in compiled.variants]
    return _NOT if all(outside) else _PARTLY if any(outside) else _FULL


def _index(rules: RuleSet, compiled: Compiled, policy: Policy) -> str:
    lines = ["# The rules", "", f"{len(rules)} rules. {_MADE}", ""]
    lines += ["`casecheck explain CODE` prints a page with the limits of your own policy.", ""]
    lines += ["## Ready selections", "", "| `--select` | what for | rules |", "|---|---|---|"]
    lines += [f"| `{name}` | {made.title} | {len(rules.select([name]))} |" for name, made in rules.selections.items()]
    lines += [f"| `{pack}` | the whole pack | {len(rules.select([pack]))} |" for pack in sorted(_by(rules, lambda e: [e.pack]))]
    lines += ["", "## By family"]
    in_force = {code: policy.severity_of(code, entry.rule.severity) for code, entry in rules.entries.items()}
    for family, codes in _by(rules, lambda entry: [entry.rule.family]).items():
        lines += ["", f"### {FAMILIES[family]} ({family})", "", "| rule | severity | what must be true |", "|---|---|---|"]
        lines += [f"| {_link(code)} | {in_force[code]} | {_cell(rules[code].title)} |" for code in codes]
    severities = _by(rules, lambda entry: [in_force[entry.rule.id]])
    lines += ["", "## By severity", ""]
    lines += [f"- **{level}**: {_links(severities[level])}" for level in SEVERITIES if level in severities]
    tables = _by(rules, lambda entry: {name.partition(".")[0] for name in _needed(compiled.rules[entry.rule.id])})
    lines += ["", "## By table", "", *(f"- `{table}`: {_links(codes)}" for table, codes in sorted(tables.items()))]
    kinds = _by(rules, lambda entry: {item.kind for item in entry.rule.guidance})
    lines += ["", "## By who says so", "", *(f"- {kind}: {_links(codes)}" for kind, codes in sorted(kinds.items()))]
    unread = [code for code, entry in rules.entries.items() if entry.rule.verified != "yes"]
    lines += [f"- not, or only in part, read at its source: {_links(unread)}"]
    return "\n".join([*lines, "", *_by_source(rules), "", *_by_layout(rules, compiled)]) + "\n"


def _by_source(rules: RuleSet) -> Iterator[str]:
    sources = _by(rules, lambda entry: {(item.kind, source_of(item)) for item in entry.rule.guidance})
    yield "## By source"
    yield ""
    yield "A source without its year, chapter and numbers; the page of a rule names them, and says what was read of it."
    for kind, alike in groupby(sorted(sources), key=itemgetter(0)):
        yield from ["", f"### {kind.capitalize()}", "", *(f"- {said[1]}: {_links(sources[said])}" for said in alike)]


def source_of(guidance: Guidance) -> str:
    """What is cited, without edition, chapter and numbers: one name for all that a book says. A law keeps its name as it is."""
    return guidance.source if guidance.kind == "law" else _EDITION.split(guidance.source)[0]


def _by_layout(rules: RuleSet, compiled: Compiled) -> Iterator[str]:
    profiles = list(shipped_profiles().values())
    yield "## By what my extract supports"
    yield ""
    yield "What a layout never holds cannot be asked of it; `casecheck inspect` says the same of your own files."
    yield ""
    yield f"| rule | {' | '.join(profile.profile for profile in profiles)} |"
    yield f"|---|{'---|' * len(profiles)}"
    for code in rules.entries:
        yield f"| {_link(code)} | {' | '.join(_answers(profile, compiled.rules[code]) for profile in profiles)} |"


def _by(rules: RuleSet, of: Callable[[RuleEntry], Iterable[Key]]) -> Mapping[Key, list[str]]:
    found: dict[Key, list[str]] = defaultdict(list)
    for code, entry in rules.entries.items():
        for name in of(entry):
            found[name].append(code)
    return found


def _needed(compiled: CompiledRule) -> Iterable[str]:
    return (name for variant in compiled.variants for name in variant.needs if name not in variant.optional)


def _link(code: str) -> str:
    return f"[{code}]({code}.md)"


def _links(codes: Iterable[str]) -> str:
    return ", ".join(map(_link, codes))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
