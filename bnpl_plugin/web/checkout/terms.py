"""What the terms, the signature and the agreement print: the offer, the country's law, what was recorded as shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel import Locale
from flask import Response

from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import persons
from bnpl_plugin.lifecycle.disclosure import reading_time, shown_for
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.store import Purchase
from bnpl_plugin.web import current, figures, wording
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import place_of, render, words_of
from bnpl_plugin.web.locale import Translator


def countries(t: Translator) -> list[View]:
    """Return the countries that a shopper may live in, by name."""
    names = Locale.parse(t.locale).territories
    found = [{"code": code, "name": names.get(code, code)} for code in current.house().countries]
    return sorted(found, key=lambda country: country["name"])


def asks_student(country: str) -> bool:
    """Whether a country's law wants to know if the shopper studies."""
    house = current.house()
    law = house.country(country)
    return persons.asks_student(law, day=house.today(law.time_zone))


def provider_name(t: Translator) -> str:
    """Return the payment provider's name."""
    code = current.house().provider.code
    return t.gettext("Test bank") if code == "sandbox" else code.title()


def reserved_until(purchase: Purchase) -> datetime | None:
    """Return until when stock, credit line and capital are held for the purchase."""
    hold = purchase.hold
    return hold.expires_at if hold is not None and hold.state == "pending" else None


def told_name(purchase: Purchase) -> str:
    """Return the name that the shopper gave before."""
    house = current.house()
    person = house.store.person(purchase.checkout.shopper_id or "")
    return str(house.seal.unseal(person.sealed).get("full_name", "")) if person else ""


def reading_seconds(purchase: Purchase) -> int:
    """Return how long the law wants the terms to be open before they may be accepted."""
    checkout = purchase.checkout
    law = current.house().country(checkout.country)
    return int(reading_time(law, day=current.house().today(checkout.time_zone)).total_seconds())


def legal(t: Translator, purchase: Purchase) -> View | None:
    """Return the country's warning for the terms."""
    house, checkout = current.house(), purchase.checkout
    day = house.today(checkout.time_zone)
    return figures.legal_view(t, house.country(checkout.country), day=day, offer=None)


def terms_view(t: Translator, purchase: Purchase) -> View:
    """Return the terms of the offer on a checkout; of a signed one, those that were signed."""
    house, checkout = current.house(), purchase.checkout
    signed = purchase.agreement if checkout.state not in ("opened", "approved", "held") else None
    offer = Offer.from_json(signed.body["offer"]) if signed else checkouts.offer_of(checkout)
    schedule = offer.schedule
    law = house.country(checkout.country)
    withdrawal = law.find("withdrawal_days", day=schedule.drawdown_on)
    settings = house.settings
    return {
        "creditor": {
            "name": settings.lender_name,
            "address": settings.lender_address,
            "contact": settings.lender_contact,
        },
        "intermediary": purchase.merchant.name,
        "kind": t.gettext(wording.PLAN_KINDS[offer.kind]),
        "amount_minor": offer.financed_minor,
        "down_payment_minor": offer.down_payment_minor,
        **figures.cost_of(offer),
        "drawdown_on": schedule.drawdown_on,
        "last_due_on": schedule.last_due_on,
        "nominal_rate_percent": figures.percent_of(offer.nominal_rate),
        "goods": ", ".join(line["name"] for line in checkout.cart["lines"] if line["kind"] == "goods"),
        "cash_price_minor": checkout.total_minor,
        "schedule": figures.rows_of(offer),
        "withdrawal_days": int(withdrawal.value) if withdrawal else 0,
        "personalised": offer.personalised,
    }


def texts_view(t: Translator, purchase: Purchase) -> list[View]:
    """Return what the country's law wants said, in the law's order and the page's language where it exists."""
    house, checkout = current.house(), purchase.checkout
    law, day = house.country(checkout.country), house.today(checkout.time_zone)
    found = []
    for clause in law.clauses:
        spoken = law.spoken(clause.name, language=t.locale, day=day)
        if spoken is not None:
            tongue, value = spoken
            found.append(
                {
                    "part": clause.part,
                    "head": t.gettext(clause.head),
                    "text": value.value,
                    "lang": tongue,
                    "sample": value.sample,
                }
            )
    return found


def cost_table(t: Translator, purchase: Purchase, *, body: Mapping[str, Any]) -> list[View]:
    """Return every cost with its recipient, where the country's law wants a table of them (China)."""
    house, checkout = current.house(), purchase.checkout
    law = house.country(checkout.country)
    if law.find("cost_table", day=house.today(checkout.time_zone)) is None:
        return []
    offer = checkouts.offer_of(checkout)
    return [
        {
            "item": t.gettext("Interest"),
            "method": t.gettext("with each instalment"),
            "rate": t.percent(figures.percent_of(offer.nominal_rate)),
            "recipient": str(body["creditor"]["name"]),
            "total_minor": offer.schedule.interest_minor,
        },
        {
            "item": t.gettext("Fees, guarantee and insurance"),
            "method": t.gettext("none"),
            "rate": t.percent(0),
            "recipient": str(body["creditor"]["name"]),
            "total_minor": offer.schedule.fee_minor,
        },
    ]


def agreement_page(purchase: Purchase) -> Response:
    """Return the agreement, or its draft, as a page to print."""
    place = place_of(purchase)
    t = words_of(place)
    signed = purchase.agreement
    shown = shown_for(purchase, offer=checkouts.offer_of(purchase.checkout))
    return render(
        "account/agreement.html", place=place, terms=terms_view(t, purchase), texts=texts_view(t, purchase),
        legal=legal(t, purchase), signed_at=signed.signed_at if signed else None,
        sha256=signed.sha256 if signed else "",
        agreement_id=signed.agreement_id if signed else "", shown_at=shown.shown_at if shown else None,
        tz=place.time_zone,
    )  # fmt: skip
