"""The result in a notebook: whether it can be relied on, what was found, and how often each failing rule is kept.

Everything is inline, and colours stand on whatever background the notebook has: text takes the notebook's own colour, lines and
bars are half transparent. No colour says anything that a word does not say too. There is no child's record in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from casecheck.audited import Audited
from casecheck.findings.outcome import Outcome, Status
from casecheck.policy import SEVERITIES
from casecheck.wording import counted

_SHOWN = 12
"""So many failing rules stand open; the rest are a click away."""
_REASONS, _FEW = 8, 3
"""So many reasons are told of one warning, and so many are told at once."""
_COLOURS = {"critical": "#c0392b", "high": "#d9730d", "medium": "#a8860b", "low": "#5b7c99"}
_LINE = "1px solid rgba(128,128,128,.35)"
_STYLE = f"""<style>
.casecheck {{max-width:68em; line-height:1.45; color:inherit}}
.casecheck p {{margin:0 0 8px}}
.casecheck .quiet, .casecheck caption {{opacity:.75}}
.casecheck .note {{margin:0 0 8px; padding:6px 12px; border-left:5px solid; background:rgba(128,128,128,.12)}}
.casecheck .note ul {{margin:4px 0}}
.casecheck .tile {{display:inline-block; min-width:6em; margin:0 14px 8px 0; padding-left:8px; border-left:5px solid}}
.casecheck .tile strong {{font-size:1.35em}}
.casecheck summary {{cursor:pointer}}
.casecheck table {{border-collapse:collapse; margin:0; font-size:.95em; color:inherit}}
.casecheck caption {{caption-side:top; text-align:left; padding:0 0 4px; color:inherit}}
.casecheck tr {{background:transparent}}
.casecheck th, .casecheck td {{padding:4px 10px; border:0; border-bottom:{_LINE}; text-align:left; vertical-align:top}}
.casecheck .n {{text-align:right; white-space:nowrap; font-variant-numeric:tabular-nums}}
.casecheck .w {{white-space:nowrap}}
.casecheck i {{display:inline-block; width:.7em; height:.7em; margin-right:.4em}}
.casecheck .bar {{width:6em; margin-right:.6em; background:rgba(128,128,128,.3)}}
.casecheck .bar b {{display:block; height:100%; background:#3b82b8}}
</style>"""
_COLUMNS = (
    ("Rule", ""),
    ("What it asks", ""),
    ("Severity", ""),
    ("Failed", "n"),
    ("Judged", "n"),
    ("Kept", ""),
    ("Unknown", "n"),
)


def display(result: Audited) -> str:
    """The result as HTML."""
    parts = (_head(result), *_warnings(result), _figures(result), _failing(result))
    return f"{_STYLE}<div class='casecheck'>{''.join(parts)}</div>"


def _head(result: Audited) -> str:
    extract = result.extract
    about = f"{escape(extract.title)} as of {result.as_of:%d/%m/%Y}"
    rows = sum(account.read for account in extract.accounts)
    aside = sum(sum(account.set_aside.values()) for account in extract.accounts)
    read = f"{counted(rows, 'row')} read, {aside:,} set aside; profile {escape(extract.profile)}; policy {result.policy.digest}"
    return f"<p><strong style='font-size:1.15em'>{about}</strong><br><span class='quiet'>{read}</span></p>"


def _warnings(result: Audited) -> Iterable[str]:
    """What must be known before any figure is believed."""
    if result.unreliable:
        reasons = [f"{reason} ({counted(rules, 'rule')} touched)" for reason, rules in result.unreliable.items()]
        yield _box(
            "Not reliable: the extract is not what it was. Ask about these before you act on a figure.", reasons, "critical"
        )
    if not result.gate_asked:
        yield _box(
            "Nobody looked whether the extract as a whole is sound.", ("no rule of the pack extract judged anything",), "low"
        )
    if result.extract.unread:
        names = [f"{account.name}: {account.refused}" for account in result.extract.unread]
        yield _box(f"{counted(len(names), 'file')} could not be read.", names, "critical")
    if result.gaps:
        none = "It does not count as passed." if len(result.gaps) == 1 else "None of them counts as passed."
        said = f"Incomplete: {counted(len(result.gaps), 'rule')} could not be assessed in full. {none}"
        reasons = [
            f"{outcome.rule_id}: {'; '.join(outcome.reasons[:2]) or outcome.status.replace('_', ' ')}" for outcome in result.gaps
        ]
        yield _box(said, reasons, "high")
    if len(result.with_status("out_of_scope")) == len(result.rules):
        yield _box("No selected rule is within the source's scope.", (), "high")
    if result.loosened:
        yield _box("The local policy is looser than a statutory limit.", result.loosened, "medium")
    if result.accepted:
        yield _box("Accepted by the local policy.", result.accepted, "low")


def _box(said: str, reasons: Sequence[str], level: str) -> str:
    shown = "".join(f"<li>{escape(reason)}</li>" for reason in reasons[:_REASONS])
    more = len(reasons) - _REASONS
    shown += f"<li>and {more:,} more</li>" if more > 0 else ""
    open_ = " open=''" if level == "critical" or len(reasons) <= _FEW else ""
    listed = f"<details{open_}><summary>Why</summary><ul>{shown}</ul></details>"
    return (
        f"<div role='note' class='note' style='border-color:{_COLOURS[level]}'><strong>{escape(said)}</strong>"
        f"{listed if reasons else ''}</div>"
    )


def _figures(result: Audited) -> str:
    """Findings by severity, and rules by outcome."""
    found = result.summary()["findings"]
    tiles = "".join(
        f"<span class='tile' style='border-color:{_COLOURS[level]}'><strong>{found[level]:,}</strong> {level}</span>"
        for level in SEVERITIES
    )
    named: tuple[Status, ...] = ("passed", "failed", "not_assessable", "out_of_scope", "not_applicable", "errored")
    outcomes = [f"{len(result.with_status(name)):,} {name.replace('_', ' ')}" for name in named if result.with_status(name)]
    rules = f"{counted(len(result.rules), 'rule')}: {', '.join(outcomes)}"
    soon = result.summary()["due_soon"]
    due = f" {counted(soon, 'deadline')} soon." if soon else ""
    total = counted(sum(found.values()), "finding")
    return f"<p class='quiet'>{total} by severity</p><div>{tiles}</div><p class='quiet'>{rules}.{due}</p>"


def _failing(result: Audited) -> str:
    failed = sorted(result.with_status("failed"), key=lambda found: (SEVERITIES.index(found.severity), found.rule_id))
    if not failed:
        return "<p>No rule has findings.</p>"
    first, rest = failed[:_SHOWN], failed[_SHOWN:]
    table = _table(first, "The rules that fail, the most severe first")
    if not rest:
        return table
    more = counted(len(rest), "more rule")
    summary = f"<summary>{more}</summary>"
    return f"{table}<details>{summary}{_table(rest, more)}</details>"


def _table(outcomes: Sequence[Outcome], caption: str) -> str:
    heads = "".join(f"<th scope='col' class='{kind}'>{name}</th>" for name, kind in _COLUMNS)
    rows = "".join(_row(outcome) for outcome in outcomes)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _row(outcome: Outcome) -> str:
    tally = outcome.tally
    doubt = "<br><span class='quiet'>not reliable: see above</span>" if outcome.unreliable else ""
    mark = f"<i aria-hidden='true' style='background:{_COLOURS[outcome.severity]}'></i>"
    return (
        f"<tr><th scope='row' class='w'>{escape(outcome.rule_id)}</th><td>{escape(outcome.title)}{doubt}</td>"
        f"<td class='w'>{mark}{outcome.severity}</td><td class='n'>{tally.failed:,}</td>"
        f"<td class='n'>{tally.passed + tally.failed:,}</td><td class='w'>{_bar(outcome.compliance)}</td>"
        f"<td class='n'>{tally.not_assessable:,}</td></tr>"
    )


def _bar(share: float | None) -> str:
    """A share as a bar, and in words beside it. It is rounded down, so that all but a few is never all."""
    if share is None:
        return "nobody judged"
    percent = int(share * 100)
    return f"<i class='bar' aria-hidden='true'><b style='width:{percent}%'></b></i>{percent}%"
