"""Money is exact, carries its currency and refuses what is not an amount."""

import operator
from decimal import Decimal
from fractions import Fraction

import pytest

from bnpl_plugin.errors import AmountOutOfRange, CurrencyMismatch, InvalidInput, UnknownCurrency
from bnpl_plugin.money import MAX_MINOR, Money, Remainder, Rounding


@pytest.mark.parametrize("minor", [1.0, True, "1", None, Decimal(1)])
def test_money_is_counted_in_whole_numbers_only(minor):
    with pytest.raises(InvalidInput):
        Money(minor, "EUR")


@pytest.mark.parametrize("minor", [MAX_MINOR + 1, -MAX_MINOR - 1])
def test_an_amount_beyond_the_range_is_refused(minor):
    with pytest.raises(AmountOutOfRange):
        Money(minor, "EUR")


@pytest.mark.parametrize("code", ["XAU", "XXX", "eur", "", "EURO", None])
def test_a_code_that_money_is_not_counted_in_is_refused(code):
    with pytest.raises(UnknownCurrency):
        Money(1, code)
    with pytest.raises(UnknownCurrency):
        Money.of("1", code)


@pytest.mark.parametrize(
    ("text", "code", "minor"),
    [("12.34", "EUR", 1234), ("12", "JPY", 12), ("0.001", "KWD", 1), ("-0.05", "USD", -5), ("+7.5", "CNY", 750)],
)
def test_a_decimal_text_is_read_to_the_minor_unit(text, code, minor):
    assert Money.of(text, code).minor == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "1,00",
        "1e3",
        "NaN",
        "Infinity",
        "1_000",
        ".5",
        "5.",
        "１",
        "0x1",
        "1.001",
        1.5,
        True,
        None,
        Decimal("NaN"),
        Decimal("0.001"),
        Decimal("1E-999999"),
    ],
)
def test_what_is_not_an_exact_amount_of_euros_is_refused_by_name(text):
    with pytest.raises(InvalidInput) as caught:
        Money.of(text, "EUR")
    assert caught.value.details["field"] == "amount"


@pytest.mark.parametrize("huge", ["9" * 40, Decimal("1E+999999"), 10**30])
def test_a_huge_text_is_out_of_range(huge):
    with pytest.raises(AmountOutOfRange):
        Money.of(huge, "EUR")


def test_the_decimal_has_the_currencys_own_places():
    assert [str(Money(n, c)) for n, c in [(1230, "EUR"), (5, "JPY"), (-5, "KWD"), (0, "USD")]] == [
        "12.30 EUR",
        "5 JPY",
        "-0.005 KWD",
        "0.00 USD",
    ]


def test_two_currencies_never_meet():
    euro, dollar = Money(1, "EUR"), Money(1, "USD")
    for meet in (
        lambda: euro + dollar,
        lambda: euro - dollar,
        lambda: euro < dollar,
        lambda: euro <= dollar,
        lambda: euro > dollar,
        lambda: euro >= dollar,
        lambda: Money.total([euro, dollar], currency="EUR"),
    ):
        with pytest.raises(CurrencyMismatch):
            meet()
    assert euro != dollar


def test_amounts_add_subtract_and_compare():
    one, two = Money(100, "EUR"), Money(250, "EUR")
    assert (one + two, two - one, -one, abs(-one)) == (
        Money(350, "EUR"),
        Money(150, "EUR"),
        Money(-100, "EUR"),
        Money(100, "EUR"),
    )
    assert one < two <= Money(250, "EUR")
    assert two > one >= Money(100, "EUR")
    assert Money.total([one, two], currency="EUR").minor == 350
    assert Money.zero("EUR").is_zero


def test_money_does_not_add_to_a_bare_number():
    with pytest.raises(TypeError):
        operator.add(Money(1, "EUR"), 1)
    with pytest.raises(TypeError):
        operator.lt(Money(1, "EUR"), 2)


@pytest.mark.parametrize(
    ("factor", "rounding", "minor"),
    [
        (Decimal("0.5"), Rounding.HALF_UP, 3),
        (Decimal("0.5"), Rounding.HALF_EVEN, 2),
        (Fraction(1, 3), Rounding.UP, 2),
        (Fraction(1, 3), Rounding.DOWN, 1),
        (-1, Rounding.HALF_UP, -5),
    ],
)
def test_multiplying_names_its_rounding(factor, rounding, minor):
    assert Money(5, "EUR").times(factor, rounding=rounding).minor == minor


@pytest.mark.parametrize("factor", [0.5, True, Decimal("Infinity"), "2"])
def test_a_factor_is_exact(factor):
    with pytest.raises(InvalidInput):
        Money(5, "EUR").times(factor)


def test_a_split_says_who_takes_the_remainder():
    assert [part.minor for part in Money(100, "EUR").split(3)] == [33, 33, 34]
    assert [part.minor for part in Money(100, "EUR").split(3, remainder=Remainder.FIRST)] == [34, 33, 33]
    assert [part.minor for part in Money(100, "EUR").allocate([2, 1, 0])] == [67, 33, 0]
