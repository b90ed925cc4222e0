"""Drafting a profile for an unknown source, file by file.

A file that a shipped profile recognises, or nearly does, starts as a copy of that profile's source; any other becomes a source
of its own, with its headings as they are. Headings are mapped when they are known, whatever their case and spaces. Likeness
only proposes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from casecheck.model import load_model
from casecheck.profiles.drafted import CHILD, KNOWN_HEADING, Draft, FileDraft, Proposal
from casecheck.profiles.fitting import Fit, Near, is_named, stem
from casecheck.profiles.knowledge import Knowledge, plain_column, spelled
from casecheck.profiles.likeness import proposals
from casecheck.profiles.spec import Mapping, Pivot, Profile, Source, Take, Xml, columns_taken
from casecheck.sources.raw import RawTable, fold_heading

NAME = "ours"
TITLE = "Our extract"
_NOT_NAME = re.compile(r"[^a-z0-9]+")
_REQUIRED = 3


def draft(tables: Sequence[RawTable], fit: Fit | None, knowledge: Knowledge) -> Draft:
    """Draft a profile for these tables. ``fit`` is the profile that fits best; none when nothing of it fits."""
    drafter = _Drafter(fit, knowledge)
    for number, table in enumerate(tables):
        near = (fit.known.get(number) or fit.near.get(number)) if fit else None
        if fit is not None and near is not None:
            drafter.copy(table, near, known=number in fit.known)
        else:
            drafter.make(table)
    drafter.propose_the_child()
    return Draft(drafter.profile(), fit, drafter.whole, drafter.files)


class _Drafter:
    """The profile as it grows."""

    def __init__(self, fit: Fit | None, knowledge: Knowledge) -> None:
        self.base: Profile | None = fit.profile if fit else None
        self.whole = bool(fit and fit.well)
        self.there = {near.source for near in (*fit.known.values(), *fit.near.values())} if fit else set()
        self.knowledge = knowledge
        self.files: list[FileDraft] = []
        self.sources: dict[str, Source] = {}
        self.tables: dict[str, list[Mapping]] = {}
        self.now_held: set[str] = set()
        if self.base and self.whole:
            self.sources = dict(self.base.sources)
            self.tables = {name: list(mappings) for name, mappings in self.base.tables.items()}

    def copy(self, table: RawTable, near: Near, *, known: bool) -> None:
        """A file that is a source of the profile, or nearly."""
        assert self.base is not None
        name = near.source
        if name not in self.sources:
            self._bring(name)
        file = FileDraft(table, name, "known" if known else "near")
        for column, place in near.places.items():
            heading = table.headings[place]
            (file.exact if fold_heading(heading) == fold_heading(column) else file.alias).append(heading)
        file.again = [table.headings[place] for place in near.again]
        placed = set(near.places.values()) | set(near.again)
        rest = _distinct([heading for place, heading in enumerate(table.headings) if place not in placed and heading])
        there = set(near.places)
        left = [heading for heading in rest if not self._understand(file, heading, there)]
        if not known:
            self._recognise_by(file, there)
        file.proposed = self._proposals(file, left, there)
        file.unknown = [heading for heading in left if heading not in {found.heading for found in file.proposed}]
        file.needs = self._needed(name, there)
        file.feeds = tuple(table for table in self._fed(name) if table not in file.needs)
        self.files.append(file)

    def make(self, table: RawTable) -> None:
        """A file that no profile knows: its headings as they are, mapped to the tables that they fit."""
        headings = [heading for heading in table.headings if heading]
        single = _distinct(headings)
        fed = self.knowledge.tables(stem(table), single)
        fields = {name: self.knowledge.fields(name, single) for name in fed}
        file = FileDraft(table, self._same_layout(single) or self._new_name(stem(table)), "new", feeds=tuple(fed))
        file.again = [heading for place, heading in enumerate(headings) if heading not in single or heading in headings[:place]]
        mapped = {heading: field for found in fields.values() for field, heading in found.items()}
        file.exact = [heading for heading in single if fold_heading(heading) == fold_heading(mapped.get(heading, "-"))]
        file.alias = [heading for heading in single if heading in mapped and heading not in file.exact]
        left = [heading for heading in single if heading not in mapped]
        if not fed:
            file.suggested = self._suggestion(stem(table), single)
        asked = fed or [table for table in [file.suggested] if table]
        file.proposed = self._field_proposals(asked, left, fields) if asked else self._child_proposals(left)
        settled = {found.heading for found in file.proposed} | {heading for heading in left if self._is_child(heading)}
        file.unknown = [heading for heading in left if heading not in settled]
        self.files.append(file)
        if file.source in self.sources:
            self._also_named(file.source, stem(table))
            return
        self.sources[file.source] = _source(table, single, fields)
        for name, found in fields.items():
            mapping = Mapping.model_validate({"from": file.source, "fields": found})
            self.tables.setdefault(name, []).append(mapping)
            self.now_held |= {f"{name}.{field}" for field in found}

    def propose_the_child(self) -> None:
        """A heading that begins most files whose child is not known: likely it is the child's number in all of them."""
        childless = [file for file in self.files if not self._has_child(file) and file.table.headings[0] in file.unknown]
        firsts = [file.table.headings[0] for file in childless]
        for first in sorted(set(firsts)):
            if len(firsts) > 2 and firsts.count(first) * 2 > len(self.files):
                why = f"first column of {firsts.count(first)} of {len(self.files)} files"
                for file in childless:
                    if file.table.headings[0] == first:
                        self._propose_child(file, first, why)

    def _is_child(self, heading: str) -> bool:
        return self.knowledge.folded["person"].get(fold_heading(heading)) == CHILD

    def _has_child(self, file: FileDraft) -> bool:
        """Whether the child's number is among the headings of a file, or proposed already."""
        source = self.sources[file.source]
        own = {fold_heading(said) for said in spelled(source, source.person)} if source.person and file.how != "new" else set()
        proposed = any(found.means in (source.person, "") or found.is_child for found in file.proposed)
        return proposed or any(self._is_child(heading) or fold_heading(heading) in own for heading in file.table.headings)

    def _propose_child(self, file: FileDraft, heading: str, why: str) -> None:
        means = [f"{table}.{CHILD}" for table in file.feeds or (file.suggested,) if table and _has_child(table)]
        means = means or ([] if file.feeds or file.suggested else [CHILD])
        if file.how != "new":
            means = [person for person in [self.sources[file.source].person] if person]
        if means:
            file.unknown.remove(heading)
            file.proposed[:0] = [Proposal(heading, meant, why) for meant in means]

    def profile(self) -> Profile:
        """The profile as it stands."""
        base, fed = self.base, self.tables
        copied = {name for name in self.sources if base and name in base.sources}
        mine = {
            table for table, mappings in fed.items() if base and table in base.tables
            and all(mapping.source in base.sources for mapping in mappings)
        }  # fmt: skip
        several = len({mapping.source for mapping in fed.get("person", ())}) > 1
        wanted = {using for mappings in fed.values() for mapping in mappings for using in _lists(mapping)}
        own = {
            "profile": NAME,
            "title": TITLE,
            "template": False,
            "sources": {name: _written_out(source) for name, source in self.sources.items()},
            "tables": {table: tuple(mappings) for table, mappings in fed.items() if mappings},
            "not_held": self._not_held(mine),
        }
        if base and self.whole:
            own |= {"note": "" if base.template else base.note, "merge": _with_person(base.merge) if several else base.merge}
            return base.model_copy(update=own)
        if base:
            own |= {
                "xml": _rows_of(base.xml, copied),
                "pivots": {name: kept for name in base.pivots if name in copied and (kept := _among(base, name, copied))},
                "words": {name: words for name, words in base.words.items() if name in wanted},
                "kinds": {name: kinds for name, kinds in base.kinds.items() if name.split(".")[0] in mine},
                "latest_only": {name: why for name, why in base.latest_only.items() if name.split(".")[0] in mine},
            }
        return Profile(**own, merge=("person",) if several else ())

    def _not_held(self, mine: set[str]) -> dict[str, str]:
        """What the profile says it never holds, less what has been found."""
        if self.base is None:
            return {}
        tables = {name.split(".")[0] for name in self.now_held}
        return {
            name: why
            for name, why in self.base.not_held.items()
            if name not in self.now_held and name not in tables and (self.whole or ("." in name and name.split(".")[0] in mine))
        }

    def _bring(self, name: str) -> None:
        """Copy one source of the profile, with what hangs on it. Answers that are not there fill nothing."""
        assert self.base is not None
        self.sources[name] = self.base.sources[name]
        absent = [column for pivot in self.base.pivots_of(name) if pivot.answers not in self.there for column in pivot.columns]
        for table, mappings in self.base.tables.items():
            brought = [mapping for mapping in mappings if mapping.source == name]
            for column in absent:
                brought = [kept for mapping in brought if (kept := _without(mapping, column)) is not None]
            if brought:
                self.tables.setdefault(table, []).extend(brought)

    def _fed(self, source: str) -> tuple[str, ...]:
        return tuple(table for table, found in self.tables.items() if any(mapping.source == source for mapping in found))

    def _needed(self, source: str, there: set[str]) -> dict[str, tuple[str, ...]]:
        """Tables whose rows are chosen by columns that the file does not have, in each of their mappings."""
        absent = set(self.sources[source].columns) - there
        found: dict[str, tuple[str, ...]] = {}
        for table in self._fed(source):
            chosen = [
                {*mapping.filled, *([mapping.only.word] if mapping.only else [])} & absent
                for mapping in self.tables[table]
                if mapping.source == source
            ]
            if all(chosen):
                found[table] = tuple(sorted(set().union(*chosen)))
        return found

    def _understand(self, file: FileDraft, heading: str, there: set[str]) -> bool:
        """A heading that another profile or the model knows: it becomes a spelling of its column, or a column of its own."""
        for table in self._fed(file.source):
            field = self.knowledge.folded[table].get(fold_heading(heading))
            if field is None:
                continue
            takes = [found.fields.get(field) for found in self.tables[table] if found.source == file.source]
            column = next((plain_column(take) for take in takes if take is not None), "")
            if column and column in self.sources[file.source].columns and column not in there:
                self._spell(file.source, column, heading)
                there.add(column)
                file.alias.append(heading)
                return True
            if takes == [None] * len(takes):
                self._add(file, table, field, heading)
                there.add(heading)
                return True
        return False

    def _spell(self, source: str, column: str, heading: str) -> None:
        known = self.sources[source]
        columns = {**known.columns, column: (*(known.columns[column] or ()), heading)}
        self.sources[source] = known.model_copy(update={"columns": columns})

    def _add(self, file: FileDraft, table: str, field: str, heading: str) -> None:
        source = self.sources[file.source]
        self.sources[file.source] = source.model_copy(update={"columns": {**source.columns, heading: ()}})
        self.tables[table] = [
            mapping.model_copy(
                update={
                    "fields": {**mapping.fields, field: heading},
                    "unknown": tuple(name for name in mapping.unknown if name != field),
                }
            )
            if mapping.source == file.source
            else mapping
            for mapping in self.tables[table]
        ]
        file.added[heading] = f"{table}.{field}"
        self.now_held.add(f"{table}.{field}")

    def _recognise_by(self, file: FileDraft, there: set[str]) -> None:
        """The headings by which a table that lacks a required one is recognised from now on."""
        source = self.sources[file.source]
        found = [column for column in source.required if column in there]
        found += [column for column in source.columns if column in there and column not in found]
        names = source.names if is_named(file.table, file.source, source) else (*source.names, stem(file.table))
        update = {"required": tuple(found[: max(_REQUIRED, len(source.required))]), "names": names}
        self.sources[file.source] = source.model_copy(update=update)

    def _also_named(self, name: str, called: str) -> None:
        source = self.sources[name]
        if called not in source.names:
            self.sources[name] = source.model_copy(update={"names": (*source.names, called)})

    def _proposals(self, file: FileDraft, left: list[str], there: set[str]) -> list[Proposal]:
        """What headings of a copied source may mean: a column that is missing, or a field that has none."""
        source = self.sources[file.source]
        known = {column: spelled(source, column) for column in source.columns if column not in there}
        for table in self._fed(file.source):
            takes = {
                field: take for found in self.tables[table] if found.source == file.source for field, take in found.fields.items()
            }
            for field in self.knowledge.spelled[table]:
                if field not in takes:
                    known[f"{table}.{field}"] = self.knowledge.ways(table, field)
                elif (column := plain_column(takes[field])) in known:
                    known[column] = (*known[column], *self.knowledge.ways(table, field))
        return [Proposal(found.heading, found.means, f"{found.percent}% alike") for found in proposals(left, known)]

    def _field_proposals(self, tables: Sequence[str], left: list[str], fields: dict[str, dict[str, str]]) -> list[Proposal]:
        """What headings of a new source may mean: a field of one of its tables that has no column yet."""
        known = {
            f"{table}.{field}": self.knowledge.ways(table, field)
            for table in tables
            for field in self.knowledge.spelled[table]
            if field not in fields.get(table, {})
        }
        alike = {found.heading: found for found in proposals(left, known)}
        known_here = {
            heading: f"{table}.{field}"
            for table in tables
            if table not in fields
            for field, heading in self.knowledge.fields(table, left).items()
        }
        return [
            Proposal(heading, known_here[heading], KNOWN_HEADING)
            if heading in known_here
            else Proposal(heading, alike[heading].means, f"{alike[heading].percent}% alike")
            for heading in left
            if heading in known_here or heading in alike
        ]

    def _child_proposals(self, left: list[str]) -> list[Proposal]:
        """In a file that is like no table: the heading that may be the child's number."""
        if any(map(self._is_child, left)):
            return []
        found = proposals(left, {CHILD: self.knowledge.spelled["person"][CHILD]})
        return [Proposal(like.heading, CHILD, f"{like.percent}% alike") for like in found]

    def _suggestion(self, name: str, headings: list[str]) -> str:
        """The table that a file which fills none may be: by its name, or by headings that are alike."""
        named = self.knowledge.likeliest(name)
        if named:
            return named
        counted = {}
        for table, fields in self.knowledge.spelled.items():
            known = {field: self.knowledge.ways(table, field) for field in fields if field != CHILD}
            counted[table] = len(proposals(headings, known))
        best = max(sorted(counted), key=lambda table: counted[table])
        return best if counted[best] > 2 else ""

    def _same_layout(self, headings: list[str]) -> str:
        """An earlier new file with the same headings: the two are one source."""
        folded = [fold_heading(heading) for heading in headings]
        for file in self.files:
            if file.how == "new" and folded == [fold_heading(heading) for heading in self.sources[file.source].columns]:
                return file.source
        return ""

    def _new_name(self, called: str) -> str:
        name = _NOT_NAME.sub("_", called.lower()).strip("_") or "list"
        taken = {*self.sources, *(self.base.sources if self.base else ())}
        numbered = (f"{name}_{number}" for number in range(2, 10_000))
        return name if name not in taken else next(option for option in numbered if option not in taken)


