"""Stripe's test cards, by token and by number, and how each behaves.

Source of every row: https://docs.stripe.com/testing (declined payments, 3D Secure, disputes, refunds).
"""

from dataclasses import dataclass, replace
from typing import Literal

Authentication = Literal["never", "always", "unless_set_up", "on_session"]
Afterwards = Literal["nothing", "dispute", "refund_fails", "refund_pending"]


@dataclass(frozen=True, slots=True)
class Decline:
    """Why the issuer said no: `code` and `decline_code` of https://docs.stripe.com/declines/codes, and a message."""

    code: str
    decline_code: str | None
    message: str


@dataclass(frozen=True, slots=True)
class SpecimenCard:
    """One test card. `attachable`: can it be saved; `authentication`: when it asks for 3-D Secure."""

    token: str
    number: str
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    decline: Decline | None = None
    attachable: bool = True
    authentication: Authentication = "never"
    afterwards: Afterwards = "nothing"


GENERIC = Decline("card_declined", "generic_decline", "Your card was declined.")
FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
AUTHENTICATION_REQUIRED = Decline(
    "authentication_required", "authentication_required", "Your card was declined: it needs authentication."
)

_WORKING = (
    ("visa", "4242424242424242", "visa", "US", "credit"),
    ("visa_debit", "4000056655665556", "visa", "US", "debit"),
    ("mastercard", "5555555555554444", "mastercard", "US", "credit"),
    ("mastercard_debit", "5200828282828210", "mastercard", "US", "debit"),
    ("mastercard_prepaid", "5105105105105100", "mastercard", "US", "prepaid"),
    ("amex", "378282246310005", "amex", "US", "credit"),
    ("discover", "6011111111111117", "discover", "US", "credit"),
    ("diners", "3056930009020004", "diners", "US", "credit"),
    ("jcb", "3566002020360505", "jcb", "JP", "credit"),
    ("unionpay", "6200000000000005", "unionpay", "CN", "credit"),
    ("us", "4242424242424242", "visa", "US", "credit"),
    ("cn", "4000001560000002", "visa", "CN", "credit"),
    ("fr", "4000002500000003", "visa", "FR", "credit"),
    ("de", "4000002760000016", "visa", "DE", "credit"),
    ("gb", "4000008260000000", "visa", "GB", "credit"),
)
_DECLINING = (
    ("chargeDeclined", "4000000000000002", GENERIC),
    ("chargeDeclinedInsufficientFunds", "4000000000009995", FUNDS),
    ("chargeDeclinedLostCard", "4000000000009987", replace(GENERIC, decline_code="lost_card")),
    ("chargeDeclinedStolenCard", "4000000000009979", replace(GENERIC, decline_code="stolen_card")),
    ("chargeDeclinedFraudulent", "4100000000000019", replace(GENERIC, decline_code="fraudulent")),
    ("chargeDeclinedExpiredCard", "4000000000000069", Decline("expired_card", None, "Your card has expired.")),
    ("chargeDeclinedIncorrectCvc", "4000000000000127", Decline("incorrect_cvc", None, "Your card's CVC is incorrect.")),
    (
        "chargeDeclinedProcessingError",
        "4000000000000119",
        Decline("processing_error", None, "An error occurred while processing your card. Try again."),
    ),
    (
        "chargeDeclinedVelocityLimitExceeded",
        "4000000000006975",
        replace(GENERIC, decline_code="card_velocity_exceeded"),
    ),
)
_SPECIAL = (
    SpecimenCard("chargeCustomerFail", "4000000000000341", decline=GENERIC),
    SpecimenCard("authenticationRequired", "4000002760003184", country="DE", authentication="always"),
    SpecimenCard("authenticationRequiredOnSetup", "4000002500003155", country="FR", authentication="unless_set_up"),
    SpecimenCard(
        "authenticationRequiredSetupForOffSession", "4000003800000446", country="GR", authentication="on_session"
    ),
    SpecimenCard(
        "authenticationRequiredChargeDeclinedInsufficientFunds",
        "4000008260003178",
        country="GB",
        decline=FUNDS,
        authentication="unless_set_up",
    ),
    # The page says that a payment with these two succeeds only after authentication; off-session we refuse them so too.
    SpecimenCard("threeDSecure2Required", "4000000000003220", authentication="always"),
    SpecimenCard("threeDSecureRequired", "4000000000003063", authentication="always"),
    SpecimenCard("threeDSecureRequiredChargeDeclined", "4000008400001629", decline=GENERIC, authentication="always"),
    SpecimenCard("createDispute", "4000000000000259", afterwards="dispute"),
    SpecimenCard("refundFail", "4000000000005126", afterwards="refund_fails"),
    SpecimenCard("pendingRefund", "4000000000007726", afterwards="refund_pending"),
)


def _all() -> tuple[SpecimenCard, ...]:
    working = [SpecimenCard(*row) for row in _WORKING]
    declining = [SpecimenCard(token, number, decline=why, attachable=False) for token, number, why in _DECLINING]
    declining += [replace(card, token=f"visa_{card.token}") for card in declining]
    return (*working, *declining, *_SPECIAL)


BY_TOKEN = {f"pm_card_{card.token}": card for card in _all()}
BY_NUMBER = {card.number: card for card in reversed(_all())}
