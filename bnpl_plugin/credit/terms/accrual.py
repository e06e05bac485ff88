"""How interest is earned and rounded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bnpl_plugin.credit.terms.checks import member, refusal, whole
from bnpl_plugin.credit.terms.conventions import AccrualDates, Carry, Compounding, OddDays, Shortfall
from bnpl_plugin.money import Rounding

_MOST_YEARS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """The conventions of interest beside rate and day count.

    Args:
        compounding: what the yearly rate means for a part of a year.
        carry: what is carried from one period into the next.
        rounding: where a fraction of a minor unit of interest goes.
        multiple_minor: the interest of a period is a whole multiple of this, 1 or more.
        shortfall: what becomes of interest that an instalment does not cover.
        odd_days: what an odd part of a month earns.
        dates: until which day a period earns when its due date was moved.
        first_period_years: the first period's part of a year, where the contract states it instead of a day count;
            0 to 50.

    Raises:
        InvalidInput: names the field, its fault and what is accepted.
    """

    compounding: Compounding = Compounding.EACH_PERIOD
    carry: Carry = Carry.MINOR_UNITS
    rounding: Rounding = Rounding.HALF_UP
    multiple_minor: int = 1
    shortfall: Shortfall = Shortfall.CARRIED
    odd_days: OddDays = OddDays.OVER_360
    dates: AccrualDates = AccrualDates.UNADJUSTED
    first_period_years: Fraction | None = None

    def __post_init__(self) -> None:
        member("accrual.compounding", self.compounding, of=Compounding)
        member("accrual.carry", self.carry, of=Carry)
        member("accrual.rounding", self.rounding, of=Rounding)
        whole("accrual.multiple_minor", self.multiple_minor, least=1)
        member("accrual.shortfall", self.shortfall, of=Shortfall)
        member("accrual.odd_days", self.odd_days, of=OddDays)
        member("accrual.dates", self.dates, of=AccrualDates)
        years = self.first_period_years
        if years is not None and (type(years) is not Fraction or not 0 <= years <= _MOST_YEARS):
            raise refusal("accrual.first_period_years", repr(years), accepted=f"a Fraction, 0 to {_MOST_YEARS}")
        if self.multiple_minor > 1 and self.carry is not Carry.MINOR_UNITS:
            raise refusal("accrual.multiple_minor", self.multiple_minor, accepted="1 where interest is carried exactly")


USUAL = Accrual()
"""Nominal rate, interest rounded half up in every period, unpaid interest carried without interest."""
