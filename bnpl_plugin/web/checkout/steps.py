"""Which pages are true for a purchase as it stands: its address leads to the first, the others may be seen too."""

from __future__ import annotations

from datetime import datetime, timedelta

from bnpl_plugin.lifecycle.checkout import OPEN, offer_of
from bnpl_plugin.lifecycle.disclosure import shown_for
from bnpl_plugin.lifecycle.holds import IN_FLIGHT
from bnpl_plugin.ports.records import PhoneCode
from bnpl_plugin.ports.store import Purchase


def steps_of(
    purchase: Purchase, *, code: PhoneCode | None, now: datetime, reading: timedelta = timedelta(0)
) -> tuple[str, ...]:
    """Return the names of the pages that are true now.

    Args:
        purchase: as it stands.
        code: the newest one-time code sent for the checkout.
        now: the present instant.
        reading: how long the law wants the terms to be open before they may be signed.
    """
    checkout = purchase.checkout
    if checkout.state in OPEN and checkout.expires_at <= now and not in_flight(purchase):
        return ("ended",)
    match checkout.state:
        case "opened":
            return _opened(purchase, code=code, now=now)
        case "approved" if purchase.attempt is not None and purchase.attempt.state == "unknown":
            return ("working",)
        case "approved" if purchase.hold is not None and purchase.hold.state == "reserved":
            return ("sale", "decision", "plans")
        case "approved":
            return ("decision", "plans")
        case "declined" | "referred":
            return ("decision",)
        case "held":
            return ("disclosures", "sign", "plans") if _read(purchase, by=now - reading) else ("disclosures", "plans")
        case "signed":
            return _signed(purchase)
        case "authorised":
            return ("working",)
        case "confirmed":
            return ("placed",)
        case "reversed" | "refused":
            return ("refused",)
        case _:
            return ("ended",)


def in_flight(purchase: Purchase) -> bool:
    """Say whether a payment of the purchase is under way."""
    return purchase.attempt is not None and purchase.attempt.state in IN_FLIGHT


def _signed(purchase: Purchase) -> tuple[str, ...]:
    """Return the card while the shopper can act; when only the bank can (unknown or late), the waiting page."""
    attempt = purchase.attempt
    if attempt is None or attempt.state not in IN_FLIGHT:
        return ("card",)
    if attempt.state == "unknown" or attempt.next_action is None:
        return ("working",)
    return ("card", "working")


def _read(purchase: Purchase, *, by: datetime) -> bool:
    shown = shown_for(purchase, offer=offer_of(purchase.checkout))
    return shown is not None and shown.shown_at <= by


def _opened(purchase: Purchase, *, code: PhoneCode | None, now: datetime) -> tuple[str, ...]:
    checkout = purchase.checkout
    if checkout.offer is None:
        return ("plans",)
    if checkout.shopper_id is not None:
        return ("facts", "plans")
    if code is not None and code.used_at is None and code.expires_at > now:
        return ("code", "phone", "plans")
    return ("phone", "plans")
