"""Evidence → judgement: rules, score, rating, limit. The one place where a policy speaks; pure but for the house.

``weigh`` is a function of its arguments alone: whoever replays a decision on the version that made it gets the same
judgement, bit for bit (``verify`` does so with every decision).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from typing import Any

from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.objections import findings
from bnpl_plugin.money import Rounding, divide
from bnpl_plugin.ports.policy import Policy, SourceCall, Unavailable
from bnpl_plugin.ports.policy.figures import SCORE, figure
from bnpl_plugin.ports.records import Decision
from bnpl_plugin.ports.rule import Evidence, Finding, Rule, Verdict

#: How many of the figures that cost most points are told as reasons.
MOST_REASONS = 3

#: From the mildest to the worst: the worst of all findings is the decision.
_ORDER = tuple(Verdict)

_VERDICTS = {Unavailable.REFER: Verdict.REFER, Unavailable.DECLINE: Verdict.DECLINE}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a policy says of some evidence. ``limit_minor`` is the credit line that the rating is worth.

    ``evidence`` is what was judged, with this policy's product cap; ``points`` each figure's points of the ``score``;
    ``overruled`` are codes that a person had set aside when promising ``promised_minor`` by a pass;
    ``without`` the sources that were not to be had and that the policy goes on without, at a lower limit.
    """

    policy_version: str
    arm: str
    outcome: str
    rating: str
    limit_minor: int
    findings: tuple[Finding, ...]
    evidence: Evidence
    score: int
    points: Mapping[str, int]
    without: tuple[str, ...] = ()
    overruled: tuple[str, ...] = ()
    promised_minor: int = 0

    @property
    def reasons(self) -> dict[str, Any]:
        """The recorded form of the findings, the score and its points."""
        told: dict[str, Any] = {
            "codes": [f.code for f in self.findings],
            "details": {f.code: dict(f.details) for f in self.findings},
            "score": self.score,
            "points": dict(self.points),
        }
        if self.overruled:
            told |= {"overruled": list(self.overruled), "promised_minor": self.promised_minor}
        return {**told, "without": list(self.without)} if self.without else told


def judge(house: House, evidence: Evidence, *, shopper_id: str, fresh: bool = True) -> Judgement:
    """Judge evidence by the policy whose turn it is for this shopper: the champion, or the challenger for its share."""
    policy, arm = turn(house, shopper_id=shopper_id, fresh=fresh)
    return weigh(policy, evidence, rules=house.rules, arm=arm)


def turn(house: House, *, shopper_id: str, fresh: bool = True) -> tuple[Policy, str]:
    """Return the policy that decides for a shopper now, and its arm.

    The same shopper is always on the same side of one challenger: a hash keyed by its version draws the line.
    Without ``fresh`` the roles may be some seconds old: for a search that asks often.
    """
    roles = house.policies.roles(fresh=fresh)
    if roles.challenger is not None and shopper_id:
        drawn = blake2b(shopper_id.encode(), key=roles.challenger.version.encode(), digest_size=8).digest()
        if int.from_bytes(drawn) % 10_000 < roles.share_bps:
            return roles.challenger, "challenger"
    return roles.champion, "champion"


def scored(policy: Policy, evidence: Evidence) -> tuple[int, dict[str, int]]:
    """Return the score, and what each figure gave to it."""
    card = policy.scorecard
    points = {one.name: one.points_of(figure(evidence, one.name)) for one in card.attributes}
    score = card.start_points + sum(points.values())
    return score if card.floor_points is None else max(score, card.floor_points), points


def weigh(policy: Policy, evidence: Evidence, *, rules: Mapping[str, Rule], arm: str = "champion") -> Judgement:
    """Return what a policy says of some evidence."""
    cap_minor = policy.caps_minor.get(evidence.currency, 0)
    if evidence.product_cap_minor != cap_minor:
        evidence = replace(evidence, product_cap_minor=cap_minor)
    score, points = scored(policy, evidence)
    rating = next(rating for lowest, rating in policy.ratings if score >= lowest)
    worth_minor = divide(cap_minor * policy.limit_bps[rating], by=10_000, rounding=Rounding.DOWN)
    if evidence.ceiling_minor is not None:
        worth_minor = min(worth_minor, evidence.ceiling_minor)
    limit_minor = worth_minor if evidence.line_limit_minor is None else evidence.line_limit_minor
    found = findings(policy, evidence, rules=rules)
    because = partial(_because, policy, points)
    unheard = [call for call in policy.sources if _is_missed(call, evidence)]
    for call in unheard:
        if call.when_unavailable is Unavailable.WITHOUT:
            limit_minor = divide(limit_minor * call.without_limit_bps, by=10_000, rounding=Rounding.DOWN)
            if evidence.line_used_minor + evidence.principal_minor > limit_minor:
                found = (*found, _unavailable(call, Verdict.REFER))
        else:
            found = (*found, _unavailable(call, _VERDICTS[call.when_unavailable]))
    available_minor = max(limit_minor - evidence.line_used_minor, 0)
    if not policy.limit_bps[rating]:
        found = (*found, *because(Verdict.DECLINE, otherwise="rating"))
    elif evidence.line_limit_minor is None and not found and available_minor < evidence.principal_minor:
        short = Finding("exposure", Verdict.DECLINE, {"available_minor": str(available_minor)})
        found = (short, *because(Verdict.DECLINE))
    found = _single((*found, *_for_a_person(policy, evidence, score=score, because=because)))
    outcome = str(max((f.verdict for f in found), key=_ORDER.index, default=Verdict.APPROVE))
    without = tuple(call.source for call in unheard if call.when_unavailable is Unavailable.WITHOUT)
    return Judgement(policy.version, arm, outcome, rating, limit_minor, found, evidence, score, points, without)


