"""What the rules have against an offer: asked at the decision, and again for every plan chosen after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.policy import Policy, RuleCall
from bnpl_plugin.ports.records import Decision
from bnpl_plugin.ports.rule import Evidence, Finding, Rule

#: What the law asks of every lender: these rules bind, with their own figures, also where a policy leaves them out.
BINDING = ("age", "student")


def findings(policy: Policy, evidence: Evidence, *, rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """Return what a policy's rules, and the law's, object to, in their order."""
    named = {call.code for call in policy.rules}
    law = [RuleCall(code, {}) for code in BINDING if code in rules and code not in named]
    calls = sorted((*policy.rules, *law), key=lambda call: rules[call.code].order)
    found = [rules[call.code].check(evidence, **call.params) for call in calls]
    return tuple(one for one in found if one is not None)


def monthly_due_minor(offer: Offer) -> int:
    """Return the most that an offer asks for on one date after today, in minor units; 0 if there is none."""
    return max((part.total_minor for part in offer.schedule.instalments[offer.first_today :]), default=0)


def to_another_plan(house: House, *, decision: Decision, offer: Offer) -> tuple[Finding, ...]:
    """Return what the rules have against a plan chosen after the decision, from the facts that the decision rests on.

    Low instalments over two years may fit a shopper's means where three high ones do not: an approval is for one plan.
    """
    told = Evidence.from_json(decision.inputs)
    asked = replace(
        told, principal_minor=offer.financed_minor, first_today_minor=offer.first_minor,
        monthly_due_minor=monthly_due_minor(offer),
    )  # fmt: skip
    found = findings(house.policies.version(decision.policy_version), asked, rules=house.rules)
    if asked.principal_minor > told.principal_minor or asked.monthly_due_minor > told.monthly_due_minor:
        return found
    overruled = decision.reasons.get("overruled", ())  # by a person, for the plan decided on and what asks no more
    return tuple(objection for objection in found if objection.code not in overruled)
