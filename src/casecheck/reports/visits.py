"""How often each child is to be seen, on one page: the policy's matrix, and what the rules on visits ask beyond it."""

from __future__ import annotations

from casecheck.durations import Duration
from casecheck.policy import Policy, VisitInterval
from casecheck.reports.tables import columns
from casecheck.rules.loading import RuleSet
from casecheck.rules.parameters import resolve

_DAYS = {
    "day0": "The day of a visit is day 0: ten working days after it is the last day in time.",
    "inclusive": "The day of a visit is day 1: the tenth day, that day included, is the last day in time.",
}
_PLANS = {"cp": "protection plan", "cin": "child in need plan", "care": "looked after", "none": "no plan"}
_SEEN = (
    "Seen means that the record of a completed visit says so (child_seen = Y). A visit without that word is not evidence, and a "
    "visit at which the child was not seen does not count. Whose visit counts is said by row (seen_by): a social worker has a "
    "registration number or a role that the policy lists (roles.social_worker); a lead worker had the child that day."
)


def intervals(policy: Policy) -> list[str]:
    """The policy's matrix, as lines: of the rows that fit a child, the first applies."""

    def every(row: VisitInterval) -> str:
        return f"{row.every} LOOSER THAN {row.loosened_from}" if row.loosened_from else row.every

    kinds = ("PLAN", "RISK", "PLACEMENT", "LEGAL STATUS", "AT LEAST EVERY", "SEEN BY")
    rows = [
        (_PLANS[row.plan], row.risk, _codes(row.placement), _codes(row.legal_status), every(row), row.seen_by)
        for row in policy.visits.intervals
    ]
    return columns([kinds, *rows], indent="  ")


def _codes(codes: tuple[str, ...]) -> str:
    return " ".join(codes) or "any"


def visit_matrix(rules: RuleSet, policy: Policy) -> str:
    """The matrix as text. Statutory limits that the policy widens are marked."""
    limits = [("RULE", "LIMIT", "IS", "KIND", "WHAT FOR")]
    for rule in rules.rules():
        if rule.family != "VIS":
            continue
        for name, limit in resolve(rule, policy).items():
            if isinstance(limit.setting, Duration):
                kind = rule.parameters[name].kind
                loosened = f" LOOSER THAN {limit.loosened_from}" if limit.loosened_from else ""
                limits.append((rule.id, name, f"{limit}{loosened}", kind, rule.parameters[name].help))
    parts = [
        ["By plan, risk level, placement and legal status (policy, visits.intervals; VIS-RSK-001)", *intervals(policy)],
        ["By rule (policy, parameters)", *columns(limits, indent="  ")],
        [_DAYS[policy.visits.day_convention], _SEEN],
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"
