"""A draft as YAML text: laid out for a person to read and finish, and read back by casecheck to the same profile.

What is active is what was understood. Everything else is a comment that says what to do. Only what has comments among it is laid
out here; all other fields of a profile are written by :mod:`casecheck.profiles.yaml_text`, which need not know them.
"""

from __future__ import annotations

from collections.abc import Sequence

from casecheck.model import load_code_sets, load_model
from casecheck.profiles.drafted import CHILD, Draft, FileDraft
from casecheck.profiles.spec import Mapping as Rows
from casecheck.profiles.spec import Profile, Source, Take
from casecheck.profiles.strange_words import Strange
from casecheck.profiles.yaml_text import block, blocks, flow, folded, one_line, quoted, said, scalar
from casecheck.wording import counted

_SHORT = 110
_MOST_CODES = 14
_LAID_OUT = {"profile", "title", "note", "date_order", "sources", "pivots", "words", "tables"}


def text_of(draft: Draft, strange: Sequence[Strange], left: Sequence[tuple[str, str]], command: str) -> str:
    """The whole file. ``left`` names the files that are not in it and why; ``command`` is what to run next."""
    profile = draft.profile
    lines = [*_head(draft, command), f"profile: {profile.profile}", f"title: {scalar(profile.title)}"]
    lines += folded("note", profile.note) if profile.note else []
    lines += _date_order(draft)
    lines += ["", "# Each file or sheet: its headings, and after each the other headings that mean the same.", "sources:"]
    for name, source in profile.sources.items():
        lines += _source(name, source, [file for file in draft.files if file.source == name])
    lines += _pivots(profile, strange)
    lines += _words(profile, strange)
    lines += _tables(draft, strange)
    lines += _rest(profile)
    lines += _left(left)
    return "\n".join(lines) + "\n"


def _head(draft: Draft, command: str) -> list[str]:
    start = "the files themselves"
    if draft.fit:
        start = f"the profile {draft.fit.profile.profile}, {'copied whole' if draft.whole else 'for the files that are like it'}"
    return [
        f"# A profile for your own extract, drafted by casecheck init from {start}.",
        "# It runs as it stands. What it cannot know is written as a comment, like this line. To finish it:",
        '#   1. Look at each line that says "proposed". It is only likeness: you know what the heading means. Where it is right,',
        '#      do what it says. One that ends in "field: heading" works once the # and the words up to that are gone.',
        '#   2. Read the lines that say "not known", and say what those words or headings mean, or leave them.',
        f"#   3. Run: {one_line(command)}",
        "#   4. Give it a name of its own below, and keep it with your extract: next month it reads the same files.",
        "# It may hold words from your codes (each in five rows or more, never names): keep it as you keep the extract.",
    ]


def _date_order(draft: Draft) -> list[str]:
    """The order of day and month, and who says so; a comment when nobody does and dates wait for it."""
    order = draft.profile.date_order
    if order:
        return [
            "",
            f"# Day and month in dates such as 03/04/2026{draft.order_from and f': {draft.order_from}'}.",
            f"date_order: {order}",
        ]
    if not draft.order_counts:
        return []
    return [
        "",
        "# No date shows whether its day or its month comes first. If the day does in yours, take the # away:",
        "# date_order: DMY",
    ]


def _source(name: str, source: Source, files: Sequence[FileDraft]) -> list[str]:
    lines = [f"  {name}:"]
    lines += [f"    # {quoted(file.table.name)}: {_how(file)}" for file in files]
    lines += [*blocks(source, 4, {"columns"}), "    columns:"]
    lines += [line for column, variants in source.columns.items() for line in block(column, variants, 6)]
    notes = dict.fromkeys(line for file in files for line in _column_notes(file))
    return [*lines, *(f"      # {line}" for line in notes)]


def _how(file: FileDraft) -> str:
    if file.how == "known":
        return "recognised"
    if file.how == "near":
        return (
            "nearly this list, but a heading by which it is recognised is missing; it is now recognised by those under required"
        )
    return f"new, goes into {', '.join(file.feeds)}" if file.feeds else "new, and used for nothing yet"


def _column_notes(file: FileDraft) -> list[str]:
    """What is said of the columns of one file, below them. New files hold all their headings already."""
    lines = [f"added for {means}: {quoted(heading)}" for heading, means in file.added.items()]
    for heading in file.again:
        lines.append(f"{quoted(heading)} says what another column says: while the two hold the same it is used, else neither is")
    if file.how != "new":
        for found in file.proposed:
            if not found.is_field:
                lines.append(f"proposed ({found.why}): add {quoted(found.heading)} to the list of {scalar(found.means)}")
            else:
                lines.append(f"proposed ({found.why}; the same under tables): {scalar(found.heading)}: []")
        lines += [f"not known: {scalar(heading)}: []" for heading in file.unknown]
        return lines
    for found in file.proposed:
        if found.means == CHILD:
            lines.append(
                f"proposed ({found.why}): {quoted(found.heading)} is the child's number; map it to {CHILD}, see tables below"
            )
    if file.unknown:
        lines.append(f"not known, and used for nothing: {', '.join(map(quoted, file.unknown))}")
    return lines