def _source(table: RawTable, headings: list[str], fields: dict[str, dict[str, str]]) -> Source:
    """A source of its own: recognised by what is mapped of it, the child's number first."""
    model = load_model().tables
    mapped = list(dict.fromkeys(heading for found in fields.values() for heading in found.values()))
    person = next((found["person_id"] for found in fields.values() if "person_id" in found), "")
    first = next(iter(fields), "")
    key = fields[first].get(model[first].key[0], "") if first and len(model[first].key) == 1 else ""
    required = dict.fromkeys(filter(None, (person, *mapped, *headings)))
    return Source(
        columns=dict.fromkeys(headings, ()),
        required=tuple(required)[:_REQUIRED],
        names=(stem(table),),
        person=person,
        key=key,
    )


def _written_out(source: Source) -> Source:
    return source.model_copy(update={"columns": {column: variants or () for column, variants in source.columns.items()}})


def _with_person(merge: tuple[str, ...]) -> tuple[str, ...]:
    return merge if "person" in merge else ("person", *merge)


def _rows_of(xml: Xml | None, sources: set[str]) -> Xml | None:
    """What is said of XML files, for some sources."""
    rows = {name: row for name, row in xml.rows.items() if name in sources} if xml else {}
    return xml.model_copy(update={"rows": rows}) if xml and rows else None


