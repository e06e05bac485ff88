"""The business events of a subsidy: somebody else pays for a shopper's cheaper credit, earned over the loan's life."""

from __future__ import annotations

from collections.abc import Sequence

from bnpl_plugin.ledger.accounts import Account
from bnpl_plugin.ledger.entries import EntryHead, EntryKind, entry_of, not_negative, positive, postings_of
from bnpl_plugin.ledger.journal import JournalEntry


def subsidy_granted(
    head: EntryHead, *, loan_id: str, payer_id: str, currency: str, subsidy_minor: int, funder_id: str = "",
    funder_minor: int = 0,
) -> JournalEntry:  # fmt: skip
    """A loan at a subsidised price is drawn: its payer owes us the difference, which time has still to earn.

        Dr merchant_subsidy_receivable (payer)      Cr unearned_subsidy (loan)    what is ours
                                                    Cr funder_payable (funder)    its part

    A funder that shares in the loan brings its part of the principal less its part of this.

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        payer_id: the merchant (or the maker as the host's merchant) whose budget pays.
        currency: ISO 4217 code.
        subsidy_minor: above 0.
        funder_id: who shares in the loan, "" for nobody.
        funder_minor: its part, 0 to ``subsidy_minor``.

    Raises:
        InvalidInput: the sum is not positive, or a part is negative.
    """
    ours = not_negative(subsidy_minor - not_negative(funder_minor, field="funder_minor"), field="subsidy_minor")
    positive(subsidy_minor, field="subsidy_minor")
    lines = [
        (Account.MERCHANT_SUBSIDY_RECEIVABLE, payer_id, subsidy_minor),
        (Account.UNEARNED_SUBSIDY, loan_id, -ours),
        (Account.FUNDER_PAYABLE, funder_id, -funder_minor),
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
    head: EntryHead, *, loan_id: str, payer_id: str, currency: str, unearned_minor: int, earned_minor: int,
    funder_id: str = "", funder_minor: int = 0,
) -> JournalEntry:  # fmt: skip
    """The purchase is undone in full: the payer owes nothing for it, what was earned included.

        Dr unearned_subsidy (loan)   what is left       Cr merchant_subsidy_receivable (payer)  all
        Dr subsidy_income (loan)     what was earned
        Dr funder_payable (funder)   its part, or
        Dr loan_sale_result (loan)   its part, of a funder that has sold its share to us

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        payer_id: who was to pay.
        currency: ISO 4217 code.
        unearned_minor: 0 or more.
        earned_minor: 0 or more.
        funder_id: who gives its part back, "" for nobody.
        funder_minor: that part, 0 or more; one of the three is above 0.

    Raises:
        InvalidInput: a sum is negative, or all are nothing.
    """
    ours = not_negative(unearned_minor, field="unearned_minor") + not_negative(earned_minor, field="earned_minor")
    whole = ours + not_negative(funder_minor, field="funder_minor")
    funders = (Account.FUNDER_PAYABLE, funder_id) if funder_id else (Account.LOAN_SALE_RESULT, loan_id)
    lines = [
        (Account.UNEARNED_SUBSIDY, loan_id, unearned_minor),
        (Account.SUBSIDY_INCOME, loan_id, earned_minor),
        (*funders, funder_minor),
        (Account.MERCHANT_SUBSIDY_RECEIVABLE, payer_id, -positive(whole, field="unearned_minor")),
    ]
    return entry_of(head, EntryKind.SUBSIDY_REVERSED, postings_of(lines, currency), loan_id=loan_id)
