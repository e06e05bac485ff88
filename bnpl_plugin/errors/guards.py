"""A guard inside the write said no: nothing was written."""

from __future__ import annotations

from collections.abc import Mapping

from bnpl_plugin.errors.root import BnplError, ErrorKind


class GuardFailed(BnplError, code="guard_failed", kind=ErrorKind.CONFLICT):
    """A guard inside the write refused the change; nothing was written."""

    message = "This is not possible at the moment."

    def __init__(self, diagnostic: str = "", *, guard: str) -> None:
        super().__init__(diagnostic, guard=guard)


class CreditLineExceeded(GuardFailed, code="credit_line_exceeded", kind=ErrorKind.NOT_ALLOWED):
    """Outstanding principal and open holds would pass the shopper's credit line (P3)."""

    message = "This purchase is above what you have left to spend."


class CapitalExhausted(GuardFailed, code="capital_exhausted", kind=ErrorKind.RETRY_LATER):
    """The capital pool has no room for this loan (P4)."""

    message = "We cannot lend for this purchase at the moment."


class ConcentrationExceeded(GuardFailed, code="concentration_exceeded", kind=ErrorKind.RETRY_LATER):
    """A concentration limit of the lender's capital is full."""

    message = "No more credit is available for this at the moment."


class SubsidyExhausted(GuardFailed, code="subsidy_exhausted", kind=ErrorKind.GONE):
    """The budget that paid for the cheaper price is used up or has stopped."""

    message = "This special price has just ended."


class AllotmentExhausted(CapitalExhausted, code="allotment_exhausted", kind=ErrorKind.RETRY_LATER):
    """What the pool has set aside for the sale has no room for this loan, and the pool can add nothing (P4)."""

    message = "The item is still there, but our credit for this sale is used up for the moment."


class SoldOut(GuardFailed, code="sold_out", kind=ErrorKind.GONE):
    """No unit of the sale item is free (P5)."""

    message = "This item is sold out."


class UnitsPerShopperExceeded(GuardFailed, code="units_per_shopper_exceeded", kind=ErrorKind.NOT_ALLOWED):
    """The shopper already has the allowed units of the sale item (P5)."""

    message = "You already have as many of this item as one person may buy."


class StateMoved(GuardFailed, code="state_moved"):
    """Someone else changed the row first; read it again."""

    message = "This has changed in the meantime. Please look again."


class OrderAlreadyFinanced(GuardFailed, code="order_already_financed"):
    """The order reference already has a loan (P6)."""

    message = "This order is already paid in instalments."


GUARDS: Mapping[str, type[GuardFailed]] = {
    "credit_line": CreditLineExceeded,
    "capital_pool": CapitalExhausted,
    "capital_limit": ConcentrationExceeded,
    "subsidy": SubsidyExhausted,
    "sale": AllotmentExhausted,
    "sale_item": SoldOut,
    "units_per_shopper": UnitsPerShopperExceeded,
    "state": StateMoved,
    "order_claim": OrderAlreadyFinanced,
}


def refusal(guard: str) -> GuardFailed:
    """Return the error that a failed guard stands for.

    >>> refusal("sale_item").code
    'sold_out'
    >>> refusal("something_new").code
    'guard_failed'
    """
    return GUARDS.get(guard, GuardFailed)(guard=guard)
