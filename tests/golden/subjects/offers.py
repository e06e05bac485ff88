"""Printed offers: the instalment from the rate, the split of a price, the annual rate of the printed payments.

The instalment is `build_schedule`'s, the number of payments of an agreed sum `annuity`'s, the annual rate that of the
offer's law, the sums are `Money`'s. Published times are fractions of a year, as that law takes them.

Who takes the cent that does not divide is the market's custom: in Europe the last instalment, in the United States
nobody (four equal payments, each rounded up); a case that names its rule is heard first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from bnpl_plugin.credit import (
    FORTNIGHTLY,
    HALF_MONTHLY,
    MONTHLY,
    WEEKLY,
    DayCount,
    DownPayment,
    FeePlacement,
    Levelling,
    LoanTerms,
    Method,
    Period,
    PeriodUnit,
    Schedule,
    Shape,
    build_schedule,
)
from bnpl_plugin.credit.annuity import number_of_payments
from bnpl_plugin.credit.apr import eu
from bnpl_plugin.credit.calendar import due_date
from bnpl_plugin.money import Money, Remainder, Rounding
from tests.golden.case import Case, Check, OutOfScope
from tests.golden.subjects.reading import NotUnderstood, named

_FROM = date(2026, 1, 15)
"""A day that every month has, so that whole months are whole months."""

_CUSTOMS = frozenset({"USD"})
"""Currencies of the markets where a price is split into equal payments, each rounded up."""

_RULES = ("rounding", "rule", "method", "split", "remainder", "residual", "levelling")
"""Under which names a case may say who takes the cent that does not divide."""

_PERIODS: Mapping[str, Period] = {
    "month": MONTHLY,
    "monthly": MONTHLY,
    "semimonth": HALF_MONTHLY,
    "fortnight": FORTNIGHTLY,
    "fortnightly": FORTNIGHTLY,
    "2 weeks": FORTNIGHTLY,
    "two weeks": FORTNIGHTLY,
    "every 2 weeks": FORTNIGHTLY,
    "biweekly": FORTNIGHTLY,
    "bi weekly": FORTNIGHTLY,
    "week": WEEKLY,
    "weekly": WEEKLY,
    "14 days": Period(PeriodUnit.DAY, 14),
    "30 days": Period(PeriodUnit.DAY, 30),
    "quarter": Period(PeriodUnit.MONTH, 3),
    "year": Period(PeriodUnit.YEAR),
}

_FEES: Mapping[str, Fraction] = {
    "fee_rate": Fraction(1),
    "fee_share": Fraction(1),
    "fee_percent": Fraction(1, 100),
    "fee_pct": Fraction(1, 100),
}
"""Under which names a case may say the fee as a part of the price, and in which unit."""


def representative_examples(case: Case) -> Iterator[Check]:
    """Compute one printed offer."""
    if case.kind not in _OFFERS:
        raise OutOfScope(f"the product makes no offer of the kind {case.kind}")
    yield from _OFFERS[case.kind](case)


def _money(case: Case, name: str) -> Money:
    return Money.of(str(case.inputs[name]), case.inputs["currency"])


def _price(case: Case) -> Money:
    return _money(case, "principal" if "principal" in case.inputs else "purchase")


def _rate(case: Case) -> Decimal:
    named = [name for name in ("apr", "nominal_rate", "annual_rate") if name in case.inputs]
    return Decimal(case.inputs[named[0]]) if named else Decimal(0)


def _terms(case: Case, *, count: int, today: bool) -> LoanTerms:
    """Return the terms of an offer; `today`: the first instalment is due at once."""
    period = named("interval", case.inputs.get("interval", "month"), among=_PERIODS)
    start = date.fromisoformat(case.inputs.get("first_date", _FROM.isoformat()))
    first = start if today else due_date(start, period=period, periods=1)
    rate = _rate(case)
    paid_down = "down_payment" in case.inputs and not today
    down = DownPayment(minor=_money(case, "down_payment").minor) if paid_down else None
    return LoanTerms(
        _price(case),
        count,
        period,
        start,
        first,
        method=Method.EQUAL_INSTALMENTS if rate else Method.INTEREST_FREE,
        nominal_rate=rate,
        fee_minor=_fee_minor(case),
        fee_placement=FeePlacement.FIRST,
        day_count=_day_count(case, period),
        anchor_date=start,
        shape=Shape(down_payment=down),
    )


def _fee_minor(case: Case) -> int:
    """Return the fee, told as a sum or as a part of the price."""
    if "fee" in case.inputs:
        return _money(case, "fee").minor
    for name, unit in _FEES.items():
        if name in case.inputs:
            share = Fraction(str(case.inputs[name])) * unit
            over, under = Decimal(share.numerator), Decimal(share.denominator)
            return _price(case).times(over / under, rounding=Rounding.HALF_UP).minor
    return 0


def _day_count(case: Case, period: Period) -> DayCount:
    """Whole months count as twelfths; a week is a fifty-second where the rate is the American one, else seven days."""
    if period.days is None:
        return DayCount.THIRTY_360_MONTHLY
    weekly = period.unit is PeriodUnit.WEEK and case.kind.startswith("us_")
    return DayCount.WEEKS_364 if weekly else DayCount.ACT_365F


def _payment_from_apr(case: Case) -> Iterator[Check]:
    """Regulation Z's rate is nominal: the instalment follows from a twelfth of it."""
    schedule = build_schedule(_terms(case, count=int(case.inputs["count"]), today=False))
    yield from _figures(case, _of_schedule(schedule))


