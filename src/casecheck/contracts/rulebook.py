"""Which rules say what a contract says: the integrity pack's rules about keys, blanks, codes and cells that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from casecheck.errors import RuleError, nearest
from casecheck.model import Table, load_model
from casecheck.policy import Policy
from casecheck.rules.compiled import CompiledVariant, compiled_rule
from casecheck.rules.loading import RuleSet, load_rules
from casecheck.rules.spec import RuleFile, Variant

INTEGRITY = "integrity"

USUAL = Policy()
"""The policy of nobody in particular: what a table's shape is, no local limit changes."""

Place = tuple[str, int]
"""A rule's code, and the place of one of its variants."""


@dataclass(frozen=True)
class Shape:
    """What the integrity pack asks of one row, or of one key, of a table.

    ``unique`` and ``readable`` are the variants about the key and about every cell; ``filled`` those by which a field must not be
    blank; ``conditional`` those that ask it of some rows only, by rule. ``needed`` are the fields that any of them reads.
    """

    key: str
    readable: Place
    unique: Place | None = None
    filled: dict[str, list[Place]] = field(default_factory=dict)
    conditional: dict[str, tuple[int, ...]] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()

    def about(self, column: str) -> list[Place]:
        """The variants that may say that a cell of a column is wrong."""
        keyed = [self.unique] if self.unique and column == self.key else []
        return [*keyed, *self.filled.get(column, []), self.readable]


def key_of(table: Table) -> str:
    """The field that is the record's key, where one field is; an empty string otherwise."""
    return table.key[0] if len(table.key) == 1 else ""


@cache
def shape_of(table: str) -> Shape:
    """What the integrity pack asks of a table of the model. Raises :class:`CasecheckError` when there is no such table."""
    spec = load_model().table(table)
    key = key_of(spec)
    filled: dict[str, list[Place]] = {}
    conditional: dict[str, tuple[int, ...]] = {}
    for verb, rule in _by_verb().items():
        if verb not in ("required", "allowed"):
            continue
        for place in places_of(rule, table):
            variant = rule.subjects[place]
            if rule.where or variant.where:
                conditional[rule.id] = (*conditional.get(rule.id, ()), place)
            else:
                filled.setdefault(variant.words["field"], []).append((rule.id, place))
    needed = {key, *filled} - {""}
    for code, places in conditional.items():
        needed |= {name for place in places for name in _needed(compiled(code, place, table))}
    unique, readable = (rule_of(_by_verb()[verb].id, table) for verb in ("unique", "readable"))
    return Shape(
        key,
        (readable.id, places_of(readable, table)[0]),
        (unique.id, places_of(unique, table)[0]) if key else None,
        filled,
        conditional,
        frozenset(needed),
    )


def _needed(variant: CompiledVariant) -> Iterator[str]:
    for name in variant.needs:
        if name not in variant.optional:
            yield name.partition(".")[2]


def places_of(rule: RuleFile, table: str) -> list[int]:
    """The places of a rule's variants about a table."""
    return [place for place, variant in enumerate(rule.subjects) if variant.subject == table]


def compiled(code: str, place: int, table: str, policy: Policy = USUAL) -> CompiledVariant:
    """One variant of a rule about a table, compiled."""
    return compiled_rule(rule_of(code, table, policy), policy).variants[place]


def rule_of(code: str, table: str, policy: Policy = USUAL) -> RuleFile:
    """A rule by its code. Raises :class:`SelectionError` when there is none.

    The pack asks of the tables that most rules read whether keys are unique and cells can be read; a contract asks it of every
    table, by a variant made for it.
    """
    own = {rule.id: rule for verb, rule in _by_verb().items() if verb in ("unique", "readable")}
    if code not in own:
        return _rules(policy)[code]
    rule = own[code]
    return rule if places_of(rule, table) else _extended(rule, load_model().table(table))


def _extended(rule: RuleFile, table: Table) -> RuleFile:
    dated = [name for name, spec in table.fields.items() if spec.type in ("date", "datetime")]
    named = key_of(table) or next(name for name, spec in table.fields.items() if spec.type == "id")
    words = {"field": key_of(table) or named, "noun": table.table.replace("_", " ")}
    made = Variant.model_validate({"subject": table.table, "identity": (dated or [named])[:1], **words})
    return rule.model_copy(update={"variants": (*rule.variants, made)})


@cache
def _by_verb() -> dict[str, RuleFile]:
    """The rules of the integrity pack by their verb; those of a contract have one each."""
    return {next(iter(rule.check)): rule for rule in load_rules((INTEGRITY,)).rules()}


def _rules(policy: Policy) -> RuleSet:
    packs = tuple(dict.fromkeys((*policy.packs, INTEGRITY)))
    return load_rules(packs, policy.rule_folders) if policy.rule_folders else _shipped(packs)


@cache
def _shipped(packs: tuple[str, ...]) -> RuleSet:
    return load_rules(packs)


def alone(code: str, table: str, policy: Policy) -> tuple[str, tuple[int, ...]]:
    """The table that a rule is about and the places of its variants about it, when they read nothing else.

    ``table`` chooses where a rule is about several. Raises :class:`RuleError` where a rule does not fit one table.
    """
    rule = rule_of(code, table or "person", policy)
    subjects = list(dict.fromkeys(variant.subject for variant in rule.subjects))
    if not table and len(subjects) > 1:
        raise RuleError(f"{code} is about several tables", f"say which: table='{subjects[0]}'")
    table = table or subjects[0]
    if table not in load_model().tables:
        raise RuleError(f"{code} is about the {table}, which a run makes of the whole extract", _AUDIT)
    places = tuple(places_of(rule, table))
    if not places:
        raise RuleError(
            f"{code} is not about the table {table}", nearest(table, subjects) or f"it is about: {', '.join(subjects)}"
        )
    variants = compiled_rule(rule, policy).variants
    read = {name.partition(".")[0] for place in places for name in variants[place].needs}
    others = sorted(read - {table})
    if others:
        raise RuleError(f"{code} reads {', '.join(others)} beside {table}, and a contract looks at one table", _AUDIT)
    return table, places


_AUDIT = "ask it of the whole extract: casecheck.audit(source, select=['...'])"
