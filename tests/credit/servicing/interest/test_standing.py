"""Interest that follows the balance. A loan of 100.00 in six months at 7 %: 17.01 each, the last 17.00."""

from decimal import Decimal

import pytest

from bnpl_plugin.credit import MONTHLY, LoanTerms, build_schedule
from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.events import Drawdown, MoneyReceived
from bnpl_plugin.credit.servicing.interest.settlement import payoff_quote
from bnpl_plugin.credit.servicing.interest.terms import (
    InterestTerms,
    InterestUntil,
    OverdueInterest,
    PaymentCounts,
    Prepayment,
)
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import Standing
from bnpl_plugin.money import Money, Rounding
from tests.credit.servicing.loans import JAN_1, day, stands

LEVEL = build_schedule(
    LoanTerms(
        principal=Money(100_00, "EUR"),
        count=6,
        period=MONTHLY,
        drawdown_on=JAN_1,
        first_due_on=day("2-1"),
        nominal_rate=Decimal("0.07"),
        rounding=Rounding.HALF_EVEN,
    )
)


def policy(prepayment=Prepayment.PAYS_AHEAD, until=InterestUntil.DAY_PAID, multiple=1):
    terms = InterestTerms(annual_rate=Decimal("0.07"), prepayment=prepayment, until=until)
    return ServicingPolicy(interest=terms, multiple_minor=multiple)


def interests(position):
    return [row.due.interest_minor for row in position.rows]


def instalments(position):
    return [row.due.total_minor for row in position.rows]


def paid(on, amount=17_01, name=None):
    return MoneyReceived(id=name or f"paid {on}", on=day(on), amount_minor=amount)


def test_on_the_day_of_the_drawdown_it_is_the_schedule():
    assert interests(stands(schedule=LEVEL, policy=policy())) == [58, 49, 39, 29, 20, 10]


def test_overdue_principal_earns_until_the_day_of_the_question():
    late = stands(schedule=LEVEL, policy=policy(), as_of=day("3-10"))
    assert interests(late) == [58, 58, 45, 30, 20, 10]
    assert instalments(late)[:5] == [17_01] * 5
    assert sum(row.due.principal_minor for row in late.rows) == 100_00


def test_or_until_the_end_of_the_period_of_that_day():
    terms = InterestTerms(annual_rate=Decimal("0.07"), overdue=OverdueInterest.WHOLE_PERIODS)
    late = stands(schedule=LEVEL, policy=ServicingPolicy(interest=terms), as_of=day("3-10"))
    assert interests(late) == [58, 58, 58, 30, 20, 10]


def test_early_money_stops_earning_and_what_was_spared_goes_to_the_next_row():
    early = stands(paid("2-1"), paid("2-15"), schedule=LEVEL, policy=policy())
    assert interests(early)[:3] == [58, 24, 58]
    assert early.rows[1].settled_on == day("2-15")


def test_or_it_rests_until_the_due_date_and_a_part_paid_early_spares_nothing_before():
    terms = InterestTerms(
        annual_rate=Decimal("0.07"),
        until=InterestUntil.DUE_DATE,
        payment_counts=PaymentCounts.FROM_DUE_DATE,
    )
    early = stands(paid("1-15", 5_00), schedule=LEVEL, policy=ServicingPolicy(interest=terms))
    assert interests(early) == [58, 49, 39, 29, 20, 10]
    at_once = stands(paid("1-15", 5_00), schedule=LEVEL, policy=policy())
    assert interests(at_once)[0] < 58


@pytest.mark.parametrize(("until", "interest"), [(InterestUntil.DAY_PAID, 24), (InterestUntil.DUE_DATE, 49)])
def test_a_quote_asks_interest_to_the_day_or_to_the_due_date(until, interest):
    account = LoanAccount(LEVEL, policy(until=until), (paid("2-1"),))
    quote = payoff_quote(account, on=day("2-15"))
    assert quote.total_minor == 83_57 + interest
    assert quote.dropped.interest_minor == 49 + 39 + 29 + 20 + 10 - interest
    settled = account.after(paid("2-15", quote.total_minor))
    assert stands(*settled.events, schedule=LEVEL, policy=policy(until=until)).standing is Standing.SETTLED


def test_a_further_drawdown_levels_the_rows_anew():
    more = stands(paid("2-1"), Drawdown(id="more", on=day("2-1"), amount_minor=50_00), schedule=LEVEL, policy=policy())
    assert len(set(instalments(more)[1:5])) == 1
    assert sum(row.due.principal_minor for row in more.rows) == 150_00
    assert interests(more)[1] == 78  # 133.57 at 7 % / 12


# what paying 40.00 on the first due date does to the instalments
PREPAID = """
pays_ahead         | 1701 1701 1701 1701 1701 1682
lowers_instalment  | 4000 1233 1233 1233 1233 1231
spares_next        | 4000 35 1068 1701 1701 1682
shortens_term      | 4000 1701 1701 1701 1038
"""


@pytest.mark.parametrize("line", PREPAID.strip().splitlines())
def test_more_than_is_due_is_answered_as_the_terms_say(line):
    prepayment, expected = (cell.strip() for cell in line.split("|"))
    position = stands(paid("2-1", 40_00), schedule=LEVEL, policy=policy(Prepayment(prepayment)))
    assert instalments(position) == [int(number) for number in expected.split()]
    assert sum(row.due.principal_minor for row in position.rows) == 100_00
