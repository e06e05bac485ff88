"""The working of a schedule: its terms in words, then every period from opening to closing balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from bnpl_plugin.credit.amortisation.charges import year_parts
from bnpl_plugin.credit.amortisation.table import TableRow, amortisation_table
from bnpl_plugin.credit.calendar import Period
from bnpl_plugin.credit.terms import PLAIN, USUAL, Accrual, LoanTerms, Method, Shape
from bnpl_plugin.credit.workings.table import Fact, Working, amount

METHODS: Mapping[Method, str] = MappingProxyType({
    Method.EQUAL_INSTALMENTS: "equal instalments; interest on what is still owed",
    Method.EQUAL_PRINCIPAL: "equal principal; interest on what is still owed",
    Method.FLAT: "equal principal and interest; interest on the original sum for the whole term",
    Method.INTEREST_ONLY: "interest each time, the principal with the last instalment",
    Method.GRADUATED: "instalments that grow by the year; interest on what is still owed",
    Method.INTEREST_FREE: "the principal in equal parts, no interest",
})  # fmt: skip
"""Each method in words."""

_COLUMNS = ("No.", "Due", "Part of year", "Owed before", "Drawn", "Interest", "Pays principal", "Pays interest", "Pays fee", "To pay", "Owed after")  # noqa: E501 # fmt: skip


def schedule_working(terms: LoanTerms) -> Working:
    """Return the working of the schedule that the terms make.

    Owed before + drawn + interest - what is paid of principal and interest = owed after, in every row.

    Args:
        terms: what was agreed.

    Raises:
        InvalidInput: terms that make no schedule.

    >>> from datetime import date
    >>> from bnpl_plugin.credit.calendar import MONTHLY
    >>> from bnpl_plugin.money import Money
    >>> day = date(2026, 11, 25)
    >>> terms = LoanTerms(Money(299_00, "EUR"), 3, MONTHLY, day, day, method=Method.INTEREST_FREE)
    >>> dict(schedule_working(terms).results)["Principal, all rows"]
    '299.00 EUR'
    """
    table, code = amortisation_table(terms), terms.principal.currency
    parts, year = year_parts(terms, dates=terms.due_dates)
    besides = len(table) - terms.count  # a row on the drawdown's day stands for no period
    told = ["-"] * besides + [str(Fraction(part, year)) for part in parts]
    return Working(
        title="Schedule",
        facts=_facts(terms),
        columns=_COLUMNS,
        rows=tuple(_row(row, part=part, currency=code) for row, part in zip(table, told, strict=True)),
        results=_results(table, currency=code),
    )


def _row(row: TableRow, *, part: str, currency: str) -> tuple[str, ...]:
    sums = (
        row.opening_minor, row.drawn_minor, row.earned_minor, row.principal_minor, row.interest_minor, row.fee_minor,
        row.instalment_minor + row.fee_minor, row.closing_minor,
    )  # fmt: skip
    return (str(row.number), row.due_on.isoformat(), part, *(amount(minor, currency=currency) for minor in sums))


def _results(table: tuple[TableRow, ...], *, currency: str) -> tuple[Fact, ...]:
    sums = {
        "Principal, all rows": sum(row.principal_minor for row in table),
        "Interest, all rows": sum(row.interest_minor for row in table),
        "Fees, all rows": sum(row.fee_minor for row in table),
        "To pay in all": sum(row.instalment_minor + row.fee_minor for row in table),
        "Owed after the last row": table[-1].closing_minor,
    }
    return tuple((name, f"{amount(minor, currency=currency)} {currency}") for name, minor in sums.items())


def _facts(terms: LoanTerms) -> tuple[Fact, ...]:
    code = terms.principal.currency
    facts = [
        ("Method", METHODS[terms.method]),
        ("Principal", f"{amount(terms.principal.minor, currency=code)} {code}, drawn on {terms.drawdown_on}"),
        ("Instalments", f"{terms.count}, {_rhythm(terms.period)}, the first due on {terms.first_due_on}"),
        ("Nominal rate", f"{_percent(terms.nominal_rate)} a year"),
    ]
    if terms.nominal_rate:
        facts += [
            ("Day count", str(terms.day_count)),
            ("Interest of a period", f"owed before x rate x part of year, rounded {terms.accrual.rounding}"),
        ]
    facts.append(("Equal part", f"rounded {terms.rounding}; the {terms.remainder} one takes what does not divide"))
    if terms.fee_minor:
        facts.append(("Fee", f"{amount(terms.fee_minor, currency=code)} {code}, placed: {terms.fee_placement}"))
    if terms.business_days is not None:
        facts.append(("Business days", str(terms.business_days)))
    unusual = (*_unusual(terms.shape, PLAIN), *_unusual(terms.accrual, USUAL))
    told = ((_spaced(name).capitalize(), _told(name, value, currency=code)) for name, value in unusual)
    return tuple((name, _spaced(value)) for name, value in (*facts, *told))


def _unusual(record: Shape | Accrual, usual: Shape | Accrual) -> list[tuple[str, object]]:
    """Return what a record says otherwise than usual."""
    names = [field.name for field in fields(record)]
    return [(name, getattr(record, name)) for name in names if getattr(record, name) != getattr(usual, name)]


def _told(name: str, value: object, *, currency: str) -> str:
    """Return a value of the terms in words: an amount in major units, a record by its fields."""
    if isinstance(value, tuple):
        return "; ".join(_told(name, each, currency=currency) for each in value)
    if is_dataclass(value):
        given = [(field.name, getattr(value, field.name)) for field in fields(value)]
        return ", ".join(f"{part} {_told(part, each, currency=currency)}" for part, each in given if each is not None)
    if isinstance(value, int) and name.endswith("minor"):
        return f"{amount(value, currency=currency)} {currency}"
    return str(value)


def _spaced(text: str) -> str:
    return text.removesuffix("_minor").replace("_minor", "").replace("minor ", "").replace("_", " ")


def _rhythm(period: Period) -> str:
    return f"every {period.unit}" if period.every == 1 else f"every {period.every} {period.unit}s"


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f} %"
