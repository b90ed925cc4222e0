"""The mutants of one rule: its question, changed at one place and compiled as the rule itself is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

from sqlglot import exp
from sqlglot.errors import SqlglotError
from tests.mutation import sites
from tests.mutation.sites import Place, Site

from casecheck.durations import Duration
from casecheck.errors import CasecheckError
from casecheck.model import load_model
from casecheck.policy import Policy, Value
from casecheck.rules import compiling, expressions
from casecheck.rules.context import Context
from casecheck.rules.expressions import DIALECT
from casecheck.rules.lowering import lower
from casecheck.rules.parameters import Limit, resolve
from casecheck.rules.spec import Example, Period, RuleFile
from casecheck.sql_text import literal

KINDS = ("limit", "filter", "join", "answer")
"""What a mutant changes: a limit, a condition on what counts, the joining of tables, or what is made of them."""
CONDITIONS = ("on", "counts", "unless", "after")


class CannotCompileError(Exception):
    """The change leaves no question."""


@dataclass(frozen=True)
class Mutant:
    """One change. ``kind`` is one of ``KINDS``, ``change`` says it in words, ``where`` is the SQL that it touches.

    ``variants`` are the places of those it touches.
    """

    kind: str
    change: str
    where: str
    variants: tuple[int, ...]
    sql: Callable[[Example, int], str] = field(compare=False)

    def __str__(self) -> str:
        return f"{self.change}: {self.where}"


@dataclass
class _Changed(Context):
    """A variant of which one text is changed after its slots are filled."""

    text: str = ""
    site: Site | None = None

    def fill(self, text: str) -> str:
        filled = super().fill(text)
        if self.site is None or text != self.text:
            return filled
        return self.site.change(expressions.parse(filled, self.where)).sql(dialect=DIALECT)


@dataclass
class Subject:
    """A rule, its variants under the settings of an example, and their qualified trees, each made once."""

    rule: RuleFile
    _contexts: dict[tuple[str, int], Context] = field(default_factory=dict)
    _trees: dict[int, exp.Expr] = field(default_factory=dict)
    _guards: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _questions: dict[int, str] = field(default_factory=dict)
    _lowered: dict[int, tuple[exp.Expr, list[Place]]] = field(default_factory=dict)

    @cached_property
    def places(self) -> range:
        """The places of the rule's variants."""
        return range(len(self.rule.subjects))

    def context(self, example: Example | None, place: int) -> Context:
        """A variant as the example sets it; ``None`` means the rule's own settings."""
        given: Mapping[str, object] = example.parameters if example else {}
        policy = example.policy if example else Policy()
        settings = f"{policy.digest}{sorted(given.items())}"
        if (settings, place) not in self._contexts:
            limits = resolve(self.rule, policy, given)
            self._contexts[settings, place] = Context(self.rule, self.rule.subjects[place], load_model(), policy, limits)
        return self._contexts[settings, place]

    def tree(self, context: Context) -> exp.Expr:
        """The qualified question of a variant; its guard is kept for its mutants."""
        key = id(context)
        if key not in self._trees:
            question = compiling._ask(context)
            built = compiling._built(context, question, ())
            needs, _ = compiling._columns_used(built, context.model)
            guard = self._guards[key] = compiling._guard(context, question, built, needs) if question.guarded else ()
            self._trees[key] = compiling._qualified(compiling._assemble(context, question, guard), context.where)
        return self._trees[key]

    def guard(self, context: Context) -> tuple[str, ...]:
        """What the engine guards in a variant."""
        self.tree(context)
        return self._guards[id(context)]

    def question(self, example: Example, place: int) -> str:
        """A variant's question as it is."""
        context = self.context(example, place)
        if id(context) not in self._questions:
            self._questions[id(context)] = lower(self.tree(context).copy(), context.where).sql(dialect=DIALECT)
        return self._questions[id(context)]

    def again(self, changed: Context, guard: tuple[str, ...]) -> str:
        """A changed variant's question, with the guard of the unchanged one."""
        try:
            question = compiling._ask(changed)
            text = compiling._assemble(changed, question, guard if question.guarded else ())
            return lower(compiling._qualified(text, changed.where), changed.where).sql(dialect=DIALECT)
        except (CasecheckError, SqlglotError) as problem:
            raise CannotCompileError(str(problem)) from None

    def mutants(self, kinds: Collection[str] = KINDS, *, edges: bool = False) -> Iterator[Mutant]:
        """The rule's mutants of some kinds."""
        every = chain(self._of_limits(), self._of_conditions(), self._of_query(edges))
        return (mutant for mutant in every if mutant.kind in kinds)

    def _of_limits(self) -> Iterator[Mutant]:
        for name, parameter in self.rule.parameters.items():
            if parameter.type in ("duration", "number"):
                for step, word in ((-1, "lower"), (1, "higher")):
                    yield Mutant("limit", "limit moved", f"{name} one {word}", tuple(self.places), self._moved(name, step))

    def _moved(self, name: str, step: int) -> Callable[[Example, int], str]:
        def sql(context: Context, _: int) -> str:
            limits = {**context.limits, name: _shifted(context.limits[name], step)}
            rule = _naming(context.rule, context.limits[name])
            return self.again(replace(context, rule=rule, limits=limits), self.guard(context))

        return self._once(sql)

    def _of_conditions(self) -> Iterator[Mutant]:
        settings = next(iter(self.rule.check.values()))
        shared = {"where": self.rule.where}
        if isinstance(settings, dict):
            shared |= {name: str(settings[name]) for name in CONDITIONS if settings.get(name)}
        elif "holds" in self.rule.check:
            shared["holds"] = str(settings)
        for name, text in shared.items():
            if text:
                kind = {"on": "join", "holds": "answer"}.get(name, "filter")
                yield from self._of_text(kind, name, text, tuple(self.places))
        for place in self.places:
            if text := self.rule.subjects[place].where:
                yield from self._of_text("filter", f"where of {self.rule.subjects[place].subject}", text, (place,))
        for view, text in self.rule.include.items():
            yield from self._of_text("join", f"with {view}", text, tuple(self.places))

    def _of_text(self, kind: str, name: str, text: str, places: tuple[int, ...]) -> Iterator[Mutant]:
        for site in sites.conjuncts(self.context(None, places[0]).fill(text)):
            yield Mutant(kind, site.kind, f"{name}: {site.where}", places, self._rewritten(text, site))

    def _rewritten(self, text: str, site: Site) -> Callable[[Example, int], str]:
        def sql(context: Context, _: int) -> str:
            parts = {name: getattr(context, name) for name in ("rule", "variant", "model", "policy", "limits")}
            return self.again(_Changed(**parts, text=text, site=site), self.guard(context))

        return self._once(sql)

    def _of_query(self, edges: bool) -> Iterator[Mutant]:
        if "sql" not in self.rule.check:
            return
        shared: dict[tuple[str, str, int], dict[int, Place]] = {}
        for variant in self.places:
            seen = Counter[tuple[str, str]]()
            for place in self.lowered(self.context(None, variant), edges)[1]:
                seen[place.kind, place.where] += 1
                shared.setdefault((place.kind, place.where, seen[place.kind, place.where]), {})[variant] = place
        for (change, where, _), found in shared.items():
            kind = next(iter(found.values())).part
            label = "" if len(found) == len(self.places) else f"variant {', '.join(str(place + 1) for place in found)}: "
            yield Mutant(kind, change, f"{label}{where}", tuple(found), self._turned(found, edges))

    def lowered(self, context: Context, edges: bool) -> tuple[exp.Expr, list[Place]]:
        """The finished tree of a variant, in which the places of the author's query are tagged."""
        if id(context) not in self._lowered:
            tree = self.tree(context).copy()
            places = sites.tagged(_own(tree), edges=edges)
            self._lowered[id(context)] = lower(tree, context.where), places
        return self._lowered[id(context)]

    def _turned(self, found: Mapping[int, Place], edges: bool) -> Callable[[Example, int], str]:
        def sql(context: Context, variant: int) -> str:
            tree = self.lowered(context, edges)[0]
            with sites.changed(_own(tree), found[variant], edges=edges):
                return tree.sql(dialect=DIALECT)

        return self._once(sql)

    def _once(self, sql: Callable[[Context, int], str]) -> Callable[[Example, int], str]:
        """A mutant's question is made once for all examples with the same settings."""
        made: dict[int, str] = {}

        def question(example: Example, place: int) -> str:
            context = self.context(example, place)
            if id(context) not in made:
                made[id(context)] = sql(context, place)
            return made[id(context)]

        return question


