"""One function per business event of the lender's money: what funders lend to a pool, share in loans, buy and are paid.

The shopper's debt stays whole in `loan_principal`. A funder's part of it stands against it in `loan_principal_ceded`,
in credit; the two together are our own exposure. `funder_payable` is the running account with a funder: in credit what
we have collected for it, in debit what it is still to pay us for new loans that it shares.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.ledger.accounts import Account
from bnpl_plugin.ledger.entries import EntryHead, EntryKind, entry_of, move, not_negative, positive, postings_of
from bnpl_plugin.ledger.journal import JournalEntry, Posting
from bnpl_plugin.money.amount import Money


def capital_withdrawn(
    head: EntryHead, *, pool_id: str, out: Money, into: Money, rate: Decimal, rate_on: date, rate_source: str
) -> JournalEntry:
    """The owners take capital back, exchanged on the way if they are paid in another currency.

        Dr equity       paid currency     Cr fx_clearing   paid currency
        Dr fx_clearing  pool currency     Cr pool_capital  pool currency

    With one currency the clearing lines fall away.

    Args:
        head: id, dates.
        pool_id: the capital pool.
        out: what leaves the pool, above 0.
        into: what the owners get.
        rate: paid currency for one unit of the pool's; 1 within one currency.
        rate_on: the day of the rate.
        rate_source: who published it.
    """
    positive(out.minor, field="amount")
    positive(into.minor, field="into")
    lines = [(Account.EQUITY, into), (Account.POOL_CAPITAL, -out)]
    if out.currency != into.currency:
        lines += [(Account.FX_CLEARING, -into), (Account.FX_CLEARING, out)]
    details = {"rate": str(rate), "rate_on": rate_on.isoformat(), "rate_source": rate_source}
    postings = tuple(Posting(account, pool_id, money.minor, money.currency) for account, money in lines)
    return entry_of(head, EntryKind.CAPITAL_WITHDRAWN, postings, details=details)


def borrowing_taken(
    head: EntryHead, *, pool_id: str, borrowing_id: str, currency: str, principal_minor: int, unbounded: str = ""
) -> JournalEntry:
    """A funder lends money to a pool.

    Dr pool_capital      Cr borrowings

    Args:
        head: id, dates.
        pool_id: the pool.
        borrowing_id: what is owed.
        currency: ISO 4217 code.
        principal_minor: above 0.
        unbounded: the operator's reason where no law's ceiling is known, "" where one was kept.
    """
    positive(principal_minor, field="principal_minor")
    lines = [
        (Account.POOL_CAPITAL, pool_id, principal_minor),
        (Account.BORROWINGS, borrowing_id, -principal_minor),
    ]
    details = {"no_ceiling": unbounded} if unbounded else {}
    return entry_of(head, EntryKind.BORROWING_TAKEN, postings_of(lines, currency), details=details)


def borrowing_interest_accrued(
    head: EntryHead, *, pool_id: str, borrowing_id: str, currency: str, interest_minor: int
) -> JournalEntry:
    """What a borrowing has cost since it was last reckoned.

    Dr borrowing_interest_expense      Cr borrowing_interest_payable
    """
    positive(interest_minor, field="interest_minor")
    lines = [
        (Account.BORROWING_INTEREST_EXPENSE, pool_id, interest_minor),
        (Account.BORROWING_INTEREST_PAYABLE, borrowing_id, -interest_minor),
    ]
    return entry_of(head, EntryKind.BORROWING_INTEREST_ACCRUED, postings_of(lines, currency))


def borrowing_repaid(
    head: EntryHead, *, pool_id: str, borrowing_id: str, currency: str, principal_minor: int, interest_minor: int
) -> JournalEntry:
    """A borrowing is repaid in part or full, and its accrued interest paid.

    Dr borrowings                   Cr pool_capital (principal)
    Dr borrowing_interest_payable   Cr bank (interest)

    Args:
        head: id, dates.
        pool_id: the pool.
        borrowing_id: what is owed.
        currency: ISO 4217 code.
        principal_minor: 0 or more.
        interest_minor: 0 or more; one of the two is above 0.
    """
    lines = [
        (Account.BORROWINGS, borrowing_id, not_negative(principal_minor, field="principal_minor")),
        (Account.POOL_CAPITAL, pool_id, -principal_minor),
        (Account.BORROWING_INTEREST_PAYABLE, borrowing_id, not_negative(interest_minor, field="interest_minor")),
        (Account.BANK, "", -interest_minor),
    ]
    return entry_of(head, EntryKind.BORROWING_REPAID, postings_of(lines, currency))


def funder_share_collected(
    head: EntryHead,
    *,
    loan_id: str,
    funder_id: str,
    currency: str,
    principal_minor: int,
    interest_minor: int = 0,
    servicing_minor: int = 0,
) -> JournalEntry:
    """A part of what a shopper has just paid is the funder's; it comes beside the entry of the payment itself.

        Dr loan_principal_ceded (principal)     Cr funder_payable (principal + interest - servicing)
        Dr interest_income (interest)           Cr servicing_income (servicing)

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        funder_id: who owns a part of it.
        currency: ISO 4217 code.
        principal_minor: the funder's part of the principal, 0 or more.
        interest_minor: the funder's part of the interest before servicing, 0 or more.
        servicing_minor: what we keep of that, at most all of it.
    """
    if not 0 <= servicing_minor <= interest_minor:
        raise InvalidInput(field="servicing_minor", fault=f"is {servicing_minor}", accepted=f"0 to {interest_minor}")
    lines = [
        (Account.LOAN_PRINCIPAL_CEDED, loan_id, not_negative(principal_minor, field="principal_minor")),
        (Account.INTEREST_INCOME, loan_id, interest_minor),
        (Account.SERVICING_INCOME, loan_id, -servicing_minor),
        (Account.FUNDER_PAYABLE, funder_id, servicing_minor - principal_minor - interest_minor),
    ]
    return entry_of(head, EntryKind.FUNDER_SHARE_COLLECTED, postings_of(lines, currency), loan_id=loan_id)


def funder_share_returned(
    head: EntryHead,
    *,
    loan_id: str,
    funder_id: str,
    currency: str,
    principal_minor: int,
    interest_minor: int = 0,
    servicing_minor: int = 0,
) -> JournalEntry:
    """A shared loan is reversed: the funder gets its principal, and gives back the interest it had from it.

        Dr loan_principal_ceded (principal)     Cr funder_payable (principal - interest + servicing)
        Dr servicing_income (servicing)         Cr interest_income (interest)

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        funder_id: who owns a part of it.
        currency: ISO 4217 code.
        principal_minor: the funder's part of what is still owed, 0 or more.
        interest_minor: the funder's part of the interest collected so far, before servicing.
        servicing_minor: what we had kept of that.
    """
    if not 0 <= servicing_minor <= interest_minor:
        raise InvalidInput(field="servicing_minor", fault=f"is {servicing_minor}", accepted=f"0 to {interest_minor}")
    lines = [
        (Account.LOAN_PRINCIPAL_CEDED, loan_id, not_negative(principal_minor, field="principal_minor")),
        (Account.INTEREST_INCOME, loan_id, -interest_minor),
        (Account.SERVICING_INCOME, loan_id, servicing_minor),
        (Account.FUNDER_PAYABLE, funder_id, interest_minor - servicing_minor - principal_minor),
    ]
    return entry_of(head, EntryKind.FUNDER_SHARE_RETURNED, postings_of(lines, currency), loan_id=loan_id)


def funder_share_lost(head: EntryHead, *, loan_id: str, currency: str, principal_minor: int) -> JournalEntry:
    """A shared loan is given up: the loss of the funder's part is the funder's, not ours.

    Dr loan_principal_ceded      Cr credit_loss

    It comes beside `servicing_postings.charged_off`, which books all of it as ours.
    """
    positive(principal_minor, field="principal_minor")
    lines = move(loan_id, principal_minor, debit=Account.LOAN_PRINCIPAL_CEDED, credit=Account.CREDIT_LOSS)
    return entry_of(head, EntryKind.FUNDER_SHARE_LOST, postings_of(lines, currency), loan_id=loan_id)


def loan_sold(
    head: EntryHead, *, loan_id: str, pool_id: str, currency: str, principal_minor: int, price_minor: int
) -> JournalEntry:
    """A funder buys our part of a loan. A loss lowers what the pool has; a gain stays income until it is put in.

        Dr bank (price)                 Cr loan_principal_ceded (principal)
        Dr or Cr loan_sale_result       (price below or above par)
        Dr bank (loss)                  Cr pool_capital (loss)

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        pool_id: the pool that had lent it.
        currency: ISO 4217 code.
        principal_minor: our part, above 0.
        price_minor: what the funder pays, 0 or more.
    """
    positive(principal_minor, field="principal_minor")
    loss = max(principal_minor - not_negative(price_minor, field="price_minor"), 0)
    lines = [
        (Account.BANK, "", price_minor + loss),
        (Account.LOAN_PRINCIPAL_CEDED, loan_id, -principal_minor),
        (Account.LOAN_SALE_RESULT, loan_id, principal_minor - price_minor),
        (Account.POOL_CAPITAL, pool_id, -loss),
    ]
    return entry_of(head, EntryKind.LOAN_SOLD, postings_of(lines, currency), loan_id=loan_id)


def loan_bought_back(
    head: EntryHead, *, loan_id: str, pool_id: str, currency: str, principal_minor: int, price_minor: int
) -> JournalEntry:
    """We buy a funder's part of a loan. A price above par lowers what the pool has.

        Dr loan_principal_ceded (principal)     Cr bank (price)
        Dr or Cr loan_sale_result               (price above or below par)
        Dr bank (premium)                       Cr pool_capital (premium)

    Args:
        head: id, dates, shopper.
        loan_id: the loan.
        pool_id: the pool that has it again.
        currency: ISO 4217 code.
        principal_minor: the funder's part, above 0.
        price_minor: what we pay, 0 or more.
    """
    positive(principal_minor, field="principal_minor")
    premium = max(not_negative(price_minor, field="price_minor") - principal_minor, 0)
    lines = [
        (Account.LOAN_PRINCIPAL_CEDED, loan_id, principal_minor),
        (Account.BANK, "", premium - price_minor),
        (Account.LOAN_SALE_RESULT, loan_id, price_minor - principal_minor),
        (Account.POOL_CAPITAL, pool_id, -premium),
    ]
    return entry_of(head, EntryKind.LOAN_BOUGHT_BACK, postings_of(lines, currency), loan_id=loan_id)


def funder_remitted(
    head: EntryHead, *, funder_id: str, currency: str, amount_minor: int, bank_ref: str = ""
) -> JournalEntry:
    """The account with a funder is paid: above 0 by us, below 0 by the funder.

    Dr funder_payable      Cr bank
    """
    lines = [(Account.FUNDER_PAYABLE, funder_id, amount_minor), (Account.BANK, "", -amount_minor)]
    details = {"bank_ref": bank_ref} if bank_ref else {}
    return entry_of(head, EntryKind.FUNDER_REMITTED, postings_of(lines, currency), details=details)
