"""The APR of the United States: Regulation Z, 12 CFR 1026, Appendix J and 1026.22.

For: what the unit-period is and how time is counted in it (`unit_period`), the equation (`actuarial`), how far a
disclosed rate may lie off (`tolerance`).
May import: what `bnpl_plugin.credit.apr` may.
Must never: hold a state's law.
To add a file: it bears the paragraph it puts into code; tests with the regulation's own examples.
"""

from bnpl_plugin.credit.apr.us.actuarial import METHOD, apr, printed, rate, reading, schedule_apr
from bnpl_plugin.credit.apr.us.tolerance import is_irregular, within_tolerance
from bnpl_plugin.credit.apr.us.unit_period import Unit, UnitPeriod, unit_period_of, unit_periods

__all__ = [
    "METHOD",
    "Unit",
    "UnitPeriod",
    "apr",
    "is_irregular",
    "printed",
    "rate",
    "reading",
    "schedule_apr",
    "unit_period_of",
    "unit_periods",
    "within_tolerance",
]