def _own(tree: exp.Expr) -> exp.Expr:
    """The author's query inside the question that it became."""
    own: exp.Expr = next(query for query in tree.find_all(exp.Subquery) if query.alias == "answer").this
    return own


def _naming(rule: RuleFile, limit: Limit) -> RuleFile:
    """The rule, naming a limit in its message as it is: the number in the message alone shall not tell a moved limit."""
    slot = rf"\$\{{{limit.name}\}}"
    joined = rf"(?<=\|\| ){slot}|{slot}(?= \|\|)|cast\({slot} as text\)"
    check = {
        verb: re.sub(joined, literal(str(limit)), settings) if isinstance(settings, str) else settings
        for verb, settings in rule.check.items()
    }
    return rule.model_copy(update={"message": rule.message.replace(f"{{{limit.name}}}", str(limit)), "check": check})


def _shifted(limit: Limit, step: int) -> Limit:
    periods = tuple(_period(period, step) for period in limit.periods)
    return replace(limit, setting=_moved_by(limit.setting, step), periods=periods)


def _period(period: Period, step: int) -> Period:
    return period.model_copy(update={"value": str(_moved_by(Duration.parse(period.value), step))})


def _moved_by(setting: Duration | Value, step: int) -> Duration | Value:
    if isinstance(setting, Duration):
        return Duration(max(setting.number + step, 0), setting.unit)
    assert isinstance(setting, int | float)
    return setting + step
