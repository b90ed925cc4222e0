"""The items of pytest's main process: it makes the audit, once, and hands what it found to workers, if there are any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from typing import Any

import pytest

from casecheck.errors import CasecheckError
from casecheck.testing.extract_audit import ExtractAudit
from casecheck.testing.items import Items, Rule
from casecheck.testing.judged import EXTRACT, Judged
from casecheck.testing.judging import judge
from casecheck.wording import counted, safe


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


@contextmanager
def _usage_errors() -> Iterator[None]:
    """What casecheck foresaw ends the run with its message and its advice."""
    try:
        yield
    except CasecheckError as problem:
        raise pytest.UsageError(str(problem)) from None
