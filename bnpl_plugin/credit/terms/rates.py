"""The yearly rate of a loan and the steps it takes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bnpl_plugin.credit.terms.checks import refusal, whole

MAX_NOMINAL_RATE = Decimal("9.99")
"""The largest nominal rate a year, as a fraction."""

NO_INTEREST = Decimal(0)
"""The rate of an interest-free loan."""

_MOST_DECIMALS = 20


def checked_rate(field: str, rate: object) -> None:
    """Refuse what is not a Decimal from 0 to 9.99 with at most 20 decimals."""
    if type(rate) is Decimal and rate.is_finite() and NO_INTEREST <= rate <= MAX_NOMINAL_RATE:
        exponent = rate.as_tuple()[2]
        if type(exponent) is int and exponent >= -_MOST_DECIMALS:
            return
    raise refusal(field, repr(rate), accepted=f"a Decimal fraction, 0 to {MAX_NOMINAL_RATE}, at most 20 decimals")


@dataclass(frozen=True, slots=True)
class RateStep:
    """Another nominal rate from one instalment on; equal instalments are computed anew with it.

    Args:
        from_number: the first instalment whose period earns it, 2 or more.
        nominal_rate: a fraction a year, 0 to 9.99.
    """

    from_number: int
    nominal_rate: Decimal

    def __post_init__(self) -> None:
        whole("rate_step.from_number", self.from_number, least=2)
        checked_rate("rate_step.nominal_rate", self.nominal_rate)
