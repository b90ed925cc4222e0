"""From an unknown folder to a profile: open it, see what fits, draft, read it with the draft, and count what that gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from casecheck import strict_yaml
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.errors import CasecheckError, InputError, ProfileError
from casecheck.planning import RuleRun
from casecheck.policy import Policy
from casecheck.profiles import cells
from casecheck.profiles.accounts import Extract
from casecheck.profiles.building import Builder
from casecheck.profiles.drafted import Draft
from casecheck.profiles.drafting import draft
from casecheck.profiles.drafting_yaml import text_of
from casecheck.profiles.fitting import Fit, fits
from casecheck.profiles.knowledge import knowledge_of
from casecheck.profiles.loading import shipped_profiles
from casecheck.profiles.matching import match_all, opening_for
from casecheck.profiles.shown_order import ShownOrder, shown_order
from casecheck.profiles.spec import Profile
from casecheck.profiles.strange_words import Strange, strange_words
from casecheck.rules.compiled import compile_rules
from casecheck.rules.loading import rules_of
from casecheck.sources import open_source
from casecheck.sources.bad_input import BadInputError
from casecheck.sources.database import Database
from casecheck.sources.opening import is_read, refused_table
from casecheck.sources.raw import Opening, RawTable
from casecheck.unlocking import Coverage, coverage
from casecheck.wording import counted

_ANY_DAY = date(2026, 1, 1)
_OURS = (".yaml", ".yml", ".toml")
_NO_HEADINGS = "its first row looks like data, not headings: export it again with a row of headings"
_ONE_HEADING = (
    "only one heading (on line {line}); if it is a title and the headings stand below it, say where: write header_line = {next} "
    'under [files."{file}"] in casecheck.toml'
)


@dataclass
class Start:
    """All that was found. ``left`` names each file that is not drafted, and why. ``text`` is the draft to keep."""

    fits: list[Fit]
    draft: Draft
    extract: Extract
    strange: list[Strange]
    coverage: Coverage
    left: list[tuple[str, str]]
    shown: ShownOrder
    text: str
    stopping: list[str] = field(default_factory=list)

    @property
    def fits_all(self) -> bool:
        """Whether a shipped profile reads all of it, but for a few rare words: then there is nothing to write."""
        return self.draft.fits_all and not any(found.shown for found in self.strange)


@dataclass
class _Reading:
    """What came of reading the extract with a draft."""

    extract: Extract
    strange: list[Strange]
    coverage: Coverage
    shown: ShownOrder


def start(source: Path | Database, policy: Policy, as_of: date, command: str, person: Sequence[str] = ()) -> Start:
    """Look at an unknown folder, file or database.

    ``command`` is what the draft tells its reader to run; ``person`` are headings of the child's number. Raises
    :class:`CasecheckError` when there is nothing that can be read.
    """
    profiles = shipped_profiles()
    opening = opening_for(list(profiles.values()), policy)
    tables, left, stopping = _open(source, opening)
    usable = _usable(tables, left)
    while True:
        if not usable:
            told = "\n".join(f"  {name}: {why}" for name, why in left)
            raise InputError(f"nothing here can be read as a table\n{told}", "give the folder that holds the extract")
        found = fits(usable, profiles.values(), opening)
        best = found[0] if found[0].known or found[0].near else None
        made = draft(usable, best, knowledge_of(profiles, person))
        try:
            read = _read_with(made, usable, policy, as_of)
            refused = {account.name: account.refused for account in read.extract.accounts if account.refused is not None}
        except BadInputError as problem:
            refused = {table.name: problem.note for table in usable if problem.file in (table.name, table.file)}
            if not refused:
                raise
        if not refused:
            break
        left += [(name, str(why)) for name, why in refused.items()]
        usable = [table for table in usable if table.name not in refused]
    text = text_of(made, read.strange, left, command)
    _proved(text, made.profile)
    return Start(found, made, read.extract, read.strange, read.coverage, left, read.shown, text, stopping)


def _read_with(made: Draft, tables: Sequence[RawTable], policy: Policy, as_of: date) -> _Reading:
    """Read with the draft, and once more when the dates show another order than it says: the draft takes theirs over."""
    read = _read(tables, made.profile, policy, as_of)
    order = _settle_order(made, read.shown)
    if order == made.profile.date_order:
        return read
    made.profile = made.profile.model_copy(update={"date_order": order})
    return _read(tables, made.profile, policy, as_of)


def _settle_order(made: Draft, shown: ShownOrder) -> cells.Order:
    """The order of day and month, and in the draft who says so: the dates themselves, else the profile."""
    said, profile = made.profile.date_order, made.fit.profile if made.fit else None
    made.order_counts = bool(said) or shown.open > 0
    if shown.order and shown.order != said:
        columns = shown.day_first or shown.month_first
        made.order_from = (
            f"{counted(columns, 'column')} of the extract {'shows' if columns == 1 else 'show'} it, and none the other"
        )
        made.order_from += f"; the profile {profile.profile} says the other" if said and profile else ""
        return shown.order
    made.order_from = f"as the profile {profile.profile} says" if said and profile else ""
    return said


def _open(source: Path | Database, opening: Opening) -> tuple[list[RawTable], list[tuple[str, str]], list[str]]:
    """The tables, what is not a table and why, and the files on which an audit of the folder would stop."""
    left: list[tuple[str, str]] = []
    stopping: list[tuple[str, str]] = []
    if isinstance(source, Database) or not source.is_dir():
        return open_source(source, opening), [], []
    path = source
    try:
        tables = open_source(path, opening)
    except InputError:
        tables, stopping = _one_by_one(path, opening)
    seen = {table.file.split(".zip/")[0] for table in tables}
    for file in _files(path):
        name = file.relative_to(path).as_posix()
        if name not in seen and name.removesuffix(".zip") not in seen and name not in dict(stopping):
            left.append((name, f"{file.suffix or 'a file without an ending'} is no kind of table that casecheck reads"))
    return tables, [*stopping, *left], [name for name, _ in stopping]


def _one_by_one(path: Path, opening: Opening) -> tuple[list[RawTable], list[tuple[str, str]]]:
    """Every file by itself, where one of them stops the reading of all. Raises when that is not the reason."""
    tables: list[RawTable] = []
    stopping: list[tuple[str, str]] = []
    for file in _files(path):
        name = file.relative_to(path).as_posix()
        if not is_read(file):
            continue
        try:
            found = open_source(file, opening)
        except BadInputError as problem:
            if problem.note.level == "stop":
                stopping.append((name, str(problem.note)))
                continue
            found = [refused_table(file.name, problem)]
        for table in found:
            table.file = name if table.file == file.name else table.file
        tables += found
    if not tables:
        open_source(path, opening)
    return tables, stopping


def _files(folder: Path) -> list[Path]:
    found = [file for file in folder.rglob("*") if file.is_file() and file.suffix not in _OURS]
    return sorted(file for file in found if not file.name.startswith((".", "~$")))


def _usable(tables: Sequence[RawTable], left: list[tuple[str, str]]) -> list[RawTable]:
    """The tables that can be drafted; the others go to ``left``."""
    usable = []
    for table in tables:
        if table.refused is not None:
            left.append((table.name, str(table.refused)))
        elif not any(table.headings):
            left.append((table.name, "it has no headings"))
        elif any(map(_is_data, table.headings)):
            left.append((table.name, _NO_HEADINGS))
        elif len(table.headings) - table.headings.count("") == 1:
            left.append((table.name, _ONE_HEADING.format(line=table.header_line, next=table.header_line + 1, file=table.file)))
        else:
            usable.append(table)
    return usable


def _is_data(heading: str) -> bool:
    """Whether a heading is a day, a long number or an address for mail: then the row is a record, and may not be shown."""
    number = len(heading) > 4 and heading.replace(" ", "").isdigit()
    return number or "@" in heading or cells.read_date(heading, "DMY", _ANY_DAY)[0] is not None


def _read(tables: Sequence[RawTable], profile: Profile, policy: Policy, as_of: date) -> _Reading:
    """Read the extract with the draft, in memory. The tables stay as they were, to be read again."""
    opening = opening_for([profile], policy)
    matched = match_all([_afresh(table) for table in tables], profile, opening)
    engine = DuckDBEngine(as_of)
    try:
        engine.suit(sum(match.raw.size for match in matched.matches))
        extract = Builder(engine, matched, policy, as_of).build()
        strange, shown = strange_words(engine, matched), shown_order(engine, matched)
        engine.drop_staging()
        engine.lock()
        rules = rules_of(policy).select(policy.select, policy.ignore)
        run = RuleRun(engine, extract, matched.profile, policy, None)
        return _Reading(extract, strange, coverage(run, compile_rules(rules, policy)), shown)
    finally:
        engine.close()


def _afresh(table: RawTable) -> RawTable:
    """The same table, for one more reading: what is learnt of it while it is read does not pile up."""
    return replace(table, set_aside=list(table.set_aside), notes=list(table.notes))


def _proved(text: str, profile: Profile) -> None:
    """What is written must be what was drafted."""
    read = strict_yaml.parse(strict_yaml.read(text, "the draft", ProfileError), Profile, ProfileError)
    if read.model_dump() != profile.model_dump():
        raise CasecheckError("the draft would not read back as it was made", "please report this; nothing was written")
