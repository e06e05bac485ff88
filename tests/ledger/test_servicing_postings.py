"""A loan's life after signature as T-accounts, one line per posting: account owner amount, debit positive."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.errors import InvalidInput, LedgerImbalance
from bnpl_plugin.ledger import Account
from bnpl_plugin.ledger import servicing_postings as booked
from bnpl_plugin.ledger.entries import EntryHead
from bnpl_plugin.ledger.invariants import outstanding, overpaid
from bnpl_plugin.ledger.postings import drawdown
from bnpl_plugin.ledger.servicing_postings import Claim

LOAN: dict[str, Any] = {"loan_id": "ln", "currency": "EUR"}
AT: dict[str, Any] = {**LOAN, "provider": "bank"}
PARTS = Parts(principal_minor=100, interest_minor=10, fee_minor=5)


def head(entry_id="je"):
    return EntryHead(entry_id=entry_id, value_date=date(2027, 1, 1), booked_at=datetime(2027, 1, 1, 12, tzinfo=UTC))


def lines(entry):
    return [f"{line.account} {line.owner} {line.amount_minor}" for line in entry.postings]


def test_a_charge_is_owed_before_it_is_earned():
    assert lines(booked.charge_laid(head(), **LOAN, fee_minor=5)) == ["loan_fee ln 5", "unearned_fee ln -5"]


def test_cost_is_income_when_it_is_earned():
    assert lines(booked.cost_accrued(head(), **LOAN, interest_minor=10, fee_minor=5)) == [
        "unearned_interest ln 10",
        "interest_income ln -10",
        "unearned_fee ln 5",
        "fee_income ln -5",
    ]


def test_a_payment_pays_receivables_and_what_is_too_much_is_the_shoppers():
    claim = "bank:charge:ch_1"
    entry = booked.payment_received(head(), **AT, provider_claim=claim, paid=PARTS, overpayment_minor=3)
    assert entry.provider_claim == claim
    assert lines(entry) == [
        "provider_clearing bank 118",
        "loan_principal ln -100",
        "loan_interest ln -10",
        "loan_fee ln -5",
        "shopper_refund_payable ln -3",
    ]


def test_what_comes_in_on_a_loan_given_up_is_a_recovery():
    assert lines(booked.recovered(head(), **AT, recovered_minor=40, overpayment_minor=2)) == [
        "provider_clearing bank 42",
        "recovery_income ln -40",
        "shopper_refund_payable ln -2",
    ]


@pytest.mark.parametrize(
    ("claim", "homes"),
    [
        (Claim.ON_BOOKS, ("loan_principal", "loan_interest", "loan_fee")),
        (Claim.CHARGED_OFF, ("credit_loss", "interest_given_up", "fee_given_up")),
    ],
)
def test_a_refund_and_a_chargeback_go_where_the_claim_stands(claim, homes):
    principal, interest, fee = homes
    refund = booked.merchant_refunded(
        head(), **LOAN, merchant_id="mr", credited=PARTS, overpayment_minor=7, claim=claim
    )
    assert lines(refund) == [
        "merchant_payable mr 122",
        f"{principal} ln -100",
        f"{interest} ln -10",
        f"{fee} ln -5",
        "shopper_refund_payable ln -7",
    ]
    back = booked.charged_back(head(), **AT, owed_again=PARTS, overpayment_minor=7, claim=claim)
    assert lines(back) == [
        "provider_clearing bank -122",
        f"{principal} ln 100",
        f"{interest} ln 10",
        f"{fee} ln 5",
        "shopper_refund_payable ln 7",
    ]


def test_goodwill_is_our_expense():
    assert lines(booked.goodwill_granted(head(), **LOAN, credited=PARTS, overpayment_minor=7)) == [
        "goodwill_expense ln 107",
        "interest_given_up ln 10",
        "fee_given_up ln 5",
        "shopper_refund_payable ln -7",
        "loan_principal ln -100",
        "loan_interest ln -10",
        "loan_fee ln -5",
    ]
    given_up = booked.goodwill_granted(head(), **LOAN, credited=PARTS, claim=Claim.CHARGED_OFF)
    assert lines(given_up)[-1] == "recovery_income ln -115"


def test_a_credit_balance_goes_back_and_what_was_none_is_owed_again():
    entry = booked.credit_balance_refunded(head(), **AT, overpayment_minor=60, owed_again=Parts(principal_minor=40))
    assert lines(entry) == ["provider_clearing bank -100", "loan_principal ln 40", "shopper_refund_payable ln 60"]


def test_a_charge_off_loses_what_was_earned_and_drops_what_was_not():
    entry = booked.charged_off(head(), **LOAN, lost=PARTS, unearned=Parts(interest_minor=4, fee_minor=5))
    assert lines(entry) == [
        "loan_principal ln -100",
        "loan_interest ln -10",
        "loan_fee ln -5",
        "credit_loss ln 100",
        "interest_given_up ln 6",
        "unearned_interest ln 4",
        "unearned_fee ln 5",
    ]


def test_a_life_in_the_books_leaves_nothing_behind():
    entries = [
        drawdown(head("1"), loan_id="ln", merchant_id="mr", currency="EUR", principal_minor=100, interest_minor=10),
        booked.charge_laid(head("2"), **LOAN, fee_minor=5),
        booked.cost_accrued(head("3"), **LOAN, interest_minor=6, fee_minor=5),
        booked.payment_received(head("4"), **AT, paid=Parts(principal_minor=30, interest_minor=5, fee_minor=5)),
        booked.charged_off(
            head("5"),
            **LOAN,
            lost=Parts(principal_minor=70, interest_minor=5),
            unearned=Parts(interest_minor=4),
        ),
    ]
    postings = [line for entry in entries for line in entry.postings]
    assert outstanding(postings)["ln"].principal_minor == 0
    assert outstanding(postings)["ln"].interest_minor == 0
    assert overpaid(postings) == ()
    assert sum(line.amount_minor for line in postings if line.account.startswith("unearned")) == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: booked.charge_laid(head(), **LOAN, fee_minor=0),
        lambda: booked.cost_accrued(head(), **LOAN),
        lambda: booked.cost_accrued(head(), **LOAN, interest_minor=-1),
        lambda: booked.payment_received(head(), **AT, paid=Parts(principal_minor=-1)),
        lambda: booked.payment_received(head(), **AT, paid=PARTS, overpayment_minor=-1),
        lambda: booked.charged_off(head(), **LOAN, lost=PARTS, unearned=Parts(interest_minor=11)),
    ],
)
def test_amounts_that_make_no_sense_are_refused(make):
    with pytest.raises((InvalidInput, LedgerImbalance)):
        make()


def test_penalties_are_fees_to_the_ledger():
    paid = Parts(principal_minor=30, fee_minor=4, penalty_minor=3)
    entry = booked.payment_received(head(), **AT, paid=paid)
    posted = {line.account: line.amount_minor for line in entry.postings}
    assert posted == {Account.PROVIDER_CLEARING: 37, Account.LOAN_PRINCIPAL: -30, Account.LOAN_FEE: -7}
