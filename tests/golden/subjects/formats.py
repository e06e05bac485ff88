"""ISO 4217 and the written forms of locales, through `money.currency` and what the pages print with (`web.locale`).

CLDR's display digits and the English names of currencies are not compared: the product counts and prints with the
standard's minor units, and takes a currency's name from CLDR in the page's language (`currency_name` shows it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from babel import Locale

from bnpl_plugin.money import Money, Rounding
from bnpl_plugin.money.currency import ISO_4217
from bnpl_plugin.web.locale import Digits, MoneyForm, printing
from tests.golden.case import Case, Check, OutOfScope
from tests.golden.subjects.reading import NotUnderstood

_PERCENT_OF_ONE = 2


def iso4217(case: Case) -> Iterator[Check]:
    """Look up one currency code."""
    row = ISO_4217[case.inputs["code"]]
    yield Check("numeric", case.expected["numeric"], row.number)
    yield Check("minor_units", case.expected["minor_units"], row.minor_units)


def cldr_formats(case: Case) -> Iterator[Check]:
    """Write one amount, number, percentage, symbol or date."""
    if case.kind not in _FORMS:
        raise OutOfScope(f"the product writes no {case.kind}")
    got = _FORMS[case.kind](case)
    texts = [case.expected["text"], *case.expected.get("accept", [])]
    yield Check("text", got if got in texts else texts[0], got)


def _locale(case: Case) -> Locale:
    return Locale.parse(case.inputs["locale"].replace("_", "-"), sep="-")


def _digits(case: Case) -> Digits:
    return Digits(case.inputs.get("numbering_system", Digits.LATIN))


def _money(case: Case) -> str:
    currency = case.inputs["currency"]
    shown = Money.of(1, currency).times(Decimal(case.inputs["amount"]), rounding=Rounding.HALF_EVEN)
    form = MoneyForm(case.inputs.get("format", MoneyForm.STANDARD))
    return printing.money(shown.minor, currency=currency, locale=_locale(case), form=form, digits=_digits(case))


def _symbol(case: Case) -> str:
    return printing.currency_symbol(case.inputs["currency"], locale=_locale(case))


def _number(case: Case) -> str:
    return printing.number(Decimal(case.inputs["number"]), locale=_locale(case), digits=_digits(case))


def _percent(case: Case) -> str:
    in_percent = Decimal(case.inputs["number"]).scaleb(_PERCENT_OF_ONE)
    return printing.percent(in_percent, locale=_locale(case), digits=_digits(case))


def _date(case: Case) -> str:
    if _digits(case) is not Digits.LATIN:
        raise NotUnderstood("numbering_system of a date: the product writes dates in Latin digits")
    return printing.day(date.fromisoformat(case.inputs["date"]), length=case.inputs["format"], locale=_locale(case))


_FORMS: Mapping[str, Callable[[Case], str]] = {
    "currency_standard": _money,
    "currency_accounting": _money,
    "currency_name": _money,
    "currency_symbol": _symbol,
    "decimal": _number,
    "percent": _percent,
    "date": _date,
}
