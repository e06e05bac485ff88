"""A charge falls into the row whose period holds its date, and may be given up again."""

from decimal import Decimal

import pytest

from bnpl_plugin.credit.servicing.events import (
    ChargeLaid,
    ChargeWaived,
    LateChargesLaid,
    MoneyReceived,
    ShareChargeLaid,
)
from bnpl_plugin.credit.servicing.parts import Component
from bnpl_plugin.credit.servicing.policy import LateCharge, ServicingPolicy
from bnpl_plugin.errors import InvalidInput
from tests.credit.servicing.loans import COSTLY, JAN_1, day, rows, stands, table


def fee(due, amount=30, name="fee"):
    return ChargeLaid(id=name, on=JAN_1, due_on=day(due), amount_minor=amount)


@pytest.mark.parametrize(("due", "row"), [("1-1", 1), ("1-2", 1), ("2-1", 1), ("2-2", 2), ("4-1", 3)])
def test_it_falls_into_the_first_instalment_that_is_not_due_before_it(due, row):
    position = stands(fee(due))
    assert [line.due.fee_minor for line in position.rows] == [30 if index == row else 0 for index in range(4)]


def test_after_the_last_row_it_has_a_row_that_moves_with_the_latest_one():
    position = stands(fee("4-10", name="a"), fee("4-25", name="b"), fee("4-12", name="c"))
    assert rows(position).splitlines()[-1] == "4-25 | f90 | - | f90"
    assert position.rows[-1].opened_on == day("4-1")


def test_what_is_open_of_it_can_be_given_up_once():
    paid = MoneyReceived(id="paid", on=day("1-15"), amount_minor=10)
    waived = ChargeWaived(id="no", on=day("1-20"), charge_id="fee")
    again = ChargeWaived(id="no again", on=day("1-21"), charge_id="fee")
    position = stands(MoneyReceived(id="down", on=JAN_1, amount_minor=250), fee("1-10"), paid, waived, again)
    assert (position.waived.fee_minor, position.paid.fee_minor, position.still_open.fee_minor) == (20, 10, 0)


def test_a_share_of_principal_and_interest():
    charge = ShareChargeLaid(id="tenth", on=JAN_1, due_on=day("2-20"), share=Decimal("0.1"))
    assert stands(charge, schedule=COSTLY).rows[1].due.fee_minor == 96


def test_each_overdue_row_gets_the_late_charge_once():
    policy = ServicingPolicy(late_charge=LateCharge(rate=Decimal("0.015")))
    first, second = LateChargesLaid(id="a", on=day("3-1")), LateChargesLaid(id="b", on=day("3-5"))
    assert rows(stands(first, second, policy=policy)) == table("""
        1-1 | p250 n4 | - | p250 n4
        2-1 | p250 n4 | - | p250 n4
        3-1 | p250 n4 | - | p250 n4
        4-1 | p250    | - | p250
    """)
    assert stands(first).outstanding_minor == 1000


@pytest.mark.parametrize(
    "event",
    [
        ChargeLaid(id="x", on=JAN_1, due_on=JAN_1, amount_minor=1, component=Component.PRINCIPAL),
        ChargeWaived(id="x", on=JAN_1, charge_id="none"),
    ],
)
def test_what_is_no_charge_is_refused(event):
    with pytest.raises(InvalidInput):
        stands(event)
