"""How any locale writes money, numbers, percentages and dates; figures of Unicode CLDR as ICU and Babel print them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel import Locale

from bnpl_plugin.errors import UnknownCurrency
from bnpl_plugin.web.locale import Digits, MoneyForm, printing

NARROW, NO_BREAK, LEFT_TO_RIGHT = "\u202f", "\u00a0", "\u200f"


def locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


@pytest.mark.parametrize(
    ("tag", "minor", "currency", "form", "text"),
    [
        ("en-US", -123450, "USD", MoneyForm.ACCOUNTING, "($1,234.50)"),
        ("en-US", 123450, "USD", MoneyForm.ACCOUNTING, "$1,234.50"),
        ("en-IN", 123456789, "INR", MoneyForm.STANDARD, "₹12,34,567.89"),
        ("fr-FR", 123450, "EUR", MoneyForm.NAME, f"1{NARROW}234,50 euros"),
        ("fr-FR", 100, "EUR", MoneyForm.NAME, "1,00 euro"),
        ("ja-JP", 1234, "JPY", MoneyForm.NAME, "1,234円"),
        ("zh-CN", -1234, "JPY", MoneyForm.STANDARD, "-JP¥1,234"),
        ("en-US", 0, "EUR", MoneyForm.ACCOUNTING, "€0.00"),
    ],
)
def test_money_has_three_forms(tag, minor, currency, form, text):
    assert printing.money(minor, currency=currency, locale=locale(tag), form=form) == text


@pytest.mark.parametrize("form", MoneyForm)
def test_every_form_prints_the_decimals_of_iso_4217(form):
    assert "1.500" in printing.money(1500, currency="IQD", locale=locale("en-US"), form=form)
    assert "1,500.000" in printing.money(1500000, currency="KWD", locale=locale("en-US"), form=form)
    assert "." not in printing.money(1500, currency="JPY", locale=locale("en-US"), form=form)


def test_native_digits_are_the_locale_s_own():
    kuwait = locale("ar-KW")
    told = printing.money(5, currency="KWD", locale=kuwait, digits=Digits.NATIVE)
    assert told == f"{LEFT_TO_RIGHT}٠٫٠٠٥{NO_BREAK}د.ك.{LEFT_TO_RIGHT}"
    assert printing.number(Decimal("1234567.891"), locale=kuwait, digits=Digits.NATIVE) == "١٬٢٣٤٬٥٦٧٫٨٩١"
    assert printing.number(Decimal("12.5"), locale=locale("fa"), digits=Digits.NATIVE) == "۱۲٫۵"
    assert printing.number(Decimal("1.5"), locale=locale("fr"), digits=Digits.NATIVE) == "1,5"
    assert "٢١" in printing.percent(Decimal("21.9"), locale=kuwait, digits=Digits.NATIVE)


def test_latin_digits_are_the_usual_ones():
    assert printing.number(Decimal("-0.5"), locale=locale("ar-KW")) == "-0.5"


def test_a_number_keeps_all_its_decimals():
    assert printing.number(Decimal("1234567.8901234"), locale=locale("en-IN")) == "12,34,567.8901234"
    assert printing.number(Decimal(0), locale=locale("en-US")) == "0"


@pytest.mark.parametrize(("value", "text"), [("9.99", "9.99%"), ("-0.5", "-0.5%"), ("1E+2", "100%"), ("0.00", "0%")])
def test_a_percentage_keeps_its_decimals_and_zero_has_none(value, text):
    assert printing.percent(Decimal(value), locale=locale("en-US")) == text


@pytest.mark.parametrize(("tag", "sign"), [("fr-FR", "$US"), ("en-US", "$"), ("zh-CN", "US$"), ("en-IN", "$")])
def test_a_currency_has_the_locale_s_sign(tag, sign):
    assert printing.currency_symbol("USD", locale=locale(tag)) == sign
    with pytest.raises(UnknownCurrency):
        printing.currency_symbol("XXX", locale=locale(tag))


@pytest.mark.parametrize(
    ("length", "text"),
    [
        ("short", "2/29/24"),
        ("medium", "Feb 29, 2024"),
        ("long", "February 29, 2024"),
        ("full", "Thursday, February 29, 2024"),
    ],
)
def test_a_date_has_four_lengths(length, text):
    assert printing.day(date(2024, 2, 29), length=length, locale=locale("en-US")) == text


def test_an_instant_is_no_date():
    with pytest.raises(TypeError):
        printing.day(datetime(2024, 2, 29, tzinfo=UTC), length="short", locale=locale("en-US"))


@pytest.mark.parametrize("wrong", [1.5, Decimal(1), True, "1", None])
def test_only_whole_minor_units_are_money(wrong):
    with pytest.raises(TypeError, match="minor units"):
        printing.money(wrong, currency="EUR", locale=locale("en-US"))


def test_the_pattern_of_a_locale_is_not_changed_for_others():
    english = locale("en-US")
    before = english.currency_formats["standard"].frac_prec, english.decimal_formats[None].frac_prec
    for form in MoneyForm:
        printing.money(1, currency="KWD", locale=english, form=form)
    assert (english.currency_formats["standard"].frac_prec, english.decimal_formats[None].frac_prec) == before
