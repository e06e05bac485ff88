"""One function per business event. Each returns the whole entry; lines of nothing are left out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.ledger.accounts import Account
from bnpl_plugin.ledger.entries import (
    EntryHead,
    EntryKind,
    entry_of,
    fees_of,
    move,
    not_negative,
    positive,
    postings_of,
)
from bnpl_plugin.ledger.journal import JournalEntry, Posting
from bnpl_plugin.money import Money
from bnpl_plugin.money.currency import MINOR_UNITS


def capital_added(
    head: EntryHead, *, pool_id: str, source: Money, into: Money, rate: Decimal, rate_on: date, rate_source: str
) -> JournalEntry:
    """The owners put capital into a pool, exchanged on the way if the pool lends in another currency.

        Dr fx_clearing  source currency     Cr equity       source currency
        Dr pool_capital pool currency       Cr fx_clearing  pool currency

    With one currency the clearing lines fall away.

    Args:
        head: id, dates.
        pool_id: the capital pool.
        source: what the owners paid, more than zero.
        into: what the pool got, within one minor unit of `source` times `rate`.
        rate: pool currency for one major unit of source currency; 1 within one currency.
        rate_on: the day of the rate.
        rate_source: who published it.

    Raises:
        InvalidInput: an amount is not positive, or the three do not fit together.
    """
    positive(source.minor, field="source")
    positive(into.minor, field="into")
    if type(rate) is not Decimal or not rate.is_finite() or rate <= 0:
        raise InvalidInput(field="rate", fault=f"is {rate!r}", accepted="a Decimal above 0")
    over, under = rate.as_integer_ratio()
    shift = MINOR_UNITS[into.currency] - MINOR_UNITS[source.currency]
    over, under = (over * 10**shift, under) if shift >= 0 else (over, under * 10**-shift)
    if abs(source.minor * over - into.minor * under) > under:
        raise InvalidInput(field="into", fault=f"is {into}", accepted=f"{source} at {rate}")
    if source.currency == into.currency:
        lines = [(Account.POOL_CAPITAL, into), (Account.EQUITY, -source)]
    else:
        lines = [
            (Account.FX_CLEARING, source),
            (Account.EQUITY, -source),
            (Account.POOL_CAPITAL, into),
            (Account.FX_CLEARING, -into),
        ]
    details = {"rate": str(rate), "rate_on": rate_on.isoformat(), "rate_source": rate_source}
    postings = tuple(Posting(account, pool_id, money.minor, money.currency) for account, money in lines)
    return entry_of(head, EntryKind.CAPITAL_ADDED, postings, details=details)


def drawdown(
    head: EntryHead,
    *,
    loan_id: str,
    merchant_id: str,
    currency: str,
    principal_minor: int,
    interest_minor: int = 0,
    fee_minor: int = 0,
    mdr_minor: int = 0,
    funder_id: str = "",
    funder_minor: int = 0,
) -> JournalEntry:
    """Principal becomes owed by the shopper and payable to the merchant; the schedule's cost is not yet earned.

        Dr loan_principal  P        Cr merchant_payable   P - mdr,  Cr mdr_income  mdr
        Dr loan_interest   I        Cr unearned_interest  I
        Dr loan_fee        F        Cr unearned_fee       F
        Dr funder_payable  C        Cr loan_principal_ceded C   (what a co-lender takes of it and is to pay us)

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        merchant_id: the shop that delivers.
        currency: ISO 4217 code of all amounts.
        principal_minor: above 0.
        interest_minor: all interest of the schedule.
        fee_minor: all shopper fees of the schedule.
        mdr_minor: what we keep, at most the principal.
        funder_id: who co-lends.
        funder_minor: its part of the principal.
    """
    positive(principal_minor, field="principal_minor")
    if not 0 <= mdr_minor <= principal_minor:
        raise InvalidInput(field="mdr_minor", fault=f"is {mdr_minor}", accepted=f"0 to {principal_minor}")
    lines = [
        (Account.LOAN_PRINCIPAL, loan_id, principal_minor),
        (Account.MERCHANT_PAYABLE, merchant_id, mdr_minor - principal_minor),
        (Account.MDR_INCOME, merchant_id, -mdr_minor),
        *move(loan_id, interest_minor, debit=Account.LOAN_INTEREST, credit=Account.UNEARNED_INTEREST),
        *move(loan_id, fee_minor, debit=Account.LOAN_FEE, credit=Account.UNEARNED_FEE),
        (Account.FUNDER_PAYABLE, funder_id, funder_minor),
        (Account.LOAN_PRINCIPAL_CEDED, loan_id, -funder_minor),
    ]
    return entry_of(head, EntryKind.DRAWDOWN, postings_of(lines, currency), loan_id=loan_id)


def repayment(
    head: EntryHead,
    *,
    loan_id: str,
    provider: str,
    provider_claim: str,
    currency: str,
    principal_minor: int,
    interest_minor: int = 0,
    fee_minor: int = 0,
) -> JournalEntry:
    """The provider took money from the shopper; its cost parts are now earned.

        Dr provider_clearing  P + I + F     Cr loan_principal P, loan_interest I, loan_fee F
        Dr unearned_interest  I             Cr interest_income I
        Dr unearned_fee       F             Cr fee_income F

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        provider: name of the payment provider.
        provider_claim: the charge, unique over the ledger: "sandbox:charge:ch_1".
        currency: ISO 4217 code.
        principal_minor: the part for principal, 0 or more.
        interest_minor: the part for interest, 0 or more.
        fee_minor: the part for fees, 0 or more; one of the three is above 0.
    """
    lines = [
        (Account.PROVIDER_CLEARING, provider, principal_minor + interest_minor + fee_minor),
        (Account.LOAN_PRINCIPAL, loan_id, -not_negative(principal_minor, field="principal_minor")),
        (Account.LOAN_INTEREST, loan_id, -interest_minor),
        (Account.LOAN_FEE, loan_id, -fee_minor),
        *move(loan_id, interest_minor, debit=Account.UNEARNED_INTEREST, credit=Account.INTEREST_INCOME),
        *move(loan_id, fee_minor, debit=Account.UNEARNED_FEE, credit=Account.FEE_INCOME),
    ]
    postings = postings_of(lines, currency)
    return entry_of(head, EntryKind.REPAYMENT, postings, loan_id=loan_id, provider_claim=provider_claim)


def interest_waived(
    head: EntryHead, *, loan_id: str, currency: str, interest_minor: int, fee_minor: int = 0
) -> JournalEntry:
    """Cost of the schedule that will never be earned is dropped (early settlement).

        Dr unearned_interest I      Cr loan_interest I
        Dr unearned_fee      F      Cr loan_fee      F

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        currency: ISO 4217 code.
        interest_minor: interest dropped, 0 or more.
        fee_minor: fees dropped, 0 or more.
    """
    lines = [
        *move(loan_id, interest_minor, debit=Account.UNEARNED_INTEREST, credit=Account.LOAN_INTEREST),
        *move(loan_id, fee_minor, debit=Account.UNEARNED_FEE, credit=Account.LOAN_FEE),
    ]
    return entry_of(head, EntryKind.INTEREST_WAIVED, postings_of(lines, currency), loan_id=loan_id)


def loan_reversed(
    head: EntryHead,
    *,
    loan_id: str,
    merchant_id: str,
    currency: str,
    still_open: Parts,
    paid: Parts,
    mdr_minor: int = 0,
) -> JournalEntry:
    """The purchase is undone in full: nothing is owed any more, every cent paid goes back, interest and fees included.

        Dr merchant_payable P - mdr, mdr_income mdr     Cr loan_principal (open), shopper_refund_payable (paid)
        Dr unearned_interest, unearned_fee (open)       Cr loan_interest, loan_fee (open)
        Dr interest_income, fee_income (paid)           Cr shopper_refund_payable (paid)

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        merchant_id: the shop that gives the price back.
        currency: ISO 4217 code.
        still_open: what the loan's receivables hold now.
        paid: what the shopper has paid.
        mdr_minor: the part of our discount given back to the shop; 0 when we keep it.
    """
    principal = still_open.principal_minor + paid.principal_minor
    positive(principal, field="principal_minor")
    if not 0 <= mdr_minor <= principal:
        raise InvalidInput(field="mdr_minor", fault=f"is {mdr_minor}", accepted=f"0 to {principal}")
    lines = [
        (Account.MERCHANT_PAYABLE, merchant_id, principal - mdr_minor),
        (Account.MDR_INCOME, merchant_id, mdr_minor),
        (Account.LOAN_PRINCIPAL, loan_id, -not_negative(still_open.principal_minor, field="still_open")),
        *move(loan_id, still_open.interest_minor, debit=Account.UNEARNED_INTEREST, credit=Account.LOAN_INTEREST),
        *move(loan_id, fees_of(still_open), debit=Account.UNEARNED_FEE, credit=Account.LOAN_FEE),
        (Account.INTEREST_INCOME, loan_id, not_negative(paid.interest_minor, field="paid")),
        (Account.FEE_INCOME, loan_id, not_negative(fees_of(paid), field="paid")),
        (Account.SHOPPER_REFUND_PAYABLE, loan_id, -paid.total_minor),
    ]
    return entry_of(head, EntryKind.LOAN_REVERSED, postings_of(lines, currency), loan_id=loan_id)


def refund_paid(
    head: EntryHead, *, loan_id: str, provider: str, provider_claim: str, currency: str, refund_minor: int
) -> JournalEntry:
    """The provider gave money back to the shopper.

    Dr shopper_refund_payable      Cr provider_clearing
    """
    positive(refund_minor, field="refund_minor")
    lines = [
        (Account.SHOPPER_REFUND_PAYABLE, loan_id, refund_minor),
        (Account.PROVIDER_CLEARING, provider, -refund_minor),
    ]
    postings = postings_of(lines, currency)
    return entry_of(head, EntryKind.REFUND_PAID, postings, loan_id=loan_id, provider_claim=provider_claim)


def correction(head: EntryHead, *, of: JournalEntry, reason: str) -> JournalEntry:
    """Undo an entry by its mirror image; the wrong one stays (P1)."""
    postings = tuple(Posting(line.account, line.owner, -line.amount_minor, line.currency) for line in of.postings)
    details = {"reason": reason}
    return entry_of(head, EntryKind.CORRECTION, postings, loan_id=of.loan_id, reverses=of.entry_id, details=details)


__all__ = [
    "EntryHead",
    "EntryKind",
    "capital_added",
    "correction",
    "drawdown",
    "interest_waived",
    "loan_reversed",
    "refund_paid",
    "repayment",
]
