"""One function per business event of a loan's life after signature, in books that recognise cost as it is earned.

Cost stands in `loan_interest` and `loan_fee` against `unearned_…` from the day it is agreed or laid; `cost_accrued`
turns it into income as it is earned, and the payments here leave income alone. (`postings.repayment` is for books that
recognise cost as it is paid.) Penalties are fees. Lines of nothing are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from bnpl_plugin.credit.servicing.parts import NOTHING, Parts
from bnpl_plugin.ledger.accounts import Account
from bnpl_plugin.ledger.entries import (
    EntryHead,
    EntryKind,
    Line,
    entry_of,
    fees_of,
    move,
    not_negative,
    positive,
    postings_of,
)
from bnpl_plugin.ledger.journal import JournalEntry


class Claim(StrEnum):
    """Where a claim stands in the books."""

    ON_BOOKS = "on_books"
    """Among the receivables."""
    CHARGED_OFF = "charged_off"
    """Given up: what comes back of it lowers the loss, what is owed again raises it."""


_HOMES: Mapping[Claim, tuple[Account, Account, Account]] = MappingProxyType({
    Claim.ON_BOOKS: (Account.LOAN_PRINCIPAL, Account.LOAN_INTEREST, Account.LOAN_FEE),
    Claim.CHARGED_OFF: (Account.CREDIT_LOSS, Account.INTEREST_GIVEN_UP, Account.FEE_GIVEN_UP),
})  # fmt: skip


def charge_laid(head: EntryHead, *, loan_id: str, currency: str, fee_minor: int) -> JournalEntry:
    """A fee or penalty is laid on the loan; it is not yet earned.

    Dr loan_fee      Cr unearned_fee

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        currency: ISO 4217 code.
        fee_minor: above 0.
    """
    positive(fee_minor, field="fee_minor")
    lines = move(loan_id, fee_minor, debit=Account.LOAN_FEE, credit=Account.UNEARNED_FEE)
    return entry_of(head, EntryKind.CHARGE_LAID, postings_of(lines, currency), loan_id=loan_id)


def cost_accrued(
    head: EntryHead, *, loan_id: str, currency: str, interest_minor: int = 0, fee_minor: int = 0
) -> JournalEntry:
    """Cost has been earned, whether it was paid or not.

        Dr unearned_interest I      Cr interest_income I
        Dr unearned_fee      F      Cr fee_income      F

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        currency: ISO 4217 code.
        interest_minor: 0 or more.
        fee_minor: 0 or more; one of the two is above 0.
    """
    lines = [
        *move(loan_id, interest_minor, debit=Account.UNEARNED_INTEREST, credit=Account.INTEREST_INCOME),
        *move(loan_id, fee_minor, debit=Account.UNEARNED_FEE, credit=Account.FEE_INCOME),
    ]
    return entry_of(head, EntryKind.COST_ACCRUED, postings_of(lines, currency), loan_id=loan_id)


def payment_received(
    head: EntryHead,
    *,
    loan_id: str,
    provider: str,
    provider_claim: str | None = None,
    currency: str,
    paid: Parts,
    overpayment_minor: int = 0,
) -> JournalEntry:
    """The provider took money from the shopper for a loan on the books.

        Dr provider_clearing      Cr loan_principal, loan_interest, loan_fee (paid)
                                  Cr shopper_refund_payable (overpayment)

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        provider: name of the payment provider.
        provider_claim: the charge, unique over the ledger.
        currency: ISO 4217 code.
        paid: what it paid.
        overpayment_minor: what was more than everything owed.
    """
    lines = [
        (Account.PROVIDER_CLEARING, provider, paid.total_minor + overpayment_minor),
        *_off(Claim.ON_BOOKS, paid, loan_id),
        (Account.SHOPPER_REFUND_PAYABLE, loan_id, -not_negative(overpayment_minor, field="overpayment_minor")),
    ]
    postings = postings_of(lines, currency)
    return entry_of(head, EntryKind.PAYMENT_RECEIVED, postings, loan_id=loan_id, provider_claim=provider_claim)


def recovered(
    head: EntryHead,
    *,
    loan_id: str,
    provider: str,
    provider_claim: str | None = None,
    currency: str,
    recovered_minor: int,
    overpayment_minor: int = 0,
) -> JournalEntry:
    """The provider took money from the shopper for a loan that had been charged off or written off.

        Dr provider_clearing      Cr recovery_income
                                  Cr shopper_refund_payable (overpayment)

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        provider: name of the payment provider.
        provider_claim: the charge, unique over the ledger.
        currency: ISO 4217 code.
        recovered_minor: what was still owed of it, 0 or more.
        overpayment_minor: what was more.
    """
    lines = [
        (Account.PROVIDER_CLEARING, provider, recovered_minor + overpayment_minor),
        (Account.RECOVERY_INCOME, loan_id, -not_negative(recovered_minor, field="recovered_minor")),
        (Account.SHOPPER_REFUND_PAYABLE, loan_id, -not_negative(overpayment_minor, field="overpayment_minor")),
    ]
    postings = postings_of(lines, currency)
    return entry_of(head, EntryKind.RECOVERED, postings, loan_id=loan_id, provider_claim=provider_claim)


def merchant_refunded(
    head: EntryHead,
    *,
    loan_id: str,
    merchant_id: str,
    currency: str,
    credited: Parts,
    overpayment_minor: int = 0,
    claim: Claim = Claim.ON_BOOKS,
) -> JournalEntry:
    """The shop gave back a price, in full or part; it pays the loan in the shopper's place.

        Dr merchant_payable       Cr loan_principal, loan_interest, loan_fee (credited)
                                  Cr shopper_refund_payable (overpayment)

    Of a loan that was charged off the loss becomes smaller: Cr credit_loss, interest_given_up, fee_given_up.

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        merchant_id: the shop.
        currency: ISO 4217 code.
        credited: what it paid.
        overpayment_minor: what was more than everything owed.
        claim: where the claim stands.
    """
    lines = [
        (Account.MERCHANT_PAYABLE, merchant_id, credited.total_minor + overpayment_minor),
        *_off(claim, credited, loan_id),
        (Account.SHOPPER_REFUND_PAYABLE, loan_id, -not_negative(overpayment_minor, field="overpayment_minor")),
    ]
    return entry_of(head, EntryKind.MERCHANT_REFUNDED, postings_of(lines, currency), loan_id=loan_id)


def goodwill_granted(
    head: EntryHead,
    *,
    loan_id: str,
    currency: str,
    credited: Parts,
    overpayment_minor: int = 0,
    claim: Claim = Claim.ON_BOOKS,
) -> JournalEntry:
    """We pay a part of the loan in the shopper's place.

        Dr goodwill_expense (principal, overpayment)    Cr loan_principal, loan_interest, loan_fee (credited)
        Dr interest_given_up, fee_given_up              Cr shopper_refund_payable (overpayment)

    Of a loan that was charged off it is a recovery: Cr recovery_income.

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        currency: ISO 4217 code.
        credited: what it paid.
        overpayment_minor: what was more than everything owed; the gift in money.
        claim: where the claim stands.
    """
    gift = credited.principal_minor + not_negative(overpayment_minor, field="overpayment_minor")
    lines: list[Line] = [
        (Account.GOODWILL_EXPENSE, loan_id, gift),
        (Account.INTEREST_GIVEN_UP, loan_id, not_negative(credited.interest_minor, field="credited")),
        (Account.FEE_GIVEN_UP, loan_id, not_negative(fees_of(credited), field="credited")),
        (Account.SHOPPER_REFUND_PAYABLE, loan_id, -overpayment_minor),
    ]
    if claim is Claim.CHARGED_OFF:
        lines.append((Account.RECOVERY_INCOME, loan_id, -credited.total_minor))
    else:
        lines += _off(claim, credited, loan_id)
    return entry_of(head, EntryKind.GOODWILL_GRANTED, postings_of(lines, currency), loan_id=loan_id)


def charged_back(
    head: EntryHead,
    *,
    loan_id: str,
    provider: str,
    provider_claim: str | None = None,
    currency: str,
    owed_again: Parts,
    overpayment_minor: int = 0,
    claim: Claim = Claim.ON_BOOKS,
) -> JournalEntry:
    """The bank took a payment back; the provider takes it from us.

        Dr loan_principal, loan_interest, loan_fee (owed again)     Cr provider_clearing
        Dr shopper_refund_payable (overpayment)

    Of a loan that was charged off the loss becomes larger: Dr credit_loss, interest_given_up, fee_given_up.

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        provider: name of the payment provider.
        provider_claim: the dispute, unique over the ledger.
        currency: ISO 4217 code.
        owed_again: what the shopper owes again.
        overpayment_minor: what an overpayment covered.
        claim: where the claim stands.
    """
    lines = _given_back(claim, owed_again, overpayment_minor, loan_id=loan_id, provider=provider)
    postings = postings_of(lines, currency)
    return entry_of(head, EntryKind.CHARGED_BACK, postings, loan_id=loan_id, provider_claim=provider_claim)


def credit_balance_refunded(
    head: EntryHead,
    *,
    loan_id: str,
    provider: str,
    provider_claim: str | None = None,
    currency: str,
    overpayment_minor: int,
    owed_again: Parts | None = None,
    claim: Claim = Claim.ON_BOOKS,
) -> JournalEntry:
    """An overpayment was paid back to the shopper; what turned out not to be one is owed again.

        Dr shopper_refund_payable (overpayment)     Cr provider_clearing
        Dr loan_principal (owed again)

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        provider: name of the payment provider.
        provider_claim: the refund, unique over the ledger.
        currency: ISO 4217 code.
        overpayment_minor: what was the shopper's, 0 or more.
        owed_again: what was not.
        claim: where the claim stands.
    """
    lines = _given_back(claim, owed_again or NOTHING, overpayment_minor, loan_id=loan_id, provider=provider)
    postings = postings_of(lines, currency)
    return entry_of(head, EntryKind.CREDIT_BALANCE_REFUNDED, postings, loan_id=loan_id, provider_claim=provider_claim)


def charged_off(
    head: EntryHead, *, loan_id: str, currency: str, lost: Parts, unearned: Parts | None = None
) -> JournalEntry:
    """A loan is given up as an asset; cost that was never earned is dropped, not lost.

        Dr credit_loss                          Cr loan_principal
        Dr interest_given_up, fee_given_up      Cr loan_interest, loan_fee
        Dr unearned_interest, unearned_fee

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        currency: ISO 4217 code.
        lost: everything open on it.
        unearned: what of its interest and fees has not been recognised yet, at most `lost`.
    """
    never = unearned or NOTHING
    lines = [
        *_off(Claim.ON_BOOKS, lost, loan_id),
        (Account.CREDIT_LOSS, loan_id, lost.principal_minor),
        (
            Account.INTEREST_GIVEN_UP,
            loan_id,
            not_negative(lost.interest_minor - never.interest_minor, field="unearned"),
        ),
        (Account.FEE_GIVEN_UP, loan_id, not_negative(fees_of(lost) - fees_of(never), field="unearned")),
        (Account.UNEARNED_INTEREST, loan_id, not_negative(never.interest_minor, field="unearned")),
        (Account.UNEARNED_FEE, loan_id, not_negative(fees_of(never), field="unearned")),
    ]
    return entry_of(head, EntryKind.CHARGED_OFF, postings_of(lines, currency), loan_id=loan_id)


def _off(claim: Claim, parts: Parts, loan_id: str) -> list[Line]:
    amounts = (parts.principal_minor, parts.interest_minor, fees_of(parts))
    return [
        (account, loan_id, -not_negative(amount, field="parts"))
        for account, amount in zip(_HOMES[claim], amounts, strict=True)
    ]


def _given_back(claim: Claim, parts: Parts, overpayment_minor: int, *, loan_id: str, provider: str) -> list[Line]:
    back = [(account, owner, -amount) for account, owner, amount in _off(claim, parts, loan_id)]
    return [
        (Account.PROVIDER_CLEARING, provider, -parts.total_minor - overpayment_minor),
        *back,
        (Account.SHOPPER_REFUND_PAYABLE, loan_id, not_negative(overpayment_minor, field="overpayment_minor")),
    ]