def as_promised(judgement: Judgement, *, overruled: tuple[str, ...], promised_minor: int) -> Judgement:
    """Return a judgement without what a person has overruled: a program does not take a person's word back."""
    left = tuple(found for found in judgement.findings if found.code not in overruled)
    outcome = str(max((found.verdict for found in left), key=_ORDER.index, default=Verdict.APPROVE))
    return replace(
        judgement, outcome=outcome, limit_minor=max(judgement.limit_minor, promised_minor), findings=left,
        overruled=overruled, promised_minor=promised_minor,
    )  # fmt: skip


def again(decision: Decision, *, policy: Policy, rules: Mapping[str, Rule]) -> Judgement:
    """Return what a policy says of a recorded decision's inputs; a person's word behind it stays."""
    now = weigh(policy, Evidence.from_json(decision.inputs), rules=rules, arm=decision.arm)
    overruled = tuple(decision.reasons.get("overruled", ()))
    if not overruled:
        return now
    return as_promised(now, overruled=overruled, promised_minor=int(decision.reasons.get("promised_minor", 0)))


def _is_missed(call: SourceCall, evidence: Evidence) -> bool:
    needed = call.is_asked(principal_minor=evidence.principal_minor, currency=evidence.currency)
    return needed and call.source not in evidence.sources_answered


def _unavailable(call: SourceCall, verdict: Verdict) -> Finding:
    return Finding("source_unavailable", verdict, {"source": call.source})


def _costly(policy: Policy, *, points: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the figures that cost most points against their best, dearest first, with what they cost."""
    lost = [(one.name, one.best_points - points[one.name]) for one in policy.scorecard.attributes]
    return sorted((pair for pair in lost if pair[1] > 0), key=lambda pair: (-pair[1], pair[0]))[:MOST_REASONS]


def _because(
    policy: Policy, points: Mapping[str, int], verdict: Verdict, *, otherwise: str = ""
) -> tuple[Finding, ...]:
    """Return the figures that cost points as findings: the true factors, never just "a low score"."""
    told = tuple(
        Finding(SCORE + name, verdict, {"lost_points": str(lost)}) for name, lost in _costly(policy, points=points)
    )
    return told or ((Finding(otherwise, verdict, {"score": "1"}),) if otherwise else ())


def _for_a_person(
    policy: Policy, evidence: Evidence, *, score: int, because: Callable[..., tuple[Finding, ...]]
) -> tuple[Finding, ...]:
    refer = policy.refer
    found: tuple[Finding, ...] = ()
    if refer.score_from is not None and refer.score_below is not None and refer.score_from <= score < refer.score_below:
        found = because(Verdict.REFER, otherwise="rating")
    lowest = refer.principal_from_minor.get(evidence.currency)
    if lowest is not None and evidence.principal_minor >= max(lowest, 1):
        found = (*found, Finding("high_sum", Verdict.REFER, {"from_minor": str(lowest)}))
    return found


def _single(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return each code once, the first finding of it."""
    return tuple({one.code: one for one in reversed(found)}.values())[::-1]


def recorded(
    house: House, judgement: Judgement, *, evidence: Evidence | None = None, shopper_id: str, checkout_id: str | None
) -> Decision:
    """Return a judgement as the decision to be stored, stamped now; it keeps the evidence that was judged."""
    judged = judgement.evidence if evidence is None else replace(
        evidence, product_cap_minor=judgement.evidence.product_cap_minor
    )  # fmt: skip
    return Decision(
        shopper_id=shopper_id,
        decision_id=house.ids.new("dec"),
        checkout_id=checkout_id,
        policy_version=judgement.policy_version,
        arm=judgement.arm,
        decided_by="policy",
        outcome=judgement.outcome,
        rating=judgement.rating,
        currency=judged.currency,
        limit_minor=judgement.limit_minor,
        inputs=judged.to_json(),
        reasons=judgement.reasons,
        decided_at=house.clock.now(),
    )
