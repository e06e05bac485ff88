"""The agreement is frozen at signature: price, plan version, schedule, APR with its inputs, disclosures, hash."""

from __future__ import annotations

from typing import Any

from bnpl_plugin.credit.states import CHECKOUT
from bnpl_plugin.errors import CheckoutExpired, DecisionMissing, DisclosuresMissing, InvalidInput, OfferExpired
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.disclosure import digest, reading_time, shown_for
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.standing import still_stands
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.records import Agreement, Disclosure
from bnpl_plugin.ports.store import Changeset, Move, Purchase


def sign(house: House, *, checkout_id: str, typed_name: str, accepted: bool) -> Agreement:
    """Freeze the agreement of a held checkout; a second call returns the one already signed.

    Raises ``InvalidInput`` without an explicit yes or with another name than told, ``DecisionMissing``,
    ``DisclosuresMissing`` (also before the law's reading time is over), ``OfferExpired`` (show the refreshed offer
    again), ``CartChanged``, ``CheckoutExpired`` (also when the hold is over), ``CreditDeclined`` (its policy has been
    withdrawn, and the present one says no).
    """
    purchase = house.purchase(checkout_id)
    checkout = purchase.checkout
    if purchase.agreement is not None and checkout.state == "signed":
        return purchase.agreement
    checkouts.check_open(house, purchase)
    if checkout.state != "held" or purchase.hold is None or purchase.hold.expires_at <= house.clock.now():
        raise CheckoutExpired(state=checkout.state)
    if purchase.decision is None or purchase.decision.outcome != "approved":
        raise DecisionMissing(checkout_id=checkout_id)
    purchase = still_stands(house, purchase, giving_back=holds.giving_back(purchase, event="void"))
    checkout = purchase.checkout
    if purchase.hold is None:
        raise CheckoutExpired(state=checkout.state)
    _check_name(house, purchase, typed_name=typed_name, accepted=accepted)
    checkouts.check_cart(house, purchase)
    offer = checkouts.offer_of(checkout)
    if offer.expires_at <= house.clock.now() or offer.schedule.drawdown_on != house.today(checkout.time_zone):
        raise OfferExpired(expired_at=offer.expires_at.isoformat())
    shown = shown_for(purchase, offer=offer)
    reading = reading_time(house.country(checkout.country), day=house.today(checkout.time_zone))
    if shown is None or house.clock.now() < shown.shown_at + reading:
        raise DisclosuresMissing(checkout_id=checkout_id)
    agreement = _agreement(house, purchase, offer=offer, shown=shown)
    move = Move(
        table="checkout",
        key=values(checkout_id=checkout_id),
        sources=("held",),
        set=values(
            state=CHECKOUT.advance("held", "sign"),
            agreement_id=agreement.agreement_id,
            changed_at=house.clock.now(),
        ),
        expect=values(hold_id=purchase.hold.hold_id),
    )
    signed = house.event("checkout.signed", checkout, agreement_id=agreement.agreement_id, sha256=agreement.sha256)
    house.commit(Changeset(moves=(move,), rows=(agreement,), events=(signed,)))
    return agreement


def _agreement(house: House, purchase: Purchase, *, offer: Offer, shown: Disclosure) -> Agreement:
    checkout, now = purchase.checkout, house.clock.now()
    decision = purchase.decision
    assert decision is not None
    body: dict[str, Any] = {
        "shopper_id": checkout.shopper_id,
        "merchant_id": checkout.merchant_id,
        "order_ref": checkout.order_ref,
        "cart_fingerprint": checkout.cart_fingerprint,
        "cart": {key: part for key, part in checkout.cart.items() if key != "metadata"},
        "country": checkout.country,
        "time_zone": checkout.time_zone,
        "lender": house.settings.lender_name,
        "offer": offer.to_json(),
        "disclosure": {"disclosure_id": shown.disclosure_id, "sha256": shown.sha256, "locale": shown.locale},
        "decision": {"decision_id": decision.decision_id, "policy_version": decision.policy_version},
        "signed_at": now.isoformat(),
    }
    return Agreement(
        shopper_id=checkout.shopper_id or "",
        agreement_id=house.ids.new("agr"),
        checkout_id=checkout.checkout_id,
        plan_code=offer.plan_code,
        plan_version=offer.plan_version,
        country=checkout.country,
        sha256=digest(body),
        body=body,
        signed_at=now,
    )


def _check_name(house: House, purchase: Purchase, *, typed_name: str, accepted: bool) -> None:
    if not accepted:
        raise InvalidInput(field="accept", fault="is not ticked", accepted="your explicit yes to the agreement")
    person = house.store.person(purchase.checkout.shopper_id or "")
    told = str(house.seal.unseal(person.sealed).get("full_name", "")) if person else ""
    if _folded(typed_name) != _folded(told):
        raise InvalidInput(field="typed_name", fault="is not the name you gave", accepted="your full name")


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
