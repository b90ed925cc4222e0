"""What ``casecheck init`` found: which profile fits, each file, what a draft would give, and what to do next. Never a cell."""

from __future__ import annotations

from casecheck.profiles.accounts import Account
from casecheck.profiles.dates import WORDS
from casecheck.profiles.drafted import CHILD, FileDraft
from casecheck.profiles.fitting import Fit
from casecheck.profiles.spec import Profile
from casecheck.profiles.strange_words import Strange
from casecheck.reports.tables import columns
from casecheck.rules.spec import FAMILIES
from casecheck.starting import Start
from casecheck.unlocking import Unlock
from casecheck.wording import counted, safe

_BEST = 5
_NAMED_RULES = 8
_HEADINGS = 60
_MANY = {
    "proposal": "proposals",
    "heading that is not known": "headings that are not known",
    "column with words that are not known": "columns with words that are not known",
}


def describe(start: Start, path: str) -> str:
    """The page as text, without what to do next."""
    lines = [f"{safe(path)}: {counted(len(start.draft.files), 'table')} read, {len(start.left)} not read", ""]
    lines += _fits(start)
    lines += ["", "FILE BY FILE"]
    accounts = {account.name: account for account in start.extract.accounts}
    for file in start.draft.files:
        first = next(other for other in start.draft.files if other.source == file.source)
        strange = [found for found in start.strange if found.source == file.source] if file is first else []
        lines += _file(file, accounts.get(file.table.name), strange, _asked(start.draft.profile, file.source))
    if start.left:
        lines += ["", "NOT READ", *(f"  {safe(name)}: {safe(why)}" for name, why in start.left)]
    if start.shown.open and not start.draft.profile.date_order:
        lines += ["", *_no_order(start)]
    if start.stopping:
        lines += ["  casecheck check stops at these until they are taken away:"]
        lines += [f"    {safe(name)}" for name in start.stopping]
    lines += _gives(start)
    return "\n".join(lines) + "\n"


def _fits(start: Start) -> list[str]:
    rows = [("profile", "tables", "columns known", "")]
    for fit in start.fits:
        known = f"{fit.columns} of {fit.headings} ({fit.exact} exact, {fit.alias} by another heading)" if fit.known else "none"
        near = f"; {counted(len(fit.near), 'table')} nearly" if fit.near else ""
        rows.append((fit.profile.profile, f"{len(fit.known)} of {fit.tables}{near}", known, _nature(fit)))
    return ["WHICH PROFILE FITS", *columns(rows, indent="  "), "", *(f"  {line}" for line in (*_verdict(start), *_order(start)))]


def _order(start: Start) -> list[str]:
    order = start.draft.profile.date_order
    return (
        [f"Dates are {WORDS[order]}: {start.draft.order_from}."] if order == start.shown.order and start.draft.order_from else []
    )


def _no_order(start: Start) -> list[str]:
    return [
        f"DAY OR MONTH FIRST? In {counted(start.shown.open, 'column')} every date could be either, and cannot be read:",
        "  write date_order in the draft. Its place is near the top.",
    ]


def _nature(fit: Fit) -> str:
    return "a template to copy and edit" if fit.profile.template else ""


def _verdict(start: Start) -> list[str]:
    fit = start.draft.fit
    if fit is None:
        return ["No profile that ships fits any of it. The draft is made from the headings that casecheck knows."]
    name = fit.profile.profile
    if not start.draft.whole:
        return [f"No profile fits as a whole. The draft takes from {name} what is like it, and drafts the other files anew."]
    if start.fits_all:
        few = ", but for a few words: casecheck inspect counts them" if start.strange else ""
        return [f"{name} fits{few}. No profile of your own is needed."]
    return [f"{name} fits, but not everything. The draft is a copy of it, with what is missing to be filled in."]


