"""Local policy as data: one ``casecheck.toml``, or ``[tool.casecheck]`` in ``pyproject.toml``.

Thresholds, visit intervals, severities, the calendar and the law's switch dates are decided by an authority, never
inside a rule's code. Unknown keys are errors, so that a misspelt limit is not silently the default.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from casecheck.durations import Duration
from casecheck.errors import PolicyError, nearest
from casecheck.model.codes import load_code_sets

Severity = Literal["critical", "high", "medium", "low"]
PACKS = ("extract", "integrity", "practice")
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")

Scalar = str | int | float | date
Value = Scalar | tuple[Scalar, ...]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Law(_Part):
    """Dates on which an authority moved from one regime to another."""

    assessment_switch_date: date = Field(
        default=date(2013, 4, 15),
        description="First day of the single assessment here. National change 15 April 2013; some moved earlier or later.",
    )


Plan = Literal["cp", "cin", "care", "none"]
PLANS: tuple[Plan, ...] = ("cp", "cin", "care", "none")
SeenBy = Literal["anyone", "social worker", "lead worker"]
NOT_ASKED = "not asked"
"""Said of a kind of child for whom the matrix of visits asks nothing."""
CARE_LIMIT = "6 weeks"
"""The longest time between visits to a looked-after child: regulation 28(2) of the Care Planning, Placement and Case Review
(England) Regulations 2010. From the second year it is three months where the placement is meant to last until 18."""


class VisitInterval(_Part):
    """One row of the visit matrix: how often a child with this plan and risk level is to be seen.

    A row for looked-after children may be for some placements, or some legal statuses, only.
    """

    plan: Plan
    risk: str = "any"
    placement: tuple[str, ...] = Field(default=(), description="Codes of placements. Empty: any.")
    legal_status: tuple[str, ...] = Field(default=(), description="Codes of legal statuses. Empty: any.")
    every: str
    seen_by: SeenBy = Field(
        default="anyone",
        description="Whose visit counts: anyone's, a social worker's, or that of the worker who led the case on that day.",
    )

    @field_validator("every")
    @classmethod
    def _a_duration(cls, value: str) -> str:
        return value if value == NOT_ASKED else str(Duration.parse(value))

    @field_validator("placement", "legal_status")
    @classmethod
    def _codes(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known = load_code_sets()["placement_type" if info.field_name == "placement" else "legal_status"].labels
        for code in value:
            if code not in known:
                near = nearest(code, known) or f"the codes are {', '.join(known)}"
                raise ValueError(f"there is no code '{code}'; {near}")
        return tuple(sorted(value))

    @model_validator(mode="after")
    def _only_in_care(self) -> Self:
        if self.plan != "care" and (self.placement or self.legal_status):
            raise ValueError('placement and legal_status are for plan = "care" only')
        return self

    @property
    def about(self) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
        """Which children the row is for."""
        return self.plan, self.risk.lower(), self.placement, self.legal_status

    @property
    def loosened_from(self) -> str:
        """The statutory limit that the row widens; empty when it widens none."""
        if self.plan != "care":
            return ""
        looser = self.every == NOT_ASKED or Duration.parse(self.every).can_exceed(Duration.parse(CARE_LIMIT))
        return CARE_LIMIT if looser else ""

    @property
    def breadth(self) -> int:
        """How many of its marks are *any*: the row with the fewest is the one that applies."""
        return sum((self.risk.lower() == "any", not self.placement, not self.legal_status))


USUAL_INTERVALS = (
    VisitInterval(plan="cp", risk="high", every="5 working days"),
    VisitInterval(plan="cp", every="10 working days"),
    VisitInterval(plan="cin", risk="high", every="10 working days"),
    VisitInterval(plan="cin", risk="medium", every="20 working days"),
    VisitInterval(plan="cin", risk="low", every="6 weeks"),
    VisitInterval(plan="cin", every="20 working days"),
    VisitInterval(plan="care", every="6 weeks"),
)
"""The visit matrix where the authority says nothing else."""


class Visits(_Part):
    """How visits are counted, and how often they are due."""

    day_convention: Literal["day0", "inclusive"] = Field(
        default="day0", description="day0: the visit day is not counted. inclusive: the visit day is day 1."
    )
    intervals: tuple[VisitInterval, ...] = Field(
        default=USUAL_INTERVALS, description="The visit matrix. A row that is written here takes the place of the usual one."
    )

    @field_validator("intervals")
    @classmethod
    def _beside_the_usual_ones(cls, value: tuple[VisitInterval, ...]) -> tuple[VisitInterval, ...]:
        """All rows, those first that say most of the child: the first that fits applies."""
        own = {row.about: row for row in value}
        rows = (*own.values(), *(row for row in USUAL_INTERVALS if row.about not in own))
        return tuple(sorted(rows, key=lambda row: (PLANS.index(row.plan), row.breadth)))

    @property
    def loosened(self) -> tuple[str, ...]:
        """What is said of each row that widens a statutory limit."""
        return tuple(
            f"the matrix of visits says {row.every} for looked-after children (risk {row.risk}, "
            f"placement {' '.join(row.placement) or 'any'}, legal status {' '.join(row.legal_status) or 'any'}); "
            f"the statutory limit is {row.loosened_from}"
            for row in self.intervals
            if row.loosened_from
        )


class Calendar(_Part):
    """Working days: England's bank holidays always; days the council shuts only when listed."""

    closure_days: tuple[date, ...] = Field(
        default=(), description="Days the council is closed. They are working days in law: listing one moves deadlines."
    )