def _split(case: Case) -> Iterator[Check]:
    """A price in equal parts, the first at once; the cent that does not divide is in the last."""
    schedule = build_schedule(_with_custom(_terms(case, count=int(case.inputs["count"]), today=True), case))
    yield from _figures(case, _of_schedule(schedule))


def _with_custom(terms: LoanTerms, case: Case) -> LoanTerms:
    """Return the terms with the rule that the case names, else its market's, for the cent that does not divide."""
    said = " ".join(str(case.inputs[name]) for name in _RULES if name in case.inputs).lower()
    if "first" in said:
        return replace(terms, remainder=Remainder.FIRST)
    equal = "up" in said.replace("half up", "") or "equal" in said
    if equal or (not said and terms.principal.currency in _CUSTOMS):
        return replace(terms, rounding=Rounding.UP, shape=replace(terms.shape, levelling=Levelling.ALL_EQUAL))
    if said and not any(sign in said for sign in ("last", "half", "equal", "rest", "cent")):
        raise NotUnderstood(f"who takes the odd cent: {said!r}; understood are first, last, up and half up")
    return terms


def _pay_in_n(case: Case) -> Iterator[Check]:
    """A price in a few parts with a fee in the first, or none; dates as printed."""
    paid = [flow for flow in case.inputs.get("flows", ()) if flow["direction"] == "payment"]
    count = int(case.inputs.get("total_instalments") or len(paid) or case.inputs["count"])
    terms = _with_custom(_terms(case, count=count, today=True), case)
    schedule = build_schedule(terms)
    found = _of_schedule(schedule)
    found["instalment"] = Money(schedule.instalments[-1].total_minor, schedule.currency).decimal
    if paid:
        printed = _of_flows(case)
        found |= {"taeg": printed["taeg"], "apr": printed["taeg"]} if terms.fee_minor else printed
    yield from _figures(case, found)


def _credit(case: Case) -> Iterator[Check]:
    """A loan with interest: printed flows, an agreed instalment, or equal principal."""
    if "fixed_instalment" in case.inputs:
        yield from _figures(case, _of_schedule(_agreed_instalment(case)))
    elif case.inputs.get("method") == "equal principal":
        yield from _figures(case, _equal_principal(case))
    else:
        schedule = build_schedule(_terms(case, count=int(case.inputs["count"]), today=False))
        found = _of_schedule(schedule)
        regular = next(row for row in schedule.instalments if row.due_on > schedule.drawdown_on)
        level = Money(regular.principal_minor + regular.interest_minor, schedule.currency)
        found["instalment"] = found["instalment_from_rate"] = level.decimal
        if "flows" in case.inputs:
            found |= _of_flows(case)
        yield from _figures(case, found)


def _agreed_instalment(case: Case) -> Schedule:
    """Return the schedule of an instalment that is given, not computed; the last one takes what is left."""
    instalment, rate = _money(case, "fixed_instalment"), _rate(case)
    needed = number_of_payments(_price(case).decimal, rate=Fraction(rate) / 12, payment=instalment.decimal)
    terms = _terms(case, count=int(needed.to_integral_value(rounding=ROUND_CEILING)), today=False)
    return build_schedule(replace(terms, shape=Shape(instalment_minor=instalment.minor)))


