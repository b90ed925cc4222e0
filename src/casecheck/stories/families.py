"""Families: children with their birthdays, brothers and sisters, mother and father, and a story each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from casecheck.stories import lives, rarer_lives
from casecheck.stories.history import Child, History, Row
from casecheck.stories.lives import Life
from casecheck.stories.staff import Staff
from casecheck.stories.working_days import add_years

_ETHNICITIES = ("WBRI", "WBRI", "WOTH", "MWBC", "APKN", "BAFR", "ABAN", "NOBT")


@dataclass(frozen=True)
class Kind:
    """A story, and the ages of the children of whom it can be told."""

    life: Life
    ages: tuple[int, int] = (2, 16)
    born_before: date | None = None

    def between(self, history: History) -> tuple[int, int]:
        """The ages of the youngest and the eldest child of whom it can be told on that day."""
        if self.born_before:
            years = history.as_of.year - self.born_before.year + 1
            return years, years
        return self.ages


KINDS: dict[str, Kind] = {
    "advice": Kind(lives.advice_only),
    "turned down": Kind(lives.turned_down),
    "closed": Kind(lives.assessed_and_closed),
    "lately closed": Kind(partial(lives.assessed_and_closed, received=(64, 110))),
    "enquired": Kind(lives.enquired_and_closed),
    "waiting": Kind(lives.in_assessment),
    "need": Kind(lives.child_in_need),
    "need met": Kind(lives.need_met),
    "protected": Kind(lives.protected),
    "stepped down": Kind(lives.stepped_down),
    "transferred": Kind(lives.transferred_in),
    "care": Kind(lives.in_care),
    "home again": Kind(lives.home_again),
    "old regime": Kind(rarer_lives.old_regime, born_before=date(2011, 6, 1)),
    "assessed by others": Kind(rarer_lives.assessed_by_others),
    "ten months protected": Kind(rarer_lives.ten_months_protected),
    "long in need": Kind(rarer_lives.long_in_need),
    "taken to lawyers": Kind(rarer_lives.taken_to_lawyers),
    "double status": Kind(rarer_lives.double_status),
    "long in care": Kind(rarer_lives.long_in_care, (5, 15)),
    "missing from care": Kind(rarer_lives.missing_from_care),
    "home under an order": Kind(rarer_lives.home_under_an_order, (4, 14)),
    "with relatives": Kind(rarer_lives.with_relatives),
    "to be adopted": Kind(rarer_lives.to_be_adopted, (3, 5)),
    "short breaks": Kind(rarer_lives.short_breaks),
    "leaving care": Kind(rarer_lives.leaving_care, (19, 20)),
    "privately fostered": Kind(rarer_lives.privately_fostered, (6, 13)),
    "audited": Kind(rarer_lives.audited),
}
"""Every story by its name, simplest first."""


def write_family(staff: Staff, kind: Kind, size: int = 1) -> list[Child]:
    """A family with its story, told for each of its children, two years apart."""
    history = staff.history
    family = history.families = history.families + 1
    youngest, oldest = kind.between(history)
    eldest = history.between(youngest, oldest)
    members = [_born(history, family, max(eldest - 2 * place, youngest)) for place in range(size)]
    for child in members:
        kind.life(staff, child)
    _related(history, members)
    return members


def _born(history: History, family: int, years: int) -> Child:
    born = add_years(history.as_of, -years) - timedelta(days=history.between(20, 300))
    child = Child(history.number("person"), family, born, None, history)
    history.children.append(child)
    child.add(
        "person",
        date_of_birth=born,
        sex=history.pick("F", "M"),
        ethnicity=_ETHNICITIES[family % len(_ETHNICITIES)],
        disability_flag="Y" if family % 11 == 0 else "N",
        uasc_flag="N",
        restricted_flag="N",
    )
    child.add("person_identifier", id_type="legacy", id_value=f"L{child.id}")
    child.add("address", address_type="Primary Address", postcode=f"ZZ{family % 90 + 1} 1ZZ", start_date=born)
    return child


def _related(history: History, members: list[Child]) -> None:
    """Brothers and sisters point at each other, and all at their parents, who are adults of the extract."""
    for child in members:
        for other in members:
            if child is not other:
                _relation(child, other.id, "Sibling", max(child.born or history.as_of, other.born or history.as_of), "N")
    for relation, sex in (("Mother", "F"), ("Father", "M")):
        parent: Row = {
            "person_id": history.number("person"),
            "date_of_birth": date(history.as_of.year - 38, 1 + members[0].family % 12, 3),
            "sex": sex,
            "ethnicity": _ETHNICITIES[members[0].family % len(_ETHNICITIES)],
            "restricted_flag": "N",
        }
        history.write("person", **parent)
        for child in members:
            _relation(child, str(parent["person_id"]), relation, child.born or history.as_of, "Y")


def _relation(child: Child, other: str, relation: str, since: date, responsible: str) -> None:
    child.add(
        "relationship",
        related_person_id=other,
        relation_type=relation,
        same_household="Y",
        parental_responsibility=responsible,
        start_date=since,
    )
