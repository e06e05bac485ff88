"""The one tree of exceptions.

Every error the house raises on purpose is a `BnplError`. Each class has a stable snake_case `code` (never edited after
a release), a `kind` (what the client should do next) and a translatable English `message` with {placeholders} that are
filled from `details`. `details` are safe to show to anyone; `diagnostic` is for logs only.

    BnplError
    ├── InvalidInput              a field, its fault, what is accepted
    ├── UnknownCurrency           not an ISO 4217 code we can compute with
    ├── CurrencyMismatch          two currencies in one sum
    ├── AmountOutOfRange          beyond 10**15 minor units
    ├── UnsupportedCountry        no leaf for the country
    ├── LawMissing                the country's legal value is missing or expired
    ├── OfferExpired · OfferTampered · OfferUnavailable · CartChanged
    ├── CheckoutNotFound · CheckoutExpired · NotYours
    ├── IllegalTransition         the state table has no such move
    ├── GuardFailed               a guard inside the write said no
    │   ├── CreditLineExceeded · CapitalExhausted · SoldOut · UnitsPerShopperExceeded
    │   └── StateMoved · OrderAlreadyFinanced
    ├── SaleNotOpen               too early, too late, or another shop's sale
    ├── DecisionMissing · DisclosuresMissing
    ├── CodeWrong · CodeExpired · TooManyAttempts
    ├── CreditDeclined · OrderRefused
    ├── HostTransactionOpen · StorageUnavailable · ProviderUnavailable · WebhookInvalid
    ├── IdempotencyMismatch · IdempotencyRunning · Unauthenticated
    └── ConfigurationError · LedgerImbalance · SolverFailed
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import ClassVar


class ErrorKind(StrEnum):
    """What the client that receives the error should do."""

    FIX_INPUT = "fix_input"
    RETRY_LATER = "retry_later"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    GONE = "gone"
    INTERNAL = "internal"


def _rebuild(kind: type[BnplError], diagnostic: str, details: dict[str, object]) -> BnplError:
    return kind(diagnostic, **details)


class BnplError(Exception):
    """The root of the tree.

    Args:
        diagnostic: text for the log, never shown to a client.
        details: values safe to show; they fill the placeholders of `message`.
    """

    code: ClassVar[str] = "bnpl_error"
    kind: ClassVar[ErrorKind] = ErrorKind.INTERNAL
    message: ClassVar[str] = "Something went wrong on our side."

    def __init_subclass__(cls, *, code: str = "", kind: ErrorKind | None = None) -> None:
        super().__init_subclass__()
        cls.code = code or cls.code
        cls.kind = kind or cls.kind

    def __init__(self, diagnostic: str = "", **details: object) -> None:
        self.diagnostic = diagnostic
        self.details: Mapping[str, object] = details
        super().__init__(diagnostic)

    def public_message(self, translate: Callable[[str], str] = str) -> str:
        """Return the message for the client: `message` translated, then filled from `details`."""
        return translate(self.message).format_map(_Blanks(self.details))

    def __str__(self) -> str:
        told = self.public_message()
        return f"{told} [{self.diagnostic}]" if self.diagnostic else told

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.diagnostic, dict(self.details)))


class _Blanks(dict[str, object]):
    """Leaves a placeholder without a detail empty, so that telling of an error can never raise another."""

    def __missing__(self, key: str) -> str:
        return ""


class InvalidInput(BnplError, code="invalid_input", kind=ErrorKind.FIX_INPUT):
    """A value from outside cannot be used; nothing was written."""

    message = "{field}: {fault}. Accepted: {accepted}."

    def __init__(self, diagnostic: str = "", *, field: str, fault: str, accepted: str) -> None:
        super().__init__(diagnostic, field=field, fault=fault, accepted=accepted)


class UnknownCurrency(BnplError, code="unknown_currency", kind=ErrorKind.FIX_INPUT):
    """The code is not an active ISO 4217 currency with a minor unit."""

    message = "{currency} is not a currency we can compute with."

    def __init__(self, diagnostic: str = "", *, currency: str) -> None:
        super().__init__(diagnostic, currency=currency)


class CurrencyMismatch(BnplError, code="currency_mismatch", kind=ErrorKind.FIX_INPUT):
    """Two amounts of different currencies met in one operation."""

    message = "{left} and {right} cannot be combined."

    def __init__(self, diagnostic: str = "", *, left: str, right: str) -> None:
        super().__init__(diagnostic, left=left, right=right)


class AmountOutOfRange(BnplError, code="amount_out_of_range", kind=ErrorKind.FIX_INPUT):
    """The amount is beyond what an amount may be here."""

    message = "The amount is out of range. Accepted: {accepted}."

    def __init__(self, diagnostic: str = "", *, accepted: str) -> None:
        super().__init__(diagnostic, accepted=accepted)


class UnsupportedCountry(BnplError, code="unsupported_country", kind=ErrorKind.NOT_ALLOWED):
    """No credit is offered in the country."""

    message = "Paying later is not offered in {country}."

    def __init__(self, diagnostic: str = "", *, country: str) -> None:
        super().__init__(diagnostic, country=country)


class LawMissing(BnplError, code="law_missing", kind=ErrorKind.NOT_ALLOWED):
    """A legal value that the country needs is missing, expired or not sure enough."""

    message = "Paying later is not offered in {country} at the moment."

    def __init__(self, diagnostic: str = "", *, country: str, value: str) -> None:
        super().__init__(diagnostic, country=country, value=value)


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


class SaleNotOpen(BnplError, code="sale_not_open", kind=ErrorKind.RETRY_LATER):
    """The flash sale has not begun, is over, or is not this merchant's."""

    message = "This sale is not open. It runs from {starts_at} to {ends_at}."


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


