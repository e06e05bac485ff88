"""A purchase turned into the page of its step: each function gathers what its template's first lines ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flask import Response, url_for
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.errors import CheckoutNotFound, CodeExpired
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import disclosure, mandate, quotation
from bnpl_plugin.lifecycle.objections import to_another_plan
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.store import Purchase
from bnpl_plugin.web import current, figures, wording
from bnpl_plugin.web.checkout import rights, sale, terms
from bnpl_plugin.web.checkout.ended import ended, placed, refused
from bnpl_plugin.web.checkout.entry import mine, settle, to_step, true_steps
from bnpl_plugin.web.frame import allow_sources, place_of, render, words_of

SHOWN: Final = "shown"  # the purpose of the token that says which terms were shown, and when
REFRESH_SECONDS: Final = 3


def show(checkout_id: str, step: str) -> BaseResponse:
    """Show a step of a checkout if it is true now, else lead to the one that is."""
    if step not in PAGES:
        raise CheckoutNotFound(checkout_id=checkout_id)
    purchase = mine(checkout_id)
    if step not in true_steps(purchase):
        return to_step(checkout_id)
    return sale.page(purchase, state="over") if sale.is_missed(purchase) else PAGES[step](purchase)


def url(purchase: Purchase, *, to: str) -> str:
    """Return the address of a checkout's step or deed."""
    known = {"cancel", "resend", "restart", "agreement"}
    checkout_id = purchase.checkout.checkout_id
    if to in known:
        return url_for(f"bnpl.checkout.{to}", checkout_id=checkout_id)
    return url_for("bnpl.checkout.show", checkout_id=checkout_id, step=to)


def summary(purchase: Purchase) -> dict[str, Any] | None:
    """Return the chosen plan's figures, which stay in sight up to the signature."""
    offer = purchase.checkout.offer
    return figures.cost_of(Offer.from_json(offer)) if offer else None


def offer_mark(purchase: Purchase) -> str:
    """Return a short mark of the offer on a checkout: it changes whenever a figure does."""
    offer = checkouts.offer_of(purchase.checkout).to_json()
    figures_only = {key: offer[key] for key in ("plan_code", "plan_version", "nominal_rate", "apr", "schedule")}
    return hashlib.sha256(disclosure.canonical(figures_only).encode()).hexdigest()[:16]


# choosing ------------------------------------------------------------------------------------------------------------
def plans(purchase: Purchase, *, error: str = "", status: int = 200) -> Response:
    """The offers side by side; nothing is chosen beforehand."""
    house, checkout, place = current.house(), purchase.checkout, place_of(purchase)
    t = words_of(place)
    made = purchase.decision
    found = quotation.quote(
        house, order=Order.from_json(checkout.cart), country=checkout.country, merchant_id=checkout.merchant_id,
        language=t.locale, rating=made.rating if made else None,
        policy_version=made.policy_version if made else None, time_zone=checkout.time_zone,
    )  # fmt: skip
    against = _against(purchase, found.offers)
    fitting = [offer for offer in found.offers if offer.plan_code not in against]
    offers = [
        {**figures.offer_view(t, offer), "offer_token": quotation.sign_offer(house, offer=offer)} for offer in fitting
    ]
    costly = next((offer for offer in fitting if offer.schedule.finance_charge_minor), None)
    law, day = house.country(checkout.country), house.today(checkout.time_zone)
    return render(
        "checkout/plans.html", place=place, status=status, order=figures.order_view(checkout.cart), offers=offers,
        refused=_refused_plans(t, found, against=against, currency=checkout.currency), error=error,
        legal=figures.legal_view(t, law, day=day, offer=costly) if offers else None,
        action_url=url(purchase, to="plans"), cancel_url=url(purchase, to="cancel"),
    )  # fmt: skip


def _against(purchase: Purchase, offers: Sequence[Offer]) -> dict[str, str]:
    """Return, of the plans that could be chosen after the decision, those that its rules object to: code → why."""
    house, made = current.house(), purchase.decision
    if made is None:
        return {}
    told = {offer.plan_code: to_another_plan(house, decision=made, offer=offer) for offer in offers}
    return {code: house.rules[found[0].code].reason for code, found in told.items() if found}


def _refused_plans(
    t: Any, found: quotation.Quotation, *, against: Mapping[str, str], currency: str
) -> list[dict[str, str]]:
    plans_by_code = current.house().plans
    hidden = ("country_not_served", "currency_not_served")
    unfit = [(plans_by_code[code], t.gettext(why)) for code, why in against.items()]
    told = [{"name": wording.plan_title(t, p.title, count=p.count), "reason": why} for p, why in unfit]
    return told + [
        {
            "name": wording.plan_title(t, plans_by_code[r.plan_code].title, count=plans_by_code[r.plan_code].count),
            "reason": wording.refusal(t, r, currency=currency),
        }
        for r in found.refusals
        if r.code not in hidden
    ]


