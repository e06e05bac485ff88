"""Evidence → judgement: rules, score, rating, limit. The one place where a policy speaks; pure but for the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.objections import findings
from bnpl_plugin.money import Rounding, divide
from bnpl_plugin.ports.records import Decision
from bnpl_plugin.ports.rule import Evidence, Finding, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a policy says of some evidence. ``limit_minor`` is the credit line that the rating is worth."""

    policy_version: str
    arm: str
    outcome: str
    rating: str
    limit_minor: int
    findings: tuple[Finding, ...]

    @property
    def reasons(self) -> dict[str, Any]:
        """The recorded form of the findings."""
        return {"codes": [f.code for f in self.findings], "details": {f.code: dict(f.details) for f in self.findings}}


def judge(house: House, evidence: Evidence, *, shopper_id: str) -> Judgement:  # noqa: ARG001 - which arm decides
    """Judge evidence by the policy whose turn it is for this shopper."""
    policy = house.policy
    score = policy.points(evidence)
    rating = next(rating for lowest, rating in policy.ratings if score >= lowest)
    worth_minor = divide(evidence.product_cap_minor * policy.limit_bps[rating], by=10_000, rounding=Rounding.DOWN)
    if evidence.ceiling_minor is not None:
        worth_minor = min(worth_minor, evidence.ceiling_minor)
    limit_minor = worth_minor if evidence.line_limit_minor is None else evidence.line_limit_minor
    found = findings(house, evidence)
    available_minor = max(limit_minor - evidence.line_used_minor, 0)
    if evidence.line_limit_minor is None and not found and available_minor < evidence.principal_minor:
        found = (Finding("exposure", Verdict.DECLINE, {"available_minor": str(available_minor)}),)
    outcome = str(max((f.verdict for f in found), key=list(Verdict).index, default=Verdict.APPROVE))
    return Judgement(policy.version, "champion", outcome, rating, limit_minor, found)


def recorded(
    house: House, judgement: Judgement, *, evidence: Evidence, shopper_id: str, checkout_id: str | None
) -> Decision:
    """Return a judgement as the decision to be stored, stamped now."""
    return Decision(
        shopper_id=shopper_id,
        decision_id=house.ids.new("dec"),
        checkout_id=checkout_id,
        policy_version=judgement.policy_version,
        arm=judgement.arm,
        decided_by="policy",
        outcome=judgement.outcome,
        rating=judgement.rating,
        currency=evidence.currency,
        limit_minor=judgement.limit_minor,
        inputs=evidence.to_json(),
        reasons=judgement.reasons,
        decided_at=house.clock.now(),
    )
