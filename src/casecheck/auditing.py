"""The whole story on one page: read, build the model, ask every rule, collect the findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from casecheck.choosing import choose_engine
from casecheck.engines.base import Engine
from casecheck.engines.calendar import create_calendar
from casecheck.engines.duckdb import EMBEDDED, DuckDBEngine
from casecheck.engines.spilling import room_for
from casecheck.errors import InputError, PolicyError, ProfileError, SelectionError, nearest
from casecheck.findings.store import Findings
from casecheck.model import load_model
from casecheck.planning import RuleRun
from casecheck.policy import Policy, load_policy, policy_from
from casecheck.profiles.accounts import Extract
from casecheck.profiles.building import Asked, Builder
from casecheck.profiles.loading import MODEL, load_profile, shipped_profiles
from casecheck.profiles.matching import Matched, choose, match_all, opening_for
from casecheck.profiles.settling import PLACES
from casecheck.profiles.spec import Profile
from casecheck.result import AuditResult
from casecheck.rules.compiled import Compiled, compile_rules
from casecheck.rules.loading import rules_of
from casecheck.running import run_rules
from casecheck.sources import PlacedBody, SourceLike, open_source
from casecheck.sources.raw import RawTable
from casecheck.verdicts import Verdicts
from casecheck.whole.snapshot import read_snapshot, take_snapshot

Progress = Callable[[str], None]
_SINCE = ("extract_table.closed_count", "extract_table.changed_count", "extract_table.lost_count")
"""What the run counts of the earlier extract's records, beside the fields that are called after it."""


def audit(
    source: SourceLike,
    *,
    profile: str | None = None,
    policy: Policy | dict[str, Any] | str | Path | None = None,
    as_of: date | str | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    severity: str = "",
    due_within: int | None = None,
    earlier: str | Path | None = None,
    keep_snapshot: bool = False,
    engine: Any = "",
    keep_rejects: bool = False,
    memory_limit: str | None = None,
    temp_dir: str | Path | None = None,
    keep_verdicts: bool = True,
    progress: Progress | None = None,
) -> AuditResult:
    """Audit an extract.

    ``source`` is a folder, a file, a :class:`casecheck.Database`, or a dict of frames (pandas, polars, pyarrow, Spark) by table
    name. ``profile`` names its layout, or is a path to a profile file; without it the layout is recognised from the headings.
    ``policy`` is a :class:`Policy`, its data, or a path; without it the nearest ``casecheck.toml`` applies. ``as_of`` is the
    day of the extract (``YYYY-MM-DD``; today when not given). ``select``, ``ignore`` and ``severity`` choose rules.
    ``due_within`` adds what falls due in so many calendar days. ``engine`` is ``duckdb``, ``postgres`` or ``spark``, or a
    Spark session; when it is empty, what a Spark session holds is audited there, and everything else by DuckDB.
    ``earlier`` is the snapshot of an earlier extract, against which this one is held; ``keep_snapshot`` takes one of this
    extract for the next time, in ``result.snapshot``. ``keep_rejects`` keeps the rows that were set aside, with their cells, in
    ``result.extract.rejects``.
    ``memory_limit`` (``2GB``; half of the machine's memory when not given) is what the embedded engine may take; what does not
    fit goes to a private folder in ``temp_dir`` (the system's own place for temporary files when not given).
    ``keep_verdicts`` keeps the engine with its tables, so that ``result.verdicts``, ``compliance`` and ``due_within`` can be
    asked until the result is closed or forgotten; without it the engine is let go as soon as the findings are read.

    Raises :class:`casecheck.errors.CasecheckError` when the audit cannot be made at all. What cannot be assessed is no error:
    it is an outcome.
    """
    say = progress or (lambda _: None)
    settings = as_policy(policy)
    day = as_day(as_of)
    rules = rules_of(settings).select(select or settings.select, ignore or settings.ignore, severity)
    compiled = compile_rules(rules, settings)
    then = read_snapshot(Path(earlier)) if earlier is not None else None
    if then is not None and not _compares(compiled):
        raise SelectionError(
            "an earlier extract was given, and no selected rule compares with it",
            "select rules of the pack extract too (EXT-001), or leave the earlier one out",
        )
    worker, placed = choose_engine(engine, source, day, room_for(memory_limit, temp_dir))
    try:
        matched = recognise(placed, profile or settings.profile, settings)
        say(f"reading {len(matched.matches)} tables")
        extract = read_extract(worker, matched, settings, day, Asked(rejects=keep_rejects))
        due_until = day + timedelta(days=due_within) if due_within is not None else None
        run = RuleRun(worker, extract, matched.profile, settings, due_until, then)
        outcomes = run_rules(run, rules, compiled, say)
        snapshot = take_snapshot(worker, extract, day) if keep_snapshot else None
        say("putting the findings in order")
        found = Findings(worker, (*load_model().every, *compiled.views), keep=keep_verdicts)
    except BaseException:
        worker.close()
        raise
    questions = Verdicts(run, rules, compiled) if keep_verdicts else None
    indexes = {match.raw.file: match.raw.index for match in matched.matches if match.raw.index is not None}
    return AuditResult(found, tuple(outcomes), extract, settings, day, snapshot, questions, indexes)


