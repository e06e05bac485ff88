"""How a locale writes money, numbers, percentages and dates: CLDR's patterns through Babel, for any of its locales.

Currency fractions follow ISO 4217 (`bnpl_plugin.money`), not CLDR's display digits, which differ for some currencies.
"""

from __future__ import annotations

import copy
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, format_currency, format_decimal, get_currency_symbol

from bnpl_plugin.money import currency as iso_currency

DateLength = Literal["short", "medium", "long", "full"]


class MoneyForm(StrEnum):
    """How an amount of money is written."""

    STANDARD = "standard"
    """With the currency's symbol; a minus before what is negative."""
    ACCOUNTING = "accounting"
    """As in books: many locales put what is negative in brackets."""
    NAME = "name"
    """With the currency's name in words."""


class Digits(StrEnum):
    """Which digits a number is written with."""

    LATIN = "latn"
    NATIVE = "default"
    """The locale's own, for example ١٢٣ in Kuwait."""


_ZEROS = {
    "arab": "\u0660",
    "arabext": "\u06f0",
    "beng": "\u09e6",
    "cakm": "\U00011136",
    "deva": "\u0966",
    "gujr": "\u0ae6",
    "guru": "\u0a66",
    "khmr": "\u17e0",
    "knda": "\u0ce6",
    "laoo": "\u0ed0",
    "mlym": "\u0d66",
    "mymr": "\u1040",
    "olck": "\u1c50",
    "orya": "\u0b66",
    "tamldec": "\u0be6",
    "telu": "\u0c66",
    "thai": "\u0e50",
    "tibt": "\u0f20",
}
"""CLDR numbering system: its digit zero; the nine others follow it in Unicode."""


def money(
    minor: int,
    *,
    currency: str,
    locale: Locale,
    form: MoneyForm = MoneyForm.STANDARD,
    digits: Digits = Digits.LATIN,
) -> str:
    """Return an amount as the locale writes it.

    Args:
        minor: whole minor units of the currency, by ISO 4217.
        currency: its code.
        locale: any of CLDR's.
        form: with symbol, as in books, or with the currency's name.
        digits: Latin or the locale's own.

    Raises:
        TypeError: anything but an integer.
        UnknownCurrency: not a code that money is counted in.

    >>> money(-123450, currency="USD", locale=Locale("en", "US"), form=MoneyForm.ACCOUNTING)
    '($1,234.50)'
    """
    if type(minor) is not int:
        msg = f"money is an integer count of minor units, not {type(minor).__name__}"
        raise TypeError(msg)
    places = iso_currency(currency).minor_units or 0
    amount = Decimal(minor).scaleb(-places)
    pattern = _money_pattern(locale, form, places)
    if form is MoneyForm.NAME:
        text = format_currency(
            amount,
            currency,
            pattern,
            locale,
            currency_digits=False,
            format_type="name",
            numbering_system=digits.value,
        )
    else:
        text = pattern.apply(amount, locale, currency=currency, currency_digits=False, numbering_system=digits.value)
    return _in_digits(str(text), locale=locale, digits=digits)


@lru_cache(maxsize=256)
def _money_pattern(locale: Locale, form: MoneyForm, places: int) -> NumberPattern:
    """Return the locale's pattern with the currency's own decimals."""
    found = locale.decimal_formats[None] if form is MoneyForm.NAME else locale.currency_formats[form.value]
    pattern: NumberPattern = copy.copy(found)
    pattern.frac_prec = (places, places)
    return pattern


def currency_symbol(currency: str, *, locale: Locale) -> str:
    """Return the sign that the locale writes for a currency; its code where it has none.

    >>> currency_symbol("USD", locale=Locale("fr", "FR"))
    '$US'
    """
    return str(get_currency_symbol(iso_currency(currency).code, locale=locale))


def number(value: Decimal, *, locale: Locale, digits: Digits = Digits.LATIN) -> str:
    """Return a number with all the decimals that it has, grouped as the locale does.

    >>> number(Decimal("1234567.891"), locale=Locale("en", "IN"))
    '12,34,567.891'
    """
    text = format_decimal(value, locale=locale, decimal_quantization=False, numbering_system=digits.value)
    return _in_digits(str(text), locale=locale, digits=digits)


def percent(value: Decimal, *, locale: Locale, digits: Digits = Digits.LATIN) -> str:
    """Return a percentage with the decimals that it has; zero has none.

    Args:
        value: in percent: 21.9 is 21.9 %.
        locale: any of CLDR's.
        digits: Latin or the locale's own.
    """
    exponent = value.as_tuple().exponent
    places = -exponent if value and isinstance(exponent, int) and exponent < 0 else 0
    pattern = copy.copy(locale.percent_formats[None])
    pattern.frac_prec = (places, places)
    text = pattern.apply(value.scaleb(-2), locale, numbering_system=digits.value)
    return _in_digits(str(text), locale=locale, digits=digits)


def day(when: date, *, length: DateLength, locale: Locale) -> str:
    """Return a calendar date. A datetime is refused (TypeError): which day it is depends on the time zone."""
    if isinstance(when, datetime):
        msg = "day() takes a date; use instant() for a datetime"
        raise TypeError(msg)
    return format_date(when, format=length, locale=locale)


def _in_digits(text: str, *, locale: Locale, digits: Digits) -> str:
    """Return the text with the locale's own digits, if they are wanted: Babel writes its separators only."""
    zero = _ZEROS.get(locale.default_numbering_system) if digits is Digits.NATIVE else None
    if zero is None:
        return text
    return text.translate({ord("0") + k: chr(ord(zero) + k) for k in range(10)})