# who is it -----------------------------------------------------------------------------------------------------------
def phone(purchase: Purchase, *, typed: str | None = None, error: str = "", status: int = 200) -> Response:
    """The phone number, filled in with what the host knows."""
    if typed is None:
        customer = current.customer()
        typed = customer.phone if customer else ""
    return render(
        "checkout/phone.html", place=place_of(purchase), status=status, summary=summary(purchase), phone=typed,
        error=error, action_url=url(purchase, to="phone"),
    )  # fmt: skip


def code(purchase: Purchase, *, error: str = "", wrong: bool = False, status: int = 200) -> Response:
    """The one-time code that was sent."""
    house, place = current.house(), place_of(purchase)
    sent = house.store.phone_code(purchase.checkout.checkout_id)
    if sent is None:
        raise CodeExpired
    number = str(house.seal.unseal(sent.sealed_phone)["phone"])
    return render(
        "checkout/code.html", place=place, status=status, summary=summary(purchase),
        phone_masked=figures.masked_phone(number), attempts_left=max(0, house.settings.code_tries - sent.tries),
        wrong=wrong, error=error, expires_at=sent.expires_at, tz=place.time_zone, sandbox_code="",
        action_url=url(purchase, to="code"), resend_url=url(purchase, to="resend"),
        change_url=url(purchase, to="phone"),
    )  # fmt: skip