def _compares(compiled: Compiled) -> bool:
    """Whether any rule holds the extract against an earlier one."""
    read = {name for rule in compiled.rules.values() for variant in rule.variants for name in (*variant.needs, *variant.optional)}
    return any("earlier" in name or name in _SINCE for name in read)


def recognise(source: SourceLike, profile: str, policy: Policy) -> Matched:
    """Open a source and say which table of which profile each of its tables is.

    Frames that follow the model need no profile. Raises :class:`InputError` for one whose name the model does not know, when
    another follows it.
    """
    profiles: list[Profile] = [load_profile(profile)] if profile else list(shipped_profiles().values())
    opening = opening_for(profiles, policy)
    tables = open_source(source, opening)
    frames = isinstance(source, Mapping)
    if not profile and frames and any(map(_follows_model, tables)):
        profile, profiles = MODEL, [load_profile(MODEL)]
    try:
        matched = match_all(tables, profiles[0], opening) if profile else choose(tables, profiles, opening)
    except ProfileError as problem:
        if not frames or profile:
            raise
        raise InputError(problem.message, _naming(table.name for table in tables)) from None
    _check_names(policy, matched.profile)
    if frames and matched.profile.profile == MODEL:
        _check_frames(table.name for table in matched.unused)
    if not matched.matches:
        raise InputError(
            f"no table fits the profile '{profiles[0].profile}'", "leave --profile out, or look with: casecheck init PATH"
        )
    return matched


def _follows_model(table: RawTable) -> bool:
    """Whether a frame is named after a table of the model, and at least half of its columns after that table's fields."""
    spec = load_model().tables.get(table.name)
    return spec is not None and 2 * sum(heading in spec.fields for heading in table.headings) >= len(table.headings) > 0


def _check_frames(names: Iterable[str]) -> None:
    """A frame whose name is none of the model's tables would be left out: it is an error. Raises InputError."""
    model = load_model()
    for name in names:
        if name in model.made:
            raise InputError(f"'{name}' is a table that the run makes itself", "leave it out")
        near = nearest(name, model.tables) or "casecheck schema model lists the tables"
        raise InputError(f"the model has no table '{name}'", f"{near}; for a source's own layout say profile=")


def _naming(names: Iterable[str]) -> str:
    """How frames that follow no known layout are to be named."""
    close = [f"'{name}' {near}" for name in names if (near := nearest(name, load_model().tables))]
    said = f" ({'; '.join(close)})" if close else ""
    return f"name each frame after a table of the model{said}, or say profile= for a source's own layout"


def _check_names(policy: Policy, profile: Profile) -> None:
    """Names of tables in the policy that nothing bears would be believed and do nothing: they are errors. Raises PolicyError."""
    model = load_model().tables
    known = {*model, *profile.sources, *(f"{name}.{field}" for name, table in model.items() for field in table.fields)}
    for name in policy.tables.may_be_empty:
        if name not in known:
            raise PolicyError(f"tables.may_be_empty: there is no table '{name}'", nearest(name, known))
    for file, settings in policy.files.items():
        if settings.source and settings.source not in profile.sources:
            said = f'files."{file}".source: {profile.profile} has no table'
            raise PolicyError(f"{said} '{settings.source}'", nearest(settings.source, profile.sources))


def read_extract(engine: Engine, matched: Matched, policy: Policy, as_of: date, asked: Asked) -> Extract:
    """Stage the tables, build the model, and shut the engine off from files and network.

    What this process reads, it also types, in the embedded engine; another engine is given the model's tables. What stays where
    it is, is typed there.
    """
    placed = any(isinstance(match.raw.body, PlacedBody) for match in matched.matches)
    if engine.name == EMBEDDED or placed:
        extract = _build(engine, matched, policy, as_of, asked)
    else:
        reader = DuckDBEngine(as_of)
        try:
            extract = _build(reader, matched, policy, as_of, asked)
            for name in (*load_model().tables, *PLACES):
                engine.load(name, reader.arrow(f"SELECT * FROM {name}"))
        finally:
            reader.close()
    engine.lock()
    create_calendar(engine, policy)
    return extract


def _build(engine: Engine, matched: Matched, policy: Policy, as_of: date, asked: Asked) -> Extract:
    engine.suit(sum(match.raw.size for match in matched.matches))
    extract = Builder(engine, matched, policy, as_of, asked).build()
    matched.unused.clear()  # they are in the accounts; a database that is open for them is let go
    engine.drop_staging()
    return extract


def as_policy(policy: Policy | dict[str, Any] | str | Path | None) -> Policy:
    """A policy from whatever was given."""
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, dict):
        return policy_from(policy)
    return load_policy(Path(policy) if policy is not None else None)[0]


def as_day(as_of: date | str | None) -> date:
    """The day of the run. Raises :class:`InputError` for what is not a day."""
    if as_of is None:
        return date.today()
    if isinstance(as_of, date):
        return as_of
    try:
        return date.fromisoformat(as_of)
    except ValueError:
        raise InputError(f"'{as_of}' is not a day", "write it as 2026-03-31") from None
