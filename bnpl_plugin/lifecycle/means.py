"""How much a shopper could finance: the highest price that some plan on sale turns into an approval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from bnpl_plugin.credit.amortisation import build_schedule
from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.evidence import Ask
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.judgement import judge
from bnpl_plugin.money.amount import Money
from bnpl_plugin.money.currency import currency
from bnpl_plugin.ports.plan import Plan
from bnpl_plugin.ports.rule import Evidence


@dataclass(frozen=True, slots=True)
class Means:
    """What could be financed at most. All 0 and "" when no plan on sale fits."""

    up_to_minor: int = 0
    plan_code: str = ""
    monthly_due_minor: int = 0  # the most on one later due date, at that price and plan


def means_of(house: House, evidence: Evidence, *, shopper_id: str, rating: str, available_minor: int) -> Means:
    """Return the most that can be financed with what is available, judged plan by plan by the policy itself.

    Args:
        house: of the app.
        evidence: of a prequalification: nothing asked for yet.
        shopper_id: whose.
        rating: prices the plans.
        available_minor: of the line, in minor units.
    """
    day = house.today(house.country(evidence.country).time_zone)
    best = Means()
    for plan in house.plans.values():
        low, high = plan.limits.get(evidence.currency, (1, 0))
        high = min(high, available_minor)
        if high < low or high <= best.up_to_minor or (plan.countries and evidence.country not in plan.countries):
            continue

        def approved(price_minor: int, plan: Plan = plan) -> bool:
            ask = asked(plan, price_minor=price_minor, currency=evidence.currency, day=day, rating=rating)
            if ask is None:
                return False
            wish = replace(
                evidence, principal_minor=ask.principal_minor, first_today_minor=ask.first_today_minor,
                monthly_due_minor=ask.monthly_due_minor,
            )  # fmt: skip
            return judge(house, wish, shopper_id=shopper_id, fresh=False).outcome == "approved"

        price_minor = highest(approved, low=low, high=high, step=10 ** (currency(evidence.currency).minor_units or 0))
        if price_minor > best.up_to_minor:
            ask = asked(plan, price_minor=price_minor, currency=evidence.currency, day=day, rating=rating)
            assert ask is not None
            best = Means(price_minor, plan.code, ask.monthly_due_minor)
    return best


def asked(plan: Plan, *, price_minor: int, currency: str, day: date, rating: str) -> Ask | None:
    """Return what a plan asks of a shopper for a price; None where it cannot be made of it."""
    try:
        schedule = build_schedule(plan.terms(principal=Money(price_minor, currency), start_on=day, rating=rating))
    except BnplError:  # too small for the plan's shape
        return None
    later = schedule.instalments[plan.first_today :]
    first_minor = schedule.instalments[0].total_minor if plan.first_today else 0
    return Ask(schedule.principal_minor, first_minor, max((row.total_minor for row in later), default=0))


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
