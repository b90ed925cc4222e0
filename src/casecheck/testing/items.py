"""pytest's items for an audit: one a rule, below its family, and one for the extract.

An xdist worker needs no more than this module, so it imports nothing that reads or asks.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Mapping
from typing import Any

import pytest

from casecheck.testing.judged import EXTRACT, Judged

_ROOT = "casecheck"
"""How the id of every item begins: ``casecheck::VIS-CP-001``."""


class RuleFailedError(Exception):
    """What a failing item raises: its text is the whole report, without a traceback."""


class Items:
    """Brings the items into a run, and says what became of each. An xdist worker has these alone: they were judged before."""

    def __init__(self, judged: Mapping[str, Judged]) -> None:
        self.judged = judged

    @property
    def names(self) -> Iterable[str]:
        """The items' names: codes of rules, after that of the extract."""
        return self.judged

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """The audit stands beside the folders of tests, below the session."""
        report = yield
        if isinstance(collector, pytest.Session):
            report.result.append(Audit.from_parent(collector, name=_ROOT, nodeid=_ROOT, items=self))
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """A skipped rule is said to be skipped where the rule is written, not where the plugin is."""
        report = yield
        if isinstance(item, Rule) and isinstance(report.longrepr, tuple):
            report.longrepr = (item.judged.file, 1, report.longrepr[2])
        return report


def handed(plain: Iterable[Mapping[str, Any]]) -> Mapping[str, Judged]:
    """What the main process hands to a worker, read again."""
    return {one["code"]: Judged(**one) for one in plain}


class Audit(pytest.Collector):
    """All items of the audit."""

    def __init__(self, *, items: Items, **given: Any) -> None:
        super().__init__(**given)
        self.items = items

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """The extract, then the families."""
        yield Rule.from_parent(self, name=EXTRACT, items=self.items)
        codes = [name for name in self.items.names if name != EXTRACT]
        for family, members in itertools.groupby(codes, lambda code: code.partition("-")[0]):
            yield Family.from_parent(self, name=family, codes=tuple(members), items=self.items)


class Family(pytest.Collector):
    """The rules of one family."""

    def __init__(self, *, codes: tuple[str, ...], items: Items, **given: Any) -> None:
        super().__init__(**given)
        self.codes = codes
        self.items = items

    def collect(self) -> Iterable[pytest.Item]:
        """One item a rule, whose id names no family."""
        for code in self.codes:
            yield Rule.from_parent(self, name=code, nodeid=f"{_ROOT}::{code}", items=self.items)


class Rule(pytest.Item):
    """One rule of the audit, or the extract."""

    def __init__(self, *, items: Items, **given: Any) -> None:
        super().__init__(**given)
        self.items = items

    @property
    def judged(self) -> Judged:
        """What became of it."""
        return self.items.judged[self.name]

    def runtest(self) -> None:
        """Pass, fail or skip, as was judged."""
        judged = self.judged
        self.user_properties += judged.numbers.items()
        if judged.verdict == "skipped":
            pytest.skip(judged.said)
        if judged.verdict == "expected":
            pytest.xfail(judged.said)  # with --runxfail it goes on, and fails
        if judged.verdict != "passed":
            raise RuleFailedError(judged.said)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text of the failure, and nothing else."""
        if isinstance(excinfo.value, RuleFailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Where it is, for reports: the same place for all, so that they stand together."""
        return self.config.rootpath / _ROOT, None, self.name
