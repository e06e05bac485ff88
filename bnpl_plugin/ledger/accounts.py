"""The chart of accounts. An account's owner (which loan, merchant, pool, provider) stands in each posting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Side(StrEnum):
    """The side on which an account normally stands."""

    DEBIT = "debit"
    CREDIT = "credit"


class AccountType(StrEnum):
    """What an account measures."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def normal_side(self) -> Side:
        """Debit for what we have and spend, credit for what we owe and earn."""
        return Side.DEBIT if self in (AccountType.ASSET, AccountType.EXPENSE) else Side.CREDIT


class Account(StrEnum):
    """The codes; stored as they are, never renamed."""

    LOAN_PRINCIPAL = "loan_principal"
    LOAN_INTEREST = "loan_interest"
    LOAN_FEE = "loan_fee"
    UNEARNED_INTEREST = "unearned_interest"
    UNEARNED_FEE = "unearned_fee"
    INTEREST_INCOME = "interest_income"
    FEE_INCOME = "fee_income"
    MDR_INCOME = "mdr_income"
    MERCHANT_PAYABLE = "merchant_payable"
    MERCHANT_SUBSIDY_RECEIVABLE = "merchant_subsidy_receivable"
    SHOPPER_REFUND_PAYABLE = "shopper_refund_payable"
    PROVIDER_CLEARING = "provider_clearing"
    BANK = "bank"
    POOL_CAPITAL = "pool_capital"
    EQUITY = "equity"
    FX_CLEARING = "fx_clearing"
    CREDIT_LOSS = "credit_loss"
    INTEREST_GIVEN_UP = "interest_given_up"
    FEE_GIVEN_UP = "fee_given_up"
    GOODWILL_EXPENSE = "goodwill_expense"
    RECOVERY_INCOME = "recovery_income"
    UNEARNED_SUBSIDY = "unearned_subsidy"
    SUBSIDY_INCOME = "subsidy_income"
    BORROWINGS = "borrowings"
    BORROWING_INTEREST_PAYABLE = "borrowing_interest_payable"
    BORROWING_INTEREST_EXPENSE = "borrowing_interest_expense"
    LOAN_PRINCIPAL_CEDED = "loan_principal_ceded"
    FUNDER_PAYABLE = "funder_payable"
    SERVICING_INCOME = "servicing_income"
    LOAN_SALE_RESULT = "loan_sale_result"


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the chart says of an account.

    Attributes:
        account: the code.
        type: what it measures.
        owner: whose sub-account a posting names: "loan", "merchant", "pool", "provider", "borrowing", "funder", or ""
            for the house.
        meaning: one sentence.
    """

    account: Account
    type: AccountType
    owner: str
    meaning: str

    @property
    def normal_side(self) -> Side:
        """The side that makes it grow."""
        return self.type.normal_side


_A, _L, _E, _I, _X = AccountType
_ROWS = (
    AccountFacts(Account.LOAN_PRINCIPAL, _A, "loan", "Principal the shopper still owes."),
    AccountFacts(Account.LOAN_INTEREST, _A, "loan", "Interest of the schedule the shopper still owes."),
    AccountFacts(Account.LOAN_FEE, _A, "loan", "Fees of the schedule the shopper still owes."),
    AccountFacts(Account.UNEARNED_INTEREST, _L, "loan", "Interest of the schedule not yet paid, so not yet income."),
    AccountFacts(Account.UNEARNED_FEE, _L, "loan", "Fees of the schedule not yet paid, so not yet income."),
    AccountFacts(Account.INTEREST_INCOME, _I, "loan", "Interest earned."),
    AccountFacts(Account.FEE_INCOME, _I, "loan", "Fees earned."),
    AccountFacts(Account.MDR_INCOME, _I, "merchant", "What we keep of the price."),
    AccountFacts(Account.MERCHANT_PAYABLE, _L, "merchant", "What the shop is still to be paid."),
    AccountFacts(Account.MERCHANT_SUBSIDY_RECEIVABLE, _A, "merchant", "Interest a shop pays in its shoppers' place."),
    AccountFacts(Account.SHOPPER_REFUND_PAYABLE, _L, "loan", "Money to give back to the shopper."),
    AccountFacts(Account.PROVIDER_CLEARING, _A, "provider", "Money at the payment provider on its way to us."),
    AccountFacts(Account.BANK, _A, "", "Money in our bank accounts."),
    AccountFacts(Account.POOL_CAPITAL, _A, "pool", "Capital set aside for lending by a pool."),
    AccountFacts(Account.EQUITY, _E, "pool", "What the owners put in."),
    AccountFacts(Account.FX_CLEARING, _A, "pool", "The two sides of an exchange of currencies."),
    AccountFacts(Account.CREDIT_LOSS, _X, "loan", "Principal given up."),
    AccountFacts(Account.INTEREST_GIVEN_UP, _X, "loan", "Interest once earned and given up."),
    AccountFacts(Account.FEE_GIVEN_UP, _X, "loan", "Fees once earned and given up."),
    AccountFacts(Account.GOODWILL_EXPENSE, _X, "loan", "Principal paid by us in the shopper's place."),
    AccountFacts(Account.RECOVERY_INCOME, _I, "loan", "Money received on loans given up."),
    AccountFacts(Account.UNEARNED_SUBSIDY, _L, "loan", "What a subsidy pays for time that has not yet passed."),
    AccountFacts(Account.SUBSIDY_INCOME, _I, "loan", "What a subsidy has paid for time that has passed."),
    AccountFacts(Account.BORROWINGS, _L, "borrowing", "What a funder lent to a pool and is still to be repaid."),
    AccountFacts(Account.BORROWING_INTEREST_PAYABLE, _L, "borrowing", "Interest accrued on it and not yet paid."),
    AccountFacts(Account.BORROWING_INTEREST_EXPENSE, _X, "pool", "What a pool's borrowings have cost."),
    AccountFacts(Account.LOAN_PRINCIPAL_CEDED, _A, "loan", "The funder's part of the principal: stands in credit."),
    AccountFacts(Account.FUNDER_PAYABLE, _L, "funder", "Collected for a funder and not yet paid over, less its debt."),
    AccountFacts(Account.SERVICING_INCOME, _I, "loan", "What we keep of a funder's interest for servicing."),
    AccountFacts(Account.LOAN_SALE_RESULT, _I, "loan", "Price of a loan sold or bought back, above or below par."),
)

CHART: Mapping[Account, AccountFacts] = MappingProxyType({row.account: row for row in _ROWS})
"""Every account with its facts."""
