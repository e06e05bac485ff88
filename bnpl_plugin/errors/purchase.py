"""A purchase cannot go on: its offer, its checkout, its shopper or its shop."""

from __future__ import annotations

from bnpl_plugin.errors.root import BnplError, ErrorKind


class OfferExpired(BnplError, code="offer_expired", kind=ErrorKind.GONE):
    """The signed offer is past its expiry."""

    message = "This offer has expired. Please ask for a new one."


class OfferTampered(BnplError, code="offer_tampered", kind=ErrorKind.FIX_INPUT):
    """The offer's signature does not fit its content."""

    message = "This offer is not one of ours."


class OfferUnavailable(BnplError, code="offer_unavailable", kind=ErrorKind.NOT_ALLOWED):
    """The plan cannot be offered for this cart, shopper or country."""

    message = "This plan is not available for this purchase: {reason}."

    def __init__(self, diagnostic: str = "", *, reason: str) -> None:
        super().__init__(diagnostic, reason=reason)


class CartChanged(BnplError, code="cart_changed", kind=ErrorKind.CONFLICT):
    """The cart is not the one that was approved."""

    message = "Your basket has changed. Please start the checkout again."


class CheckoutNotFound(BnplError, code="checkout_not_found", kind=ErrorKind.NOT_FOUND):
    """No such checkout."""

    message = "We do not know this checkout."


class CheckoutExpired(BnplError, code="checkout_expired", kind=ErrorKind.GONE):
    """The checkout's time is over."""

    message = "This checkout has expired. Please start again from your basket."


class NotYours(BnplError, code="not_found", kind=ErrorKind.NOT_FOUND):
    """The object belongs to someone else; told as if it did not exist."""

    message = "There is nothing here."


class IllegalTransition(BnplError, code="illegal_transition", kind=ErrorKind.CONFLICT):
    """The state table has no such move."""

    message = "{machine} is {state}: {event} is not possible."

    def __init__(self, diagnostic: str = "", *, machine: str, state: str, event: str) -> None:
        super().__init__(diagnostic, machine=machine, state=state, event=event)


class SaleNotOpen(BnplError, code="sale_not_open", kind=ErrorKind.RETRY_LATER):
    """The flash sale has not begun, is over, or is not this merchant's."""

    message = "This sale is not open. It runs from {starts_at} to {ends_at}."


class SalePaused(BnplError, code="sale_paused", kind=ErrorKind.RETRY_LATER):
    """The operator has stopped the flash sale for now."""

    message = "The sale is paused for a moment. Nobody is being served; your place is kept."


class InLine(BnplError, code="in_line", kind=ErrorKind.RETRY_LATER):
    """All units are taken for now, and the shopper waits as number ``place`` of the line."""

    message = "You are number {place} in line."

    def __init__(self, diagnostic: str = "", *, place: int) -> None:
        super().__init__(diagnostic, place=place)


class ClaimedElsewhere(BnplError, code="claimed_elsewhere", kind=ErrorKind.CONFLICT):
    """The shopper has this item reserved in another checkout."""

    message = "You already have this item reserved in another checkout."


class ChallengeFailed(BnplError, code="challenge_failed", kind=ErrorKind.NOT_ALLOWED):
    """The host's challenge does not take the visitor for a person."""

    message = "We could not see that a person is here. Please go back to the shop and try again."


class DecisionMissing(BnplError, code="decision_missing", kind=ErrorKind.NOT_ALLOWED):
    """No positive recorded decision stands behind the request (P9)."""

    message = "This purchase has not been approved yet."


class DisclosuresMissing(BnplError, code="disclosures_missing", kind=ErrorKind.NOT_ALLOWED):
    """The disclosures were not shown and recorded (P9)."""

    message = "Please read the credit information first."


class CodeWrong(BnplError, code="code_wrong", kind=ErrorKind.FIX_INPUT):
    """The one-time code does not match."""

    message = "This code is not right."


class CodeExpired(BnplError, code="code_expired", kind=ErrorKind.GONE):
    """The one-time code is too old."""

    message = "This code has expired. Please ask for a new one."


class TooManyAttempts(BnplError, code="too_many_attempts", kind=ErrorKind.RETRY_LATER):
    """Too many tries in too short a time."""

    message = "Too many attempts. Please wait a while and try again."


class BrowserCrowded(TooManyAttempts, code="browser_crowded", kind=ErrorKind.NOT_ALLOWED):
    """As many shoppers as the flash sale allows have got ready in this browser."""

    message = "As many people as the sale allows have got ready in this browser. Please use a device of your own."


class CreditDeclined(BnplError, code="credit_declined", kind=ErrorKind.NOT_ALLOWED):
    """The decision was negative; `reasons` are the codes of the rules that said so."""

    message = "We cannot lend for this purchase."

    def __init__(self, diagnostic: str = "", *, reasons: tuple[str, ...]) -> None:
        super().__init__(diagnostic, reasons=reasons)


class ServiceNotOpen(BnplError, code="service_not_open", kind=ErrorKind.NOT_ALLOWED):
    """The lender serves a segment of shoppers only, and this one is not in it."""

    message = "Paying later is not open to everyone yet, and we cannot offer it to you today."


class OrderRefused(BnplError, code="order_refused", kind=ErrorKind.CONFLICT):
    """The host cannot give the goods; raised by the host's own callback."""

    message = "The shop could not accept the order: {reason}."

    def __init__(self, diagnostic: str = "", *, reason: str) -> None:
        super().__init__(diagnostic, reason=reason)
