"""fineract_emi: level instalments of Apache Fineract's progressive loans, from terms.

The convention is the collection's own: half even to the cent, the instalment adjusted so that the last comes closer, a
broken month by its own days, each part of a split period rounded by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

from bnpl_plugin.credit.amortisation.charges import charges_of
from bnpl_plugin.credit.amortisation.table import TableRow, amortisation_table
from bnpl_plugin.credit.calendar import due_date
from bnpl_plugin.credit.terms import DownPayment, Drawdown, Levelling, LoanTerms, Shape
from bnpl_plugin.money import Money, Rounding
from tests.golden.case import Case, Check
from tests.golden.subjects.fineract.emi import drawn_by_day, on_rhythm

_OF_LIFE = ("late_interest_bearing", "refund_interest_bearing", "early_payment", "early_payoff", "payoff_quote")


def fineract_emi(case: Case) -> Iterable[Check]:
    """Compare rows and totals of a schedule, or the rates of its periods."""
    if case.kind in _OF_LIFE:
        return _of_life(case)
    if case.kind == "rate_factor":
        return list(_rates(case))
    terms = _terms(case)
    rows = [row for row in amortisation_table(terms) if row.number > (terms.down_payment_minor > 0)]
    if not _paid_as_agreed(case, rows, currency=terms.principal.currency):
        return _of_life(case)
    return list(_compared(case, terms, rows))


def _of_life(case: Case) -> Iterable[Check]:
    checks: Iterable[Check] = import_module("tests.golden.subjects.emi_life").fineract_emi_life(case)
    return checks


def _terms(case: Case) -> LoanTerms:
    """Return the product's terms; an agreed instalment stands when only the first date was moved."""
    inputs = case.inputs
    currency = inputs["currency"]
    (first_on, first_minor), *later = drawn_by_day(inputs)
    shape = Shape(
        down_payment=_down_payment(inputs),
        later_drawdowns=tuple(Drawdown(day, amount) for day, amount in later),
        levelling=Levelling.ADJUSTED,
    )
    dates = [date.fromisoformat(each["due_date"]) for each in inputs["periods"]]
    principal = Money(first_minor, currency)
    terms = on_rhythm(inputs, principal, drawdown_on=first_on, dates=dates, shape=shape)
    if case.kind == "special" and not terms.starts_on_rhythm:
        kept = [due_date(first_on, period=terms.period, periods=number) for number in range(1, len(dates) + 1)]
        agreed = amortisation_table(on_rhythm(inputs, principal, drawdown_on=first_on, dates=kept, shape=shape))
        return on_rhythm(
            inputs,
            principal,
            drawdown_on=first_on,
            dates=dates,
            shape=Shape(down_payment=shape.down_payment, instalment_minor=agreed[-2].instalment_minor),
        )
    return terms


def _down_payment(inputs: Mapping[str, Any]) -> DownPayment | None:
    """Return the down payment, told as a part of what is drawn or as a sum."""
    down = inputs.get("down_payment")
    if not down:
        return None
    if "percent" in down:
        return DownPayment(percent=Decimal(down["percent"]), rounding=Rounding.HALF_EVEN)
    return DownPayment(minor=Money.of(down["amount"], inputs["currency"]).minor)


def _paid_as_agreed(case: Case, rows: Sequence[TableRow], *, currency: str) -> bool:
    """Tell whether every payment is the instalment of its due date, so that the schedule stays as it was made."""
    agreed = {row.due_on: row.instalment_minor for row in rows}
    return all(
        agreed.get(date.fromisoformat(paid["date"])) == Money.of(paid["amount"], currency).minor
        for paid in case.inputs.get("payments", ())
    )


def _compared(case: Case, terms: LoanTerms, rows: Sequence[TableRow]) -> Iterator[Check]:
    within, currency = case.within("money"), terms.principal.currency

    def money(name: str, told: str, minor: int) -> Check:
        return Check(name, Decimal(told), Money(minor, currency).decimal, within)

    level = rows[-2] if len(rows) > 1 else rows[-1]
    of_rows = {
        "instalment": lambda row: row.instalment_minor,
        "interest": lambda row: row.interest_minor,
        "principal": lambda row: row.principal_minor,
        "balance": lambda row: row.closing_minor,
    }
    for name, told in case.expected.items():
        if name == "rows":
            for each in told:
                row = rows[int(each["period"]) - 1]
                yield from (money(f"rows[{each['period']}].{key}", each[key], of(row))
                            for key, of in of_rows.items() if key in each)  # fmt: skip
                if "due_date" in each:
                    yield Check(f"rows[{each['period']}].due_date", each["due_date"], row.due_on.isoformat())
        else:
            yield money(name, told, _totals(terms, rows, level)[name])


def _totals(terms: LoanTerms, rows: Sequence[TableRow], level: TableRow) -> dict[str, Any]:
    interest = sum(row.interest_minor for row in rows)
    return {
        "instalment": level.instalment_minor,
        "total_interest": interest,
        "total_principal": terms.drawn_minor,
        "total_due": terms.down_payment_minor + sum(row.instalment_minor for row in rows),
    }


def _rates(case: Case) -> Iterator[Check]:
    first, dates = case.inputs["periods"][0], [date.fromisoformat(each["due_date"]) for each in case.inputs["periods"]]
    terms = on_rhythm(
        case.inputs, Money(100, "USD"), drawdown_on=date.fromisoformat(first["from_date"]), dates=dates, shape=Shape()
    )
    charges = charges_of(terms, dates=terms.due_dates, known_at=1)
    for place, (told, over) in enumerate(zip(case.expected["period_rates"], charges.periods, strict=True)):
        yield Check(f"period_rates[{place}]", Decimal(told), Decimal(over) / charges.unit, case.within("rate"))
