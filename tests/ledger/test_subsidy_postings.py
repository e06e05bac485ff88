"""The T-accounts of a subsidy, written out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bnpl_plugin.credit.schedule import Instalment, Schedule
from bnpl_plugin.credit.servicing.interest.spread import spread_over_life
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.ledger.entries import EntryHead
from bnpl_plugin.ledger.subsidy_postings import subsidy_earned, subsidy_granted, subsidy_reversed

HEAD = EntryHead(entry_id="e", value_date=date(2027, 1, 1), booked_at=datetime(2027, 1, 1, tzinfo=UTC), shopper_id="s")
LOAN: dict[str, Any] = {"loan_id": "loa_1", "currency": "EUR"}


def lines(entry):
    return [(str(p.account), p.owner, p.amount_minor) for p in entry.postings]


def test_granted_is_owed_by_the_payer_and_not_yet_earned():
    entry = subsidy_granted(HEAD, payer_id="mer_1", subsidy_minor=3_512, **LOAN)
    assert lines(entry) == [("merchant_subsidy_receivable", "mer_1", 3_512), ("unearned_subsidy", "loa_1", -3_512)]
    assert (entry.kind, entry.loan_id) == ("subsidy_granted", "loa_1")


def test_earned_moves_from_unearned_to_income():
    entry = subsidy_earned(HEAD, part_minor=1_000, numbers=[2], **LOAN)
    assert lines(entry) == [("unearned_subsidy", "loa_1", 1_000), ("subsidy_income", "loa_1", -1_000)]
    assert entry.details == {"numbers": [2]}


def test_reversed_takes_back_what_was_earned_and_what_was_not():
    entry = subsidy_reversed(HEAD, payer_id="mer_1", unearned_minor=2_512, earned_minor=1_000, **LOAN)
    assert lines(entry) == [
        ("unearned_subsidy", "loa_1", 2_512),
        ("subsidy_income", "loa_1", 1_000),
        ("merchant_subsidy_receivable", "mer_1", -3_512),
    ]


@pytest.mark.parametrize("minor", [0, -1])
def test_nothing_and_less_are_refused(minor):
    with pytest.raises(InvalidInput):
        subsidy_granted(HEAD, payer_id="mer_1", subsidy_minor=minor, **LOAN)
    with pytest.raises(InvalidInput):
        subsidy_earned(HEAD, part_minor=minor, numbers=[1], **LOAN)
    with pytest.raises(InvalidInput):
        subsidy_reversed(HEAD, payer_id="mer_1", unearned_minor=minor, earned_minor=0, **LOAN)


def schedule(*rows, principal):
    made = tuple(Instalment(n, day, minor, 0, 0) for n, (day, minor) in enumerate(rows, start=1))
    return Schedule("EUR", date(2026, 12, 1), principal, made)


def test_a_span_weighs_its_balance_times_its_days():
    three = schedule((date(2027, 1, 1), 100), (date(2027, 2, 1), 100), (date(2027, 3, 1), 100), principal=300)
    # 300 × 31, 200 × 31, 100 × 28 of 18,300
    assert spread_over_life(three, total_minor=1_830) == (930, 620, 280)


def test_what_does_not_divide_goes_to_the_largest_remainders_and_nothing_is_lost():
    three = schedule((date(2027, 1, 1), 100), (date(2027, 2, 1), 100), (date(2027, 3, 1), 100), principal=300)
    for total in range(50):
        shares = spread_over_life(three, total_minor=total)
        assert sum(shares) == total
        assert min(shares) >= 0


def test_a_payment_on_the_first_day_earns_nothing_and_a_loan_without_time_all_at_its_end():
    two = schedule((date(2026, 12, 1), 100), (date(2027, 1, 1), 100), principal=200)
    assert spread_over_life(two, total_minor=9) == (0, 9)
    now = schedule((date(2026, 12, 1), 200), principal=200)
    assert spread_over_life(now, total_minor=9) == (9,)


def test_a_funder_that_shares_has_its_part_and_gives_it_back():
    entry = subsidy_granted(HEAD, payer_id="mer_1", subsidy_minor=1_000, funder_id="fun_1", funder_minor=700, **LOAN)
    assert lines(entry) == [
        ("merchant_subsidy_receivable", "mer_1", 1_000), ("unearned_subsidy", "loa_1", -300),
        ("funder_payable", "fun_1", -700),
    ]  # fmt: skip
    for funder_id, owner in (("fun_1", ("funder_payable", "fun_1")), ("", ("loan_sale_result", "loa_1"))):
        undone = subsidy_reversed(
            HEAD, payer_id="mer_1", unearned_minor=200, earned_minor=100, funder_id=funder_id, funder_minor=700, **LOAN
        )
        assert (*owner, 700) in lines(undone)
        assert ("merchant_subsidy_receivable", "mer_1", -1_000) in lines(undone)
    with pytest.raises(InvalidInput):
        subsidy_granted(HEAD, payer_id="mer_1", subsidy_minor=5, funder_id="fun_1", funder_minor=6, **LOAN)
