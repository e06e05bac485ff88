"""How much a shopper could finance: the highest price that some plan on sale turns into an approval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.evidence import Ask
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.judgement import judge
from bnpl_plugin.lifecycle.quotation import quote_plan
from bnpl_plugin.lifecycle.subsidies import pricing
from bnpl_plugin.money.currency import currency
from bnpl_plugin.ports.platform import LineKind, Order, OrderLine
from bnpl_plugin.ports.records import Decision
from bnpl_plugin.ports.rule import Evidence


@dataclass(frozen=True, slots=True)
class Means:
    """What could be financed at most. All 0 and "" when no plan on sale fits."""

    up_to_minor: int = 0
    plan_code: str = ""
    monthly_due_minor: int = 0  # the most on one later due date, at that price and plan


def means_of(house: House, evidence: Evidence, *, decision: Decision, available_minor: int) -> Means:
    """Return the most that can be financed with what is available, judged plan by plan by the policy itself.

    Args:
        house: of the app.
        evidence: of a prequalification: nothing asked for yet.
        decision: whose, and of what rating, which prices the plans.
        available_minor: of the line, in minor units.
    """
    best = Means()
    for plan in house.plans.values():
        low, high = plan.limits.get(evidence.currency, (1, 0))
        high = min(high, available_minor)
        if high < low or high <= best.up_to_minor or (plan.countries and evidence.country not in plan.countries):
            continue

        def approved(price_minor: int, plan_code: str = plan.code) -> bool:
            ask = asked(house, evidence, plan_code=plan_code, price_minor=price_minor, decision=decision)
            if ask is None:
                return False
            wish = replace(
                evidence, principal_minor=ask.principal_minor, first_today_minor=ask.first_today_minor,
                monthly_due_minor=ask.monthly_due_minor,
            )  # fmt: skip
            return judge(house, wish, shopper_id=decision.shopper_id, fresh=False).outcome == "approved"

        price_minor = highest(approved, low=low, high=high, step=10 ** (currency(evidence.currency).minor_units or 0))
        if price_minor > best.up_to_minor:
            ask = asked(house, evidence, plan_code=plan.code, price_minor=price_minor, decision=decision)
            assert ask is not None
            best = Means(price_minor, plan.code, ask.monthly_due_minor)
    return best


def asked(house: House, evidence: Evidence, *, plan_code: str, price_minor: int, decision: Decision) -> Ask | None:
    """Return what a plan asks of a shopper for a price, quoted as a checkout is; None where it would not be offered.

    No merchant's subsidy is counted on: it is not known what will be bought, or where.
    """
    goods = OrderLine(LineKind.GOODS, "-", quantity=1, unit_minor=price_minor)
    order = Order("-", evidence.currency, price_minor, lines=(goods,), ship_to=evidence.country)
    law = house.country(evidence.country)
    try:
        offer = quote_plan(
            house, order=order, country=law.code, merchant_id=house.host_merchant_id, plan_code=plan_code,
            rating=decision.rating, policy_version=decision.policy_version, language=law.languages[0],
            budgets=pricing.NONE,
        )  # fmt: skip
    except BnplError:  # too small for the plan's shape, or dearer than the law allows
        return None
    return Ask.of(offer)


def highest(fits: Callable[[int], bool], *, low: int, high: int, step: int) -> int:
    """Return the highest number that fits: ``high`` itself, else a whole step above ``low``; 0 when ``low`` does not.

    What fits is taken to fit below, too.

    >>> highest(lambda n: n <= 730, low=100, high=1000, step=100)
    700
    """
    if fits(high):
        return high
    if not fits(low):
        return 0
    good, bad = 0, (high - low) // step + 1
    while bad - good > 1:
        middle = (good + bad) // 2
        if low + middle * step <= high and fits(low + middle * step):
            good = middle
        else:
            bad = middle
    return low + good * step
