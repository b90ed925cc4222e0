"""A rule's limits under the policy in force, and which statutory ones the policy loosens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from casecheck.durations import Duration
from casecheck.errors import PolicyError, nearest
from casecheck.policy import Policy, Scalar, Value
from casecheck.rules.spec import Parameter, Period, Relaxed, RuleFile


@dataclass(frozen=True)
class Limit:
    """One parameter's value. ``periods`` is kept only while the policy does not set a value of its own."""

    name: str
    setting: Duration | Value
    periods: tuple[Period, ...] = ()
    overridden: bool = False
    loosened_from: str = ""
    relaxed: Relaxed | None = None

    @property
    def duration(self) -> Duration:
        """The value as a length of time."""
        assert isinstance(self.setting, Duration)
        return self.setting

    @property
    def value(self) -> Value:
        """The value as SQL sees it; a length of time as its words."""
        return str(self.setting) if isinstance(self.setting, Duration) else self.setting

    def __str__(self) -> str:
        return ", ".join(map(str, self.setting)) if isinstance(self.setting, tuple) else str(self.setting)


def resolve(rule: RuleFile, policy: Policy, overrides: Mapping[str, object] | None = None) -> dict[str, Limit]:
    """The rule's limits: the policy's value where it sets one, else the rule's default."""
    given = {**policy.parameters.get(rule.id, {}), **(overrides or {})}
    for name in given:
        if name not in rule.parameters:
            raise PolicyError(f"parameters.{rule.id}: the rule has no '{name}'", nearest(name, rule.parameters))
    return {name: _limit(rule, name, spec, given.get(name)) for name, spec in rule.parameters.items()}


def _limit(rule: RuleFile, name: str, spec: Parameter, given: object) -> Limit:
    default = _read(rule, name, spec, spec.default)
    if given is None:
        return Limit(name, default, spec.periods, relaxed=spec.relaxed)
    value = _read(rule, name, spec, given)
    looser = spec.kind == "statutory" and _looser(value, default, spec.stricter)
    return Limit(name, value, (), True, str(default) if looser else "", spec.relaxed)


def _read(rule: RuleFile, name: str, spec: Parameter, raw: object) -> Duration | Value:
    try:
        if spec.type == "duration":
            return Duration.parse(str(raw))
        if spec.type == "number":
            number = float(str(raw))
            return int(number) if number.is_integer() else number
        if spec.type == "date":
            return date.fromisoformat(str(raw))
    except ValueError as problem:
        raise PolicyError(f"parameters.{rule.id}.{name}: {problem}") from None
    words: tuple[Scalar, ...] = tuple(map(str, raw)) if isinstance(raw, list | tuple) else (str(raw),)
    return words


def _looser(value: Duration | Value, default: Duration | Value, stricter: str) -> bool:
    new, old = (value, default) if stricter == "lower" else (default, value)
    if isinstance(new, Duration) and isinstance(old, Duration):
        return new.can_exceed(old)
    return _size(new) > _size(old)


def _size(value: Duration | Value) -> float:
    if isinstance(value, date):
        return value.toordinal()
    return float(value) if isinstance(value, int | float) else 0.0
