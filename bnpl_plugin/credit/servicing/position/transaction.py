"""A transaction: what one event did to the loan, in parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bnpl_plugin.credit.servicing.parts import NOTHING, Parts


class Source(StrEnum):
    """Where received money comes from."""

    REPAYMENT = "repayment"
    """The shopper."""
    DOWN_PAYMENT = "down_payment"
    """The shopper, on the day of a drawdown."""
    MERCHANT_REFUND = "merchant_refund"
    """The shop, for goods that came back."""
    PAYOUT_REFUND = "payout_refund"
    """The shop, out of what it was paid."""
    GOODWILL_CREDIT = "goodwill_credit"
    """The lender, as a gift."""
    INTEREST_REFUND = "interest_refund"
    """The lender, for cost of goods that came back."""
    CHARGE_ADJUSTMENT = "charge_adjustment"
    """The lender, for a charge that was not right."""


class TransactionKind(StrEnum):
    """What a transaction is; values of `Source` stand for money received."""

    DRAWDOWN = "drawdown"
    REPAYMENT = "repayment"
    DOWN_PAYMENT = "down_payment"
    MERCHANT_REFUND = "merchant_refund"
    PAYOUT_REFUND = "payout_refund"
    GOODWILL_CREDIT = "goodwill_credit"
    INTEREST_REFUND = "interest_refund"
    CHARGE_ADJUSTMENT = "charge_adjustment"
    CHARGE_WAIVED = "charge_waived"
    COST_WAIVED = "cost_waived"
    CHARGEBACK = "chargeback"
    CREDIT_BALANCE_REFUND = "credit_balance_refund"
    ADVANCE_REFUND = "advance_refund"
    ACCRUAL = "accrual"
    RE_AGE = "re_age"
    RE_AMORTISE = "re_amortise"
    CHARGE_OFF = "charge_off"
    WRITE_OFF = "write_off"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What one event did.

    Attributes:
        event_id: the event that did it.
        kind: what it is.
        on: the value date.
        amount_minor: the whole of it.
        parts: what of it concerned principal, interest, fee and penalty.
        overpayment_minor: what of it was more than everything owed, or was taken from such a surplus.
        absorbed: what of `parts` an overpayment paid at once.
        principal_after_minor: the principal still owed after it.
        of: the event that it concerns (the payment a chargeback takes back), if any.
    """

    event_id: str
    kind: TransactionKind
    on: date
    amount_minor: int
    parts: Parts = NOTHING
    overpayment_minor: int = 0
    absorbed: Parts = NOTHING
    principal_after_minor: int = 0
    of: str = ""