class CreditDeclined(BnplError, code="credit_declined", kind=ErrorKind.NOT_ALLOWED):
    """The decision was negative; `reasons` are the codes of the rules that said so."""

    message = "We cannot lend for this purchase."

    def __init__(self, diagnostic: str = "", *, reasons: tuple[str, ...]) -> None:
        super().__init__(diagnostic, reasons=reasons)


class OrderRefused(BnplError, code="order_refused", kind=ErrorKind.CONFLICT):
    """The host cannot give the goods; raised by the host's own callback."""

    message = "The shop could not accept the order: {reason}."

    def __init__(self, diagnostic: str = "", *, reason: str) -> None:
        super().__init__(diagnostic, reason=reason)


class HostTransactionOpen(BnplError, code="host_transaction_open"):
    """A call that commits on its own was made while the host's session is in a transaction."""

    message = "The shop's database session is still in a transaction."


class StorageUnavailable(BnplError, code="storage_unavailable", kind=ErrorKind.RETRY_LATER):
    """The database did not answer, or not in time; nothing was written unless the answer to a commit was lost."""

    message = "We cannot reach our books at the moment."


class ProviderUnavailable(BnplError, code="provider_unavailable", kind=ErrorKind.RETRY_LATER):
    """The payment provider cannot be reached; whether it acted is not known."""

    message = "The payment service cannot be reached at the moment."


class WebhookInvalid(BnplError, code="webhook_invalid", kind=ErrorKind.FIX_INPUT):
    """The webhook's signature, age or body is wrong."""

    message = "This webhook cannot be verified."


class IdempotencyMismatch(BnplError, code="idempotency_mismatch", kind=ErrorKind.FIX_INPUT):
    """The idempotency key was used before with another body."""

    message = "This Idempotency-Key was used with another request."


class IdempotencyRunning(BnplError, code="idempotency_running", kind=ErrorKind.CONFLICT):
    """The first request with this key is still running."""

    message = "The first request with this Idempotency-Key is still running."


class Unauthenticated(BnplError, code="unauthenticated", kind=ErrorKind.NOT_ALLOWED):
    """The caller has not said who it is."""

    message = "Please identify yourself first."


class ConfigurationError(BnplError, code="configuration_error"):
    """The operator's settings do not fit together."""

    message = "The shop's pay-later settings are not right."


class LedgerImbalance(BnplError, code="ledger_imbalance"):
    """A journal entry does not balance, or is not an entry at all (P1)."""

    message = "The booking does not balance."


class SolverFailed(BnplError, code="solver_failed"):
    """The annual rate has no solution, or several; never answered by a guess."""

    message = "The annual rate cannot be computed: {reason}."

    def __init__(self, diagnostic: str = "", *, reason: str) -> None:
        super().__init__(diagnostic, reason=reason)


GUARDS: Mapping[str, type[GuardFailed]] = {
    "credit_line": CreditLineExceeded,
    "capital_pool": CapitalExhausted,
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
