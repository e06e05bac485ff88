"""The T-accounts of the lender's own money, written out; each entry balances, and nothing negative is booked."""
# ruff: noqa: E501 (a table reads across)

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bnpl_plugin.errors import InvalidInput, LedgerImbalance
from bnpl_plugin.ledger import capital_postings as book
from bnpl_plugin.ledger.entries import EntryHead
from bnpl_plugin.ledger.postings import drawdown
from bnpl_plugin.money.amount import Money

HEAD = EntryHead(entry_id="ent_1", value_date=date(2026, 11, 24), booked_at=datetime(2026, 11, 24, tzinfo=UTC))
LOAN: dict[str, Any] = {"loan_id": "loa", "currency": "EUR"}
SHARE: dict[str, Any] = {**LOAN, "funder_id": "fun"}
DEBT: dict[str, Any] = {"pool_id": "pool", "borrowing_id": "bor", "currency": "EUR"}
SALE: dict[str, Any] = {**LOAN, "pool_id": "pool"}
RATE: dict[str, Any] = {"pool_id": "pool", "rate_on": date(2026, 11, 24), "rate_source": "bank"}


def lines(entry):
    return {(str(p.account), p.owner, p.currency): p.amount_minor for p in entry.postings}


def euros(told):
    return {(account, owner, "EUR"): minor for (account, owner), minor in told.items()}


T_ACCOUNTS = {
    "taken": (book.borrowing_taken(HEAD, **DEBT, principal_minor=9), {("pool_capital", "pool"): 9, ("borrowings", "bor"): -9}),
    "accrued": (
        book.borrowing_interest_accrued(HEAD, **DEBT, interest_minor=2),
        {("borrowing_interest_expense", "pool"): 2, ("borrowing_interest_payable", "bor"): -2},
    ),
    "repaid": (
        book.borrowing_repaid(HEAD, **DEBT, principal_minor=9, interest_minor=2),
        {("borrowings", "bor"): 9, ("pool_capital", "pool"): -9, ("borrowing_interest_payable", "bor"): 2, ("bank", ""): -2},
    ),
    "collected": (
        book.funder_share_collected(HEAD, **SHARE, principal_minor=70, interest_minor=10, servicing_minor=1),
        {("loan_principal_ceded", "loa"): 70, ("interest_income", "loa"): 10, ("servicing_income", "loa"): -1, ("funder_payable", "fun"): -79},
    ),
    "returned": (
        book.funder_share_returned(HEAD, **SHARE, principal_minor=70, interest_minor=10, servicing_minor=1),
        {("loan_principal_ceded", "loa"): 70, ("interest_income", "loa"): -10, ("servicing_income", "loa"): 1, ("funder_payable", "fun"): -61},
    ),
    "lost": (book.funder_share_lost(HEAD, **LOAN, principal_minor=7), {("loan_principal_ceded", "loa"): 7, ("credit_loss", "loa"): -7}),
    "sold at par": (book.loan_sold(HEAD, **SALE, principal_minor=100, price_minor=100), {("bank", ""): 100, ("loan_principal_ceded", "loa"): -100}),
    "sold below par": (
        book.loan_sold(HEAD, **SALE, principal_minor=100, price_minor=95),
        {("bank", ""): 100, ("loan_principal_ceded", "loa"): -100, ("loan_sale_result", "loa"): 5, ("pool_capital", "pool"): -5},
    ),
    "sold above par": (
        book.loan_sold(HEAD, **SALE, principal_minor=100, price_minor=103),
        {("bank", ""): 103, ("loan_principal_ceded", "loa"): -100, ("loan_sale_result", "loa"): -3},
    ),
    "bought back below par": (
        book.loan_bought_back(HEAD, **SALE, principal_minor=100, price_minor=40),
        {("loan_principal_ceded", "loa"): 100, ("bank", ""): -40, ("loan_sale_result", "loa"): -60},
    ),
    "bought back above par": (
        book.loan_bought_back(HEAD, **SALE, principal_minor=100, price_minor=104),
        {("loan_principal_ceded", "loa"): 100, ("bank", ""): -100, ("loan_sale_result", "loa"): 4, ("pool_capital", "pool"): -4},
    ),
    "remitted": (book.funder_remitted(HEAD, funder_id="fun", currency="EUR", amount_minor=5), {("funder_payable", "fun"): 5, ("bank", ""): -5}),
    "received": (book.funder_remitted(HEAD, funder_id="fun", currency="EUR", amount_minor=-5), {("funder_payable", "fun"): -5, ("bank", ""): 5}),
    "withdrawn": (
        book.capital_withdrawn(HEAD, **RATE, out=Money(5, "EUR"), into=Money(5, "EUR"), rate=Decimal(1)),
        {("equity", "pool"): 5, ("pool_capital", "pool"): -5},
    ),
    "shared at birth": (
        drawdown(HEAD, **LOAN, merchant_id="mer", principal_minor=100, mdr_minor=3, funder_id="fun", funder_minor=70),
        {
            ("loan_principal", "loa"): 100, ("merchant_payable", "mer"): -97, ("mdr_income", "mer"): -3,
            ("funder_payable", "fun"): 70, ("loan_principal_ceded", "loa"): -70,
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", T_ACCOUNTS)
def test_an_event_is_booked_as_its_t_accounts_say(case):
    entry, told = T_ACCOUNTS[case]
    assert lines(entry) == euros(told)


def test_capital_leaves_through_the_exchange_in_two_currencies():
    entry = book.capital_withdrawn(HEAD, **RATE, out=Money(710, "CNY"), into=Money(100, "USD"), rate=Decimal("0.14"))
    assert lines(entry) == {
        ("equity", "pool", "USD"): 100, ("fx_clearing", "pool", "USD"): -100,
        ("fx_clearing", "pool", "CNY"): 710, ("pool_capital", "pool", "CNY"): -710,
    }  # fmt: skip
    assert entry.details == {"rate": "0.14", "rate_on": "2026-11-24", "rate_source": "bank"}


@pytest.mark.parametrize(
    "booking",
    [
        lambda: book.borrowing_taken(HEAD, **DEBT, principal_minor=0),
        lambda: book.borrowing_interest_accrued(HEAD, **DEBT, interest_minor=-1),
        lambda: book.borrowing_repaid(HEAD, **DEBT, principal_minor=-1, interest_minor=2),
        lambda: book.funder_share_collected(HEAD, **SHARE, principal_minor=1, interest_minor=1, servicing_minor=2),
        lambda: book.funder_share_returned(HEAD, **SHARE, principal_minor=-1),
        lambda: book.funder_share_lost(HEAD, **LOAN, principal_minor=0),
        lambda: book.loan_sold(HEAD, **SALE, principal_minor=0, price_minor=1),
        lambda: book.loan_bought_back(HEAD, **SALE, principal_minor=1, price_minor=-1),
    ],
)
def test_nothing_and_less_is_not_booked(booking):
    with pytest.raises(InvalidInput):
        booking()


def test_an_account_that_does_not_move_is_no_entry():
    with pytest.raises(LedgerImbalance):
        book.funder_remitted(HEAD, funder_id="fun", currency="EUR", amount_minor=0)
