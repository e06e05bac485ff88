"""A level stream: its payment, its value, the parts of a payment, its length and its rate.

One equation carries the module. With i the rate of one period, n payments of A, v = 1 / (1 + i), a final value F owed
with or one period after the last payment, and s = 1 when payments are made at the beginning of their period, else 0:

    present = A * (1 + i) ** s * (1 - v ** n) / i + F * v ** n          and for i = 0:  present = A * n + F
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

from bnpl_plugin.credit.annuity.exact import (
    CONTEXT,
    Exact,
    as_decimal,
    checked,
    checked_count,
    checked_rate,
    told,
    whole,
)
from bnpl_plugin.credit.apr.result import RATE_PLACES
from bnpl_plugin.credit.apr.roots import rate_near
from bnpl_plugin.errors import InvalidInput


class Timing(StrEnum):
    """When in its period a payment is made."""

    END = "end"
    BEGIN = "begin"


@dataclass(frozen=True, slots=True)
class Annuity:
    """A level stream but for its amounts.

    Args:
        rate: a fraction per period, above -1.
        count: how many payments, 1 to 1,200.
        final: what is owed besides at the end of the last period (a balloon), in the unit of the amounts.
        timing: whether payments are made at the end or the beginning of their period.

    Raises:
        InvalidInput: names the field.
    """

    rate: Exact
    count: int
    final: Exact = 0
    timing: Timing = Timing.END

    def __post_init__(self) -> None:
        checked_rate(self.rate)
        checked_count(self.count)
        checked(self.final, field="final")


def level_payment(present: Exact, *, annuity: Annuity) -> Fraction:
    """Return the payment that, made in every period, repays a sum: A in the module's equation.

    Args:
        present: the sum financed, in any unit.
        annuity: rate, number and timing of the payments, and what is left to the end.

    Raises:
        InvalidInput: the sum is not exact.

    >>> round(level_payment(1000_00, annuity=Annuity(Fraction(12, 1200), 12)))
    8885
    """
    factor, last = _worth_of_one(annuity)
    return (checked(present, field="present") - Fraction(annuity.final) * last) / factor


def present_value(payment: Exact, *, annuity: Annuity) -> Fraction:
    """Return the sum that a level payment repays: what "50 a month" buys.

    Args:
        payment: what is paid in every period, in any unit.
        annuity: rate, number and timing of the payments, and what is left to the end.

    Raises:
        InvalidInput: the payment is not exact.

    >>> round(present_value(50_00, annuity=Annuity(Fraction(12, 1200), 24)))
    106217
    """
    factor, last = _worth_of_one(annuity)
    return checked(payment, field="payment") * factor + Fraction(annuity.final) * last


def interest_part(present: Exact, *, annuity: Annuity, number: int) -> Fraction:
    """Return the interest within one of the level payments: what the debt left by the one before has earned.

    Args:
        present: the sum financed, in any unit.
        annuity: rate, number and timing of the payments, and what is left to the end.
        number: which payment, 1 to its count; the first one made at the beginning holds no interest.

    Raises:
        InvalidInput: no such payment; the sum is not exact.

    >>> interest_part(2000, annuity=Annuity(Fraction(1, 120), 24), number=1)
    Fraction(50, 3)
    """
    return interest_between(present, annuity=annuity, first=number, last=number)


def principal_part(present: Exact, *, annuity: Annuity, number: int) -> Fraction:
    """Return the principal within one of the level payments: by how much it lessens the debt.

    Args:
        present: the sum financed, in any unit.
        annuity: rate, number and timing of the payments, and what is left to the end.
        number: which payment, 1 to its count.

    Raises:
        InvalidInput: no such payment; the sum is not exact.
    """
    return principal_between(present, annuity=annuity, first=number, last=number)


def interest_between(present: Exact, *, annuity: Annuity, first: int, last: int) -> Fraction:
    """Return the interest within the payments from `first` through `last`: what is paid less the principal in it.

    Args:
        present: the sum financed, in any unit.
        annuity: rate, number and timing of the payments, and what is left to the end.
        first: the first payment that counts, from 1.
        last: the last one, not before the first.

    Raises:
        InvalidInput: no such payments; the sum is not exact.
    """
    paid_off = principal_between(present, annuity=annuity, first=first, last=last)
    return level_payment(present, annuity=annuity) * (last - first + 1) - paid_off


def principal_between(present: Exact, *, annuity: Annuity, first: int, last: int) -> Fraction:
    """Return the principal within the payments from `first` through `last`: the debt before less the debt after them.

    Args:
        present: the sum financed, in any unit.
        annuity: rate, number and timing of the payments, and what is left to the end.
        first: the first payment that counts, from 1.
        last: the last one, not before the first.

    Raises:
        InvalidInput: no such payments; the sum is not exact.

    >>> principal_between(1200, annuity=Annuity(0, 12), first=1, last=3)
    Fraction(300, 1)
    """
    if type(first) is not int or type(last) is not int or not 1 <= first <= last <= annuity.count:
        fault = f"is {first!r} to {last!r}"
        raise InvalidInput(field="number", fault=fault, accepted=f"1 to {annuity.count}, in order")
    owed, payment = checked(present, field="present"), level_payment(present, annuity=annuity)
    before = _left_after(first - 1, present=owed, payment=payment, annuity=annuity)
    return before - _left_after(last, present=owed, payment=payment, annuity=annuity)


def number_of_payments(
    present: Exact, *, rate: Exact, payment: Exact, final: Exact = 0, timing: Timing = Timing.END
) -> Decimal:
    """Return how many payments repay a sum: n in the module's equation, rarely a whole number.

        n = ln((A' - F * i) / (A' - present * i)) / ln(1 + i)   with A' = A * (1 + i) ** s
        n = (present - F) / A                                   for i = 0

    Args:
        present: the sum financed, in any unit.
        rate: a fraction per period, above -1.
        payment: what is paid in every period.
        final: what is owed besides at the end of the last period.
        timing: whether payments are made at the end or the beginning of their period.

    Returns:
        To twelve decimals.

    Raises:
        InvalidInput: names the argument; the payment never repays the sum.

    >>> number_of_payments(1000, rate=0, payment=100)
    Decimal('10.000000000000')
    """
    worth, left = checked(present, field="present"), checked(final, field="final")
    paid, per_period = checked(payment, field="payment"), checked_rate(rate)
    if per_period == 0:
        if paid == 0 or (worth - left) / paid < 0:
            raise _never(payment)
        return told((worth - left) / paid)
    if timing is Timing.BEGIN:
        paid *= 1 + per_period
    above, below = paid - left * per_period, paid - worth * per_period
    if below == 0 or above / below <= 0:
        raise _never(payment)
    with localcontext(CONTEXT):
        count = (as_decimal(above / below).ln() / as_decimal(1 + per_period).ln()).quantize(RATE_PLACES)
    if count < 0:
        raise _never(payment)
    return count


def rate_per_period(
    present: Exact,
    *,
    payment: Exact,
    count: int,
    final: Exact = 0,
    timing: Timing = Timing.END,
    near: Decimal | None = None,
) -> Decimal:
    """Return the rate of one period at which the payments repay the sum: i in the module's equation.

    Args:
        present: the sum financed, in any unit.
        payment: what is paid in every period.
        count: how many payments, 1 to 1,200.
        final: what is owed besides at the end of the last period.
        timing: whether payments are made at the end or the beginning of their period.
        near: a guess that picks among several rates, see `apr.roots.rate_near`; None refuses several.

    Returns:
        A fraction to twelve decimals, also below zero.

    Raises:
        InvalidInput: names the argument.
        SolverFailed: no rate, or several and no guess.

    >>> rate_per_period(1000, payment=Decimal("88.85"), count=12).quantize(Decimal("1e-4"))
    Decimal('0.0100')
    """
    checked_count(count)
    start = 0 if timing is Timing.BEGIN else 1
    named = {"present": present, "payment": payment, "final": final}
    lent, paid, left = whole([checked(amount, field=name) for name, amount in named.items()])
    exponents = [0, *range(start, start + count), count]
    return rate_near(exponents, amounts=[-lent, *(paid,) * count, left], units=1, near=near)


def _worth_of_one(annuity: Annuity) -> tuple[Fraction, Fraction]:
    """Return the present values of a payment of one in every period, and of one at the end."""
    rate, count = Fraction(annuity.rate), annuity.count
    if rate == 0:
        return Fraction(count), Fraction(1)
    last = 1 / (1 + rate) ** count
    factor = (1 - last) / rate
    return (factor * (1 + rate) if annuity.timing is Timing.BEGIN else factor), last


def _left_after(number: int, *, present: Fraction, payment: Fraction, annuity: Annuity) -> Fraction:
    """Return the debt right after a payment, from B(k) = B(k-1) * (1 + i) - A; the first at the beginning is now."""
    if number == 0:
        return present
    rate = Fraction(annuity.rate)
    grown = (1 + rate) ** number
    paid = payment * ((grown - 1) / rate if rate else number)
    if annuity.timing is Timing.BEGIN:
        grown /= 1 + rate
    return present * grown - paid


def _never(payment: Exact) -> InvalidInput:
    return InvalidInput(field="payment", fault=f"is {payment}", accepted="one that repays the sum at this rate")
