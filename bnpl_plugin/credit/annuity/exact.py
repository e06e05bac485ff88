"""Numbers without error: what goes into a time value, checked, and how an irrational answer is told."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from math import lcm
from typing import TypeAlias

from bnpl_plugin.credit.apr.result import RATE_PLACES
from bnpl_plugin.errors import InvalidInput

Exact: TypeAlias = int | Decimal | Fraction
"""A number without error: never a float."""

MAX_COUNT = 1200
"""The longest stream: a hundred years of months."""

CONTEXT = Context(prec=50)
"""Fifty digits, whatever context the caller's thread has."""

_FINEST_BITS = 256
_LARGEST = 10**30


def checked(number: Exact, *, field: str) -> Fraction:
    """Return the number as a fraction.

    Raises:
        InvalidInput: a float, a text, not finite, beyond 10**30.
    """
    if isinstance(number, bool) or not isinstance(number, (int, Decimal, Fraction)):
        kind = type(number).__name__
        raise InvalidInput(field=field, fault=f"is a {kind}", accepted="a whole number, Decimal or Fraction")
    finite = not isinstance(number, Decimal) or (number.is_finite() and (number == 0 or -99 < number.adjusted() < 31))
    exact = Fraction(number) if finite else None
    if exact is None or abs(exact) > _LARGEST:
        raise InvalidInput(field=field, fault="is too fine or too large", accepted="a finite number up to 10**30")
    return exact


def checked_rate(rate: Exact) -> Fraction:
    """Return the rate of a period as a fraction.

    Raises:
        InvalidInput: -1 or less, or so fine that its powers would have no end.
    """
    exact = checked(rate, field="rate")
    if exact <= -1 or exact.denominator.bit_length() > _FINEST_BITS:
        raise InvalidInput(field="rate", fault=f"is {rate}", accepted="a fraction above -1, with at most 76 decimals")
    return exact


def checked_count(count: int) -> None:
    """Refuse a number of payments outside 1 to 1,200."""
    if type(count) is not int or not 1 <= count <= MAX_COUNT:
        raise InvalidInput(field="count", fault=f"is {count!r}", accepted=f"1 to {MAX_COUNT}")


def whole(numbers: Sequence[Fraction]) -> list[int]:
    """Return the numbers in a unit in which all of them are whole."""
    unit = lcm(*(number.denominator for number in numbers))
    return [int(number * unit) for number in numbers]


def as_decimal(number: Fraction) -> Decimal:
    """Return the fraction in the digits of the current context."""
    return Decimal(number.numerator) / number.denominator


def told(number: Fraction) -> Decimal:
    """Return the fraction to twelve decimals."""
    with localcontext(CONTEXT):
        return as_decimal(number).quantize(RATE_PLACES)
