"""The business events of a subsidy: somebody else pays for a shopper's cheaper credit, earned over the loan's life."""

from __future__ import annotations

from collections.abc import Sequence

from bnpl_plugin.ledger.accounts import Account
from bnpl_plugin.ledger.entries import EntryHead, EntryKind, entry_of, not_negative, positive, postings_of
from bnpl_plugin.ledger.journal import JournalEntry


def subsidy_granted(head: EntryHead, *, loan_id: str, payer_id: str, currency: str, subsidy_minor: int) -> JournalEntry:
    """A loan at a subsidised price is drawn: its payer owes us the difference, which time has still to earn.

    Dr merchant_subsidy_receivable (payer)      Cr unearned_subsidy (loan)

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        payer_id: the merchant (or the maker as the host's merchant) whose budget pays.
        currency: ISO 4217 code.
        subsidy_minor: above 0.

    Raises:
        InvalidInput: the sum is not positive.
    """
    positive(subsidy_minor, field="subsidy_minor")
    lines = [
        (Account.MERCHANT_SUBSIDY_RECEIVABLE, payer_id, subsidy_minor),
        (Account.UNEARNED_SUBSIDY, loan_id, -subsidy_minor),
    ]
    return entry_of(head, EntryKind.SUBSIDY_GRANTED, postings_of(lines, currency), loan_id=loan_id)


def subsidy_earned(
    head: EntryHead, *, loan_id: str, currency: str, part_minor: int, numbers: Sequence[int]
) -> JournalEntry:
    """A span of the loan's life is over, or all that was left of it: its part of the subsidy is income.

    Dr unearned_subsidy (loan)      Cr subsidy_income (loan)

    Args:
        head: id, dates (the value date is the span's end), shopper.
        loan_id: the loan.
        currency: ISO 4217 code.
        part_minor: above 0.
        numbers: the instalments at whose due dates the spans end.

    Raises:
        InvalidInput: the sum is not positive.
    """
    positive(part_minor, field="part_minor")
    lines = [(Account.UNEARNED_SUBSIDY, loan_id, part_minor), (Account.SUBSIDY_INCOME, loan_id, -part_minor)]
    details = {"numbers": list(numbers)}
    return entry_of(
        head, EntryKind.SUBSIDY_EARNED, postings_of(lines, currency), loan_id=loan_id, details=details
    )  # fmt: skip


def subsidy_reversed(
    head: EntryHead, *, loan_id: str, payer_id: str, currency: str, unearned_minor: int, earned_minor: int
) -> JournalEntry:
    """The purchase is undone in full: the payer owes nothing for it, what was earned included.

        Dr unearned_subsidy (loan)   what is left       Cr merchant_subsidy_receivable (payer)  all
        Dr subsidy_income (loan)     what was earned

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        payer_id: who was to pay.
        currency: ISO 4217 code.
        unearned_minor: 0 or more.
        earned_minor: 0 or more; one of the two is above 0.

    Raises:
        InvalidInput: a sum is negative, or both are nothing.
    """
    whole = not_negative(unearned_minor, field="unearned_minor") + not_negative(earned_minor, field="earned_minor")
    lines = [
        (Account.UNEARNED_SUBSIDY, loan_id, unearned_minor),
        (Account.SUBSIDY_INCOME, loan_id, earned_minor),
        (Account.MERCHANT_SUBSIDY_RECEIVABLE, payer_id, -positive(whole, field="unearned_minor")),
    ]
    return entry_of(head, EntryKind.SUBSIDY_REVERSED, postings_of(lines, currency), loan_id=loan_id)