def _file(file: FileDraft, account: Account | None, strange: list[Strange], asked: list[str]) -> list[str]:
    recognised = account is not None and account.source
    rows = (
        f"{counted(account.read, 'row')} read" if account and recognised else "not recognised by the draft, give it another name"
    )
    lines = [f"{safe(file.table.name)}: {rows}, {_what(file, asked)}"]
    mapped = [
        f"{len(file.exact)} exact" if file.exact else "",
        f"{len(file.alias)} by another known heading" if file.alias else "",
    ]
    lines.append(f"    columns mapped: {', '.join(filter(None, mapped)) or 'none'}")
    lines += [f"    added: {_heading(heading)} as {means}" for heading, means in file.added.items()]
    for found in file.proposed:
        means = "the child's number" if found.means == CHILD else found.means
        lines.append(f"    proposed: {_heading(found.heading)} as {means} ({found.why})")
    lines += [f"    {table} needs a heading for {' and '.join(columns)}" for table, columns in file.needs.items()]
    if file.unknown:
        lines.append(f"    not known: {', '.join(map(_heading, file.unknown))}")
    if file.again:
        lines.append(
            f"    says once more what another column says, and both must hold the same: {', '.join(map(_heading, file.again))}"
        )
    if account:
        lines += [f"    {counted(count, 'row')} set aside: {reason}" for reason, count in sorted(account.set_aside.items())]
    return lines + _strange(strange)


def _strange(strange: list[Strange]) -> list[str]:
    """Columns with words that are not known, and what each was to say."""
    said: dict[str, list[Strange]] = {}
    for word in strange:
        said.setdefault(word.column, []).append(word)
    lines = []
    for column, words in said.items():
        asked = [
            f"{word.table}.{word.field}" if word.field else f"list {word.using}" if word.using else "question" for word in words
        ]
        most = max(words, key=lambda word: word.rows)
        lines.append(
            f"    {_heading(column)}: {counted(most.words, 'word')} in {counted(most.rows, 'row')} not known ({', '.join(asked)})"
        )
    return lines


def _asked(profile: Profile, source: str) -> list[str]:
    """The sources beside whose rows those of this source are laid."""
    return [name for name in profile.pivots for pivot in profile.pivots_of(name) if source == pivot.answers != name]


def _what(file: FileDraft, asked: list[str]) -> str:
    goes = [f"goes into {', '.join(file.feeds)}"] if file.feeds else []
    goes += [f"is laid beside {', '.join(dict.fromkeys(asked))}"] if asked else []
    if file.how == "known":
        return f"is {file.source}, " + (" and ".join(goes) or "which no rule uses")
    if file.how == "near":
        return f"seems to be {file.source}, though a heading is missing; {' and '.join(goes) or 'goes into nothing'}"
    if file.feeds:
        return f"seems to go into {', '.join(file.feeds)}"
    return f"may be {file.suggested}: too little is known to map it" if file.suggested else "is like no table of the model"


def waiting(start: Start) -> str:
    """What is left for the reader of the draft to decide, in words."""
    files = start.draft.files
    left = {
        "proposal": sum(len(file.proposed) for file in files),
        "heading that is not known": sum(len(file.unknown) for file in files),
        "column with words that are not known": len({(found.source, found.column) for found in start.strange}),
    }
    said = [f"{number:,} {noun if number == 1 else _MANY[noun]}" for noun, number in left.items() if number]
    return ", ".join(said) or "nothing"


def _heading(text: str) -> str:
    return f'"{safe(text, _HEADINGS)}"'


def _gives(start: Start) -> list[str]:
    found = start.coverage
    what = "THIS PROFILE GIVES" if start.fits_all else "THE DRAFT GIVES, AS IT STANDS"
    rows = [("family", "rules that can be assessed", "not")]
    rows += [(f"{FAMILIES[family]} ({family})", str(able), str(others)) for family, able, others in found.by_family()]
    rows.append(("together", str(len(found.assessable)), str(len(found.not_assessable))))
    lines = ["", what, *columns(rows, right=(1,), indent="  ")]
    if found.columns:
        lines += ["", "ONE MORE COLUMN, IF YOUR SYSTEM HOLDS IT"]
        proposed = start.draft.proposed_for()
        for unlock in found.columns[:_BEST]:
            lines.append(_unlock(unlock))
            if unlock.name in proposed:
                lines.append(f"    a heading of {safe(proposed[unlock.name].table.name)} is proposed for it")
    if found.tables:
        lines += ["", "ONE MORE LIST, WITH ALL THE COLUMNS THAT RULES NEED"]
        lines += [_unlock(unlock) for unlock in found.tables[:_BEST]]
    return lines


def _unlock(unlock: Unlock) -> str:
    named = ", ".join(unlock.rules[:_NAMED_RULES]) + (", ..." if len(unlock.rules) > _NAMED_RULES else "")
    return f"  {unlock.name}: would make {counted(len(unlock.rules), 'more rule')} assessable ({named})"