class Roles(_Part):
    """Words of the local staff list, in lower case, by what they mean for the rules."""

    manager: tuple[str, ...] = (
        "team manager", "assistant team manager", "practice manager", "deputy team manager", "service manager",
        "head of service", "manager",
    )  # fmt: skip
    social_worker: tuple[str, ...] = (
        "social worker", "senior social worker", "advanced social worker", "newly qualified social worker",
        "agency social worker", "practice manager",
    )  # fmt: skip
    lead: tuple[str, ...] = ("lead worker", "allocated worker", "key worker", "social worker", "lead social worker")
    not_a_person: tuple[str, ...] = (
        "unallocated", "duty", "duty team", "duty worker", "team", "waiting list", "tbc", "#n/a", "not allocated",
    )  # fmt: skip


class Tables(_Part):
    """What may rightly be empty here."""

    may_be_empty: tuple[str, ...] = Field(
        default=(), description="Tables, or table.column, whose emptiness is true and not a fault of the extract."
    )


class Reading(_Part):
    """How files and cells are read."""

    date_order: Literal["DMY", "MDY", ""] = Field(
        default="", description="The order of day and month. Empty: what the profile says; else decided column by column."
    )
    excel_dates: Literal["1900", "1904", ""] = Field(
        default="", description="Bare spreadsheet day numbers in text files are dates counted from this year."
    )
    encoding_fallback: Literal["cp1252", "latin-1", ""] = Field(
        default="cp1252", description="How to read a text file that is not UTF-8 and has no mark. Empty: refuse it."
    )
    null_words: tuple[str, ...] | None = Field(
        default=None, description="Words that mean nothing is known, in place of the usual ones (NULL, N/A, - and so on)."
    )
    max_rejected: float = Field(
        default=0.01, ge=0, le=1, description="A file with more than this share of ragged rows is not relied on."
    )
    max_file_size: int = Field(default=2_000, ge=1, description="The largest file that is read, in millions of bytes.")


class FileSettings(_Part):
    """What is known of one file, by its name, where it cannot be told from the file itself."""

    delimiter: str = Field(default="", description="The mark between cells.")
    header_line: int = Field(default=0, ge=0, description="The line of the headings. 0: found by the known headings.")
    date_order: Literal["DMY", "MDY", ""] = Field(default="", description="The order of day and month in this file.")
    encoding: str = Field(default="", description="The encoding, when it is neither UTF-8 nor marked.")
    source: str = Field(default="", description="Which table of the profile it is, when the headings leave a choice.")
    expected_rows: int | None = Field(default=None, ge=0, description="How many rows it should have.")


class Rate(_Part):
    """What is asked of a rule as a whole: the share of records that pass, or the share that may fail."""

    target: float | None = Field(default=None, ge=0, le=100, description="Per cent of judged records that should pass.")
    tolerance: float | None = Field(default=None, ge=0, le=100, description="Per cent of judged records that may fail.")
    monthly: bool = Field(
        default=False,
        description="Work that is done once belongs to the month in which it was done. What recurs is counted as things stand.",
    )


