"""What every journal entry is made of: its kind, its head, and lines that balance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.ledger.accounts import Account
from bnpl_plugin.ledger.journal import JournalEntry, Posting


class EntryKind(StrEnum):
    """The business events that the ledger knows; stored as they are."""

    CAPITAL_ADDED = "capital_added"
    DRAWDOWN = "drawdown"
    REPAYMENT = "repayment"
    INTEREST_WAIVED = "interest_waived"
    LOAN_REVERSED = "loan_reversed"
    REFUND_PAID = "refund_paid"
    CORRECTION = "correction"
    CHARGE_LAID = "charge_laid"
    COST_ACCRUED = "cost_accrued"
    PAYMENT_RECEIVED = "payment_received"
    MERCHANT_REFUNDED = "merchant_refunded"
    GOODWILL_GRANTED = "goodwill_granted"
    CHARGED_BACK = "charged_back"
    CREDIT_BALANCE_REFUNDED = "credit_balance_refunded"
    CHARGED_OFF = "charged_off"
    RECOVERED = "recovered"
    SUBSIDY_GRANTED = "subsidy_granted"
    SUBSIDY_EARNED = "subsidy_earned"
    SUBSIDY_REVERSED = "subsidy_reversed"
    CAPITAL_WITHDRAWN = "capital_withdrawn"
    BORROWING_TAKEN = "borrowing_taken"
    BORROWING_INTEREST_ACCRUED = "borrowing_interest_accrued"
    BORROWING_REPAID = "borrowing_repaid"
    FUNDER_SHARE_COLLECTED = "funder_share_collected"
    FUNDER_SHARE_RETURNED = "funder_share_returned"
    FUNDER_SHARE_LOST = "funder_share_lost"
    LOAN_SOLD = "loan_sold"
    LOAN_BOUGHT_BACK = "loan_bought_back"
    FUNDER_REMITTED = "funder_remitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryHead:
    """What every entry carries besides its lines.

    Attributes:
        entry_id: made by the caller.
        value_date: the economic date.
        booked_at: the aware instant of booking.
        shopper_id: the opaque shopper, "" for the house.
    """

    entry_id: str
    value_date: date
    booked_at: datetime
    shopper_id: str = ""


Line = tuple[Account, str, int]
"""Account, owner, signed minor units: debit positive."""


def move(owner: str, amount_minor: int, *, debit: Account, credit: Account) -> tuple[Line, Line]:
    """Return the two lines that move an amount, 0 or more, from the credited to the debited account."""
    not_negative(amount_minor, field=f"{credit}")
    return ((debit, owner, amount_minor), (credit, owner, -amount_minor))


def fees_of(parts: Parts) -> int:
    """Return the fees of a debt as the ledger keeps them: penalties are among them."""
    return parts.fee_minor + parts.penalty_minor


def postings_of(lines: Iterable[Line], currency: str) -> tuple[Posting, ...]:
    """Return lines as postings; lines of nothing are left out."""
    return tuple(Posting(account, owner, amount, currency) for account, owner, amount in lines if amount)


def entry_of(
    head: EntryHead,
    kind: EntryKind,
    postings: tuple[Posting, ...],
    *,
    loan_id: str | None = None,
    provider_claim: str | None = None,
    reverses: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> JournalEntry:
    """Return the entry of a head, a kind and postings."""
    return JournalEntry(
        entry_id=head.entry_id,
        kind=kind,
        value_date=head.value_date,
        booked_at=head.booked_at,
        postings=postings,
        shopper_id=head.shopper_id,
        loan_id=loan_id,
        provider_claim=provider_claim,
        reverses=reverses,
        details=details or {},
    )


def positive(amount_minor: int, *, field: str) -> int:
    """Return the amount; refuse nothing and less."""
    if amount_minor <= 0:
        raise InvalidInput(field=field, fault=f"is {amount_minor}", accepted="above 0")
    return amount_minor


def not_negative(amount_minor: int, *, field: str) -> int:
    """Return the amount; refuse less than nothing."""
    if amount_minor < 0:
        raise InvalidInput(field=field, fault=f"is {amount_minor}", accepted="0 or more")
    return amount_minor
