"""Charges: one per attempt at the issuer, succeeded or failed. Source: https://docs.stripe.com/api/charges/object."""

from .book import Book, Call
from .cards import Decline
from .forms import Json

DAY_SECONDS = 86_400
SHOPPER_PRESENT_WINDOW_SECONDS = 7 * DAY_SECONDS
VISA_OFF_SESSION_WINDOW_SECONDS = 4 * DAY_SECONDS + 18 * 3_600


def add(book: Book, *, intent: Json, method: Json, decline: Decline | None, off_session: bool) -> Json:
    """Record one attempt at the issuer; it is captured unless it failed or the intent captures by hand."""
    failed, manual = decline is not None, intent["capture_method"] == "manual"
    captured = not failed and not manual
    card = {**method["card"], "three_d_secure": None}
    if manual and not failed:
        card["capture_before"] = book.now() + window_seconds(method=method, off_session=off_session)
    return book.add(
        "charge",
        values={
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if captured else 0,
            "amount_refunded": 0,
            "balance_transaction": None,
            "billing_details": method["billing_details"],
            "captured": captured,
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_code": decline.code if decline else None,
            "failure_message": decline.message if decline else None,
            "metadata": dict(intent["metadata"]),
            "outcome": _outcome(decline),
            "paid": not failed,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": {"type": "card", "card": card},
            "refunded": False,
            "status": "failed" if failed else "succeeded",
            "transfer_group": intent["transfer_group"],
        },
    )


def window_seconds(*, method: Json, off_session: bool) -> int:
    """Return how long an authorisation holds.

    Source: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method (validity windows: 7 days;
    Visa without the shopper 4 days and 18 hours).
    """
    visa = method["card"]["brand"] == "visa"
    return VISA_OFF_SESSION_WINDOW_SECONDS if visa and off_session else SHOPPER_PRESENT_WINDOW_SECONDS


def _outcome(decline: Decline | None) -> Json:
    if decline is None:
        return {"type": "authorized", "network_status": "approved_by_network", "reason": None}
    return {"type": "issuer_declined", "network_status": "declined_by_network", "reason": decline.decline_code}


def retrieve(call: Call) -> Json:
    """Return one charge."""
    return call.book.get("charge", ident=call.ident)
