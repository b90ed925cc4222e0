"""Asking: questions go to the engine, several in one statement; their verdicts are counted and their failures kept.

What the memory is too small for is asked in slices of the children, finer and finer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from casecheck.engines.spilling import MemoryLimitError
from casecheck.findings.outcome import Status, Tally, status_of
from casecheck.findings.record import Stamp, failing_sql, told
from casecheck.model import load_model
from casecheck.planning import VERDICTS, RuleRun
from casecheck.rules.compiled import NOT_RECORDED, CompiledRule, CompiledVariant
from casecheck.rules.slicing import WHOLE, Slice, sliced
from casecheck.rules.spec import RuleFile
from casecheck.sql_text import literal
from casecheck.whole.rates import Counted, counted
from casecheck.whole.reliability import accepted_now, accepting

Answer = tuple[Status, str, Tally]
_TOLD = ("_row", "due_on", "event_on", "days_overdue", "observed", "message")
"""What is told of a record beside its verdict and the reason."""


@dataclass(frozen=True)
class Question:
    """One variant of a rule, as it stands in a run, of all children or of one slice of them."""

    rule: RuleFile
    compiled: CompiledRule
    place: int
    slice: Slice = WHOLE

    @property
    def variant(self) -> CompiledVariant:
        """What is asked."""
        return self.compiled.variants[self.place]

    @property
    def key(self) -> tuple[str, int]:
        """The rule's code, and the place of the variant in it."""
        return self.rule.id, self.place


def questions_of(rule: RuleFile, compiled: CompiledRule) -> list[Question]:
    """One question a variant."""
    return [Question(rule, compiled, place) for place in range(len(compiled.variants))]


def ask(run: RuleRun, questions: list[Question]) -> dict[tuple[str, int], Answer]:
    """One answer a question. What the extract cannot answer, or one scan has answered already, is not asked again."""
    answers: dict[tuple[str, int], Answer] = {}
    open_ones = []
    for question in questions:
        cannot = run.assessable(question.variant)
        scanned = run.scanned.get(question.key)
        if cannot is not None:
            answers[question.key] = (*cannot, Tally())
        elif scanned is not None and not scanned.failed and not scanned.not_assessable:
            answers[question.key] = _judged(run, question, scanned)
        else:
            open_ones.append(question)
    return answers | _ask_open(run, open_ones)


def _ask_open(run: RuleRun, asked: list[Question]) -> dict[tuple[str, int], Answer]:
    """Ask in one statement; when that fails, in two halves, so that in the end only the guilty question is errored."""
    if not asked:
        return {}
    try:
        tallies = _tallied(run, asked)
    except Exception as problem:  # the text may hold a cell's value, so only its kind is told
        if len(asked) > 1:
            half = len(asked) // 2
            return _ask_open(run, asked[:half]) | _ask_open(run, asked[half:])
        (guilty,) = asked
        finer = slices(run, guilty) if isinstance(problem, MemoryLimitError) else ()
        answer = _ask_in_slices(run, guilty, finer) if finer else _errored(problem)
        return {guilty.key: answer}
    return {question.key: _judged(run, question, tally) for question, tally in zip(asked, tallies, strict=True)}


def _tallied(run: RuleRun, asked: list[Question]) -> list[Tally]:
    """Ask in one statement, and keep the failures. Nothing is kept of what cannot be answered."""
    verdicts = " UNION ALL ".join(_question(run, *one) for one in enumerate(asked))
    measured = any(question.rule.id in run.rates.measured for question in asked)
    needed = f"SELECT *, 1 AS times FROM ({verdicts}) AS given" if measured else _needed(verdicts, told(run.due_until))
    with run.engine.held(needed, _known_as(run, asked)) as verdict:
        parts = [f"SELECT * FROM {verdict} AS asked WHERE part = {part}" for part in range(len(asked))]
        tallies = _tallies(run, asked, verdict)
        rates = [_measure(run, question, part) for question, part in zip(asked, parts, strict=True)]
        failing = [
            _failing(run, question, part)
            for question, part, tally in zip(asked, parts, tallies, strict=True)
            if tally.failed or run.due_until is not None
        ]
        if failing:
            run.engine.append("failing", " UNION ALL ".join(failing))
    for question, counts in zip(asked, rates, strict=True):
        run.rates.add(question.rule.id, counts)
    return tallies


