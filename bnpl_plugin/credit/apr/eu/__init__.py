"""The APR of the European Union: Directive (EU) 2023/2225 Annex III.

For: part I, the equation (`annex_iii`), and part II, what is assumed where an agreement leaves facts open
(`assumptions`).
May import: what `bnpl_plugin.credit.apr` may.
Must never: fill an open fact silently; an assumption is a function that a caller names.
To add a file: it bears the law's heading; the letter of the law stands above each function.
"""

from bnpl_plugin.credit.apr.eu.annex_iii import METHOD, apr, printed, rate, reading, schedule_apr
from bnpl_plugin.credit.apr.interval import Interval, YearLength, elapsed, interval_of

__all__ = [
    "METHOD",
    "Interval",
    "YearLength",
    "apr",
    "elapsed",
    "interval_of",
    "printed",
    "rate",
    "reading",
    "schedule_apr",
]
