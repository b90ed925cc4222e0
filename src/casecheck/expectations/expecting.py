"""The expectations: a rule is met, and the extract was read in full. Both look at a batch that is a table of outcomes."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from great_expectations.compatibility import pydantic
from great_expectations.core import ExpectationValidationResult
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.render.components import (
    CollapseContent,
    LegacyDiagnosticRendererType,
    LegacyRendererType,
    RenderedStringTemplateContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.renderer import renderer
from great_expectations.render.renderer_configuration import RendererConfiguration, RendererValueType
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

from casecheck.expectations import blocks, prose
from casecheck.expectations.outcome_table import MOST_ROWS, Line, read_lines
from casecheck.rules.loading import load_rules

SEVERITIES = {
    "critical": FailureSeverity.CRITICAL,
    "high": FailureSeverity.CRITICAL,
    "medium": FailureSeverity.WARNING,
    "low": FailureSeverity.INFO,
}
"""A rule's severity as Great Expectations says it."""
_ROWS = "table.head"
"""The metric of Great Expectations that gives a batch's rows, on every engine. All expectations of a run share one reading."""

Judged = dict[str, Any]


class _OnOutcomes(BatchExpectation):
    """What both expectations do alike: read the outcomes, and show a status in words."""

    metric_dependencies: ClassVar[tuple[str, ...]] = (_ROWS,)

    @abstractmethod
    def judge(self, lines: list[Line]) -> Judged:
        """Success and result, from the rows of the batch."""

    def get_validation_dependencies(
        self, execution_engine: ExecutionEngine[Any] | None = None, runtime_configuration: dict[str, Any] | None = None
    ) -> ValidationDependencies:
        """All rows of the batch, and one more than there can be."""
        found = super().get_validation_dependencies(execution_engine, runtime_configuration)
        head = found.metric_configurations[_ROWS]
        wanted = MetricConfiguration(_ROWS, head.metric_domain_kwargs, {"n_rows": MOST_ROWS + 1, "fetch_all": False})
        found.set_metric_configuration(_ROWS, wanted)
        return found

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> Judged:
        return self.judge(read_lines(metrics[_ROWS]))

    @classmethod
    @abstractmethod
    def _expected(cls, kwargs: dict[str, Any]) -> tuple[str, str]:
        """The code and the sentence that stand on a page."""

    @classmethod
    def _prescriptive_template(cls, renderer_configuration: RendererConfiguration[Any]) -> RendererConfiguration[Any]:
        code, title = cls._expected(renderer_configuration.kwargs)
        renderer_configuration.add_param(name="code", param_type=RendererValueType.STRING, value=code)
        renderer_configuration.add_param(name="title", param_type=RendererValueType.STRING, value=title)
        renderer_configuration.template_str = "$code: $title"
        return renderer_configuration

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> list[RenderedStringTemplateContent]:
        config = configuration or (result.expectation_config if result else None)
        if config is None:
            return []
        code, title = cls._expected(config.kwargs)
        return [blocks.rule_block(code, config.severity.value, title)]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.STATUS_ICON)
    def _diagnostic_status_icon_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> RenderedStringTemplateContent:
        status = _details(result).get("status")
        if result is None or status not in prose.LOOKS:  # it stopped, or no details were asked for
            return super()._diagnostic_status_icon_renderer(configuration, result, runtime_configuration)
        return blocks.status_block(prose.LOOKS[status], good=bool(result.success))

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_STATEMENT)
    def _diagnostic_unexpected_statement_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> list[Any]:
        if _details(result):  # the observed value says it
            return []
        return super()._diagnostic_unexpected_statement_renderer(configuration, result, runtime_configuration)

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    def _diagnostic_unexpected_table_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> list[RenderedTableContent | CollapseContent] | None:
        found = result.result.get("unexpected_index_list") if result else None
        if not found:
            return None
        return [blocks.ids_block([row["finding_id"] for row in found], _details(result)["findings"])]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(  # type: ignore[override]  # plain text would stand on the page unescaped
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> RenderedStringTemplateContent:
        return blocks.words_block(cls._get_observed_value_from_evr(result))


class ExpectCaseRecordsToMeetRule(_OnOutcomes):
    """Every record that a rule looks at meets it, and enough of them could be judged.

    ``rule`` is the rule's code. The title and the severity of a rule that ships with casecheck are looked up; a rule of your own
    needs a ``title``. It succeeds when the rule passed or had rightly nothing to judge, and never when it could not be
    assessed, stopped, is out of the source's scope, or was not audited. The result holds counts and finding ids, never a cell.
    Raises :class:`casecheck.errors.SelectionError` for a code without a title that is no rule.
    """

    rule: str
    title: str

    success_keys: ClassVar[tuple[str, ...]] = ("rule",)
    args_keys: ClassVar[tuple[str, ...]] = ("rule",)

    @pydantic.root_validator(pre=True)
    def _as_shipped(cls, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N805
        if values.get("title") or not isinstance(values.get("rule"), str):
            return values
        shipped = load_rules()[values["rule"]]
        return {"severity": SEVERITIES[shipped.severity], **values, "title": shipped.title}

    def judge(self, lines: list[Line]) -> Judged:
        """The row of this rule."""
        line = next((line for line in lines if line.rule_id == self.rule), None)
        if line is None:
            return {"success": False, "result": {"observed_value": prose.absent(self.rule), "details": {"status": prose.ABSENT}}}
        result: dict[str, Any] = {
            "observed_value": prose.told(line),
            "element_count": line.judged,
            "unexpected_count": line.failed,
            "unexpected_percent": 100 * line.failed / line.judged if line.judged else 0.0,
            "details": _figures(line),
        }
        if line.finding_ids:
            result["unexpected_index_column_names"] = ["finding_id"]
            result["unexpected_index_list"] = [{"finding_id": found} for found in line.finding_ids.split()]
        return {"success": line.status in prose.GOOD, "result": result}

    @classmethod
    def _expected(cls, kwargs: dict[str, Any]) -> tuple[str, str]:
        return kwargs["rule"], kwargs["title"]


class ExpectExtractToBeReadInFull(_OnOutcomes):
    """Every file and table that was given to the audit could be read: what was not read, no rule has looked at."""

    def judge(self, lines: list[Line]) -> Judged:
        """Any row knows."""
        line = lines[0]
        status = "failed" if line.unread else "passed"
        details = {"status": status, "unread": line.unread.splitlines()}
        return {"success": not line.unread, "result": {"observed_value": prose.read_in_full(line), "details": details}}

    @classmethod
    def _expected(cls, kwargs: dict[str, Any]) -> tuple[str, str]:
        return "extract", "Every file and table that was given can be read"


def _details(result: ExpectationValidationResult | None) -> dict[str, Any]:
    return (result.result.get("details") or {}) if result and result.result else {}


def _figures(line: Line) -> dict[str, Any]:
    """The rule's row as plain data; its ids stand elsewhere in the result."""
    names = ("status", "passed", "failed", "not_due", "not_assessable", "findings", "reasons", "notes", "profile", "policy")
    plain = {name: getattr(line, name) for name in names}
    return {**plain, "as_of": line.as_of.isoformat(), "reasons": line.reasons.splitlines(), "notes": line.notes.splitlines()}
