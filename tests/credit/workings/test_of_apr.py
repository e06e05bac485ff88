"""The working of an APR is a table that can be followed by hand, and it shows what was computed, nothing else."""

from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin.credit import MONTHLY, LoanTerms, build_schedule
from bnpl_plugin.credit.apr import METHODS, apr_by, eu
from bnpl_plugin.credit.workings import apr_working
from bnpl_plugin.errors import InvalidInput, UnknownCurrency
from bnpl_plugin.money import Money

# Directive 98/7/EC, Annex III, example 1: 1,000 lent on 1 January 1994, 1,200 paid after 546 days; 13.0 %.
EXAMPLE = """\
Annual percentage rate

Law                  Directive (EU) 2023/2225, Annex III, part I
Equation             sum of drawdowns C(k) * (1 + X)^-t(k) = sum of payments D(l) * (1 + X)^-s(l), t and s in years
Time is measured as  days/365
Drawn                1000.00 EUR
To pay in all        1200.00 EUR
Cost of the credit   200.00 EUR

       Day      Flow  Time (years)   Present value
----------  --------  ------------  --------------
1994-01-01  -1000.00             0  -1000.00000000
1995-07-01   1200.00   1 + 181/365   1000.00000000

Rate that makes the two sides equal  12.9620377081 %
Left over at that rate               0.00000000
Left over at the printed rate        -0.50250175
Printed as                           13.0 %"""


def test_a_published_example_reads_as_a_table():
    found = eu.apr(
        [(date(1994, 1, 1), 1000_00)], repayments=[(date(1995, 7, 1), 1200_00)], interval=eu.Interval.DAYS_365
    )
    assert apr_working(found, currency="EUR").to_text() == EXAMPLE


@pytest.mark.parametrize("method", METHODS)
def test_every_law_lays_its_rate_open_and_leaves_nothing_over(method: str):
    schedule = build_schedule(
        LoanTerms(
            Money(599_00, "EUR"), 12, MONTHLY, date(2027, 1, 10), date(2027, 2, 25), nominal_rate=Decimal("0.119")
        )
    )
    found = apr_by(method)(schedule)
    working = apr_working(found, currency="EUR")
    results = dict(working.results)
    assert results["Printed as"] == f"{found.percent} %"
    assert abs(Decimal(results["Left over at that rate"])) < Decimal("0.0000001")
    assert len(working.rows) == 13
    assert sum(Decimal(row[1]) for row in working.rows) == Decimal(schedule.finance_charge_minor) / 100


def test_a_currency_without_decimals_shows_none():
    found = eu.apr([(date(2026, 1, 1), 100_000)], repayments=[(date(2027, 1, 1), 110_000)])
    assert apr_working(found, currency="JPY").rows[0][1] == "-100000"
    with pytest.raises(UnknownCurrency):
        apr_working(found, currency="EURO")


def test_a_free_credit_has_a_rate_of_nothing():
    found = eu.apr([(date(2026, 1, 1), 300_00)], repayments=[(date(2026, 2, 1), 300_00)])
    results = dict(apr_working(found, currency="EUR").results)
    assert results["Rate that makes the two sides equal"] == "0.0000000000 %"
    assert results["Printed as"] == "0.0 %"


def test_a_row_of_another_length_is_refused():
    found = apr_working(eu.apr([(date(2026, 1, 1), 1)], repayments=[(date(2027, 1, 1), 1)]), currency="EUR")
    with pytest.raises(InvalidInput):
        type(found)(found.title, found.facts, found.columns, (("one",),), found.results)
    assert found.to_json()["rows"][0][0] == "2026-01-01"
