"""Terms that make no loan are refused by the name of the field, also in combination."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from bnpl_plugin.credit import MONTHLY, BusinessDays, LoanTerms, Method, Period, PeriodUnit
from bnpl_plugin.credit.terms import (
    Accrual,
    Carry,
    DownPayment,
    Drawdown,
    FeePlacement,
    Levelling,
    RateStep,
    RowFee,
    Shape,
)
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Money, Remainder, Rounding

START, NEXT = date(2027, 1, 15), date(2027, 2, 15)
TERMS = LoanTerms(Money(1000_00, "EUR"), 6, MONTHLY, START, NEXT, nominal_rate=Decimal("0.1"))
FREE: dict[str, Any] = {"method": Method.INTEREST_FREE, "nominal_rate": Decimal(0)}
STEPS: dict[str, Any] = {"rate_steps": (RateStep(3, Decimal("0.2")),)}
LATER: dict[str, Any] = {"later_drawdowns": (Drawdown(NEXT, 100),)}


def refused(make):
    with pytest.raises(InvalidInput) as caught:
        make()
    return caught.value.details["field"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("principal", 1000_00),
        ("method", "interest_free"),
        ("period", "monthly"),
        ("drawdown_on", datetime(2027, 1, 15)),  # noqa: DTZ001
        ("first_due_on", "2027-02-15"),
        ("fee_placement", "spread"),
        ("remainder", "first"),
        ("rounding", "up"),
        ("day_count", "act/365f"),
        ("shape", None),
        ("accrual", None),
        ("business_days", "FR"),
        ("anchor_date", datetime(2027, 1, 15)),  # noqa: DTZ001
        ("nominal_rate", 0.1),
        ("nominal_rate", Decimal("1E-21")),
        ("nominal_rate", Decimal("sNaN")),
        ("fee_minor", True),
    ],
)
def test_a_value_of_another_kind_is_refused_and_never_chooses_a_default(field, value):
    assert refused(lambda: replace(TERMS, **{field: value})) == field


@pytest.mark.parametrize(
    ("field", "shape", "more"),
    [
        ("shape.down_payment", {"down_payment": DownPayment(minor=1000_00)}, {}),
        ("shape.down_payment", {"down_payment": DownPayment(percent=Decimal(1), multiple_minor=100_00)}, {}),
        ("first_due_on", {"down_payment": DownPayment(minor=1)}, {"first_due_on": START}),
        ("shape.balloon_minor", {"balloon_minor": 1000_00}, {}),
        ("shape.balloon_minor", {"balloon_minor": 1}, {"method": Method.FLAT}),
        ("shape.balloon_minor", {"balloon_minor": 900_00, "down_payment": DownPayment(minor=100_00)}, {}),
        ("shape.principal_grace", {"principal_grace": 6}, {}),
        ("shape.principal_grace", {"principal_grace": 1}, {"method": Method.INTEREST_ONLY}),
        ("shape.interest_grace", {"interest_grace": 6}, {}),
        ("shape.interest_free", {"interest_free": 6}, {}),
        ("shape.interest_grace or interest_free", {"interest_free": 1}, FREE),
        ("shape.rate_steps", STEPS, FREE),
        ("shape.rate_steps", {"rate_steps": (RateStep(7, Decimal("0.2")),)}, {}),
        ("shape.rate_steps", {**STEPS, "principal_grace": 1}, {}),
        ("shape.yearly_growth", {"yearly_growth": Decimal("0.1")}, {}),
        ("shape.yearly_growth", {}, {"method": Method.GRADUATED}),
        ("shape.instalment_minor", {"instalment_minor": 1}, {"method": Method.FLAT}),
        ("shape.instalment_minor", {"instalment_minor": 1, "balloon_minor": 1}, {}),
        ("remainder", {"instalment_minor": 1}, {"remainder": Remainder.FIRST, "nominal_rate": Decimal(0)}),
        ("remainder", STEPS, {"remainder": Remainder.FIRST, "nominal_rate": Decimal(0)}),
        ("shape.multiple_minor", {"multiple_minor": 100}, {"method": Method.INTEREST_ONLY}),
        ("shape.multiple_minor", {"multiple_minor": 100}, {"accrual": Accrual(carry=Carry.EXACT)}),
        ("shape.levelling", {"levelling": Levelling.ADJUSTED}, {"method": Method.FLAT}),
        ("shape.levelling", {"levelling": Levelling.ADJUSTED}, {"accrual": Accrual(carry=Carry.EXACT)}),
        ("rounding", {"levelling": Levelling.ALL_EQUAL}, {"rounding": Rounding.DOWN}),
        ("shape.levelling", {"levelling": Levelling.ALL_EQUAL, "balloon_minor": 1}, {"rounding": Rounding.UP}),
        ("shape.levelling", {"levelling": Levelling.ALL_EQUAL, "interest_grace": 1}, {"rounding": Rounding.UP}),
        ("shape.row_fees", {"row_fees": (RowFee(7, 1),)}, {}),
        ("shape.later_drawdowns", LATER, {"method": Method.EQUAL_PRINCIPAL}),
        ("shape.later_drawdowns", {**LATER, "balloon_minor": 1}, {}),
        ("shape.later_drawdowns", {"later_drawdowns": (Drawdown(date(2027, 1, 14), 1),)}, {}),
        ("shape.later_drawdowns", {"later_drawdowns": (Drawdown(date(2027, 7, 15), 1),)}, {}),
    ],
)
def test_what_makes_no_sense_together_is_refused_by_name(field, shape, more):
    assert refused(lambda: replace(TERMS, shape=Shape(**shape), **more)) == field


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("down_payment", DownPayment),
        ("down_payment", lambda: DownPayment(minor=1, percent=Decimal(1))),
        ("down_payment.minor", lambda: DownPayment(minor=0)),
        ("down_payment.percent", lambda: DownPayment(percent=Decimal(100))),
        ("down_payment.percent", lambda: DownPayment(percent=Decimal("NaN"))),
        ("down_payment.multiple_minor", lambda: DownPayment(minor=1, multiple_minor=0)),
        ("drawdown.minor", lambda: Drawdown(NEXT, 0)),
        ("drawdown.on", lambda: Drawdown("2027-01-01", 1)),  # type: ignore[arg-type]
        ("rate_step.from_number", lambda: RateStep(1, Decimal(0))),
        ("rate_step.nominal_rate", lambda: RateStep(2, Decimal(-1))),
        ("row_fee.number", lambda: RowFee(0, 1)),
        ("row_fee.minor", lambda: RowFee(1, 0)),
        ("shape.balloon_minor", lambda: Shape(balloon_minor=-1)),
        ("shape.multiple_minor", lambda: Shape(multiple_minor=0)),
        ("shape.instalment_minor", lambda: Shape(instalment_minor=0)),
        ("shape.yearly_growth", lambda: Shape(yearly_growth=Decimal("1.1"))),
        ("shape.interest_grace", lambda: Shape(interest_grace=-1)),
        ("shape.levelling", lambda: Shape(levelling="adjusted")),  # type: ignore[arg-type]
        ("shape.rate_steps", lambda: Shape(rate_steps=[RateStep(2, Decimal(0))])),  # type: ignore[arg-type]
        ("shape.rate_steps", lambda: Shape(rate_steps=(RateStep(2, Decimal(0)),) * 2)),
        ("shape.later_drawdowns", lambda: Shape(later_drawdowns=(Drawdown(NEXT, 1), Drawdown(START, 1)))),
        ("accrual.carry", lambda: Accrual(carry="exact")),  # type: ignore[arg-type]
        ("accrual.multiple_minor", lambda: Accrual(multiple_minor=0)),
        ("accrual.multiple_minor", lambda: Accrual(multiple_minor=100, carry=Carry.EXACT)),
        ("accrual.first_period_years", lambda: Accrual(first_period_years=Fraction(-1, 12))),
        ("accrual.first_period_years", lambda: Accrual(first_period_years=51)),  # type: ignore[arg-type]
    ],
)
def test_a_part_checks_itself(field, make):
    assert refused(make) == field


def test_dates_beyond_the_calendar_are_refused():
    far = replace(TERMS, period=Period(PeriodUnit.YEAR, 100), count=600, first_due_on=date(2127, 1, 15))
    assert refused(lambda: far.due_dates) == "due dates"


def test_what_is_paid_down_is_a_part_of_what_is_drawn():
    terms = replace(TERMS, shape=Shape(down_payment=DownPayment(percent=Decimal("33.3"))))
    assert (terms.down_payment_minor, terms.financed_minor, terms.drawn_minor) == (333_00, 667_00, 1000_00)
    later = replace(TERMS, shape=Shape(**LATER))
    assert later.drawn_minor == 1001_00


def test_a_fee_at_the_drawdown_needs_no_down_payment():
    assert replace(TERMS, fee_placement=FeePlacement.DRAWDOWN, business_days=BusinessDays("FR")).fee_minor == 0
