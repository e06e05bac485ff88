"""ec_amortisation and frappe_lending: amortisation tables and due dates that others print, from the product's terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from bnpl_plugin.credit.amortisation import build_schedule
from bnpl_plugin.credit.amortisation.charges import charges_of
from bnpl_plugin.credit.amortisation.level import count_to_repay
from bnpl_plugin.credit.amortisation.table import TableRow, amortisation_table
from bnpl_plugin.credit.apr import eu
from bnpl_plugin.credit.apr.working import working
from bnpl_plugin.credit.calendar import (
    FirstDue,
    MonthEnd,
    Period,
    PeriodUnit,
    add_months,
    due_date,
    due_dates,
    first_due_date,
)
from bnpl_plugin.credit.day_count import DayCount
from bnpl_plugin.credit.terms import (
    Accrual,
    Carry,
    Compounding,
    FeePlacement,
    LoanTerms,
    Method,
    RateStep,
    RowFee,
    Shape,
    Shortfall,
)
from bnpl_plugin.money import Money, Rounding, divide
from tests.golden.case import Case, Check
from tests.golden.subjects.reading import NotUnderstood, named

_START, _IN_LEAP_YEAR = date(2011, 1, 1), date(2012, 12, 1)
"""The tables have no dates; any day that every month has will do, after a common year and inside a leap year."""

_PERIODS: Mapping[str, Period] = MappingProxyType({
    "day": Period(PeriodUnit.DAY), "daily": Period(PeriodUnit.DAY),
    "week": Period(PeriodUnit.WEEK), "weekly": Period(PeriodUnit.WEEK),
    "fortnight": Period(PeriodUnit.WEEK, 2), "fortnightly": Period(PeriodUnit.WEEK, 2),
    "bi weekly": Period(PeriodUnit.WEEK, 2), "biweekly": Period(PeriodUnit.WEEK, 2),
    "month": Period(PeriodUnit.MONTH), "monthly": Period(PeriodUnit.MONTH),
    "bi monthly": Period(PeriodUnit.MONTH, 2),
    "quarter": Period(PeriodUnit.MONTH, 3), "quarterly": Period(PeriodUnit.MONTH, 3),
    "half year": Period(PeriodUnit.MONTH, 6), "half yearly": Period(PeriodUnit.MONTH, 6),
    "semester": Period(PeriodUnit.MONTH, 6),
    "year": Period(PeriodUnit.YEAR), "yearly": Period(PeriodUnit.YEAR), "annually": Period(PeriodUnit.YEAR),
})  # fmt: skip

_COMPOUNDINGS = {"nominal": Compounding.EACH_PERIOD, "effective": Compounding.YEARLY}

_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "second to last": -2, "last": -1}


_METHODS: Mapping[str, Method] = MappingProxyType({
    "annuity": Method.EQUAL_INSTALMENTS,
    "balloon": Method.EQUAL_INSTALMENTS,
    "constant capital": Method.EQUAL_PRINCIPAL,
    "interest only": Method.INTEREST_ONLY,
    "graduated": Method.GRADUATED,
})  # fmt: skip


# The simulator of the European Commission: nothing is rounded but what it prints; interest above a payment is added
# to the capital.


def ec_amortisation(case: Case) -> Iterable[Check]:
    """Compare a table's rows, its sums by year, its totals, and the present values at its APR.

    The costs at the drawdown are told nowhere but inside the total cost; they are taken from there, in whole units, and
    proved by the present values.
    """
    terms = _ec_terms(case)
    table = amortisation_table(terms)
    checks = [
        *_ec_rows(case, terms, table),
        *_ec_years(case, terms, table),
        Check("row_count_total", case.expected["row_count_total"], len(table)),
    ]
    if "instalment" in case.expected:
        told, level = Decimal(case.expected["instalment"]), _decimal(table[0].instalment_minor)
        checks.append(Check("instalment", told, level, case.within("money")))
    return [*checks, *_ec_whole(case, terms)] if "total_cost" in case.expected else checks


def _ec_whole(case: Case, terms: LoanTerms) -> Iterator[Check]:
    """Compare totals and present values. The simulator totals a rounded payment, so that a row may miss half a cent."""
    told = re.fullmatch(r"([\d.]+) financed", case.inputs.get("extra_cost") or "")
    financed = Money.of(told[1], "EUR").minor if told else 0
    without = build_schedule(terms).finance_charge_minor + financed
    at_drawdown = divide(Money.of(case.expected["total_cost"], "EUR").minor - without, by=100) * 100
    fee_minor = at_drawdown + financed  # a financed cost is drawn, and paid at once
    schedule = build_schedule(replace(terms, fee_minor=fee_minor, fee_placement=FeePlacement.DRAWDOWN))
    within = case.within("money") + terms.count * Decimal("0.005")
    for name, minor in (
        ("total_cost", schedule.finance_charge_minor),
        ("total_payable", schedule.total_payable_minor - financed),
    ):
        yield Check(name, Decimal(case.expected[name]), _decimal(minor), within)
    interval = eu.Interval.MONTHS if terms.period.unit is PeriodUnit.MONTH else eu.Interval.YEARS
    if terms.period.unit is PeriodUnit.WEEK:
        interval = eu.Interval.WEEKS
    worths = {row.day: row.present_value for row in working(eu.schedule_apr(schedule, interval=interval))}
    worth_within = case.within("money") + Decimal("0.005")  # theirs is rounded to the cent, ours is not
    for row in case.expected["rows"]:
        if "present_value" in row:
            due_on = terms.due_dates[row["period"] - 1]
            field = f"rows[{row['period']}].present_value"
            yield Check(field, Decimal(row["present_value"]), -worths[due_on] / 100, worth_within)


def _ec_terms(case: Case) -> LoanTerms:
    inputs = case.inputs
    period = named("period_unit", inputs["period_unit"], among=_PERIODS)
    first, first_due_on, drawdown_on = _ec_first_period(inputs.get("first_period_years"), period=period)
    growth = inputs.get("yearly_growth")
    by_weeks = period.unit is PeriodUnit.WEEK
    return LoanTerms(
        Money.of(inputs["principal"], "EUR"),
        int(inputs["periods"]),
        period,
        drawdown_on,
        first_due_on,
        method=named("method", inputs["method"], among=_METHODS),
        nominal_rate=Decimal(inputs["annual_rate"]),
        day_count=DayCount.WEEKS_364 if by_weeks else DayCount.THIRTY_360_MONTHLY,
        shape=Shape(
            rate_steps=tuple(
                RateStep(each["from_period"], Decimal(each["rate"])) for each in inputs.get("rate_steps", ())
            ),
            yearly_growth=Decimal(growth) - 1 if growth else Decimal(0),
            row_fees=_ec_costs(case, period=period),
            balloon_minor=Money.of(inputs["balloon"], "EUR").minor if "balloon" in inputs else 0,
        ),
        accrual=Accrual(
            carry=Carry.EXACT,
            shortfall=Shortfall.CAPITALISED,
            compounding=named("rate_kind", inputs.get("rate_kind", "nominal"), among=_COMPOUNDINGS),
            first_period_years=first,
        ),
    )


def _ec_first_period(told: str | None, *, period: Period) -> tuple[Fraction | None, date, date]:
    """Return the first period in years, and dates that are so far apart: odd days, in a year of that length, first."""
    if told is None:
        return None, due_date(_START, period=period, periods=1), _START
    parts = [Fraction(part) for part in told.split("+")]
    days = [part for part in told.split("+") if part.endswith(("/365", "/366"))]
    whole = sum(parts, Fraction(0)) - sum(map(Fraction, days), Fraction(0))
    odd_end = _IN_LEAP_YEAR if any(part.endswith("/366") for part in days) else _START
    drawdown_on = odd_end - timedelta(days=sum(int(part.split("/")[0]) for part in days))
    if (whole * 12).denominator == 1:
        return sum(parts, Fraction(0)), add_months(odd_end, int(whole * 12)), drawdown_on
    if (whole * 52).denominator == 1:
        return sum(parts, Fraction(0)), odd_end + timedelta(weeks=int(whole * 52)), drawdown_on
    raise NotUnderstood(f"first_period_years is {told!r}; understood are months, weeks and days of a year")


def _ec_costs(case: Case, *, period: Period) -> tuple[RowFee, ...]:
    """Return the costs of single rows: told in words, else printed beside the rows."""
    told, count = case.inputs.get("extra_cost") or "", int(case.inputs["periods"])
    if found := re.fullmatch(r"([\d.]+) a (month|year|week|quarter)", told):
        numbers: Iterable[int] = _every(found[2], count=count, period=period)
    elif found := re.fullmatch(r"([\d.]+) in \w+ (\d+), (\d+), .*", told):
        numbers = range(int(found[2]), count + 1, int(found[3]) - int(found[2]))
    else:
        if told and not told.endswith(" financed") and not any("cost" in each for each in case.expected["rows"]):
            raise NotUnderstood(f"extra_cost is {told!r}; understood are a cost a unit, in periods, or financed")
        return tuple(RowFee(each["period"], Money.of(each["cost"], "EUR").minor)
                     for each in case.expected["rows"] if "cost" in each)  # fmt: skip
    return tuple(RowFee(number, Money.of(found[1], "EUR").minor) for number in numbers)


def _every(unit: str, *, count: int, period: Period) -> range:
    per_unit = {"week": (1, 0), "month": (0, 1), "quarter": (13, 3), "year": (52, 12)}[unit]
    length = per_unit[0] // period.every if period.unit is PeriodUnit.WEEK else per_unit[1] // (period.months or 1)
    return range(length, count + 1, length)


def _ec_rows(case: Case, terms: LoanTerms, table: Sequence[TableRow]) -> Iterator[Check]:
    within = case.within("money")
    for told in case.expected["rows"]:
        row = table[told["period"] - 1]
        figures = {
            "opening": row.opening_minor,
            "interest": row.earned_minor,
            "capital": row.repaid_minor,
            "payment": row.instalment_minor,
            "closing": row.closing_minor,
            "cost": row.fee_minor,
            "cash_flow": -row.instalment_minor - row.fee_minor,
        }
        for name, minor in figures.items():
            if name in told:
                yield Check(f"rows[{row.number}].{name}", Decimal(told[name]), _decimal(minor), within)
        if "rate" in told:
            yield Check(f"rows[{row.number}].rate", Decimal(told["rate"]), terms.nominal_rate_at(row.number))


def _ec_years(case: Case, terms: LoanTerms, table: Sequence[TableRow]) -> Iterator[Check]:
    per_year = {PeriodUnit.YEAR: 1, PeriodUnit.MONTH: 12, PeriodUnit.WEEK: 52, PeriodUnit.DAY: 365}
    length = per_year[terms.period.unit] // terms.period.every
    for told in case.expected.get("year_sums", ()):
        rows = table[(told["year"] - 1) * length : told["year"] * length]
        for name, minor in (("interest", sum(row.earned_minor for row in rows)),
                            ("capital", sum(row.repaid_minor for row in rows))):  # fmt: skip
            field = f"year_sums[{told['year']}].{name}"
            yield Check(field, Decimal(told[name]), _decimal(minor), case.within("money"))


def _decimal(minor: int) -> Decimal:
    return Money(minor, "EUR").decimal


# Frappe Lending: the instalment is rounded up, interest is not rounded unless an estimate says so, and only the
# figures compared are rounded half up to whole units.


def frappe_lending(case: Case) -> Iterable[Check]:
    """Compare instalment, rows and totals, or due dates."""
    return list(_frappe_dates(case) if case.kind == "due_dates" else _frappe_amounts(case))


def _frappe_dates(case: Case) -> Iterator[Check]:
    period = named("frequency", case.inputs.get("frequency", "monthly"), among=_PERIODS)
    first_due = _frappe_rule(case.inputs["rule"])
    if first_due is FirstDue.LAST_OF_MONTH:
        period = replace(period, month_end=MonthEnd.LAST)
    anchor = first_due_date(date.fromisoformat(case.inputs["repayment_start_date"]), rule=first_due)
    days = due_dates(anchor, period=period, count=int(case.inputs["periods"]))
    for name, told in case.expected.items():
        if isinstance(told, list):
            yield Check(name, told, [day.isoformat() for day in days])
        else:
            yield Check(name, told, days[named("expected", name, among=_PLACES)].isoformat())


def _frappe_rule(told: str) -> FirstDue:
    """Read "first day of the month after the start date", "end of the current month", "same day as the start date"."""
    words = told.lower()
    for signs, rule in (
        (("last day", "end of"), FirstDue.LAST_OF_MONTH),
        (("first day", "first of", "start of the next", "beginning of the next"), FirstDue.FIRST_OF_NEXT_MONTH),
        (("same day", "on the start date", "on start date", "as per", "from the start date"), FirstDue.SAME_DAY),
    ):
        if any(sign in words for sign in signs):
            return rule
    raise NotUnderstood(f"rule is {told!r}; understood are first day, last day and same day")


def _frappe_amounts(case: Case) -> Iterator[Check]:
    terms = _frappe_terms(case)
    table = amortisation_table(terms)
    within = case.within("money")
    totals = {
        "instalment": table[0].instalment_minor,
        "total_interest": sum(row.interest_minor for row in table),
        "total_payable": sum(row.instalment_minor for row in table),
    }
    for name, told in case.expected.items():
        if name == "row_count":
            yield Check(name, told, len(table))
        elif name == "rows":
            yield from _frappe_rows(told, table, within)
        else:
            yield Check(name, Decimal(told), Money(totals[name], "INR").decimal, within)


def _frappe_rows(told: Sequence[Mapping[str, Any]], table: Sequence[TableRow], within: Decimal) -> Iterator[Check]:
    for each in told:
        row = table[int(each["index"])]
        figures = {
            "principal": row.principal_minor,
            "interest": row.interest_minor,
            "balance": row.closing_minor,
            "total": row.instalment_minor,
        }
        for name, minor in figures.items():
            if name in each:
                units = Decimal(divide(minor, by=100))
                yield Check(f"rows[{each['index']}].{name}", Decimal(each[name]), units, within)


def _frappe_terms(case: Case) -> LoanTerms:
    inputs = case.inputs
    principal = Money.of(inputs["principal"], "INR")
    period = named("frequency", inputs.get("frequency", "monthly"), among=_PERIODS)
    rounding, multiple = _frappe_rounding(inputs.get("emi_rounding", "up to 1"))
    interest_rounding, interest_multiple = _frappe_rounding(inputs.get("interest_rounding"))
    rounds_interest = "interest_rounding" in inputs
    agreed = inputs.get("fixed_amount")
    terms = LoanTerms(
        principal,
        int(inputs.get("periods", 1)),
        period,
        _START,
        due_date(_START, period=period, periods=1),
        nominal_rate=Decimal(inputs["annual_rate"]),
        day_count=DayCount.WEEKS_364 if period.unit is PeriodUnit.WEEK else DayCount.THIRTY_360_MONTHLY,
        rounding=rounding,
        anchor_date=_START,
        shape=Shape(
            multiple_minor=1 if agreed else multiple,
            instalment_minor=Money.of(agreed, "INR").minor if agreed else None,
        ),
        accrual=Accrual(
            carry=Carry.MINOR_UNITS if rounds_interest else Carry.EXACT_INTEREST,
            rounding=interest_rounding,
            multiple_minor=interest_multiple,
        ),
    )
    if agreed is None or "periods" in inputs:
        return terms
    charges = charges_of(terms, dates=terms.due_dates, known_at=1)
    count = count_to_repay(
        principal.minor, instalment=Money.of(agreed, "INR").minor, charge=charges.periods[0], unit=charges.unit
    )
    return replace(terms, count=count)


def _frappe_rounding(told: str | None) -> tuple[Rounding, int]:
    """Read "up to 1", "half up to 1 each period": the direction, and the multiple in whole units."""
    if told is None:
        return Rounding.HALF_UP, 1
    found = re.match(r"(half up|half even|up|down) to ([\d.]+)", told)
    if not found:
        raise NotUnderstood(f"a rounding is {told!r}; understood are up, down, half up and half even to a unit")
    return Rounding(found[1].replace(" ", "_")), Money.of(found[2], "INR").minor
