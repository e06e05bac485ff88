"""The working of a schedule says its terms in words and balances in every row."""

from datetime import date
from decimal import Decimal

from hypothesis import given

from bnpl_plugin.credit import MONTHLY, DayCount, LoanTerms, Method, build_schedule
from bnpl_plugin.credit.terms import DownPayment, Shape
from bnpl_plugin.credit.workings import of_schedule, schedule_working
from bnpl_plugin.money import Money
from tests.properties.test_schedules import loan_terms

ORDINARY = """\
Schedule

Method                equal instalments; interest on what is still owed
Principal             599.00 EUR, drawn on 2026-11-25
Instalments           3, every month, the first due on 2026-12-25
Nominal rate          11.9 % a year
Day count             30/360-monthly
Interest of a period  owed before x rate x part of year, rounded half up
Equal part            rounded half up; the last one takes what does not divide

No.         Due  Part of year  Owed before  Drawn  Interest  Pays principal  Pays interest  Pays fee  To pay  Owed after
---  ----------  ------------  -----------  -----  --------  --------------  -------------  --------  ------  ----------
  1  2026-12-25          1/12       599.00   0.00      5.94          197.70           5.94      0.00  203.64      401.30
  2  2027-01-25          1/12       401.30   0.00      3.98          199.66           3.98      0.00  203.64      201.64
  3  2027-02-25          1/12       201.64   0.00      2.00          201.64           2.00      0.00  203.64        0.00

Principal, all rows      599.00 EUR
Interest, all rows       11.92 EUR
Fees, all rows           0.00 EUR
To pay in all            610.92 EUR
Owed after the last row  0.00 EUR"""


def test_an_ordinary_loan_reads_as_a_table():
    terms = LoanTerms(
        Money(599_00, "EUR"), 3, MONTHLY, date(2026, 11, 25), date(2026, 12, 25), nominal_rate=Decimal("0.119")
    )
    assert schedule_working(terms).to_text() == ORDINARY


def test_what_is_unusual_is_said():
    terms = LoanTerms(
        Money(599_00, "EUR"),
        4,
        MONTHLY,
        date(2026, 11, 25),
        date(2027, 1, 8),
        nominal_rate=Decimal("0.119"),
        day_count=DayCount.ACT_365F,
        fee_minor=5_00,
        shape=Shape(down_payment=DownPayment(percent=Decimal(25)), balloon_minor=100_00),
    )
    facts = dict(schedule_working(terms).facts)
    assert facts["Fee"] == "5.00 EUR, placed: first"
    assert facts["Balloon"] == "100.00 EUR"
    assert facts["Down payment"].startswith("percent 25")
    assert schedule_working(terms).rows[0][2] == "-"


def test_every_method_has_its_words():
    assert set(of_schedule.METHODS) == set(Method)


@given(loan_terms())
def test_every_row_balances_and_the_whole_is_the_schedule(terms):
    working, schedule = schedule_working(terms), build_schedule(terms)
    for row in working.rows:
        before, drawn, earned, principal, interest, fee, due, after = map(Decimal, row[3:])
        assert before + drawn + earned - principal - interest == after
        assert principal + interest + fee == due
    results = {name: Money.of(told.split()[0], terms.principal.currency).minor for name, told in working.results}
    assert results["Principal, all rows"] == schedule.principal_minor
    assert results["To pay in all"] == schedule.total_payable_minor
    assert results["Owed after the last row"] == 0
