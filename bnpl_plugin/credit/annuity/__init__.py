"""The time value of a stream: what a payment buys, what a sum costs each month, when it ends and at which rate.

Signs are those of a credit: what is financed, each payment and the final value are positive; a negative one flows the
other way. Sums are exact fractions of whatever unit goes in (minor units, as a rule) and are rounded by nobody here;
rates and the number of payments are irrational and told to twelve decimals.

For: level streams (`level`) and the internal rate of any flows (`flows`); numbers come in by `exact`.
May import: `bnpl_plugin.credit.apr`, `day_count`, `bnpl_plugin.errors`, the standard library.
Must never: hold a float, round a sum, answer one of several rates that nobody's guess has picked.
To add a file: one kind of stream, its equation in the docstring.
"""

from bnpl_plugin.credit.annuity.exact import MAX_COUNT, Exact
from bnpl_plugin.credit.annuity.flows import dated_rate, periodic_rate, usual_guess
from bnpl_plugin.credit.annuity.level import (
    Annuity,
    Timing,
    interest_between,
    interest_part,
    level_payment,
    number_of_payments,
    present_value,
    principal_between,
    principal_part,
    rate_per_period,
)

__all__ = [
    "MAX_COUNT",
    "Annuity",
    "Exact",
    "Timing",
    "dated_rate",
    "interest_between",
    "interest_part",
    "level_payment",
    "number_of_payments",
    "periodic_rate",
    "present_value",
    "principal_between",
    "principal_part",
    "rate_per_period",
    "usual_guess",
]
