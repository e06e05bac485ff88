"""The words sent to shoppers: one English text a kind, translated like every page, sums and dates as they are owed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bnpl_plugin.lifecycle import owing
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.store import LoanBook

TEXTS: Mapping[str, str] = {
    "order_placed": "Your order {order} is placed. Your plan: {url}",
    "order_refused": (
        "Your order {order} could not be placed. Nothing was charged; a reservation on your card is being lifted."
    ),
    "reminder": "Instalment {number} of {amount} for order {order} is due on {date}. Your plan: {url}",
    "payment_failed": "We could not collect instalment {number} of {amount} for order {order}. Please see {url}",
    "refunded": "Your order {order} was cancelled. What you have paid goes back to your card; you owe nothing more.",
}


def send(
    house: House, *, kind: str, loan_id: str | None = None, checkout_id: str | None = None, number: int = 0
) -> bool:
    """Send one message about a loan or a checkout to its shopper's phone; an erased person gets none."""
    book = house.store.loan_book(loan_id) if loan_id else None
    checkout = book.checkout if book else house.purchase(checkout_id or "").checkout
    if checkout.shopper_id is None:
        return True
    facts: dict[str, Any] = {
        "order": checkout.order_ref,
        "url": f"{house.settings.public_url}{house.settings.url_prefix}/account",
    }
    if book and number:
        facts |= _instalment(book, number=number)
    text = house.translate(checkout.locale, TEXTS[kind]).format(**facts)
    message = house.message(kind, shopper_id=checkout.shopper_id, locale=checkout.locale, text=text)
    if message is not None:
        house.notifier.send(message)
    return True


def _instalment(book: LoanBook, *, number: int) -> dict[str, Any]:
    row = next(row for row in book.instalments if row.number == number)
    owed = Money(owing.asked(row).total_minor, book.loan.currency)
    return {"number": number, "amount": str(owed), "date": row.due_on.isoformat()}