def _pivots(profile: Profile, strange: Sequence[Strange]) -> list[str]:
    lines = ["", "# Answers held one a row, laid beside their form.", "pivots:"] if profile.pivots else []
    left = [found for found in strange if not found.using and not found.field]
    for name, held in profile.pivots.items():
        lines.append(f"  {scalar(name)}:")
        for pivot in profile.pivots_of(name):
            laid = [*blocks(pivot, 4, {"columns"}), "    columns:"]
            laid += [line for column, questions in pivot.columns.items() for line in block(column, questions, 6)]
            lines += _item(laid) if isinstance(held, tuple) else laid
        asked = {(pivot.answers, pivot.question) for pivot in profile.pivots_of(name)}
        for found in [one for one in left if (one.source, one.column) in asked]:
            left.remove(found)
            lines.append("      # questions that are not known; put each into the list of the column that it fills, or leave it:")
            lines += [f"      #   {quoted(word)}  # {counted(rows, 'row')}" for word, rows in found.shown]
            lines += [f"      # {line}" for line in _rare(found)]
    return lines


def _item(lines: Sequence[str]) -> list[str]:
    """Lines of a mapping as one item of a list: two to the right, the first behind its dash."""
    first = lines[0]
    left = len(first) - len(first.lstrip())
    return [f"{first[:left]}- {first[left:]}", *(f"  {line}" for line in lines[1:])]


def _words(profile: Profile, strange: Sequence[Strange]) -> list[str]:
    lines = ["", "# Lists of words: what each word in a column means.", "words:"] if profile.words else []
    for name, known in profile.words.items():
        lines.append(f"  {scalar(name)}:" if known else f"  {scalar(name)}: {{}}")
        lines += [f"    {scalar(word)}: {flow(means)}" for word, means in known.items()]
        asked = list(dict.fromkeys(key for means in known.values() for key in means))
        for found in strange:
            if found.using != name:
                continue
            blank = "{" + ", ".join(f'{key}: ""' for key in asked) + "}"
            lines.append(
                f"    # {counted(found.words, 'word')} of {quoted(found.column)} not known ({counted(found.rows, 'row')})."
            )
            if found.shown:
                lines.append("    # To map one, take its # away and say what it means; leave out what does not apply:")
            lines += [f"    # {quoted(word)}: {blank}  # {counted(rows, 'row')}" for word, rows in found.shown]
            lines += [f"    # {line}" for line in _rare(found)]
    return lines


def _tables(draft: Draft, strange: Sequence[Strange]) -> list[str]:
    profile = draft.profile
    lines = ["", "# The tables of casecheck's model, and the column that fills each field."]
    lines.append("tables:" if profile.tables else "tables: {}")
    for table, mappings in profile.tables.items():
        lines.append(f"  {table}:")
        for rows in mappings:
            files = [file for file in draft.files if file.source == rows.source]
            lines += [f"    # no row comes from this while no heading is {columns}:" for columns in _lacking(table, rows, files)]
            lines += _rows(table, rows, files, strange)
        for file in draft.files:
            if file.suggested == table:
                lines += _suggested(file)
    waiting = list(dict.fromkeys(file.suggested for file in draft.files if file.suggested not in ("", *profile.tables)))
    if not profile.tables:
        lines.append("  # As soon as one of these is mapped, take the {} behind tables: away.")
    for table in waiting:
        lines += [f"  # {table}:"]
        for file in draft.files:
            lines += _suggested(file) if file.suggested == table else []
    return lines + _like_nothing([file for file in draft.files if file.how == "new" and not file.feeds and not file.suggested])


def _lacking(table: str, rows: Rows, files: Sequence[FileDraft]) -> list[str]:
    """The columns that choose the rows of a mapping, where none of its files has them."""
    lacking = {column for file in files for column in file.needs.get(table, ())}
    chosen = [column for column in dict.fromkeys((*rows.filled, *([rows.only.word] if rows.only else []))) if column in lacking]
    return [" and ".join(map(quoted, chosen))] if chosen and all(table in file.needs for file in files) else []


def _like_nothing(files: Sequence[FileDraft]) -> list[str]:
    """How to map a file of which nothing is known, and what it could be."""
    if not files:
        return []
    return [
        "  # Like no table that casecheck knows, and used for nothing:",
        *(f"  #   {quoted(file.table.name)} (from: {scalar(file.source)})" for file in files),
        "  # If one of them holds a table of the model, write it so, with your headings behind the fields:",
        "  #   visit:",
        f"  #     - from: {scalar(files[0].source)}",
        '  #       fields: {person_id: "...", visit_date: "..."}',
        *_wrapped("  # Tables: ", list(load_model().tables)),
    ]


