"""Amounts that cannot be wrong.

For: `Money` (whole minor units with their currency inside the type), the ISO 4217 table, rounding and splitting.
May import: the standard library and `bnpl_plugin.errors`.
Must never: hold a float, format for a locale (that is Babel's, in `web`), know what a loan is.
To add a file: one noun, pure functions and frozen values, a test of the same name under `tests/money`.
"""

from bnpl_plugin.money.amount import MAX_MINOR, Money
from bnpl_plugin.money.currency import Currency, currency
from bnpl_plugin.money.rounding import Remainder, Rounding, allocate, divide, split

__all__ = ["MAX_MINOR", "Currency", "Money", "Remainder", "Rounding", "allocate", "currency", "divide", "split"]
