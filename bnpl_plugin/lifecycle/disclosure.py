"""What the law wants shown before the signature: built from the offer and the country, and recorded as shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from bnpl_plugin.errors import LawMissing
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.jurisdiction import Country
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.records import Disclosure
from bnpl_plugin.ports.store import Changeset, Purchase


def canonical(body: Mapping[str, Any]) -> str:
    """Return the one JSON text of a body: sorted keys, no spaces, UTF-8."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a body's canonical text, in hex."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def document(house: House, *, purchase: Purchase, language: str) -> dict[str, Any]:
    """Return the pre-contract information of a checkout's present offer as plain data, nothing in it naming a person.

    ``law`` lists every legal value used, with its source; ``texts`` the mandatory sentences in the language. Sums in
    minor units. Raises ``LawMissing``.
    """
    checkout = purchase.checkout
    offer = checkouts.offer_of(checkout)
    law = house.country(checkout.country)
    schedule = offer.schedule
    day = schedule.drawdown_on
    names = law.required
    picked = {name: law.pick(name, day=day) for name in names}
    return {
        "kind": "precontract",
        "country": checkout.country,
        "language": language,
        "creditor": {
            "name": house.settings.lender_name,
            "address": house.settings.lender_address,
            "contact": house.settings.lender_contact,
        },
        "merchant": {"merchant_id": purchase.merchant.merchant_id, "name": purchase.merchant.name},
        "goods": [line["name"] for line in checkout.cart["lines"] if line["kind"] == "goods"],
        "cash_price_minor": checkout.total_minor,
        "currency": checkout.currency,
        "plan": {"code": offer.plan_code, "version": offer.plan_version, "kind": str(offer.kind), "title": offer.title},
        "principal_minor": offer.financed_minor,
        "down_payment_minor": offer.down_payment_minor,  # paid at signature, and part of total_payable_minor
        "nominal_rate": str(offer.nominal_rate),
        "apr_percent": str(offer.apr_percent),
        "apr": str(offer.apr),
        "apr_method": offer.apr_method,
        "finance_charge_minor": schedule.finance_charge_minor,
        "total_payable_minor": schedule.total_payable_minor,
        "schedule": schedule.to_json(),
        "personalised": offer.personalised,
        "sample_law": offer.sample_law,
        "law": _law(law, picked),
        "texts": _texts(law, language=language, day=day),
    }


def present(house: House, *, checkout_id: str, language: str, medium: str = "screen") -> dict[str, Any]:
    """Return the document of a checkout and record that it was shown.

    Showing the same one again records nothing new.
    """
    purchase = house.purchase(checkout_id)
    checkouts.check_open(house, purchase)
    body = document(house, purchase=purchase, language=language)
    sha256 = digest(body)
    if any(shown.sha256 == sha256 for shown in purchase.disclosures):
        return body
    shown = Disclosure(
        shopper_id=purchase.checkout.shopper_id or "",
        disclosure_id=house.ids.new("dis"),
        checkout_id=checkout_id,
        kind="precontract",
        locale=language,
        sha256=sha256,
        body=body,
        medium=medium,
        shown_at=house.clock.now(),
    )
    event = house.event("disclosure.shown", purchase.checkout, disclosure_id=shown.disclosure_id, sha256=sha256)
    house.commit(Changeset(rows=(shown,), events=(event,)))
    return body


def shown_for(purchase: Purchase, *, offer: Offer) -> Disclosure | None:
    """Return the newest recorded disclosure of exactly this offer (same plan, price and schedule), if any."""
    schedule = offer.schedule.to_json()
    terms = (shown for shown in purchase.disclosures if shown.kind == "precontract")
    for shown in sorted(terms, key=lambda d: d.shown_at, reverse=True):
        body = shown.body
        if body["schedule"] == schedule and body["plan"]["code"] == offer.plan_code and body["apr"] == str(offer.apr):
            return shown
    return None


def reading_time(law: Country, *, day: date) -> timedelta:
    """Return how long a country's law wants the terms to be before the shopper's eyes before they may be signed."""
    wanted = law.find("forced_read_seconds", day=day)
    return timedelta(seconds=int(wanted.value)) if wanted else timedelta(0)


def _texts(law: Country, *, language: str, day: date) -> dict[str, dict[str, Any]]:
    """Every sentence that this country's law wants said, in the language that it is to be had in."""
    names = dict.fromkeys((*law.required_texts, *(clause.name for clause in law.clauses)))
    found = {name: law.spoken(name, language=language, day=day) for name in names}
    missing = [name for name in law.required_texts if found[name] is None]
    if missing:
        raise LawMissing(country=law.code, value=missing[0])
    return {
        name: {"lang": spoken[0], "text": spoken[1].value, "source": spoken[1].source, "sample": spoken[1].sample}
        for name, spoken in found.items()
        if spoken is not None
    }


def _law(law: Country, picked: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for name, value in picked.items():
        row = {key: _plain(field) for key, field in asdict(value).items()}
        rows.append({"name": name, "country": law.code, **row})
    return rows


def _plain(field: Any) -> Any:
    return field if isinstance(field, (str, int, bool, list, dict, type(None))) else str(field)
