"""Refunds, full and partial, never above the charge.

Source: https://docs.stripe.com/api/refunds/create and https://docs.stripe.com/refunds.
"""

from .amounts import said
from .book import Book, Call
from .errors import invalid
from .forms import Json, choice, integer, merged_metadata


def create(call: Call) -> Json:
    """Give money back on a charge, or on an intent's latest charge."""
    book, params = call.book, call.params
    charge = _charge_of(book, params=params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    given = integer(params, "amount")
    if charge["disputed"] and any(each["status"] != "won" for each in _disputes_of(book, charge=charge)):
        # https://docs.stripe.com/error-codes#charge-disputed
        raise invalid("The charge has been charged back.", code="charge_disputed")
    if left == 0:
        # https://docs.stripe.com/error-codes#charge-already-refunded
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = left if given is None else given
    if amount > left:
        asked, rest = (said(each, currency=charge["currency"]) for each in (amount, left))
        message = f"The refund ({asked}) is above what is left on the charge ({rest})."
        raise invalid(message, param="amount")
    afterwards = book.cards[charge["payment_method"]].afterwards
    refund = book.add(
        "refund",
        values={
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "currency": charge["currency"],
            "metadata": merged_metadata({}, params=params),
            "payment_intent": charge["payment_intent"],
            "reason": choice(params, "reason", among=("duplicate", "fraudulent", "requested_by_customer")),
            "receipt_number": None,
            "status": "pending" if afterwards == "refund_pending" else "succeeded",
        },
    )
    del refund["livemode"]
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    book.emit("refund.created", about=refund)
    book.emit("charge.refunded", about=charge)
    return refund


def _charge_of(book: Book, *, params: Json) -> Json:
    if params.get("charge"):
        charge = book.get("charge", ident=params["charge"], param="charge")
        if charge["status"] != "succeeded" or not charge["captured"]:
            raise invalid("The charge has not succeeded, so it cannot be refunded.", param="charge")
        return charge
    if not params.get("payment_intent"):
        message = "One of `charge` and `payment_intent` is needed."
        raise invalid(message, param="charge", code="parameter_missing")
    intent = book.get("payment_intent", ident=params["payment_intent"], param="payment_intent")
    if intent["status"] != "succeeded":
        message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        raise invalid(message, param="payment_intent")
    return book.get("charge", ident=intent["latest_charge"])


def _disputes_of(book: Book, *, charge: Json) -> list[Json]:
    return [each for each in book.of("dispute") if each["charge"] == charge["id"]]


def retrieve(call: Call) -> Json:
    """Return one refund."""
    return call.book.get("refund", ident=call.ident)


def settle(book: Book) -> None:
    """Finish the refunds of the cards whose refunds change later, as time passes.

    Source: https://docs.stripe.com/testing#refunds (one starts pending and succeeds, one succeeds and then fails).
    """
    for refund in book.of("refund"):
        charge = book.get("charge", ident=refund["charge"])
        afterwards = book.cards[charge["payment_method"]].afterwards
        if afterwards == "refund_pending" and refund["status"] == "pending":
            refund["status"] = "succeeded"
            book.emit("refund.updated", about=refund)
        if afterwards == "refund_fails" and refund["status"] == "succeeded":
            refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
            charge["amount_refunded"] -= refund["amount"]
            charge["refunded"] = False
            book.emit("refund.failed", about=refund)
