"""The terms of a loan: everything its schedule follows from, and nothing else.

For: `LoanTerms`, one frozen record; its `Shape` (how payments are laid out) and `Accrual` (how interest is earned and
rounded) have defaults that suit an ordinary instalment plan.
May import: `bnpl_plugin.credit.calendar`, `day_count`, `business_days`, `bnpl_plugin.money`, `bnpl_plugin.errors`.
Must never: compute an instalment; hold a value that it has not checked.
To add a file: a new convention is a named value in `conventions`, a new field goes where its question belongs, is
checked there, and what it cannot be combined with is refused by name in `agreement`.
"""

from bnpl_plugin.credit.terms.accrual import USUAL, Accrual
from bnpl_plugin.credit.terms.conventions import (
    AccrualDates,
    Carry,
    Compounding,
    FeePlacement,
    Levelling,
    Method,
    OddDays,
    Shortfall,
)
from bnpl_plugin.credit.terms.loan import MAX_COUNT, LoanTerms
from bnpl_plugin.credit.terms.rates import MAX_NOMINAL_RATE, NO_INTEREST, RateStep
from bnpl_plugin.credit.terms.shape import PLAIN, DownPayment, Drawdown, RowFee, Shape

__all__ = [
    "MAX_COUNT",
    "MAX_NOMINAL_RATE",
    "NO_INTEREST",
    "PLAIN",
    "USUAL",
    "Accrual",
    "AccrualDates",
    "Carry",
    "Compounding",
    "DownPayment",
    "Drawdown",
    "FeePlacement",
    "Levelling",
    "LoanTerms",
    "Method",
    "OddDays",
    "RateStep",
    "RowFee",
    "Shape",
    "Shortfall",
]