class Accepted(_Part):
    """A finding about the extract as a whole that is true and no fault: a caseload that really grew."""

    rule: str = Field(description="The rule's code: EXT-001.")
    what: tuple[str, ...] = Field(
        min_length=1, description="The tables, fields or codes that the findings name: plan, visit.child_seen."
    )
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] = Field(
        description="Why it is no fault, and who says so. It is printed with every run."
    )
    until: date | None = Field(default=None, description="The last day on which this holds.")

    @field_validator("what", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


class Policy(_Part):
    """Everything an authority decides. Every key has a default, so an empty file is a valid policy."""

    profile: str = Field(default="", description="The source's layout. Empty: recognised from the headings.")
    packs: tuple[str, ...] = Field(default=PACKS, description="Rule packs to run.")
    rule_folders: tuple[str, ...] = Field(default=(), description="Folders with the authority's own rule files.")
    select: tuple[str, ...] = Field(default=(), description="Rules to run, by code, prefix or family. Empty: all.")
    ignore: tuple[str, ...] = Field(default=(), description="Rules to leave out, by code, prefix or family.")
    fail_on: Severity | Literal["never"] = Field(default="high", description="The lowest severity that exits 1.")
    reliability_gate: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="A rule with more than this share of records not assessable is never passed.",
    )
    law: Law = Law()
    visits: Visits = Visits()
    calendar: Calendar = Calendar()
    roles: Roles = Roles()
    tables: Tables = Tables()
    reading: Reading = Reading()
    files: dict[str, FileSettings] = Field(default={}, description="What is known of single files, by name.")
    rates: dict[str, Rate] = Field(
        default={
            "ASM-001": Rate(target=85, monthly=True),
            "CPP-001": Rate(target=80, monthly=True),
            "CPP-004": Rate(target=95, monthly=True),
            "CLA-001": Rate(target=95, monthly=True),
            "VIS-CP-001": Rate(target=90, tolerance=2),
            "ALC-001": Rate(tolerance=2),
            "SUP-002": Rate(tolerance=2),
            "SEE-007": Rate(tolerance=2),
        },
        description="Rules that are measured by team and authority, by code.",
    )
    accepted: tuple[Accepted, ...] = Field(default=(), description="Changes of the extract that are true and no fault.")
    severity: dict[str, Severity] = Field(default={}, description="A rule's severity here, by code.")
    parameters: dict[str, dict[str, Any]] = Field(default={}, description="A rule's limits here, by code and name.")

    def of_file(self, name: str) -> FileSettings:
        """What is known of one file, by its name or its path inside the extract."""
        return self.files.get(name) or self.files.get(name.rsplit("/", 1)[-1]) or FileSettings()

    def severity_of(self, code: str, default: Severity) -> Severity:
        """A rule's severity in force here: the authority's own, else the rule's."""
        return self.severity.get(code, default)

    @property
    def values(self) -> dict[str, Value]:
        """What rule files may name as ``${policy.name}``."""
        return {
            "assessment_switch_date": self.law.assessment_switch_date,
            "manager_roles": self.roles.manager,
            "social_worker_roles": self.roles.social_worker,
            "lead_roles": self.roles.lead,
            "not_a_person": self.roles.not_a_person,
        }

    @property
    def digest(self) -> str:
        """A short hash of the whole policy: two runs with the same digest judged by the same limits."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]


def load_policy(path: Path | None = None, start: Path | None = None) -> tuple[Policy, Path | None]:
    """The policy of ``path``, or of the nearest ``casecheck.toml`` or ``pyproject.toml`` above ``start``.

    Returns the policy and the file it came from (``None`` when the defaults apply). Raises :class:`PolicyError`.
    """
    if path is not None:
        if not path.is_file():
            raise PolicyError(f"{path}: no such policy file", "casecheck config show prints the policy in force")
        return _from_file(path), path
    for folder in [(start or Path.cwd()).resolve(), *(start or Path.cwd()).resolve().parents]:
        for name in ("casecheck.toml", "pyproject.toml"):
            file = folder / name
            if file.is_file() and (name == "casecheck.toml" or "tool" in _section(file)):
                return _from_file(file), file
        if (folder / ".git").exists():
            break
    return Policy(), None


def policy_from(data: dict[str, Any], name: str = "policy", text: str = "") -> Policy:
    """Check policy data given in Python or read from a file."""
    try:
        return Policy.model_validate(data)
    except ValidationError as problem:
        raise PolicyError("\n".join(_explain(item, name, text) for item in problem.errors())) from None


def _from_file(path: Path) -> Policy:
    data = _read(path)
    if path.name == "pyproject.toml":
        data = data.get("tool", {}).get("casecheck", {})
    return policy_from(data, str(path), path.read_text(encoding="utf-8"))


def _section(path: Path) -> dict[str, Any]:
    return {"tool": True} if "casecheck" in _read(path).get("tool", {}) else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise PolicyError(f"{path}: this is not valid TOML ({problem})") from None
    except UnicodeDecodeError:
        raise PolicyError(f"{path}: not UTF-8", "save the file as UTF-8") from None


def _explain(item: Any, name: str, text: str) -> str:
    location = item["loc"]
    key = str(location[-1])
    found = re.search(rf"^[ \t]*\[*\"?[^=\n]*\b{re.escape(key)}\b", text, re.MULTILINE)
    line = f":{text[: found.start()].count(chr(10)) + 1}" if found else ""
    where = ".".join(str(part) for part in location)
    if item["type"] != "extra_forbidden":
        return f"{name}{line}: {where}: {item['msg'].removeprefix('Value error, ')}"
    hint = nearest(key, _known(location[:-1]))
    return f"{name}{line}: {where}: no such key" + (f" ({hint})" if hint else "")


def _known(location: tuple[int | str, ...]) -> list[str]:
    kind: type[BaseModel] = Policy
    for part in location:
        if isinstance(part, str) and part in kind.model_fields:
            inner = kind.model_fields[part].annotation
            kind = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else VisitInterval
    return list(kind.model_fields)
