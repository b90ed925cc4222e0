"""One audit of one extract for a test run: what was asked for, checked before anything is read, and made once."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from casecheck.auditing import as_day, as_policy, audit
from casecheck.errors import CasecheckError, unforeseen
from casecheck.policy import SEVERITIES, Policy
from casecheck.profiles.loading import load_profile
from casecheck.result import AuditResult
from casecheck.rules.loading import RuleSet, rules_of
from casecheck.sources.opening import missing


@dataclass(frozen=True)
class Asked:
    """What was asked for. An empty field means the usual: the nearest policy, its rules, today, the recognised layout.

    ``allow`` are codes of rules that may be not assessable, ``fail_on`` is the lowest severity whose findings fail.
    """

    extract: Path
    policy: Path | None = None
    as_of: str = ""
    profile: str = ""
    select: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    fail_on: str = ""

    @property
    def shown(self) -> str:
        """The extract as a reader would type it."""
        return _typed(self.extract)

    def command(self, verb: str, as_of: str, *more: str) -> str:
        """A command of casecheck's that looks at the same extract in the same way."""
        layout = ["--profile", self.profile] if self.profile else []
        return shlex.join(["casecheck", verb, self.shown, "--as-of", as_of, *layout, *self._config, *more])

    def explain(self, code: str) -> str:
        """The command that says a rule in words."""
        return shlex.join(["casecheck", "explain", code, *self._config])

    @property
    def _config(self) -> list[str]:
        return ["--config", _typed(self.policy)] if self.policy else []


class ExtractAudit:
    """The audit that was asked for. Nothing is read before ``result`` is looked at."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    @cached_property
    def policy(self) -> Policy:
        """The policy in force. Raises :class:`PolicyError`."""
        return as_policy(self.asked.policy)

    @cached_property
    def rules(self) -> RuleSet:
        """The rules that are asked. Raises :class:`CasecheckError` for whatever is wrong with what was asked for."""
        asked = self.asked
        if not asked.extract.exists():
            raise missing(asked.extract)
        if asked.fail_on and asked.fail_on not in SEVERITIES:
            raise CasecheckError(f"'{asked.fail_on}' is no level for --casecheck-fail-on", f"one of: {', '.join(SEVERITIES)}")
        as_day(asked.as_of or None)
        if asked.profile:
            load_profile(asked.profile)
        every = rules_of(self.policy)
        for code in asked.allow:
            every[code]
        where = "--casecheck-select" if asked.select else "the policy's select"
        return every.select(asked.select or self.policy.select, self.policy.ignore, where=where)

    @cached_property
    def result(self) -> AuditResult:
        """The audit, made when it is first looked at. Raises :class:`CasecheckError`, without a cell in it."""
        asked = self.asked
        self.rules  # noqa: B018
        try:
            return audit(
                asked.extract,
                profile=asked.profile or None,
                policy=self.policy,
                as_of=asked.as_of or None,
                select=asked.select,
            )
        except CasecheckError:
            raise
        except Exception as problem:
            raise unforeseen(problem) from None

    def close(self) -> None:
        """Let go of the engine, if there is one."""
        if "result" in self.__dict__:
            self.result.close()


def _typed(path: Path) -> str:
    """A path as a reader would type it, from where they stand if it is below."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