def _needed(verdicts: str, whole: str) -> str:
    """Verdicts of which more is told than their number, whole; of the others, most of which pass, how often each is given."""
    columns = ", ".join(f"CASE WHEN {whole} THEN {name} END AS {name}" for name in _TOLD)
    reason = f"CASE WHEN {whole} OR verdict = 'not_assessable' THEN reason END AS reason"
    places = ", ".join(str(place) for place in range(1, len(_TOLD) + 4))
    return f"SELECT part, verdict, {reason}, {columns}, count(*) AS times FROM ({verdicts}) AS given GROUP BY {places}"


def _known_as(run: RuleRun, asked: list[Question]) -> str:
    """The first rule's code; nothing where the policy accepts some of what is found, for what it names is to be kept nowhere."""
    accepted = {entry.rule for entry in run.policy.accepted}
    return "" if accepted & {question.rule.id for question in asked} else asked[0].rule.id


def slices(run: RuleRun, question: Question) -> tuple[Slice, ...]:
    """The halves in which a question can be asked, if it can."""
    return question.slice.halves() if question.variant.apart and question.key not in run.scanned else ()


def _ask_in_slices(run: RuleRun, question: Question, finer: Sequence[Slice]) -> Answer:
    """One answer from those to the slices. What was found in some stands, also when another is too large."""
    total = Tally()
    stopped: Answer | None = None
    for part in finer:
        answer = _ask_open(run, [replace(question, slice=part)])[question.key]
        total.add(answer[2])
        stopped = answer if answer[0] == "errored" else stopped
    return (*stopped[:2], total) if stopped else _judged(run, question, total)


def _errored(problem: Exception) -> Answer:
    return "errored", f"stopped with {type(problem).__name__}", Tally()


def _judged(run: RuleRun, question: Question, tally: Tally) -> Answer:
    return (*status_of(tally, run.policy.reliability_gate, run.blank_columns(question.variant)), tally)


def _question(run: RuleRun, part: int, question: Question) -> str:
    """Of what one scan has answered, only the doubtful rows are asked again."""
    doubtful = " WHERE verdict IN ('fail', 'not_assessable')" if question.key in run.scanned else ""
    return f"SELECT {part} AS part, * FROM ({verdicts_of(run, question)}) AS asked{doubtful}"


def verdicts_of(run: RuleRun, question: Question) -> str:
    """The query of a question's verdicts, in which what the policy accepts passes."""
    variant, part = question.variant, question.slice
    sql = sliced(variant.sql, variant.subject, part) if part.of > 1 else variant.sql
    entries = accepted_now(run.policy.accepted, question.rule.id, run.engine.as_of)
    return accepting(sql, variant.subject, variant.identity[0], entries) if entries else sql


def _measure(run: RuleRun, question: Question, verdicts: str) -> list[Counted]:
    if question.rule.id not in run.rates.measured:
        return []
    return counted(run.engine, load_model().table(question.variant.subject), verdicts)


def _tallies(run: RuleRun, asked: list[Question], verdict: str) -> list[Tally]:
    tallies = [Tally() for _ in asked]
    counted = run.engine.rows(
        f"SELECT part, verdict, CASE WHEN verdict = 'not_assessable' OR reason = {literal(NOT_RECORDED)} THEN reason END AS why, "
        "CAST(sum(times) AS BIGINT) AS rows "
        f"FROM {verdict} AS asked GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    for part, given, why, rows in counted:
        if given not in VERDICTS:
            raise ValueError("a verdict that is none of the four")
        tallies[part].count(VERDICTS[given], rows, why)
    for question, tally in zip(asked, tallies, strict=True):
        if scanned := run.scanned.get(question.key):
            tally.passed, tally.not_due = scanned.passed, scanned.not_due
    return tallies


def _failing(run: RuleRun, question: Question, verdicts: str) -> str:
    variant, stamp = question.variant, stamp_of(run, question)
    return failing_sql(load_model().table(variant.subject), variant.identity, verdicts, stamp, run.due_until)


def stamp_of(run: RuleRun, question: Question) -> Stamp:
    """What every finding of a question says alike."""
    rule, variant = question.rule, question.variant
    return Stamp(
        rule_id=rule.id,
        part=variant.part,
        version=rule.version,
        severity=run.policy.severity_of(rule.id, rule.severity),
        expected=variant.expected,
        guidance="; ".join(f"{item.source}{', ' + item.ref if item.ref else ''}" for item in rule.guidance),
        columns=", ".join(variant.checked),
        policy_note="; ".join(question.compiled.loosened),
        own_team="allocation" in run.profile.latest_only,
    )
