"""What an amount pays: which rows, and which part of them first."""

import pytest

from bnpl_plugin.credit.servicing.money_in.allocation import Allocation
from bnpl_plugin.credit.servicing.parts import Component, Parts
from bnpl_plugin.credit.servicing.policy import AllocationRule, FutureRule, Processing
from bnpl_plugin.credit.servicing.position.row import Row
from tests.credit.servicing.loans import JAN_1, day, written

ROWS = (
    Row(opened_on=JAN_1, due_on=day("2-1"), due=Parts(100, 10, 5, 3)),
    Row(opened_on=day("2-1"), due_on=day("3-1"), due=Parts(100, 10, 5, 3)),
    Row(opened_on=day("3-1"), due_on=day("4-1"), due=Parts(100, 10, 5, 3)),
)
BY_COMPONENT = Processing.COMPONENT_BY_COMPONENT

# day, amount | rule: way, future | what each row got
TABLE = """
2-15 | 3   | row       next   | n3; -; -
2-15 | 8   | row       next   | f5 n3; -; -
2-15 | 118 | row       next   | p100 i10 f5 n3; -; -
2-15 | 121 | row       next   | p100 i10 f5 n3; n3; -
2-15 | 121 | row       last   | p100 i10 f5 n3; -; n3
2-15 | 138 | row       spread | p100 i10 f5 n3; i2 f5 n3; i2 f5 n3
3-15 | 16  | component next   | f5 n3; f5 n3; -
3-15 | 16  | row       next   | i8 f5 n3; -; -
1-15 | 9   | component spread | n3; n3; n3
1-15 | 20  | component spread | f4 n3; f4 n3; f3 n3
1-15 | 354 | row       next   | p100 i10 f5 n3; p100 i10 f5 n3; p100 i10 f5 n3
1-15 | 400 | row       last   | p100 i10 f5 n3; p100 i10 f5 n3; p100 i10 f5 n3
"""


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_an_amount_pays_as_the_rule_says(line):
    on, amount, rule, expected = (cell.strip() for cell in line.split("|"))
    way, future = rule.split()
    processing = BY_COMPONENT if way == "component" else Processing.ROW_BY_ROW
    allocation = Allocation(ROWS, amount_minor=int(amount), on=day(on))
    allocation.run(AllocationRule(processing=processing), future=FutureRule(future))
    assert "; ".join(written(row.paid) for row in allocation.rows) == expected
    assert allocation.paid.total_minor + allocation.left_minor == int(amount)


def test_in_advance_charges_that_are_due_come_before_principal_and_the_others_after_it():
    rule = AllocationRule(due_charges_first=True)
    allocation = Allocation(ROWS[:1], amount_minor=104, on=day("1-15"), due_charges=Parts(penalty_minor=3))
    allocation.run(rule, future=FutureRule.NEXT)
    assert written(allocation.paid) == "p100 f1 n3"


def test_due_rows_are_paid_in_the_order_of_the_rule():
    order = (Component.PRINCIPAL, Component.INTEREST, Component.FEE, Component.PENALTY)
    allocation = Allocation(ROWS, amount_minor=105, on=day("2-1"))
    allocation.run(AllocationRule(components=order), future=FutureRule.NEXT)
    assert written(allocation.paid) == "p100 i5"
