"""Each business event as T-accounts, one line per posting: account owner amount currency, debit positive."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import pytest

from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.errors import InvalidInput, LedgerImbalance
from bnpl_plugin.ledger import CHART, Account, JournalEntry, Posting, Side, postings
from bnpl_plugin.ledger.invariants import (
    Finding,
    outstanding,
    overpaid,
    repeated_claims,
    totals,
    unbalanced,
    unearned_mismatch,
)
from bnpl_plugin.ledger.postings import EntryHead
from bnpl_plugin.money import Money

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def head(entry_id="je_1"):
    return EntryHead(entry_id=entry_id, value_date=date(2026, 11, 24), booked_at=NOON, shopper_id="sh_1")


def lines(entry):
    return sorted(f"{line.account} {line.owner} {line.amount_minor} {line.currency}" for line in entry.postings)


def drawdown(**more):
    values = {"loan_id": "ln", "merchant_id": "mr", "currency": "EUR", "principal_minor": 1000, **more}
    return postings.drawdown(head(), **values)


def repayment(claim="sandbox:charge:ch_1", entry_id="je_2", **parts):
    return postings.repayment(
        head(entry_id), loan_id="ln", provider="sandbox", provider_claim=claim, currency="EUR", **parts
    )


def test_a_drawdown_owes_the_schedule_and_pays_the_shop_less_our_discount():
    assert lines(drawdown(interest_minor=60, fee_minor=5, mdr_minor=30)) == [
        "loan_fee ln 5 EUR",
        "loan_interest ln 60 EUR",
        "loan_principal ln 1000 EUR",
        "mdr_income mr -30 EUR",
        "merchant_payable mr -970 EUR",
        "unearned_fee ln -5 EUR",
        "unearned_interest ln -60 EUR",
    ]


def test_lines_of_nothing_are_left_out():
    assert lines(drawdown()) == ["loan_principal ln 1000 EUR", "merchant_payable mr -1000 EUR"]


def test_a_repayment_earns_its_cost_parts():
    entry = repayment(principal_minor=300, interest_minor=20, fee_minor=5)
    assert lines(entry) == [
        "fee_income ln -5 EUR",
        "interest_income ln -20 EUR",
        "loan_fee ln -5 EUR",
        "loan_interest ln -20 EUR",
        "loan_principal ln -300 EUR",
        "provider_clearing sandbox 325 EUR",
        "unearned_fee ln 5 EUR",
        "unearned_interest ln 20 EUR",
    ]
    assert (entry.provider_claim, entry.loan_id, entry.shopper_id) == ("sandbox:charge:ch_1", "ln", "sh_1")


def test_waived_interest_touches_no_income():
    entry = postings.interest_waived(head(), loan_id="ln", currency="EUR", interest_minor=40)
    assert lines(entry) == ["loan_interest ln -40 EUR", "unearned_interest ln 40 EUR"]


def test_capital_in_another_currency_balances_in_each():
    entry = postings.capital_added(
        head(),
        pool_id="pool",
        source=Money.of("50000000", "USD"),
        into=Money.of("355000000", "CNY"),
        rate=Decimal("7.1"),
        rate_on=date(2026, 11, 23),
        rate_source="PBoC",
    )
    assert lines(entry) == [
        "equity pool -5000000000 USD",
        "fx_clearing pool -35500000000 CNY",
        "fx_clearing pool 5000000000 USD",
        "pool_capital pool 35500000000 CNY",
    ]
    assert entry.details == {"rate": "7.1", "rate_on": "2026-11-23", "rate_source": "PBoC"}


def test_capital_across_different_minor_units_and_within_one_currency():
    more: dict[str, Any] = {"pool_id": "pool", "rate_on": date(2026, 11, 23), "rate_source": "ECB"}
    yen = postings.capital_added(
        head(), source=Money.of("10.00", "EUR"), into=Money.of("1625", "JPY"), rate=Decimal("162.5"), **more
    )
    assert "pool_capital pool 1625 JPY" in lines(yen)
    euro = Money.of("10", "EUR")
    same = postings.capital_added(head(), source=euro, into=euro, rate=Decimal(1), **more)
    assert lines(same) == ["equity pool -1000 EUR", "pool_capital pool 1000 EUR"]
    with pytest.raises(InvalidInput):
        postings.capital_added(head(), source=euro, into=Money.of("10.02", "EUR"), rate=Decimal(1), **more)
    with pytest.raises(InvalidInput):
        postings.capital_added(head(), source=-euro, into=euro, rate=Decimal(1), **more)


def test_a_full_reversal_returns_every_cent_and_leaves_nothing_owed():
    made = [
        drawdown(interest_minor=60, fee_minor=5, mdr_minor=30),
        repayment(principal_minor=300, interest_minor=20, fee_minor=5),
        postings.loan_reversed(
            head("je_3"),
            loan_id="ln",
            merchant_id="mr",
            currency="EUR",
            still_open=Parts(principal_minor=700, interest_minor=40),
            paid=Parts(principal_minor=300, interest_minor=20, fee_minor=5),
            mdr_minor=30,
        ),
        postings.refund_paid(
            head("je_4"),
            loan_id="ln",
            provider="sandbox",
            provider_claim="sandbox:refund:re_1",
            currency="EUR",
            refund_minor=325,
        ),
    ]
    assert not any(totals(line for entry in made for line in entry.postings).values())


def test_a_reversal_may_keep_our_discount_at_the_shops_cost():
    entry = postings.loan_reversed(
        head(), loan_id="ln", merchant_id="mr", currency="EUR", still_open=Parts(principal_minor=1000), paid=Parts()
    )
    assert lines(entry) == ["loan_principal ln -1000 EUR", "merchant_payable mr 1000 EUR"]


def test_a_correction_is_the_mirror_of_the_wrong_entry():
    wrong = drawdown()
    right = postings.correction(head("je_9"), of=wrong, reason="booked twice")
    assert right.reverses == "je_1"
    assert not any(totals((*wrong.postings, *right.postings)).values())


@pytest.mark.parametrize(
    "bad",
    [
        lambda: drawdown(principal_minor=0),
        lambda: drawdown(mdr_minor=1001),
        lambda: drawdown(mdr_minor=-1),
        lambda: drawdown(interest_minor=-1),
        lambda: repayment(principal_minor=-1, interest_minor=2),
        lambda: postings.refund_paid(
            head(), loan_id="ln", provider="p", provider_claim="c", currency="EUR", refund_minor=0
        ),
    ],
)
def test_amounts_that_make_no_event_are_refused(bad):
    with pytest.raises(InvalidInput):
        bad()


def entry(*amounts, **more):
    made = tuple(Posting(Account.BANK, "", amount, currency) for amount, currency in amounts)
    values = {"entry_id": "je", "kind": "test", "value_date": date(2026, 1, 1), "booked_at": NOON, **more}
    return JournalEntry(postings=made, **values)


@pytest.mark.parametrize(
    "bad",
    [
        lambda: entry((1, "EUR"), (-2, "EUR")),
        lambda: entry((1, "EUR"), (-1, "USD")),
        lambda: entry((1, "EUR"), (-1, "EUR"), (5, "USD"), (-4, "USD")),
        entry,
        lambda: entry((1, "EUR")),
        lambda: entry((0, "EUR"), (0, "EUR")),
        lambda: entry((1, "EUR"), (-1, "EUR"), entry_id=""),
        lambda: entry((1, "EUR"), (-1, "EUR"), booked_at=datetime(2026, 1, 1)),  # noqa: DTZ001
        lambda: Posting(Account.BANK, "", True, "EUR"),
        lambda: Posting(Account.BANK, "", 1, "XXX"),
        lambda: Posting(cast("Account", "petty_cash"), "", 1, "EUR"),
        lambda: repayment(principal_minor=0),
    ],
)
def test_an_entry_that_does_not_balance_cannot_exist(bad):
    with pytest.raises(LedgerImbalance):
        bad()


def test_the_chart_knows_every_account_and_its_side():
    assert set(CHART) == set(Account)
    debit = {account for account, facts in CHART.items() if facts.normal_side is Side.DEBIT}
    assert {Account.LOAN_PRINCIPAL, Account.BANK, Account.CREDIT_LOSS, Account.POOL_CAPITAL} <= debit
    assert not debit & {Account.MERCHANT_PAYABLE, Account.EQUITY, Account.INTEREST_INCOME, Account.UNEARNED_INTEREST}


def test_the_ledger_alone_says_what_a_loan_still_owes():
    book = [drawdown(interest_minor=60), repayment(principal_minor=300, interest_minor=20)]
    owed = outstanding(line for made in book for line in made.postings)["ln"]
    assert (owed.principal_minor, owed.interest_minor, owed.fee_minor, owed.total_minor) == (700, 40, 0, 740)


def test_each_check_finds_what_it_is_for_and_nothing_in_a_good_book():
    book = [drawdown(interest_minor=60), repayment(principal_minor=300, interest_minor=20)]
    good = [line for made in book for line in made.postings]
    raw = [("je_1", "EUR", 5), ("je_1", "EUR", -4), ("je_2", "EUR", 1), ("je_2", "EUR", -1)]
    assert unbalanced(raw) == (Finding("P1", "je_1", "is out by 1 EUR"),)
    assert unbalanced(raw[2:]) == overpaid(good) == unearned_mismatch(good) == repeated_claims(book) == ()
    too_much = repayment("sandbox:charge:ch_2", principal_minor=701)
    assert overpaid([*good, *too_much.postings])[0].fault == "loan_principal stands at -1 EUR"
    assert unearned_mismatch([*good, Posting(Account.LOAN_INTEREST, "ln", 7, "EUR")])[0].promise == "P8"
    assert repeated_claims([*book, book[1]])[0] == Finding("P7", "sandbox:charge:ch_1", "stands in 2 entries")
    with pytest.raises(ValueError, match="EUR and USD"):
        outstanding([*good, Posting(Account.LOAN_PRINCIPAL, "ln", 1, "USD")])