def facts(
    purchase: Purchase,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The few facts that a decision needs."""
    checkout, place = purchase.checkout, place_of(purchase)
    t = words_of(place)
    early = sale.kept_early(purchase)
    if early[0] in ("sold_out", "enough", "no_credit"):  # told before anything is typed
        return sale.page(purchase, state=early[0], status=status)
    told = typed or {}
    names = ("full_name", "birth_on", "monthly_income", "monthly_outgoings", "country")
    consent = {
        "name": "consent",
        "title": t.gettext("You may use these facts to decide about this purchase"),
        "text": t.gettext("They are encrypted, kept with the decision and used for nothing else."),
        "required": True,
    }
    return render(
        "checkout/facts.html", place=place, status=status, summary=summary(purchase), currency=checkout.currency,
        values={name: told.get(name, "") for name in names}, errors=dict(errors or {}), consents=[consent],
        countries=terms.countries(t), early=early, tz=place.time_zone,
        asks_student=terms.asks_student(checkout.country),
        action_url=url(purchase, to="facts"),
    )  # fmt: skip


def decision(purchase: Purchase, *, statement: str = "", error: str = "", status: int = 200) -> Response:
    """The decision in plain words, with its reasons; of a decline also the shopper's rights, recorded as told."""
    house, checkout, made, place = current.house(), purchase.checkout, purchase.decision, place_of(purchase)
    if made is None:
        raise CheckoutNotFound(checkout_id=checkout.checkout_id)
    t = words_of(place)
    line = house.store.line(shopper_id=made.shopper_id, currency=made.currency)
    offer = checkouts.offer_of(checkout)
    approved = made.outcome == "approved"
    view = {
        "outcome": made.outcome,
        "reasons": [
            {"code": found, "text": t.gettext(reason)}
            for found in made.reasons["codes"]
            if (reason := house.reason(found)) is not None
        ],
        "decided_at": made.decided_at,
        "automated": made.decided_by == "policy",
        "limit_minor": line.limit_minor if approved and line else None,
        "available_minor": line.limit_minor - line.drawn_minor - line.held_minor if approved and line else None,
        "currency": made.currency,
        "down_payment_minor": offer.down_payment_minor if approved else 0,
        "financed_minor": offer.financed_minor if approved else 0,
        "apr_percent": offer.apr_percent if approved else None,
        "repriced": approved and _repriced(offer),
    }
    return render(
        "checkout/decision.html", place=place, status=status, summary=summary(purchase), decision=view,
        tz=place.time_zone, review=rights.review_view(purchase), notice=rights.notice_view(purchase),
        debt_advice=rights.advice_view(purchase), before_sale=sale.is_before(purchase),
        statement=statement, error=error,
        action_url=url(purchase, to="decision"), cancel_url=url(purchase, to="cancel"),
    )  # fmt: skip


def _repriced(offer: Offer) -> bool:
    plan = current.house().plans.get(offer.plan_code)
    if plan is None or offer.subsidy_id is not None:  # what somebody else pays for is no price of the shopper's own
        return False
    return offer.nominal_rate != quotation.price_of(current.house(), plan, None).rate_for(None)


# the terms and the signature -----------------------------------------------------------------------------------------
def disclosures(purchase: Purchase, *, notice: str = "") -> Response:
    """The pre-contract information; showing it is recorded, and a lapsed offer is quoted anew before."""
    house, checkout_id, place = current.house(), purchase.checkout.checkout_id, place_of(purchase)
    t = words_of(place)
    before = offer_mark(purchase)
    checkouts.refresh_offer(house, checkout_id=checkout_id)
    body = disclosure.present(house, checkout_id=checkout_id, language=t.locale)
    purchase = house.purchase(checkout_id)
    if offer_mark(purchase) != before and not notice:
        notice = t.gettext("The offer had expired and was made anew with today's dates. Please read the terms again.")
    seconds = terms.reading_seconds(purchase)
    token = {
        "checkout_id": checkout_id, "offer": offer_mark(purchase), "shown_at": house.clock.now().isoformat(),
        "seconds": seconds,
    }  # fmt: skip
    return render(
        "checkout/disclosures.html", place=place, summary=summary(purchase), notice=notice,
        terms=terms.terms_view(t, purchase), texts=terms.texts_view(t, purchase), legal=terms.legal(t, purchase),
        cost_table=terms.cost_table(t, purchase, body=body), reserved_until=terms.reserved_until(purchase),
        tz=place.time_zone, read_seconds=seconds, document_url=url(purchase, to="agreement"),
        action_url=url(purchase, to="disclosures"), shown_token=house.seal.sign(token, purpose=SHOWN),
    )  # fmt: skip


def sign(
    purchase: Purchase, *, typed: str = "", errors: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    """The signature: what is agreed to, the name typed, the box unticked."""
    place = place_of(purchase)
    t = words_of(place)
    view = terms.terms_view(t, purchase)
    return render(
        "checkout/sign.html", place=place, status=status, summary=summary(purchase),
        terms={**view, "creditor_name": view["creditor"]["name"]}, expected_name=terms.told_name(purchase),
        signed_name=typed, errors=dict(errors or {}), reserved_until=terms.reserved_until(purchase), tz=place.time_zone,
        agreement_url=url(purchase, to="agreement"), withdrawal_days=view["withdrawal_days"],
        action_url=url(purchase, to="sign"), cancel_url=url(purchase, to="cancel"),
    )  # fmt: skip


def agreement(checkout_id: str) -> Response:
    """The whole text to read, print and keep: the agreement if it is signed, else its draft."""
    purchase = mine(checkout_id)
    if purchase.checkout.offer is None or purchase.decision is None:
        raise CheckoutNotFound(checkout_id=checkout_id)
    return terms.agreement_page(purchase)


# paying --------------------------------------------------------------------------------------------------------------
def card(purchase: Purchase) -> Response:
    """The first instalment: the provider's own form in our page, or the way to its page."""
    house, checkout, attempt, place = current.house(), purchase.checkout, purchase.attempt, place_of(purchase)
    t = words_of(place)
    offer = checkouts.offer_of(checkout)
    parts = offer.schedule.instalments[1:] if offer.first_today else offer.schedule.instalments
    error = wording.declined(t, attempt.decline_code) if attempt and attempt.state == "declined" else ""
    template, client = "checkout/card.html", {}
    if attempt and attempt.next_action and attempt.next_action["kind"] == "form":
        template, client = str(attempt.next_action["template"]).removeprefix("bnpl/"), attempt.next_action["client"]
    known = mandate.stored(house, purchase)
    allow_sources(house.provider.content_sources)
    return render(
        template, place=place, summary=summary(purchase), due_minor=offer.first_minor, currency=checkout.currency,
        stored_card=mandate.label_of(known) if known and not client else "",
        next_due={"due_on": parts[0].due_on, "total_minor": parts[0].total_minor} if parts else None, error=error,
        reserved_until=terms.reserved_until(purchase), tz=place.time_zone, provider_name=terms.provider_name(t),
        action_url=url(purchase, to="card"), client=client,
    )  # fmt: skip


def working(purchase: Purchase) -> BaseResponse:
    """The truth while nobody knows yet; each look asks the provider once more and finishes the order if it can be."""
    house, checkout_id = current.house(), purchase.checkout.checkout_id
    settle(checkout_id)
    purchase = house.purchase(checkout_id)
    if "working" not in true_steps(purchase):
        return to_step(checkout_id)
    attempt = purchase.attempt
    return render(
        "checkout/working.html", place=place_of(purchase),
        payment="received" if purchase.checkout.state == "authorised" else "unknown",
        amount_minor=attempt.amount_minor if attempt else 0, currency=purchase.checkout.currency,
        refresh_seconds=REFRESH_SECONDS, refresh_url=url(purchase, to="working"),
        plans_url=url_for("bnpl.account.plans"),
        pay_url=url(purchase, to="card") if "card" in true_steps(purchase) else "",
    )  # fmt: skip


PAGES: Final[Mapping[str, Callable[[Purchase], BaseResponse]]] = {
    "plans": plans,
    "phone": phone,
    "code": code,
    "facts": facts,
    "decision": decision,
    "sale": sale.page,
    "disclosures": disclosures,
    "sign": sign,
    "card": card,
    "working": working,
    "placed": placed,
    "refused": refused,
    "ended": ended,
}
