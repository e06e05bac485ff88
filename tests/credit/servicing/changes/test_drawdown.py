"""A further drawdown enters the rows to come, with its down payment on its day."""

from decimal import Decimal

import pytest

from bnpl_plugin.credit.servicing.changes.drawdown import down_payment_minor, open_down_payment_minor
from bnpl_plugin.credit.servicing.events import Drawdown, MoneyReceived
from bnpl_plugin.credit.servicing.policy import DrawdownSpread, OverpaymentUse, ServicingPolicy
from bnpl_plugin.errors import InvalidInput
from tests.credit.servicing.loans import JAN_1, day, rows, stands, table

QUARTER = Decimal("0.25")


def test_it_is_added_evenly_to_the_rows_due_after_it():
    policy = ServicingPolicy(down_payment_share=QUARTER)
    position = stands(Drawdown(id="more", on=day("2-15"), amount_minor=400), policy=policy)
    assert rows(position) == table("""
        1-1  | p250 | - | p250
        2-1  | p250 | - | p250
        2-15 | p100 | - | p100
        3-1  | p400 | - | p400
        4-1  | p400 | - | p400
    """)
    assert position.balances_minor() == (750, 500, 800, 400, 0)
    assert open_down_payment_minor(position, drawdown_id="more") == 100
    assert open_down_payment_minor(position, drawdown_id="") == 250


def test_or_the_rows_due_from_its_day_on_are_levelled_anew():
    policy = ServicingPolicy(down_payment_share=QUARTER, spread=DrawdownSpread.LEVEL_ANEW)
    position = stands(Drawdown(id="more", on=day("2-15"), amount_minor=1000), policy=policy)
    assert rows(position) == table("""
        1-1  | p250 | - | p250
        2-1  | p250 | - | p250
        2-15 | p250 | - | p250
        3-1  | p500 | - | p500
        4-1  | p750 | - | p750
    """)


@pytest.mark.parametrize(("use", "open_minor", "overpaid"), [("pays_new_debt", 200, 0), ("kept_for_shopper", 400, 200)])
def test_an_overpayment_pays_it_if_the_policy_says_so(use, open_minor, overpaid):
    paid = MoneyReceived(id="paid", on=JAN_1, amount_minor=1200)
    more = Drawdown(id="more", on=day("2-15"), amount_minor=400)
    position = stands(paid, more, policy=ServicingPolicy(overpayment=OverpaymentUse(use)))
    assert (position.outstanding_minor, position.overpaid_minor) == (open_minor, overpaid)
    assert position.transactions[-1].principal_after_minor == open_minor


def test_a_down_payment_is_rounded_half_to_even_to_the_multiple():
    assert down_payment_minor(75000, share=QUARTER, multiple_minor=100) == 18800
    assert down_payment_minor(3, share=QUARTER, multiple_minor=100) == 0


def test_nothing_can_be_drawn_when_no_row_is_left():
    with pytest.raises(InvalidInput):
        stands(Drawdown(id="more", on=day("4-1"), amount_minor=1))
