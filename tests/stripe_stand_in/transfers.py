"""Transfers to connected accounts, thin: create and read. Source: https://docs.stripe.com/api/transfers."""

from .amounts import currency_of
from .book import Call
from .errors import invalid, missing
from .forms import Json, integer, merged_metadata, text


def create(call: Call) -> Json:
    """Move money to an account; one drawn on a charge cannot be above it (https://docs.stripe.com/connect/charges-transfers)."""
    book, params = call.book, call.params
    amount = integer(params, "amount", required=True)
    assert amount is not None
    currency = currency_of(params)
    destination = text(params, "destination")
    if not destination.startswith("acct_"):
        raise missing("destination", ident=destination, param="destination")
    source = params.get("source_transaction")
    if source:
        charge = book.get("charge", ident=source, param="source_transaction")
        drawn = sum(each["amount"] for each in book.of("transfer") if each["source_transaction"] == source)
        if drawn + amount > charge["amount_captured"]:
            raise invalid("Transfers on a charge cannot be above the charge.", param="amount")
    transfer = book.add(
        "transfer",
        values={
            "amount": amount,
            "amount_reversed": 0,
            "currency": currency,
            "description": params.get("description"),
            "destination": destination,
            "metadata": merged_metadata({}, params=params),
            "reversed": False,
            "source_transaction": source,
            "transfer_group": params.get("transfer_group"),
        },
    )
    book.emit("transfer.created", about=transfer)
    return transfer


def retrieve(call: Call) -> Json:
    """Return one transfer."""
    return call.book.get("transfer", ident=call.ident)
