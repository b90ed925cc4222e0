"""What a rule file holds. The JSON Schema of :class:`RuleFile` is published for editors (``casecheck schema rule``)."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from casecheck.durations import Duration
from casecheck.policy import Law, Policy, Severity, VisitInterval, Visits

Verdict = Literal["fail", "pass", "not_due", "not_assessable"]

FAMILIES = {
    "REF": "front door",
    "ASM": "assessment",
    "SEE": "child seen",
    "VOI": "voice of child and parents",
    "S47": "section 47 enquiries",
    "CPP": "child protection conferences and plans",
    "CIN": "child in need planning",
    "VIS": "visits",
    "CLA": "care planning and reviews",
    "HLT": "health and education of looked-after children",
    "MIS": "missing from care or home",
    "LCV": "care leavers",
    "PLO": "pre-proceedings and legal",
    "ADO": "adoption",
    "ALC": "allocation",
    "SUP": "supervision",
    "MGT": "management oversight",
    "CAS": "caseload",
    "REC": "recording",
    "CLO": "closure",
    "QAU": "quality assurance",
    "INT": "data integrity",
    "EXT": "extract reliability",
    "AGG": "rates against targets",
}

RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,4}(-[A-Z0-9]{2,4})?-\d{3}$")]
Sql = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Guidance(_Part):
    """Who says so. ``kind`` tells law from statutory guidance, national standard, local standard, and plain data logic.

    A national standard is published nationally, and is not law: statistics, data standards, checks of the returns, frameworks.
    """

    source: str
    kind: Literal["law", "statutory guidance", "national standard", "local", "logical"]
    ref: str = ""
    note: str = ""


class Effective(_Part):
    """The first and last day on which the rule is the law. ``by`` is the date of the record that is judged."""

    start: date | None = Field(default=None, alias="from")
    to: date | None = None
    by: str = ""

    def on(self, day: date) -> bool:
        """Whether the rule is asked on a day; a rule that says ``by`` looks at each record's own date instead."""
        return bool(self.by) or not ((self.start and day < self.start) or (self.to and day > self.to))


class Period(_Part):
    """A parameter's value between two days, both included."""

    value: str
    start: date | None = Field(default=None, alias="from")
    to: date | None = None


class Relaxed(_Part):
    """Days in which nothing that falls due is late; the clock begins again on the last of them."""

    start: date = Field(alias="from")
    to: date


class Parameter(_Part):
    """A limit or list that local policy may change.

    ``kind`` statutory: loosening it is allowed and printed in every output. ``stricter`` says which way is tighter.
    ``periods`` replace the default for records judged by the law of an earlier time. ``relaxed`` are days for which the law
    suspended the limit.
    """

    default: str | tuple[str, ...]
    help: str
    kind: Literal["statutory", "local", "logical"] = "local"
    type: Literal["duration", "number", "date", "words"] = "duration"
    stricter: Literal["lower", "higher"] = "lower"
    periods: tuple[Period, ...] = ()
    relaxed: Relaxed | None = None

    @model_validator(mode="after")
    def _readable(self) -> Parameter:
        for text in (self.default, *(period.value for period in self.periods)):
            if self.type == "duration":
                Duration.parse(str(text))
            elif self.type == "number":
                float(str(text))
        return self


class Needs(_Part):
    """What the check stands on, beyond what its SQL shows.

    ``optional``: columns the rule can do without. ``history``: tables of which the latest row is not enough,
    or one kind of their rows (``plan.plan_type.cin``). ``handled``:
    fields of the subject whose unreadable cells the check deals with itself. ``kinds``: codes of ``table.field`` without which
    there is nothing to look at (care plans among the plans).
    """

    optional: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    handled: tuple[str, ...] = ()
    kinds: dict[str, tuple[str, ...]] = {}


class Variant(BaseModel):
    """One subject of a rule that asks the same of several tables. Other keys fill ``${key}`` in the rule's text."""

    model_config = ConfigDict(extra="allow", frozen=True)

    subject: str
    where: str = ""
    identity: tuple[str, ...] = ()

    @property
    def words(self) -> dict[str, str]:
        """The keys that fill placeholders."""
        return {key: str(value) for key, value in (self.model_extra or {}).items()}


class Expected(_Part):
    """What an example expects of one record, beyond its verdict."""

    verdict: Verdict | Literal["out of scope"]
    due_on: date | None = None
    days_overdue: int | None = None
    reason: str | None = None
    message: str | None = None


class Example(BaseModel):
    """A small history and the verdicts it must give: the rule's own test.

    Every other key is a model table with its rows. ``expect`` names each record by the table's key, or by its place
    (1, 2, ...) where the table has none.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str
    as_of: date
    expect: dict[str, Verdict | Literal["out of scope"] | Expected]
    parameters: dict[str, str] = {}
    assessment_switch_date: date | None = None
    visit_intervals: tuple[VisitInterval, ...] = ()

    @property
    def policy(self) -> Policy:
        """The policy under which the example is judged: the usual one, but for what it sets itself."""
        law = Law(assessment_switch_date=self.assessment_switch_date) if self.assessment_switch_date else Law()
        return Policy(law=law, visits=Visits(intervals=self.visit_intervals) if self.visit_intervals else Visits())

    @property
    def tables(self) -> dict[str, list[dict[str, str | None]]]:
        """The example's rows by table."""
        return dict(self.model_extra or {})


class RuleFile(_Part):
    """One rule."""

    id: RuleId
    version: int = 1
    title: str
    severity: Severity
    summary: str = Field(description="Why it matters, in one or two sentences.")
    guidance: tuple[Guidance, ...] = Field(min_length=1)
    verified: Literal["yes", "part", "no"] = Field(default="no", description="Whether the guidance was read at its source.")
    effective: Effective = Effective()
    parameters: dict[str, Parameter] = {}
    subject: str = Field(default="", description="The model table whose every row in scope gets one verdict.")
    include: dict[str, Sql] = Field(
        default={}, alias="with", description="Derived views joined to the subject, with the condition."
    )
    where: str = Field(default="", description="Which rows are in scope (SQL).")
    identity: tuple[str, ...] = Field(
        default=(), description="Fields of the subject that, with the child, name the finding for ever."
    )
    unrecorded: str = Field(
        default="",
        description="A condition on the subject: a record that fails while it is true fails for want of a record, not for a No. "
        "Such failures are counted apart.",
    )
    needs: Needs = Needs()
    variants: tuple[Variant, ...] = ()
    check: dict[str, object] = Field(description="One verb with its settings.", min_length=1, max_length=1)
    message: str
    advice: str = Field(description="What to do in the record.")
    examples: tuple[Example, ...] = Field(min_length=1)

    @field_validator("title", "summary", "message", "advice")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return re.sub(r"\s+", " ", value).strip()

    @model_validator(mode="after")
    def _has_subject_and_identity(self) -> RuleFile:
        if bool(self.subject) == bool(self.variants):
            raise ValueError("give either 'subject' or 'variants'")
        if self.subject and not self.identity:
            raise ValueError("'identity' is needed: without it a finding cannot be followed from month to month")
        if any(not (variant.identity or self.identity) for variant in self.variants):
            raise ValueError("every variant needs an 'identity'")
        if self.family not in FAMILIES:
            raise ValueError(f"unknown family '{self.family}'")
        return self

    @property
    def family(self) -> str:
        """The first part of the code."""
        return self.id.split("-", 1)[0]

    @property
    def subjects(self) -> tuple[Variant, ...]:
        """The rule's variants; a rule with one subject is its only variant."""
        if self.variants:
            return self.variants
        return (Variant(subject=self.subject, identity=self.identity),)
