"""What a draft is: a profile that loads as it stands, and for every file what was understood, proposed and left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from casecheck.profiles.fitting import Fit
from casecheck.profiles.spec import Profile, columns_taken
from casecheck.sources.raw import RawTable

CHILD = "person_id"
KNOWN_HEADING = "a known heading"
How = Literal["known", "near", "new"]


@dataclass(frozen=True)
class Proposal:
    """A heading that may mean something: a column of the source, ``table.field`` of the model, or the child (``CHILD``)."""

    heading: str
    means: str
    why: str

    @property
    def is_child(self) -> bool:
        """Whether it is about the child's number in a new file."""
        return self.means.rpartition(".")[2] == CHILD

    @property
    def is_field(self) -> bool:
        """Whether it is about a field of the model."""
        return "." in self.means


@dataclass
class FileDraft:
    """One file, sheet or frame. ``how``: recognised by the profile, near to one of its sources, or new.

    ``exact`` and ``alias`` are the headings that were understood, ``again`` those that repeat another, ``unknown`` the rest,
    ``feeds`` the tables of the model that the file fills. ``needs`` names the tables that it would fill if it had the columns
    by which their rows are chosen. ``suggested`` is the table that it may be when it fills none.
    """

    table: RawTable
    source: str
    how: How
    exact: list[str] = field(default_factory=list)
    alias: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    added: dict[str, str] = field(default_factory=dict)
    proposed: list[Proposal] = field(default_factory=list)
    feeds: tuple[str, ...] = ()
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    suggested: str = ""


@dataclass
class Draft:
    """A drafted profile. ``fit`` is the profile that it starts from, and ``whole`` whether all of it was copied.

    ``order_from`` says in words who says the order of day and month; empty when nobody does. ``order_counts`` is whether some
    dates could not be read, or would be read wrongly, without it.
    """

    profile: Profile
    fit: Fit | None
    whole: bool
    files: list[FileDraft]
    order_from: str = ""
    order_counts: bool = False

    def proposed_for(self) -> dict[str, FileDraft]:
        """Fields (``table.field``) that a proposal would fill, with the file that it is in."""
        found: dict[str, FileDraft] = {}
        for file in self.files:
            columns = {proposal.means for proposal in file.proposed}
            for table, mappings in self.profile.tables.items():
                takes = [item for rows in mappings if rows.source == file.source for item in rows.fields.items()]
                for name, take in takes:
                    if columns.intersection(columns_taken(take)):
                        found.setdefault(f"{table}.{name}", file)
            for means in columns:
                found.setdefault(means, file)
        return found

    @property
    def child(self) -> str:
        """A heading that is proposed for the child's number, the one that most files have; empty when none is."""
        people = {name: source.person for name, source in self.profile.sources.items()}
        found = [
            proposal.heading
            for file in self.files
            for proposal in file.proposed
            if proposal.why != KNOWN_HEADING and (proposal.is_child or proposal.means == people[file.source])
        ]
        return max(sorted(set(found)), key=found.count, default="")

    @property
    def fits_all(self) -> bool:
        """Whether the profile that it starts from leaves nothing to add."""
        same_order = self.fit is not None and self.profile.date_order == self.fit.profile.date_order
        if not self.whole or (self.order_counts and not same_order):
            return False
        return not any(file.how != "known" or file.unknown or file.proposed or file.added or file.again for file in self.files)
