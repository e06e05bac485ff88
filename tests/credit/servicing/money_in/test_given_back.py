"""Money that goes back is owed again: with the next due date, or on its own day when none is left."""

import pytest

from bnpl_plugin.credit.calendar import MONTHLY
from bnpl_plugin.credit.servicing.events import (
    AdvanceRefunded,
    ChargedBack,
    ChargeLaid,
    CreditBalanceRefunded,
    MoneyReceived,
    ReAged,
    Reversed,
)
from bnpl_plugin.credit.servicing.parts import Component
from bnpl_plugin.credit.servicing.policy import PENALTY_FEE_INTEREST_PRINCIPAL, ServicingPolicy
from bnpl_plugin.errors import InvalidInput
from tests.credit.servicing.loans import JAN_1, day, rows, stands, table, written

PAID = (
    MoneyReceived(id="1", on=JAN_1, amount_minor=250),
    MoneyReceived(id="2", on=day("2-1"), amount_minor=250),
    MoneyReceived(id="3", on=day("3-1"), amount_minor=250),
)
LAST = MoneyReceived(id="4", on=day("4-1"), amount_minor=250)


def test_a_chargeback_is_due_with_the_next_row():
    position = stands(*PAID, ChargedBack(id="back", on=day("3-10"), amount_minor=250, payment_id="3"))
    assert rows(position) == table("""
        1-1 | p250 | p250 | -
        2-1 | p250 | p250 | -
        3-1 | p250 | p250 | -
        4-1 | p500 | -    | p500
    """)
    assert position.balances_minor() == (750, 500, 250, 0)


def test_after_the_last_row_it_is_due_on_its_day_and_moves_with_the_next_one():
    first = ChargedBack(id="a", on=day("4-10"), amount_minor=100, payment_id="3")
    second = ChargedBack(id="b", on=day("4-20"), amount_minor=50, payment_id="3")
    position = stands(*PAID, LAST, first, second)
    assert rows(position).splitlines()[-1] == "4-20 | p150 | - | p150"


def test_an_overpayment_absorbs_it_first():
    over = MoneyReceived(id="over", on=day("4-1"), amount_minor=350)
    whole = stands(*PAID, over, ChargedBack(id="back", on=day("4-10"), amount_minor=100, payment_id="3"))
    assert (len(whole.rows), whole.outstanding_minor, whole.overpaid_minor) == (4, 0, 0)
    part = stands(*PAID, over, ChargedBack(id="back", on=day("4-10"), amount_minor=250, payment_id="3"))
    assert rows(part).splitlines()[-1] == "4-10 | p250 | p100 | p150"
    assert (written(part.transactions[-1].parts), part.transactions[-1].overpayment_minor) == ("p150", 100)


def test_it_may_bring_back_the_parts_that_the_payment_had_paid():
    policy = ServicingPolicy(chargeback_order=PENALTY_FEE_INTEREST_PRINCIPAL)
    charge = ChargeLaid(id="nsf", on=JAN_1, due_on=day("1-20"), amount_minor=30, component=Component.PENALTY)
    paid = MoneyReceived(id="2", on=day("2-1"), amount_minor=280)
    backs = (
        ChargedBack(id="a", on=day("2-10"), amount_minor=20, payment_id="2"),
        ChargedBack(id="b", on=day("2-11"), amount_minor=20, payment_id="2"),
    )
    position = stands(charge, PAID[0], paid, *backs, policy=policy)
    assert written(position.rows[2].due) == "p260 n30"


def test_a_refund_of_an_overpayment_that_never_was_is_owed_again():
    over = MoneyReceived(id="over", on=day("4-1"), amount_minor=350)
    refunded = CreditBalanceRefunded(id="cbr", on=day("4-2"), amount_minor=100)
    assert stands(*PAID, over, refunded).outstanding_minor == 0
    bounced = stands(*PAID, over, refunded, Reversed(id="bounced", on=day("4-9"), of="3"))
    assert (bounced.outstanding_minor, bounced.overpaid_minor) == (250, 0)


def test_money_paid_in_advance_goes_back_from_the_last_row():
    ahead = MoneyReceived(id="ahead", on=day("2-1"), amount_minor=600)
    position = stands(PAID[0], ahead, AdvanceRefunded(id="back", on=day("2-10"), amount_minor=200))
    assert rows(position) == table("""
        1-1 | p250 | p250 | -
        2-1 | p250 | p250 | -
        3-1 | p250 | p150 | p100
        4-1 | p250 | -    | p250
    """)


def test_a_chargeback_after_re_aged_rows_stands_after_them():
    loan = stands(
        MoneyReceived(id="paid", on=JAN_1, amount_minor=250),
        ChargedBack(id="first", on=day("4-5"), amount_minor=10),
        ReAged(id="aged", on=day("4-6"), first_due_on=day("4-6"), period=MONTHLY, count=1),
        ChargedBack(id="second", on=day("4-7"), amount_minor=10),
    )
    dues = [row.due_on for row in loan.rows]
    assert dues == sorted(dues)
    assert dues[-1] == day("4-7")


@pytest.mark.parametrize(
    ("payment_id", "amount", "field"),
    [("nobody", 10, "payment_id"), ("gone", 10, "payment_id"), ("3", 251, "amount_minor")],
)
def test_no_more_is_charged_back_than_was_left_of_the_payment(payment_id, amount, field):
    gone = (MoneyReceived(id="gone", on=day("3-2"), amount_minor=50), Reversed(id="undo", on=day("3-3"), of="gone"))
    back = ChargedBack(id="back", on=day("3-10"), amount_minor=amount, payment_id=payment_id)
    with pytest.raises(InvalidInput) as refused:
        stands(*PAID, *gone, back)
    assert refused.value.details["field"] == field


def test_no_more_is_given_back_in_advance_than_was_paid_in_advance():
    ahead = MoneyReceived(id="ahead", on=day("1-10"), amount_minor=300)
    with pytest.raises(InvalidInput, match="at most 300"):
        stands(PAID[0], ahead, AdvanceRefunded(id="back", on=day("1-20"), amount_minor=301))
