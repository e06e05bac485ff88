"""Which budgets may pay for a cart, and the cheaper offer that the best of them makes of a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.subsidies.terms import SubsidyTerms
from bnpl_plugin.ports.plan import Offer, Plan
from bnpl_plugin.ports.records import Subsidy


@dataclass(frozen=True, slots=True)
class Budgets:
    """The budgets that may pay.

    ``firm``: the one that a shopper was promised: kept whatever room is left, for the hold decides then.
    """

    found: tuple[tuple[SubsidyTerms, Subsidy], ...] = ()
    firm: bool = False

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.found)


NONE = Budgets()


def on_offer(house: House, *, country: str, currency: str) -> Budgets:
    """Return the active budgets of a country and currency whose time it is.

    The cheapest first; at one price a sale's own before those that others need too, then the older.
    """
    now = house.clock.now()
    active = house.store.subsidies_on_offer(country=country, currency=currency, now=now)
    if not active:
        return NONE
    read = [(SubsidyTerms.from_json(row.terms), row) for row in active if row.starts_at <= now < row.ends_at]
    read.sort(key=lambda pair: (pair[0].nominal_rate, not pair[0].sale_ids, pair[1].created_at, pair[1].subsidy_id))
    return Budgets(tuple(read))


def promised(house: House, *, subsidy_id: str | None) -> Budgets:
    """Return the budget that an offer already rests on, or none."""
    row = house.store.subsidy(subsidy_id) if subsidy_id else None
    return Budgets(((SubsidyTerms.from_json(row.terms), row),), firm=True) if row else NONE


def cheaper(
    budgets: Budgets, plan: Plan, *, offer: Offer, at_rate: Callable[[Decimal], Offer], sale_id: str | None = None
) -> Offer:
    """Return the offer that the best budget makes of a plan's own offer; the plan's own where none can.

    The fee is what the lender gives up: the finance charge at the plan's own price less that at the budget's. A price
    that nobody's rating makes lower is the same for everybody: not a personalised one.

    Args:
        budgets: best first.
        plan: what is offered.
        offer: at the plan's own price for the rating.
        at_rate: makes the plan's offer at another nominal rate.
        sale_id: the flash sale that the cart's item is in.
    """
    for terms, row in _serving(budgets, plan, offer=offer, sale_id=sale_id):
        lower = at_rate(terms.nominal_rate)
        fee_minor = offer.schedule.finance_charge_minor - lower.schedule.finance_charge_minor
        if fee_minor > 0 and (budgets.firm or fee_minor <= row.free_minor):
            return replace(
                lower, subsidy_id=row.subsidy_id, subsidy_minor=fee_minor, subsidised_by=row.merchant_id,
                personalised=lower.personalised and terms.nominal_rate > min(plan.rates.values()),
            )  # fmt: skip
    return offer


def _serving(
    budgets: Budgets, plan: Plan, *, offer: Offer, sale_id: str | None
) -> Iterator[tuple[SubsidyTerms, Subsidy]]:
    price_minor = offer.schedule.principal_minor
    for terms, row in budgets.found:
        serves = terms.serves(
            plan_code=plan.code, merchant_id=offer.merchant_id, price_minor=price_minor, sale_id=sale_id
        )
        if serves and terms.nominal_rate < offer.nominal_rate:
            yield terms, row
