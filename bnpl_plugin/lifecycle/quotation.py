"""Plans × country × cart → offers with numbers, signed and with an expiry; and why a plan is not offered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from bnpl_plugin.credit.amortisation import build_schedule
from bnpl_plugin.credit.apr import Apr, apr_by
from bnpl_plugin.credit.schedule import Schedule
from bnpl_plugin.errors import OfferExpired, OfferTampered, OfferUnavailable
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.subsidies import pricing
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.jurisdiction import Country, CreditFacts
from bnpl_plugin.ports.plan import Offer, Plan, PlanRefusal
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.records import Sale

PURPOSE = "offer"


@dataclass(frozen=True, slots=True)
class Quotation:
    """All offers for a cart, cheapest first, and a refusal with its reason for each plan not offered."""

    country: str
    offers: tuple[Offer, ...]
    refusals: tuple[PlanRefusal, ...]


def quote(
    house: House,
    *,
    order: Order,
    country: str,
    merchant_id: str,
    language: str = "en",
    rating: str | None = None,
    policy_version: str | None = None,
    plan_code: str | None = None,
    time_zone: str | None = None,
    budgets: pricing.Budgets | None = None,
    down_payment_minor: int = 0,
) -> Quotation:
    """Return what can be offered for an order in a country.

    Without a ``rating`` the dearest price of each plan is quoted, so that a decision never makes an offer dearer. A
    rating has the prices of the policy that gave it (``policy_version``; None: the champion's).
    ``budgets`` are those that may pay for a cheaper price; without them, all that are on offer. With a
    ``down_payment_minor`` so much of each price is paid at signature. An order for a flash sale's item is offered the
    sale's plans alone. Raises ``UnsupportedCountry``.
    """
    law = house.country(country)
    day = house.today(time_zone or law.time_zone)
    plans = [plan for plan in house.plans.values() if plan_code in (None, plan.code)]
    missing = law.missing(day=day, language=language)
    sale = sale_of(house, order.sale_item_id)
    asked = _asked(house, order=order, law=law, merchant_id=merchant_id, rating=rating, day=day)
    if budgets is None:
        budgets = pricing.on_offer(house, country=law.code, currency=order.currency)
    offers: list[tuple[int, int, Offer]] = []
    refusals: list[PlanRefusal] = []
    for plan in plans:
        refusal = _refusal(plan, order=order, law=law, missing=missing, sale=sale)
        if refusal is not None:
            refusals.append(refusal)
            continue
        priced = price_of(house, plan, rating, policy_version=policy_version)
        if down_payment_minor:
            priced = priced.paying_down(down_payment_minor)
        offer = _offer(priced, asked=asked)
        if budgets:
            offer = pricing.cheaper(
                budgets, priced, offer=offer, at_rate=partial(_offer_at, priced, asked),
                sale_id=sale.sale_id if sale else None,
            )  # fmt: skip
        if down_payment_minor:
            offer = replace(offer, down_payment_minor=down_payment_minor)
        facts = _facts(offer, day=day)
        code = law.check(facts)
        if code:
            refusals.append(PlanRefusal(plan.code, code))
        else:
            offers.append((facts.finance_charge_minor, facts.count, offer))
    offers.sort(key=itemgetter(0, 1))
    return Quotation(country=country, offers=tuple([offer for *_, offer in offers]), refusals=tuple(refusals))


def quote_plan(
    house: House,
    *,
    order: Order,
    country: str,
    merchant_id: str,
    plan_code: str,
    rating: str | None,
    language: str,
    policy_version: str | None = None,
    time_zone: str | None = None,
    budgets: pricing.Budgets | None = None,
    down_payment_minor: int = 0,
) -> Offer:
    """Return one plan's offer. Raises ``OfferUnavailable`` with the reason."""
    found = quote(
        house,
        order=order,
        country=country,
        merchant_id=merchant_id,
        language=language,
        rating=rating,
        policy_version=policy_version,
        plan_code=plan_code,
        time_zone=time_zone,
        budgets=budgets,
        down_payment_minor=down_payment_minor,
    )
    if not found.offers:
        raise OfferUnavailable(reason=found.refusals[0].code if found.refusals else "plan_unknown")
    return found.offers[0]


def sign_offer(house: House, *, offer: Offer) -> str:
    """Return the offer as a token that only we can have made."""
    return house.seal.sign(offer.to_json(), purpose=PURPOSE)


def read_offer(house: House, *, token: str) -> Offer:
    """Return a token's offer. Raises ``OfferTampered``, ``OfferExpired``."""
    try:
        offer = Offer.from_json(house.seal.unsign(token, purpose=PURPOSE))
    except (KeyError, TypeError, ValueError) as error:
        raise OfferTampered from error
    if offer.expires_at <= house.clock.now():
        raise OfferExpired(expired_at=offer.expires_at.isoformat())
    return offer


def sale_of(house: House, sale_item_id: str | None) -> Sale | None:
    """Return the flash sale that an item is in, if it is in one."""
    found = house.store.sales.of_item(sale_item_id) if sale_item_id else None
    return found[0] if found else None


def on_sale(sale: Sale | None, *, plan_code: str) -> bool:
    """Say whether a flash sale offers a plan: one that names none offers all, and so does no sale."""
    codes = sale.plan_codes.get("codes") if sale else None
    return not codes or plan_code in codes


def _refusal(
    plan: Plan, *, order: Order, law: Country, missing: tuple[str, ...], sale: Sale | None
) -> PlanRefusal | None:
    details: Mapping[str, str] = {}
    if missing:
        code, details = "law_missing", {"missing": ", ".join(missing)}
    elif not on_sale(sale, plan_code=plan.code):
        code = "not_in_sale"
    elif plan.countries and law.code not in plan.countries:
        code, details = "country_not_served", {"country": law.code}
    elif order.currency not in plan.limits or order.currency != law.currency:
        code, details = "currency_not_served", {"currency": order.currency}
    elif order.total_minor < plan.limits[order.currency][0]:
        code, details = "amount_too_low", {"lowest_minor": str(plan.limits[order.currency][0])}
    elif order.total_minor > plan.limits[order.currency][1]:
        code, details = "amount_too_high", {"highest_minor": str(plan.limits[order.currency][1])}
    else:
        return None
    return PlanRefusal(plan.code, code, details)


def price_of(house: House, plan: Plan, rating: str | None, *, policy_version: str | None = None) -> Plan:
    """Return the plan at a policy's prices (None: the champion's), or at its own where the policy names none.

    A rating that the prices do not know (the plan's own, for a policy with other names) pays the dearest of them.
    """
    policy = house.policies.version(policy_version) if policy_version else house.policy
    grid = policy.prices.get(plan.code)
    if grid is not None:
        plan = replace(plan, rates=grid)
    if plan.rates and rating is not None and rating not in plan.rates:
        plan = replace(plan, rates={**plan.rates, rating: plan.rate_for(None)})
    return plan


class _Asked(NamedTuple):
    """What all offers for one cart have in common, found once."""

    price_minor: int
    currency: str
    day: date
    country: str
    apr_of: Callable[[Schedule], Apr]
    merchant_id: str
    rating: str | None
    cart_fingerprint: str
    sample_law: bool
    quoted_at: datetime
    expires_at: datetime


def _asked(house: House, *, order: Order, law: Country, merchant_id: str, rating: str | None, day: date) -> _Asked:
    now = house.clock.now()
    return _Asked(
        price_minor=order.total_minor,
        currency=order.currency,
        day=day,
        country=law.code,
        apr_of=apr_by(law.apr_method),
        merchant_id=merchant_id,
        rating=rating,
        cart_fingerprint=order.fingerprint,
        sample_law=law.uses_samples(day=day),
        quoted_at=now,
        expires_at=now + timedelta(minutes=house.settings.offer_minutes),
    )


def _offer_at(plan: Plan, asked: _Asked, rate: Decimal) -> Offer:
    return _offer(plan, asked=asked, rate=rate)


def _offer(plan: Plan, *, asked: _Asked, rate: Decimal | None = None) -> Offer:
    principal = Money(asked.price_minor, asked.currency)  # not before a plan has refused what is no sum of money
    terms = plan.terms(principal=principal, start_on=asked.day, rating=asked.rating, nominal_rate=rate)
    schedule = build_schedule(terms)
    apr = asked.apr_of(schedule)
    return Offer(
        plan_code=plan.code,
        plan_version=plan.version,
        kind=plan.kind,
        title=plan.title,
        merchant_id=asked.merchant_id,
        country=asked.country,
        cart_fingerprint=asked.cart_fingerprint,
        rating=asked.rating,
        nominal_rate=terms.nominal_rate,
        apr=apr.rate,
        apr_percent=apr.percent,
        apr_method=apr.method,
        schedule=schedule,
        first_today=plan.first_today,
        mdr_bps=plan.mdr_bps,
        sample_law=asked.sample_law,
        personalised=bool(plan.rates) and asked.rating is not None,
        quoted_at=asked.quoted_at,
        expires_at=asked.expires_at,
    )


def _facts(offer: Offer, *, day: date) -> CreditFacts:
    schedule = offer.schedule
    return CreditFacts(
        day=day,
        kind=offer.kind,
        count=offer.count,
        principal_minor=offer.financed_minor,
        apr=offer.apr,
        finance_charge_minor=schedule.finance_charge_minor,
        term_days=(schedule.last_due_on - schedule.drawdown_on).days,
    )
