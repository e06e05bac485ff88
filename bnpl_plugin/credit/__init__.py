"""What a loan is, read as its story: calendar, business days, day count, terms, schedule, amortisation, apr, states.

Life after signature follows in `servicing`; `annuity` answers what a payment buys, outside any one loan; `workings` lay
a schedule or a rate open, so that it can be followed by hand.

For: pure functions over frozen records; the same inputs give the same cents for ever.
May import: `bnpl_plugin.money`, `bnpl_plugin.errors`, the standard library; `business_days` asks `holidays`, lazily.
Must never: hold a float, read a clock, make an id, know Flask or SQL.
To add a file: a convention is a named value of an enum, a law's APR is one module in `apr/` entered in its registry,
life after signature goes to `servicing/`; tests of the same name under `tests/credit`, each number with its source.
"""

from bnpl_plugin.credit.amortisation import build_schedule
from bnpl_plugin.credit.apr import Apr, apr_by
from bnpl_plugin.credit.business_days import BusinessDayRule, BusinessDays
from bnpl_plugin.credit.calendar import (
    FORTNIGHTLY,
    HALF_MONTHLY,
    MONTHLY,
    WEEKLY,
    YEARLY,
    MonthEnd,
    Period,
    PeriodUnit,
    add_months,
    due_dates,
    local_date,
)
from bnpl_plugin.credit.day_count import DayCount
from bnpl_plugin.credit.schedule import Instalment, Schedule
from bnpl_plugin.credit.terms import Accrual, DownPayment, FeePlacement, Levelling, LoanTerms, Method, Shape

__all__ = [
    "FORTNIGHTLY",
    "HALF_MONTHLY",
    "MONTHLY",
    "WEEKLY",
    "YEARLY",
    "Accrual",
    "Apr",
    "BusinessDayRule",
    "BusinessDays",
    "DayCount",
    "DownPayment",
    "FeePlacement",
    "Instalment",
    "Levelling",
    "LoanTerms",
    "Method",
    "MonthEnd",
    "Period",
    "PeriodUnit",
    "Schedule",
    "Shape",
    "add_months",
    "apr_by",
    "build_schedule",
    "due_dates",
    "local_date",
]
