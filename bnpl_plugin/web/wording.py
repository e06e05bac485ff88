"""Stable codes in the shopper's words: errors, refusals, declines, reasons, events. Every text is an English msgid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bnpl_plugin import errors
from bnpl_plugin.errors import BnplError, ErrorKind
from bnpl_plugin.lifecycle.flash_sale.watching.board import GateWord, Phase
from bnpl_plugin.ports.plan import PlanKind, PlanRefusal
from bnpl_plugin.ports.provider import DeclineCode
from bnpl_plugin.web.locale import Translator

KIND_TITLES: Final[Mapping[ErrorKind, str]] = {
    ErrorKind.FIX_INPUT: "Something does not fit",
    ErrorKind.RETRY_LATER: "Not possible right now",
    ErrorKind.NOT_ALLOWED: "Not possible",
    ErrorKind.NOT_FOUND: "Nothing here",
    ErrorKind.CONFLICT: "This has changed",
    ErrorKind.GONE: "Too late",
    ErrorKind.INTERNAL: "Our mistake",
}

KIND_ACTIONS: Final[Mapping[ErrorKind, str]] = {
    ErrorKind.FIX_INPUT: "Please start again from the shop.",
    ErrorKind.RETRY_LATER: "Please try again later.",
    ErrorKind.NOT_ALLOWED: "You can pay your order another way.",
    ErrorKind.NOT_FOUND: "Please start again from the shop.",
    ErrorKind.CONFLICT: "Please start again from the shop.",
    ErrorKind.GONE: "Please start again from the shop.",
    ErrorKind.INTERNAL: "Please try again later.",
}

PLAN_KINDS: Final[Mapping[PlanKind, str]] = {
    PlanKind.INSTALMENTS: "Payment in instalments, without cost",
    PlanKind.DEFERRED: "Deferred payment, in one sum",
    PlanKind.AMORTISING: "Instalment loan tied to this purchase",
}

PLAN_TITLES: Final = (
    "Pay in {count}",
    "Pay in 30 days",
    "{count} monthly instalments",
    "{count} interest-free instalments",
)

DECLINES: Final[Mapping[str, str]] = {
    DeclineCode.INSUFFICIENT_FUNDS: "Your bank says that the card has not enough funds. Nothing was charged.",
    DeclineCode.CARD_EXPIRED: "The card has expired. Nothing was charged.",
    DeclineCode.CARD_DECLINED: "Your bank declined the card. Nothing was charged.",
    DeclineCode.AUTHENTICATION_REQUIRED: "Your bank wants you to approve the payment. Nothing was charged.",
    DeclineCode.AUTHENTICATION_FAILED: "The payment was not approved. Nothing was charged.",
    DeclineCode.LOST_OR_STOLEN: "Your bank declined the card. Nothing was charged.",
    DeclineCode.INVALID_CARD: "The card's details are not right. Nothing was charged.",
    DeclineCode.ABANDONED: "The payment was not finished. Nothing was charged.",
    DeclineCode.PROVIDER_REFUSED: "The payment service could not take this payment. Nothing was charged.",
}

#: Inputs of ``InvalidInput`` that a shopper can meet, by field; other fields are ours to get right.
FIELDS: Final[Mapping[str, str]] = {
    "phone": "This is not a phone number. Accepted: a number with its country code, such as +33 6 12 34 56 78.",
    "birth_date": "Accepted: a date of birth in the past 130 years.",
    "full_name": "Accepted: your first name and surname, 2 to 120 characters.",
    "income": "Accepted: an amount from 0 to 100,000,000 a month.",
    "outgoings": "Accepted: an amount from 0 to 100,000,000 a month.",
    "typed_name": "This is not the name on the agreement. Accepted: your full name as you gave it before.",
    "accept": "Please tick the box if you accept the agreement.",
    "consent": "Without your consent we may not decide.",
    "plan": "Please choose one of the plans.",
    "currency": "This order is in another currency than the country where it is delivered.",
    "number": "This is not one of the test bank's cards. Accepted: a card of the table below.",
    "expiry": "Accepted: month and year in the future, such as 12/34.",
    "cvc": "Accepted: three or four digits.",
    "loan": "Nothing is open on this loan.",
    "statement": "Accepted: up to 2,000 characters of text.",
}

#: What an operator types that cannot be read.
TYPED: Final[Mapping[str, str]] = {
    "sum": "Please write a sum like 2500 or 2500.50.",
    "percent": "Please write a percentage from 0 to 100, with at most two decimals.",
    "price": "Please write a percentage from 0 to 200, with at most two decimals.",
    "day": "Please choose a day.",
    "moment": "Please choose a day and a time.",
    "whole": "Please write a whole number.",
    "units": "Please write how many units: a whole number from 1.",
    "end": "Please tick that you want to end it.",
    "items": "Each item needs a number of its own, a name, units and a price; empty rows are passed over.",
}

#: What a flash sale is now, and what its board says of a gate that says nothing.
SALE_PHASES: Final[Mapping[str, str]] = {
    Phase.COMING: "coming",
    Phase.OPEN: "selling",
    Phase.PAUSED: "paused",
    Phase.ENDED: "ended",
    Phase.CLOSED: "closed",
}
SALE_GATES: Final[Mapping[str, str]] = {
    GateWord.DOWN: "The gate does not answer. Free and held units are the database's.",
    GateWord.FORGOTTEN: "The gate does not know this sale until it is taught. Free and held units are the database's.",
}

_ENDINGS: Final[Mapping[str, str]] = {
    error.code: error.message
    for error in (
        errors.SoldOut,
        errors.UnitsPerShopperExceeded,
        errors.CreditLineExceeded,
        errors.CapitalExhausted,
        errors.ConcentrationExceeded,
        errors.SubsidyExhausted,
        errors.OrderAlreadyFinanced,
        errors.CartChanged,
    )
} | {
    "cancelled_before_payment": "You had cancelled before the payment arrived.",
    "host_failed": "The shop could not take the order.",
    "out_of_stock": "The shop has run out of what you ordered.",
}

EVENTS: Final[Mapping[str, tuple[str, str]]] = {
    "checkout.opened": ("request", "Checkout opened"),
    "checkout.plan_chosen": ("request", "Plan chosen"),
    "checkout.identified": ("request", "Phone number proved"),
    "credit.approved": ("decision", "Credit approved"),
    "credit.declined": ("decision", "Credit declined"),
    "credit.reaffirmed": ("decision", "Credit decided again: approved"),
    "credit.referred": ("decision", "Referred to a person"),
    "review.requested": ("request", "A person's review asked for"),
    "review.overdue": ("decision", "Review overdue"),
    "review.withdrawn": ("decision", "Review no longer needed"),
    "review.closed": ("decision", "Review answered by a person"),
    "credit_line.frozen": ("hold", "Credit line frozen"),
    "credit_line.unfrozen": ("hold", "Credit line open again"),
    "credit_line.closed": ("hold", "Credit line closed"),
    "credit_line.reopened": ("decision", "Credit line reopened"),
    "limit_change.offered": ("request", "Higher limit offered"),
    "limit_change.accepted": ("signature", "Higher limit accepted"),
    "limit_change.declined": ("request", "Higher limit declined"),
    "limit_change.lapsed": ("event", "Offered limit lapsed"),
    "limit_change.noticed": ("message", "Lower limit announced"),
    "limit_change.effective": ("event", "Lower limit in force"),
    "limit_change.withdrawn": ("event", "Change of the limit withdrawn"),
    "checkout.held": ("hold", "Stock, credit line and capital held"),
    "hold.released": ("hold", "Holds given back"),
    "hold.expired": ("hold", "Holds expired"),
    "disclosure.shown": ("signature", "Terms shown"),
    "checkout.signed": ("signature", "Agreement signed"),
    "payment.started": ("money", "Payment started"),
    "payment.card_stored": ("event", "Card stored ahead"),
    "payment.authorised": ("money", "Payment authorised"),
    "payment.declined": ("money", "Payment declined"),
    "payment.unknown": ("money", "Payment outcome not known"),
    "payment.late": ("money", "Payment arrived too late"),
    "payment.voided": ("money", "Reservation lifted"),
    "payment.refunded": ("money", "Payment refunded"),
    "loan.booked": ("event", "Loan booked"),
    "loan.settled": ("event", "Loan paid off"),
    "loan.defaulted": ("event", "Loan in default"),
    "loan.reversed": ("event", "Loan reversed"),
    "checkout.confirmed": ("event", "Order confirmed"),
    "checkout.cancelled": ("event", "Checkout cancelled"),
    "checkout.expired": ("event", "Checkout expired"),
    "checkout.refused": ("event", "Order refused"),
    "collection.started": ("money", "Charge started"),
    "instalment.paid": ("money", "Instalment paid"),
    "instalment.failed": ("money", "Instalment not paid"),
    "instalment.reminded": ("message", "Reminder sent"),
    "refund.requested": ("request", "Refund requested"),
}

PROMISES: Final[Mapping[str, str]] = {
    "P1": "Every journal entry balances; nothing posted is edited",
    "P2": "Every schedule sums to the financed amount",
    "P3": "Every shopper stays within the credit line",
    "P4": "Every capital pool stays within its capital",
    "P5": "Every sale item's units add up",
    "P6": "One order, one loan; one instalment, one payment under way",
    "P7": "Every movement at the provider has its one journal entry",
    "P8": "The ledger alone reproduces every balance",
    "P9": "No agreement without disclosures and a decision",
    "P10": "Every change has its event, in order",
}


def told(t: Translator, error: BnplError) -> str:
    """Return an error's public message in the shopper's language; a faulty field names what is accepted."""
    if isinstance(error, errors.InvalidInput):
        field = str(error.details["field"])
        return t.gettext(FIELDS[field]) if field in FIELDS else error.public_message(t.gettext)
    if isinstance(error, errors.SaleNotOpen):  # its times are a machine's; the sale's page has them for people
        return t.gettext("This sale is not open.")
    return error.public_message(t.gettext)


def ending(t: Translator, reason: str | None) -> str:
    """Return why an order could not be given, in words; an unknown code says only that the shop could not accept it."""
    return t.gettext(_ENDINGS.get(reason or "", "The shop could not accept the order."))


def declined(t: Translator, code: str | None) -> str:
    """Return what the bank's refusal means."""
    return t.gettext(DECLINES.get(code or "", DECLINES[DeclineCode.CARD_DECLINED]))


def plan_title(t: Translator, title: str, *, count: int) -> str:
    """Return a plan's name."""
    return t.gettext(title).format(count=count)


def refusal(t: Translator, found: PlanRefusal, *, currency: str) -> str:
    """Return why a plan is not offered for this cart."""
    if found.code == "amount_too_low":
        return t.gettext("from %(amount)s", amount=t.money(int(found.details["lowest_minor"]), currency))
    if found.code == "amount_too_high" and "highest_minor" in found.details:
        return t.gettext("up to %(amount)s", amount=t.money(int(found.details["highest_minor"]), currency))
    if found.code == "amount_too_high":
        return t.gettext("The law does not allow so high a sum.")
    if found.code == "rate_above_cap":
        return t.gettext("The law does not allow this price.")
    if found.code == "not_in_sale":
        return t.gettext("not offered in this sale")
    return t.gettext("not offered in this country at the moment")
