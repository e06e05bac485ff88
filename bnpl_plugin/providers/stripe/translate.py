"""What Stripe's answers mean in our words. Plain data in, ``Outcome`` out; no call is made here.

Source: https://docs.stripe.com/payments/paymentintents/lifecycle (statuses), https://docs.stripe.com/declines/codes and
https://docs.stripe.com/error-codes (reasons).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bnpl_plugin.ports.provider import DeclineCode, Outcome, OutcomeKind, Stage
from bnpl_plugin.providers.stripe.amounts import from_stripe

Json = Mapping[str, Any]

OFF_SESSION: Final = "off_session"
"""The value of an intent's metadata ``way`` when the shopper was away."""

_CODES: Final[Mapping[DeclineCode, str]] = {
    DeclineCode.INSUFFICIENT_FUNDS: "insufficient_funds card_velocity_exceeded withdrawal_count_limit_exceeded",
    DeclineCode.CARD_EXPIRED: "expired_card",
    DeclineCode.LOST_OR_STOLEN: "lost_card stolen_card pickup_card restricted_card",
    DeclineCode.AUTHENTICATION_REQUIRED: "authentication_required mobile_device_authentication_required",
    DeclineCode.AUTHENTICATION_FAILED: (
        "payment_intent_authentication_failure setup_intent_authentication_failure authentication_not_handled"
    ),
    DeclineCode.INVALID_CARD: (
        "incorrect_number invalid_number invalid_account incorrect_cvc invalid_cvc invalid_expiry_month"
        " invalid_expiry_year incorrect_zip incorrect_address incorrect_pin invalid_pin card_not_supported"
        " currency_not_supported new_account_information_available payment_method_not_available"
    ),
}
_BY_CODE: Final = {code: ours for ours, codes in _CODES.items() for code in codes.split()}


def decline_code_of(error: Json, *, by_card: bool = True) -> DeclineCode:
    """Return our reason for an error object of Stripe's: by ``decline_code``, else ``code``, else in general."""
    for name in ("decline_code", "code"):
        found = _BY_CODE.get(str(error.get(name) or ""))
        if found is not None:
            return found
    if error.get("code") == "resource_missing" and error.get("param") == "payment_method":
        return DeclineCode.INVALID_CARD
    return DeclineCode.CARD_DECLINED if by_card else DeclineCode.PROVIDER_REFUSED


def failure_of(intent: Json) -> DeclineCode | None:
    """Return why an intent's last try failed, None if none did."""
    error = intent.get("last_payment_error") or intent.get("last_setup_error")
    return decline_code_of(error) if error else None


def is_off_session(intent: Json) -> bool:
    """Tell whether an intent was made while the shopper was away."""
    return (intent.get("metadata") or {}).get("way") == OFF_SESSION


def of_intent(intent: Json) -> Outcome:
    """Translate a PaymentIntent or SetupIntent.

    What a shopper present may still finish is PENDING, without a next action. One whose last try failed is DECLINED:
    the adapter closes it first, so that nobody can finish it after all.
    """
    match intent["status"]:
        case "requires_capture":
            return _succeeded(intent, stage=Stage.AUTHORISED, units=intent.get("amount_capturable"))
        case "succeeded" if intent["object"] == "setup_intent":
            return _succeeded(intent, stage=Stage.SAVED, units=0)
        case "succeeded":
            return _succeeded(intent, stage=Stage.CAPTURED, units=intent.get("amount_received"))
        case "canceled":
            reason = intent.get("cancellation_reason") or "requested"
            return declined(failure_of(intent) or DeclineCode.ABANDONED, ref=intent["id"], why=f"cancelled: {reason}")
        case "requires_action" if is_off_session(intent):
            # only an API without error 402 answers so; on its own Stripe refuses with authentication_required
            return declined(DeclineCode.AUTHENTICATION_REQUIRED, ref=intent["id"])
        case "requires_payment_method" if failure_of(intent):
            return declined(failure_of(intent) or DeclineCode.CARD_DECLINED, ref=intent["id"])
        case _:  # requires_payment_method, requires_confirmation, requires_action, processing
            customer = id_of(intent.get("customer")) or None
            return Outcome(OutcomeKind.PENDING, provider_ref=intent["id"], customer_ref=customer)


def of_refund(refund: Json) -> Outcome:
    """Translate a Refund (https://docs.stripe.com/refunds#failed-refunds)."""
    match refund["status"]:
        case "succeeded":
            minor = from_stripe(int(refund["amount"]), currency=str(refund["currency"]))
            return Outcome(OutcomeKind.SUCCEEDED, provider_ref=refund["id"], stage=Stage.REFUNDED, amount_minor=minor)
        case "pending" | "requires_action":
            return Outcome(OutcomeKind.PENDING, provider_ref=refund["id"])
        case status:
            why = f"refund {status}: {refund.get('failure_reason')}"
            return declined(DeclineCode.PROVIDER_REFUSED, ref=refund["id"], why=why)


def declined(code: DeclineCode, *, ref: str | None, why: str = "") -> Outcome:
    """Return a refusal."""
    return Outcome(OutcomeKind.DECLINED, provider_ref=ref, decline_code=code, diagnostic=why)


def unknown(ref: str | None, *, why: str) -> Outcome:
    """Return that nobody knows."""
    return Outcome(OutcomeKind.UNKNOWN, provider_ref=ref, diagnostic=why)


def id_of(thing: Any) -> str:
    """Return the id of something that Stripe gives as an id, as an object, or not at all."""
    if isinstance(thing, Mapping):
        return str(thing.get("id") or "")
    return str(thing or "")


def _succeeded(intent: Json, *, stage: Stage, units: Any) -> Outcome:
    amount_minor = from_stripe(int(units), currency=str(intent["currency"])) if units else 0
    return Outcome(
        OutcomeKind.SUCCEEDED,
        provider_ref=intent["id"],
        stage=stage,
        amount_minor=amount_minor,
        customer_ref=id_of(intent.get("customer")) or None,
        method_ref=id_of(intent.get("payment_method")) or None,
        method_label=_label(intent.get("payment_method")),
    )


def _label(method: Any) -> str:
    card = method.get("card") if isinstance(method, Mapping) else None
    if not card:
        return ""
    return f"{str(card.get('brand') or 'card').replace('_', ' ').title()} •••• {card.get('last4') or ''}"
