"""What was earned, and what is lost."""

from decimal import Decimal

import pytest

from bnpl_plugin.credit import DayCount
from bnpl_plugin.credit.servicing.changes.accrual import earned_by, to_recognise
from bnpl_plugin.credit.servicing.events import ChargedOff, ChargeLaid, CostAccrued, MoneyReceived, Reversed
from bnpl_plugin.credit.servicing.interest.terms import InterestTerms
from bnpl_plugin.credit.servicing.parts import Component, Parts
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import Standing
from bnpl_plugin.errors import InvalidInput
from tests.credit.servicing.loans import COSTLY, JAN_1, day, stands, written

FIXED = ServicingPolicy()
FOLLOWS = ServicingPolicy(interest=InterestTerms(annual_rate=Decimal("0.365"), day_count=DayCount.ACT_365F))
CHARGE = ChargeLaid(id="nsf", on=JAN_1, due_on=day("2-10"), amount_minor=4, component=Component.PENALTY)

# day: earned of 60 interest (30, 20, 10), a fee of 9 in the first row and a penalty of 4 on 10 February
EARNED = """
1-1  | -
1-16 | i15
2-1  | i30 f9
2-9  | i36 f9
2-15 | i40 f9 n4
4-1  | i60 f9 n4
9-1  | i60 f9 n4
"""


@pytest.mark.parametrize("line", EARNED.strip().splitlines())
def test_cost_is_earned_day_by_day_and_charges_on_their_date(line):
    on, expected = (cell.strip() for cell in line.split("|"))
    assert written(earned_by(stands(CHARGE, schedule=COSTLY), on=day(on), policy=FIXED)) == expected


def test_interest_that_follows_the_balance_is_earned_as_it_was_owed():
    paid = MoneyReceived(id="paid", on=day("1-11"), amount_minor=500)
    position = stands(paid, schedule=COSTLY, policy=FOLLOWS, as_of=day("1-21"))
    assert earned_by(position, on=day("1-11"), policy=FOLLOWS).interest_minor == 9  # 900 for ten days at 1/1000
    assert earned_by(position, on=day("1-21"), policy=FOLLOWS).interest_minor == 9 + 4  # then about 400 for ten


def test_all_cost_is_earned_at_the_end():
    assert written(earned_by(stands(CHARGE, schedule=COSTLY), on=None, policy=FIXED)) == "i60 f9 n4"


def test_what_was_recognised_is_not_recognised_again():
    accrued = CostAccrued(id="jan", on=day("1-16"), cost=Parts(interest_minor=15))
    position = stands(accrued, schedule=COSTLY)
    assert written(to_recognise(position, up_to=day("2-1"), policy=FIXED)) == "i15 f9"
    assert to_recognise(position, up_to=day("1-10"), policy=FIXED).is_nothing


def test_what_was_recognised_stands_whatever_is_reversed():
    paid = MoneyReceived(id="paid", on=JAN_1, amount_minor=COSTLY.total_payable_minor)
    accrued = CostAccrued(id="end", on=JAN_1, cost=Parts(interest_minor=60, fee_minor=9))
    position = stands(paid, accrued, Reversed(id="bounced", on=day("1-5"), of="paid"), schedule=COSTLY)
    assert written(position.accrued) == "i60 f9"


@pytest.mark.parametrize("cost", [Parts(), Parts(principal_minor=1, fee_minor=1), Parts(fee_minor=-1)])
def test_only_cost_can_be_recognised(cost):
    with pytest.raises(InvalidInput):
        CostAccrued(id="x", on=JAN_1, cost=cost)


def test_a_loan_charged_off_is_still_owed_and_earns_no_more():
    off = ChargedOff(id="off", on=day("9-1"))
    position = stands(MoneyReceived(id="some", on=day("2-1"), amount_minor=339), off, schedule=COSTLY)
    assert (position.standing, position.outstanding_minor) == (Standing.CHARGED_OFF, 630)
    assert written(position.transactions[-1].parts) == "p600 i30"
    assert to_recognise(position, up_to=day("9-1"), policy=FIXED).is_nothing


def test_a_back_dated_payment_makes_the_loss_smaller():
    off, late = ChargedOff(id="off", on=day("9-1")), MoneyReceived(id="late", on=day("8-1"), amount_minor=339)
    position = stands(off, late, schedule=COSTLY)
    assert position.transactions[-1].amount_minor == 630


def test_a_loss_is_told_once():
    with pytest.raises(InvalidInput, match="again"):
        stands(ChargedOff(id="off", on=day("9-1")), ChargedOff(id="again", on=day("9-2")))
