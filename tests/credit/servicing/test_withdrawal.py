"""A withdrawal costs the capital and the agreed interest of the days used, and nothing else."""

from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin.credit.servicing.events import ChargedBack, CreditBalanceRefunded, Drawdown, MoneyReceived
from bnpl_plugin.credit.servicing.position.loan import Standing
from bnpl_plugin.credit.servicing.withdrawal import withdrawal_figure, withdrawn_by
from bnpl_plugin.errors import InvalidInput
from tests.credit.servicing.loans import COSTLY, JAN_1, day, stands

RATE = Decimal("0.365")  # one thousandth a day


@pytest.mark.parametrize(("on", "interest"), [("1-1", 0), ("1-2", 0), ("1-3", 1), ("1-15", 12), ("1-31", 27)])
def test_interest_is_counted_by_the_day_and_rounded_down(on, interest):
    figure = withdrawal_figure(stands(schedule=COSTLY), on=day(on), annual_rate=RATE)
    assert (figure.principal_minor, figure.interest_minor, figure.total_minor) == (900, interest, 900 + interest)


def test_what_was_paid_is_counted_and_stops_earning():
    paid = MoneyReceived(id="paid", on=day("1-6"), amount_minor=400)
    figure = withdrawal_figure(stands(paid, schedule=COSTLY), on=day("1-11"), annual_rate=RATE)
    assert (figure.interest_minor, figure.total_minor) == (7, 507)  # 900 x 5 + 500 x 5 thousandths


def test_what_went_back_is_no_longer_paid_and_earns_again():
    paid = MoneyReceived(id="paid", on=day("1-6"), amount_minor=400)
    back = ChargedBack(id="back", on=day("1-9"), amount_minor=400, payment_id="paid")
    position = stands(paid, back, schedule=COSTLY)
    figure = withdrawal_figure(position, on=day("1-11"), annual_rate=RATE)
    assert (figure.interest_minor, figure.paid_minor, figure.total_minor) == (7, 0, 907)  # 900 x 5, 500 x 3, 900 x 2
    after = stands(paid, back, *withdrawn_by(figure, position, event_id="w"), schedule=COSTLY)
    assert after.standing is Standing.SETTLED


def test_an_overpayment_that_was_given_back_is_no_longer_paid():
    over = MoneyReceived(id="over", on=day("1-6"), amount_minor=1000)
    back = CreditBalanceRefunded(id="back", on=day("1-6"), amount_minor=31)
    figure = withdrawal_figure(stands(over, back, schedule=COSTLY), on=day("1-6"), annual_rate=RATE)
    assert (figure.interest_minor, figure.paid_minor, figure.total_minor) == (4, 969, -65)


def test_each_drawdown_earns_from_its_own_day():
    more = Drawdown(id="more", on=day("1-6"), amount_minor=1000)
    figure = withdrawal_figure(stands(more, schedule=COSTLY), on=day("1-11"), annual_rate=RATE)
    assert (figure.principal_minor, figure.interest_minor) == (1900, 14)


@pytest.mark.parametrize(("on", "rate"), [(date(2026, 12, 31), RATE), (JAN_1, Decimal(-1)), (JAN_1, Decimal("NaN"))])
def test_a_day_before_the_loan_and_a_rate_below_nothing_are_refused(on, rate):
    with pytest.raises(InvalidInput):
        withdrawal_figure(stands(schedule=COSTLY), on=on, annual_rate=rate)
