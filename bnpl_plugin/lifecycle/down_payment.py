"""A down payment for what the credit line does not cover: so much now by card, the rest in instalments.

It is the first row of the schedule, due and paid at signature like any first instalment: authorised before the order is
placed, captured after. It is part of the loan's principal (what was bought on the plan, and what the shop is owed), of
the ledger and of the capital pool until it is captured; it is no part of what counts against the credit line, from the
hold on: there only what stays financed is held and drawn (``Hold.financed_minor``). Should its capture fail, it is an
overdue instalment like any other, and still no part of the line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.evidence import Ask
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.judgement import Judgement, weigh
from bnpl_plugin.lifecycle.quotation import quote_plan
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.policy import Policy
from bnpl_plugin.ports.policy.figures import SCORE
from bnpl_plugin.ports.records import Checkout, InstalmentRow, Loan


# the offer -----------------------------------------------------------------------------------------------------------
def covering(house: House, *, checkout: Checkout, offer: Offer, available_minor: int) -> Offer | None:
    """Return the offer with the gap paid down, None where the plan, the law or the sum allows no such thing.

    Args:
        house: of the app.
        checkout: whose order it is for.
        offer: a plan's offer for the whole price.
        available_minor: what may still be owed, in minor units.
    """
    plan = house.plans.get(offer.plan_code)
    gap_minor = offer.schedule.principal_minor - available_minor
    lowest_minor = plan.limits.get(checkout.currency, (1, 0))[0] if plan else 0
    if plan is None or not plan.down_payment_for_gap or gap_minor <= 0 or available_minor < max(lowest_minor, 1):
        return None
    try:
        return quote_plan(
            house, order=Order.from_json(checkout.cart), country=checkout.country, merchant_id=checkout.merchant_id,
            plan_code=offer.plan_code, rating=offer.rating, language=checkout.locale, time_zone=checkout.time_zone,
            down_payment_minor=gap_minor,
        )  # fmt: skip
    except BnplError:  # the law or the plan's shape refuses it
        return None


def decided(
    house: House, *, checkout: Checkout, offer: Offer, judgement: Judgement, policy: Policy
) -> tuple[Offer, Judgement]:
    """Return offer and judgement with the gap paid down, where that alone turns a decline into an approval.

    Otherwise they come back as they are: whatever else the policy objects to, it objects to again.
    """
    evidence = judgement.evidence
    against = [found.code for found in judgement.findings if not found.code.startswith(SCORE)]  # they only explain it
    if against != ["exposure"]:
        return offer, judgement
    tops = [judgement.limit_minor, evidence.product_cap_minor]
    tops += [top for top in (evidence.line_limit_minor, evidence.ceiling_minor) if top is not None]
    left_minor = min(tops) - evidence.line_used_minor
    paid_down = covering(house, checkout=checkout, offer=offer, available_minor=left_minor)
    if paid_down is None:
        return offer, judgement
    ask = Ask.of(paid_down)
    wish = replace(
        evidence, principal_minor=ask.principal_minor, first_today_minor=ask.first_today_minor,
        monthly_due_minor=ask.monthly_due_minor,
    )  # fmt: skip
    again = weigh(policy, wish, rules=house.rules, arm=judgement.arm)
    return (paid_down, again) if again.outcome == "approved" else (offer, judgement)


# the line ------------------------------------------------------------------------------------------------------------
def part_of(loan: Loan, rows: Iterable[InstalmentRow]) -> int:
    """Return how much of what some instalments ask for is the loan's down payment, in minor units."""
    return loan.down_payment_minor if any(row.number == 1 for row in rows) else 0
