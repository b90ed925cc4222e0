"""Pieces of a Data Docs page. Words go in as parameters, which Great Expectations escapes; icons alone would need the web."""

from __future__ import annotations

from typing import Any

from great_expectations.render.components import RenderedStringTemplateContent, RenderedTableContent

from casecheck.expectations.prose import Look

_BADGES = {"critical": "badge-danger", "warning": "badge-warning", "info": "badge-info"}


def _text(template: str, params: dict[str, str], styles: dict[str, Any]) -> RenderedStringTemplateContent:
    return RenderedStringTemplateContent(
        content_block_type="string_template",
        string_template={"template": template, "params": params, "styling": {"params": styles}},
    )


def rule_block(code: str, severity: str, title: str) -> RenderedStringTemplateContent:
    """What is expected: the rule's code, how bad a failure is, and the rule in a sentence."""
    styles = {
        "code": {"classes": ["badge", "badge-secondary"]},
        "severity": {"classes": ["badge", _BADGES.get(severity, "badge-secondary")]},
    }
    return _text("$code · $severity · $title", {"code": code, "severity": severity, "title": title}, styles)


def status_block(look: Look, good: bool) -> RenderedStringTemplateContent:
    """An icon with the word for it: 'not assessable' looks like nothing else."""
    styles = {"icon": {"classes": ["fas", look.icon, look.colour], "tag": "i"}}
    block = _text("$icon $word", {"icon": "", "markdown_status_icon": look.mark, "word": look.word}, styles)
    if good:  # a class by which the page's own switch hides what succeeded
        block.styling = {"parent": {"classes": ["hide-succeeded-validation-target-child"]}}
    return block


def words_block(words: str) -> RenderedStringTemplateContent:
    """Plain words."""
    return _text("$words", {"words": words}, {})


def ids_block(ids: list[str], findings: int) -> RenderedTableContent:
    """The ids of findings, and how many there are in all."""
    heading = f"Findings: {findings:,}" if len(ids) == findings else f"Findings: {findings:,}, the first {len(ids)}"
    return RenderedTableContent(
        content_block_type="table",
        table=[[words_block(found)] for found in ids],
        header_row=[heading],
        styling={"body": {"classes": ["table-bordered", "table-sm", "mt-3"]}},
    )
