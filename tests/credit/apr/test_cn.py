"""The Chinese rate against a bank's published one, and beside the other laws' on the same loan.

Source: ICBC's card instalment disclosure (0.6 % a period over 12 periods, 13.03 % simple).
"""

from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin.credit import MONTHLY, Instalment, Schedule, apr_by, due_dates
from bnpl_plugin.credit.apr import cn
from bnpl_plugin.errors import InvalidInput, SolverFailed


def icbc(*, rows=12, fee=7_200):
    due = due_dates(date(2026, 2, 1), period=MONTHLY, count=rows)
    return Schedule(
        "CNY",
        date(2026, 1, 1),
        100_000 * rows,
        tuple(Instalment(k, day, 100_000, 0, fee) for k, day in enumerate(due, start=1)),
    )


def test_twelve_times_the_monthly_return_is_the_published_simple_rate():
    found = apr_by("cn")(icbc())
    assert found.percent == Decimal("13.03")
    assert abs(found.rate - Decimal("0.130342")) < Decimal("0.0000005")


def test_the_laws_differ_on_the_same_loan():
    rates = [apr_by(law)(icbc()).percent for law in ("eu", "uk", "us", "cn")]
    assert rates == [Decimal("13.8"), Decimal("13.8"), Decimal("13.03"), Decimal("13.03")]


@pytest.mark.parametrize("law", ["eu", "uk", "us", "cn"])
def test_no_cost_is_no_rate_and_no_time_is_an_error(law):
    assert apr_by(law)(icbc(fee=0)).rate == 0
    at_once = Schedule("CNY", date(2026, 1, 1), 100, (Instalment(1, date(2026, 1, 1), 100, 0, 5),))
    with pytest.raises(SolverFailed):
        apr_by(law)(at_once)


def test_compound_is_the_same_month_taken_twelve_times_over():
    simple, compound = (
        cn.apr(
            [(date(2026, 1, 1), 1_200_000)],
            repayments=[(row.due_on, row.total_minor) for row in icbc().instalments],
            form=form,
        )
        for form in cn.Form
    )
    assert abs((1 + simple.rate / 12) ** 12 - 1 - compound.rate) < Decimal("1e-10")
    assert (simple.method, compound.method) == ("cn_simple_monthly_irr", "cn_compound_monthly_irr")
    assert compound.percent == Decimal("13.84")


def test_days_are_used_where_months_are_not_whole():
    due = (date(2026, 1, 15), date(2026, 2, 3))
    rows = tuple(Instalment(k, day, 50_000, 0, 1_000) for k, day in enumerate(due, start=1))
    found = apr_by("cn")(Schedule("CNY", date(2026, 1, 1), 100_000, rows))
    assert found.convention == "days*12/365"
    v = (1 + found.rate / 12) ** (Decimal(-12) / 365)
    assert abs(51_000 * (v**14 + v**33) - 100_000) < Decimal("1e-5")


def test_a_convention_that_is_not_here_is_refused():
    with pytest.raises(InvalidInput):
        cn.reading("weeks")
