"""pytest's items for an audit: one a rule, below its family, and one for the extract. ``judging`` says what becomes of each."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from typing import Any

import pytest

from casecheck.errors import CasecheckError
from casecheck.reports.tables import safe
from casecheck.testing.extract_audit import ExtractAudit
from casecheck.testing.judging import EXTRACT, Judged, judge
from casecheck.wording import counted

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


class AuditedItems(Items):
    """The items of the main process, which makes the audit."""

    def __init__(self, audit: ExtractAudit, handed_as: str) -> None:
        self.audit = audit
        self.handed_as = handed_as

    @cached_property
    def judged(self) -> Mapping[str, Judged]:  # type: ignore[override]
        """Every item judged; the audit is made for the first that asks."""
        with _usage_errors():
            return {one.code: one for one in judge(self.audit)}

    @property
    def names(self) -> Iterable[str]:
        """Known before the audit is made."""
        return (EXTRACT, *self.audit.rules.entries)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """What was asked for is checked at once. With xdist the audit is made here, once, and workers are told what it found."""
        with _usage_errors():
            self.audit.rules  # noqa: B018
        if session.config.pluginmanager.hasplugin("dsession"):
            self.judged  # noqa: B018

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """What an xdist worker needs of the audit, as plain data."""
        node.workerinput[self.handed_as] = [asdict(one) for one in self.judged.values()]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Without xdist the audit is made before the first test, if any of its items is to run: an error then stops the run."""
        if not session.config.option.collectonly and any(isinstance(item, Rule) for item in session.items):
            self.judged  # noqa: B018

    def pytest_report_header(self) -> str:
        """One line at the top of the run."""
        return f"casecheck: {self.audit.asked.shown}, {counted(len(self.audit.rules), 'rule')}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """What every output of casecheck says: doubts about the extract, limits that the policy widens, findings it accepts."""
        if "judged" not in self.__dict__:
            return
        result = self.audit.result
        told = {
            "not reliable": result.unreliable,
            "local policy is looser than the statutory limit": result.loosened,
            "accepted by the local policy": result.accepted,
        }
        lines = [f"{what}: {safe(note)}" for what, notes in told.items() for note in notes]
        if lines:
            terminalreporter.section("casecheck")
            terminalreporter.write("".join(f"{line}\n" for line in lines))


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


@contextmanager
def _usage_errors() -> Iterator[None]:
    """What casecheck foresaw ends the run with its message and its advice."""
    try:
        yield
    except CasecheckError as problem:
        raise pytest.UsageError(str(problem)) from None