def _among(base: Profile, name: str, sources: set[str]) -> Pivot | tuple[Pivot, ...]:
    """What is laid beside the rows of a source, as far as the answers are there."""
    kept = tuple(pivot for pivot in base.pivots_of(name) if pivot.answers in sources)
    return kept[0] if len(kept) == 1 else kept


def _without(mapping: Mapping, column: str) -> Mapping | None:
    """A mapping without what needs a column; nothing when its rows are chosen by it, or no field is left."""
    if mapping.only is not None and mapping.only.word == column:
        return None
    fields = {field: take for field, take in mapping.fields.items() if column not in columns_taken(take)}
    if not fields or all(isinstance(take, Take) and take.value for take in fields.values()):
        return None
    filled = tuple(name for name in mapping.filled if name != column)
    chosen = {
        key: {name: words for name, words in held.items() if name != column}
        for key, held in (("leave_out", mapping.leave_out), ("keep", mapping.keep))
    }
    return mapping.model_copy(update={"fields": fields, "filled": filled, **chosen})


def _lists(mapping: Mapping) -> set[str]:
    """The lists of words that a mapping uses."""
    used = {mapping.only.using} if mapping.only else set()
    for take in mapping.fields.values():
        if isinstance(take, Take):
            used |= {take.using} if take.using else set()
            used |= {part.using for part in take.first if not isinstance(part, str)}
    return used


def _has_child(table: str) -> bool:
    return "person_id" in load_model().tables[table].fields


def _distinct(headings: Sequence[str]) -> list[str]:
    """Headings without those that say an earlier one once more, whatever their case."""
    first: dict[str, str] = {}
    for heading in headings:
        first.setdefault(fold_heading(heading), heading)
    return [heading for form, heading in first.items() if form]
