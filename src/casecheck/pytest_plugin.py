"""pytest with casecheck: ``pytest --casecheck-extract PATH`` asks an extract every rule, one test item a rule.

pytest imports this module in every run where casecheck is installed. So it imports nothing of casecheck, and does nothing, until
an extract is named. ``docs/pytest.md`` is the page for users.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from casecheck.result import AuditResult
    from casecheck.testing.extract_audit import ExtractAudit

_ONE = {
    "extract": ("PATH", "the extract to audit, a folder or a file: one test item a rule"),
    "policy": ("FILE", "the policy file (default: the nearest casecheck.toml)"),
    "as-of": ("DAY", "the day of the extract, as 2026-03-31 (default: today)"),
    "profile": ("NAME", "the extract's layout, or a profile file (default: recognised from the headings)"),
    "fail-on": ("SEVERITY", "the lowest severity whose findings fail: critical, high, medium or low (default: low, so all)"),
}
_SEVERAL = {
    "select": ("RULES", "rules to ask, by code, prefix, family or ready selection; repeatable (default: the policy's)"),
    "allow": ("CODE", "a rule that may be not assessable: it is then skipped with its reason; repeatable"),
}
_ITEMS = "casecheck-items"
"""The plugin that has the items; under the same name, workers are handed what was found."""
_NEEDED = "name an extract: pytest --casecheck-extract PATH, or casecheck_extract in pytest's configuration file"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Each setting is an option and, under the same name, an entry of pytest's configuration file."""
    group = parser.getgroup("casecheck", "auditing an extract with casecheck")
    for name, (metavar, said) in _ONE.items():
        group.addoption(f"--casecheck-{name}", metavar=metavar, help=said)
        parser.addini(_entry(name), said)
    for name, (metavar, said) in _SEVERAL.items():
        group.addoption(f"--casecheck-{name}", action="append", metavar=metavar, help=said)
        parser.addini(_entry(name), said, type="args")


def pytest_configure(config: pytest.Config) -> None:
    """Bring in the items: those of an extract that was named, or, in an xdist worker, those that the main process judged."""
    if hasattr(config, "workerinput"):
        if _ITEMS in config.workerinput:
            from casecheck.testing.items import Items, handed

            config.pluginmanager.register(Items(handed(config.workerinput[_ITEMS])), _ITEMS)
    elif _items_wanted(config):
        from casecheck.testing.audited_items import AuditedItems

        config.pluginmanager.register(AuditedItems(_audit(config), _ITEMS), _ITEMS)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the audit's engine."""
    if _AUDIT in config.stash:
        config.stash[_AUDIT].close()


@pytest.fixture(scope="session")
def casecheck_run(pytestconfig: pytest.Config) -> AuditResult:
    """The :class:`casecheck.AuditResult` of the extract that pytest was given, made once a session."""
    from casecheck.errors import CasecheckError

    if not _told(pytestconfig, "extract"):
        pytest.fail(f"casecheck_run has nothing to audit\n  help: {_NEEDED}", pytrace=False)
    try:
        return _audit(pytestconfig).result
    except CasecheckError as problem:
        told = str(problem)
    pytest.fail(told, pytrace=False)


_AUDIT: pytest.StashKey[ExtractAudit] = pytest.StashKey()


def _audit(config: pytest.Config) -> ExtractAudit:
    """The one audit of this process: the items and the fixture share it."""
    if _AUDIT not in config.stash:
        from casecheck.testing.extract_audit import Asked, ExtractAudit

        config.stash[_AUDIT] = ExtractAudit(
            Asked(
                extract=_told(config, "extract"),
                policy=_told(config, "policy") or None,
                as_of=_told(config, "as-of"),
                profile=_told(config, "profile"),
                select=_told(config, "select"),
                allow=tuple(code.upper() for code in _told(config, "allow")),
                fail_on=_told(config, "fail-on"),
            )
        )
    return config.stash[_AUDIT]


def _items_wanted(config: pytest.Config) -> bool:
    """An extract of the command line is always audited; one of the configuration file when pytest is not pointed at tests."""
    given = [name for name in (*_ONE, *_SEVERAL) if config.getoption(_entry(name))]
    if given and not _told(config, "extract"):
        raise pytest.UsageError(f"--casecheck-{given[0]} was given, and nothing to audit\n  help: {_NEEDED}")
    pointed = config.args_source is pytest.Config.ArgsSource.ARGS
    return "extract" in given or bool(config.getini(_entry("extract")) and not pointed)


def _told(config: pytest.Config, name: str) -> Any:
    """A setting: what the command line says, or else the file. Paths of each are seen from where it stands."""
    option = config.getoption(_entry(name))
    value = option or config.getini(_entry(name))
    if name in _SEVERAL:
        return tuple(code.strip() for code in value)
    is_path = name in ("extract", "policy") or value.endswith((".yaml", ".yml"))
    if not value or not is_path:
        return value
    base = config.invocation_params.dir if option else config.inipath.parent if config.inipath else config.rootpath
    return base / Path(value).expanduser() if name in ("extract", "policy") else str(base / value)


def _entry(name: str) -> str:
    return f"casecheck_{name.replace('-', '_')}"
