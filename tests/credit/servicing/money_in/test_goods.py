"""Goods that come back pay the loan, and take the cost that belongs to them along."""

import pytest

from bnpl_plugin.credit.servicing.events import GoodsReturned, MoneyReceived
from bnpl_plugin.credit.servicing.policy import AllocationRule, CostReturn, FutureRule, ServicingPolicy
from bnpl_plugin.credit.servicing.position.transaction import Source
from bnpl_plugin.errors import InvalidInput
from tests.credit.servicing.loans import COSTLY, JAN_1, day, rows, stands, table, written

PAID = MoneyReceived(id="paid", on=day("2-1"), amount_minor=339)


def returned(amount, on="2-10", name="goods"):
    return GoodsReturned(id=name, on=day(on), amount_minor=amount)


@pytest.mark.parametrize("future", FutureRule)
def test_a_third_of_the_price_pays_by_the_rule_and_takes_a_third_of_the_cost(future):
    rule = AllocationRule(future_by_source=((Source.MERCHANT_REFUND, future),))
    position = stands(PAID, returned(300), schedule=COSTLY, policy=ServicingPolicy(allocation=rule))
    assert position.cost_returned_minor == 23
    assert position.waived.cost_minor == 23
    assert position.outstanding_minor == 630 - 300 - 23
    assert [written(row.due) for row in position.rows] == ["p300 i30 f9", "p300 i20", "p300 i10"]


def test_with_everything_every_cent_is_the_shoppers():
    position = stands(PAID, returned(400, name="a"), returned(500, name="b"), schedule=COSTLY)
    assert (position.outstanding_minor, position.overpaid_minor) == (0, 339)
    assert position.cost_returned_minor == COSTLY.finance_charge_minor


def test_cost_that_was_paid_already_is_given_back_as_money():
    everything = MoneyReceived(id="all", on=JAN_1, amount_minor=COSTLY.total_payable_minor)
    position = stands(everything, returned(300), schedule=COSTLY)
    assert position.overpaid_minor == 300 + 23
    assert position.waived.total_minor == 0


def test_a_policy_may_keep_the_cost():
    position = stands(PAID, returned(900), schedule=COSTLY, policy=ServicingPolicy(cost_return=CostReturn.KEPT))
    assert rows(position) == table("""
        2-1 | p300 i30 f9 | p300 i30 f9 | -
        3-1 | p300 i20    | p300 i20    | -
        4-1 | p300 i10    | p300 i10    | -
    """)
    assert position.overpaid_minor == 900 - 630


def test_more_than_was_drawn_cannot_come_back():
    with pytest.raises(InvalidInput):
        stands(returned(600, name="a"), returned(301, name="b"), schedule=COSTLY)