def _equal_principal(case: Case) -> dict[str, object]:
    terms = _terms(case, count=int(case.inputs["count"]), today=False)
    fee = _money(case, "fee_upfront").minor if "fee_upfront" in case.inputs else 0
    schedule = build_schedule(
        replace(terms, method=Method.EQUAL_PRINCIPAL, fee_minor=fee, fee_placement=FeePlacement.DRAWDOWN)
    )
    found = _of_schedule(schedule)
    regular = [row for row in schedule.instalments if row.principal_minor]
    first = regular[0].principal_minor + regular[0].interest_minor
    return {**found, "first_payment": Money(first, schedule.currency).decimal}


def _of_flows(case: Case) -> dict[str, object]:
    """Return what an offer prints of the payments themselves: their sums and the Union's annual rate."""
    currency = case.inputs["currency"]
    drawn: list[tuple[Fraction, int]] = []
    repaid: list[tuple[Fraction, int]] = []
    for flow in case.inputs["flows"]:
        timed = (Fraction(flow["t"]), Money.of(str(flow["amount"]), currency).minor)
        (drawn if flow["direction"] == "advance" else repaid).append(timed)
    lent = Money.total((Money(minor, currency) for _, minor in drawn), currency=currency)
    paid = Money.total((Money(minor, currency) for _, minor in repaid), currency=currency)
    taeg = eu.rate(drawn, repayments=repaid, near=_rate(case) or None)
    return {
        "taeg": taeg,
        "apr": taeg,
        "total_payments": paid.decimal,
        "total_payable": paid.decimal,
        "total_cost": (paid - lent).decimal,
    }


def _of_schedule(schedule: Schedule) -> dict[str, object]:
    """Return what an offer prints of a schedule, under the names of the published figures."""

    def told(minor: int) -> Decimal:
        return Money(minor, schedule.currency).decimal

    def taeg() -> Decimal:
        return eu.schedule_apr(schedule).rate

    rows = schedule.instalments
    return {
        "taeg": taeg,
        "apr": taeg,
        "fee": told(schedule.fee_minor),
        "down_payment": told(rows[0].total_minor if rows[0].due_on == schedule.drawdown_on else 0),
        "first_instalment": told(rows[0].total_minor),
        "first_payment": told(rows[0].total_minor),
        "instalment": told(next((row for row in rows if row.due_on > schedule.drawdown_on), rows[0]).total_minor),
        "last_instalment": told(rows[-1].total_minor),
        "instalments": [told(row.total_minor) for row in rows],
        "payments": [told(row.total_minor) for row in rows],
        "interest": [told(row.interest_minor) for row in rows],
        "dates": [row.due_on.isoformat() for row in rows],
        "total_interest": told(schedule.interest_minor),
        "total_cost": told(schedule.finance_charge_minor),
        "total_payments": told(schedule.total_payable_minor),
        "total_payable": told(schedule.total_payable_minor),
        "total": told(schedule.total_payable_minor),
        "finance_charge": told(schedule.finance_charge_minor),
    }


def _figures(case: Case, found: Mapping[str, object]) -> Iterator[Check]:
    """Compare every published figure; one that we have no name for is a failure, not a silence."""
    for name, expected in case.expected.items():
        got = found.get(name, "nothing of this name")
        if callable(got):
            got = got()
        kind = "taeg" if name in {"taeg", "apr"} else "money"
        within = case.within(name if name in case.tolerance else kind)
        if name == "dates" or not isinstance(got, Decimal | list):
            yield Check(name, expected, got)
        elif isinstance(got, Decimal):
            yield Check(name, Decimal(expected), got, within)
        else:
            yield Check(f"{name}.count", len(expected), len(got))
            for place, (one, ours) in enumerate(zip(expected, got, strict=False)):
                yield Check(f"{name}[{place}]", Decimal(one), ours, within)


_OFFERS: Mapping[str, Callable[[Case], Iterator[Check]]] = {
    "us_payment_from_apr": _payment_from_apr,
    "zero_cost_split": _split,
    "fr_es_pt_pay_in_n": _pay_in_n,
    "eu_credit": _credit,
}
