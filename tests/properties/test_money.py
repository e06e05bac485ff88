"""What holds for every amount: nothing is lost in splitting, sharing, rounding, reading or writing."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnpl_plugin.errors import AmountOutOfRange, CurrencyMismatch, InvalidInput
from bnpl_plugin.money import MAX_MINOR, Money, Remainder, Rounding, allocate, divide, split
from bnpl_plugin.money.currency import MINOR_UNITS

MINORS = st.integers(-MAX_MINOR, MAX_MINOR)
CODES = st.sampled_from(sorted(MINOR_UNITS))
ROUNDINGS = st.sampled_from(Rounding)


@given(MINORS, CODES)
def test_an_amount_is_read_back_from_its_decimal(minor, code):
    amount = Money(minor, code)
    assert Money.of(amount.decimal, code) == Money.of(f"{amount.decimal:f}", code) == amount
    assert (-amount).minor == -minor
    assert abs(amount).minor == abs(minor)


@given(st.lists(MINORS, max_size=6), CODES)
def test_a_sum_is_the_sum_in_any_order(minors, code):
    whole = sum(minors)
    if abs(whole) > MAX_MINOR:
        with pytest.raises(AmountOutOfRange):
            Money.total((Money(minor, code) for minor in minors), currency=code)
        return
    assert Money.total((Money(minor, code) for minor in reversed(minors)), currency=code).minor == whole


@given(MINORS, CODES, CODES)
def test_two_currencies_never_meet(minor, one, other):
    if one == other:
        assert Money(minor, one) == Money(minor, other)
        return
    assert Money(minor, one) != Money(minor, other)
    with pytest.raises(CurrencyMismatch):
        Money(minor, one) - Money(minor, other)


@given(MINORS, st.integers(1, 400), st.sampled_from(Remainder), ROUNDINGS)
def test_a_split_is_exact_equal_but_for_one_and_never_turns_the_sign(total, parts, remainder, rounding):
    shares = split(total, parts=parts, remainder=remainder, rounding=rounding)
    assert len(shares) == parts
    assert sum(shares) == total
    equal = shares[1:] if remainder is Remainder.FIRST else shares[:-1]
    assert len(set(equal)) <= 1
    assert all(share * total >= 0 for share in shares)


@given(MINORS, st.lists(st.integers(0, 10**12), min_size=1, max_size=12).filter(any))
def test_an_allocation_is_exact_and_within_one_of_the_fair_share(total, weights):
    shares = allocate(total, weights=weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) < 1
        assert weight or not share


@given(st.integers(-(10**30), 10**30), st.integers(-(10**12), 10**12).filter(bool), ROUNDINGS)
def test_division_is_within_one_of_the_exact_quotient_and_on_the_named_side(numerator, by, rounding):
    exact, got = Fraction(numerator, by), divide(numerator, by=by, rounding=rounding)
    assert abs(exact - got) < 1
    if rounding in (Rounding.HALF_UP, Rounding.HALF_EVEN):
        assert abs(exact - got) <= Fraction(1, 2)
    if rounding is Rounding.HALF_EVEN and abs(exact - got) == Fraction(1, 2):
        assert got % 2 == 0
    if rounding is Rounding.HALF_UP and abs(exact - got) == Fraction(1, 2):
        assert abs(got) > abs(exact)
    assert rounding is not Rounding.FLOOR or got <= exact
    assert rounding is not Rounding.CEILING or got >= exact
    assert rounding is not Rounding.DOWN or abs(got) <= abs(exact)
    assert rounding is not Rounding.UP or abs(got) >= abs(exact)


@given(st.integers(-(10**9), 10**9), st.fractions(-1000, 1000, max_denominator=10**6), ROUNDINGS)
def test_multiplying_by_a_fraction_is_within_one_of_the_exact_product(minor, factor, rounding):
    got = Money(minor, "EUR").times(factor, rounding=rounding).minor
    assert abs(got - minor * factor) < 1
    assert Money(minor, "EUR").times(1).minor == minor


@given(st.text(max_size=12))
def test_a_text_is_an_amount_to_the_cent_or_is_refused(text):
    try:
        amount = Money.of(text, "EUR")
    except (InvalidInput, AmountOutOfRange):
        return
    assert amount.decimal == Decimal(text)