def _rows(table: str, rows: Rows, files: Sequence[FileDraft], strange: Sequence[Strange]) -> list[str]:
    lines = [*_item(blocks(rows, 4, {"fields"})), "      fields:"]
    for field, take in rows.fields.items():
        lines += block(field, take, 8)
        for found in strange:
            if (found.source, found.table, found.field) == (rows.source, table, field):
                lines += [f"        # {line}" for line in _codes(found, take)]
    proposed = {found.means: found for file in files for found in file.proposed if found.is_field}
    for means, proposal in proposed.items():
        name, _, field = means.partition(".")
        if name == table:
            lines.append(f"        # proposed ({proposal.why}): {field}: {scalar(proposal.heading)}")
    if any(file.how == "new" for file in files):
        empty = [
            field
            for field in load_model().tables[table].fields
            if field not in rows.fields and f"{table}.{field}" not in proposed
        ]
        lines += _wrapped("        # without a column: ", [_typed(table, field) for field in empty])
    return lines


def _suggested(file: FileDraft) -> list[str]:
    """A commented mapping for a file that fills no table yet, and may fill one."""
    table = file.suggested
    what = load_model().tables[table].row
    asked = {found.means.partition(".")[2]: found for found in file.proposed}
    empty = [field for field in load_model().tables[table].fields if field not in asked]
    return [
        f"    # {quoted(file.table.name)} may be {table} ({what}).",
        "    # If it is, take the first # and the space after it from these lines, and the words up to the colon",
        "    # from each proposal that is right. For a field without a proposal write its name, a colon, and the heading.",
        f"    # - from: {scalar(file.source)}",
        "    #   fields:",
        *(f"    #     # proposed ({found.why}): {field}: {scalar(found.heading)}" for field, found in asked.items()),
        *_wrapped("    #     # without a column: ", [_typed(table, field) for field in empty]),
    ]


def _codes(found: Strange, take: str | Take) -> list[str]:
    """Words of a coded column that are no known code, with a line to copy that says what they mean."""
    code_set = load_code_sets()[load_model().tables[found.table].fields[found.field].code_set]
    lines = [f"{counted(found.words, 'word')} of {quoted(found.column)} not known ({counted(found.rows, 'row')})."]
    if found.shown and (isinstance(take, str) or take.column):
        own = {} if isinstance(take, str) else take.words
        pairs = [*(f"{scalar(word)}: {scalar(code)}" for word, code in own.items())]
        pairs += [f'{quoted(word)}: ""' for word, _ in found.shown]
        lines.append("To say what they mean, put a code between the empty quotes and write instead of the line above:")
        lines.append(f"{found.field}: {{column: {scalar(found.column)}, words: {{{', '.join(pairs)}}}}}")
    lines += [f"  {quoted(word)} in {counted(rows, 'row')}" for word, rows in found.shown]
    if found.shown:
        codes = [f"{code} {one_line(label)}" if code != label else code for code, label in code_set.labels.items()]
        more = f", and {len(codes) - _MOST_CODES} more" if len(codes) > _MOST_CODES else ""
        lines.append(f"codes ({code_set.name}): {', '.join(codes[:_MOST_CODES])}{more}")
    return lines + _rare(found)


def _rare(found: Strange) -> list[str]:
    if not found.rare:
        return []
    what = f"{counted(found.rare, 'other word')} ({counted(found.rare_rows, 'row')})"
    return [f"{what} not shown: in fewer than five rows, long, or like a number or a day"]


def _rest(profile: Profile) -> list[str]:
    """Everything else that a profile says, with what the model of profiles says of it."""
    lines: list[str] = []
    for key, value in said(profile).items():
        if key not in _LAID_OUT:
            about = type(profile).model_fields[key].description
            lines += ["", *([f"# {about}"] if about else [])]
            held = value.items() if isinstance(value, dict) else ()
            lines += (
                [f"{key}:", *(line for name, part in held for line in block(name, part, 2))] if held else block(key, value, 0)
            )
    return lines


def _left(left: Sequence[tuple[str, str]]) -> list[str]:
    if not left:
        return []
    return ["", "# Not in this draft:", *(f"#   {quoted(name)}: {one_line(why)}" for name, why in left)]


def _typed(table: str, field: str) -> str:
    spec = load_model().tables[table].fields[field]
    return f"{field} ({spec.code_set or spec.type})" if spec.type in ("date", "datetime", "code", "flag") else field


def _wrapped(lead: str, items: Sequence[str]) -> list[str]:
    """A list after a lead, on as many lines as it needs."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(item) < _SHORT + 20:
            lines[-1] += f", {item}"
        else:
            lines.append(f"{lead if not lines else lead[: lead.rindex('#') + 1] + '   '}{item}")
    return lines
