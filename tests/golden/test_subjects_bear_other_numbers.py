"""Every subject computes cases of its kinds that nobody published: other sums, dates, counts, rates, keys left out.

Where all is in proportion the figures must be too (a rate does not depend on the unit); elsewhere what the collection
says of itself must hold: rows add up, a table ends at nothing, due is paid + waived + outstanding, debits are credits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import product
from random import Random
from typing import Any

import pytest
from babel import Locale

from bnpl_plugin.credit.calendar import MONTHLY, MonthEnd, Period, PeriodUnit, add_months, due_dates
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.money.currency import MINOR_UNITS
from bnpl_plugin.web.locale import Digits, MoneyForm
from tests.golden.__main__ import DATA
from tests.golden.case import Case, Check, OutOfScope, read
from tests.golden.other_numbers import dated, expecting, given, scaled
from tests.golden.subjects import journals, subject_of
from tests.golden.subjects.fineract.life import FineractLife
from tests.golden.subjects.formats import cldr_formats

IN_PROPORTION = ("eu_apr", "uk_apr", "us_apr", "china_irr", "ec_amortisation")
_HALF_CENT = Decimal("0.005")
_VALUE_IS_MONEY = {"pmt", "pv", "ipmt", "ppmt", "cumipmt", "cumprinc"}


def cases_of(collection: str, *kinds: str) -> list[Case]:
    _, cases = read(DATA / f"{collection}.json")
    return [case for case in cases if case.verified and (not kinds or case.kind in kinds)]


def checked(collection: str, case: Case) -> list[Check]:
    checks = list(subject_of(collection)(case))
    assert checks, f"{case.id}: nothing was compared"
    return checks


def wrong(checks: Iterable[Check]) -> list[str]:
    return [f"{check.field}: {check.expected} is not {check.got}" for check in checks if not check.holds]


@pytest.mark.parametrize("collection", IN_PROPORTION)
@pytest.mark.parametrize("factor", ["3", "20", "1000"])
def test_a_rate_does_not_depend_on_the_unit_and_sums_grow_with_it(collection: str, factor: str):
    for case in cases_of(collection):
        grown = scaled(case, factor)
        if collection == "ec_amortisation":  # its totals are of payments that were rounded to the cent
            within = Decimal("0.03") + Decimal("0.02") * Decimal(factor) + case.expected["row_count_total"] * _HALF_CENT
            grown = replace(grown, tolerance={"money": str(within)})
        assert not wrong(checked(collection, grown)), case.id


@pytest.mark.parametrize("factor", ["3", "0.37", "1000.01"])
def test_time_values_grow_with_the_sums_and_rates_do_not(factor: str):
    for case in cases_of("tvm_xirr"):
        grown = scaled(case, factor)
        if case.kind in _VALUE_IS_MONEY and case.expected["value"] != "nan":
            value = str(Decimal(case.expected["value"]) * Decimal(factor))
            within = str(Decimal(case.tolerance["value"]) * max(Decimal(factor), Decimal(1)))
            grown = replace(expecting(grown, value=value), tolerance={"value": within})
        try:
            assert not wrong(checked("tvm_xirr", grown)), case.id
        except OutOfScope:
            assert case.kind in {"fv", "npv", "mirr"}


def test_dated_flows_may_come_in_any_order_and_any_year():
    for case in cases_of("tvm_xirr", "xirr"):
        flows = list(case.inputs["cash_flows"])
        Random(4).shuffle(flows)
        shuffled = given(case, cash_flows=flows, day_count=None)
        assert not wrong(checked("tvm_xirr", dated(shuffled, lambda day: day + timedelta(days=500)))), case.id


@pytest.mark.parametrize("collection", ["eu_apr", "uk_apr"])
def test_times_in_days_do_not_depend_on_the_year(collection: str):
    for case in cases_of(collection):
        assert not wrong(checked(collection, dated(case, lambda day: day + timedelta(days=1_111)))), case.id


_UNITS = ("day", "week", "fortnight", "semimonth", "month", "quarter", "half-year", "year")
_DAYS = [
    date(2023, 12, 31),
    date(2024, 1, 31),
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2025, 2, 28),
]


@pytest.mark.parametrize("convention", ["EU-2008-48", "UK-CONC-1", "US-APPJ"])
def test_every_unit_counts_month_ends_and_leap_days(convention: str):
    template = cases_of("day_count", convention)[0]
    for unit, (start, end) in product(_UNITS, [(a, b) for a in _DAYS for b in _DAYS if a <= b]):
        told = {"convention": convention, "unit": unit, "start": str(start), "end": str(end)}
        got = {c.field: c.got for c in checked("day_count", replace(template, inputs=told))}
        time = got["fraction"] if "fraction" in got else got["t"] + got["f"]
        days, most = (end - start).days, {"day": 1, "week": 7, "fortnight": 14, "semimonth": 15}.get(unit, 28)
        assert 0 <= time <= Fraction(days + 3, 1 if convention != "US-APPJ" else most), (unit, start, end)
        assert (time == 0) == (start == end)


def test_a_rhythm_of_days_counts_whole_ones():
    template = cases_of("day_count", "US-APPJ")[0]
    told = {"convention": "US-APPJ", "unit": "week", "multiple": "2", "start": "2024-02-15", "end": "2024-03-21"}
    whole = replace(template, inputs=told, expected={"t": "2", "f": "7/14"})
    assert not wrong(checked("day_count", whole))


# Schedules ------------------------------------------------------------------------------------------------------------


def test_published_tables_that_are_rounded_still_add_up_with_other_sums_rates_and_dates():
    starts = (date(2024, 1, 31), date(2023, 12, 30), date(2024, 2, 29), date(2025, 6, 15))
    rhythms = (
        MONTHLY,
        Period(PeriodUnit.MONTH, month_end=MonthEnd.ROLL),
        Period(PeriodUnit.DAY, 15),
        Period(PeriodUnit.WEEK, 2),
    )
    conventions = ("30/360 (equal months)", "ACT/365F", "ACT/360", "ACT/ACT")
    template = cases_of("fineract_emi", "single_disbursement")[0]
    for start, period, words, (amount, rate, count) in product(
        starts,
        rhythms,
        conventions,
        (("37.01", "0.12", 3), ("98765.43", "0.3599", 24), ("100", "0", 7), ("5", "0.01", 1)),
    ):
        dates = due_dates(start, period=period, count=count, skip=1)
        names = ("instalment", "interest", "principal", "balance")
        unit = {PeriodUnit.MONTH: "months", PeriodUnit.DAY: "days", PeriodUnit.WEEK: "weeks"}[period.unit]
        told = {
            "annual_rate": rate, "day_count": words, "every": period.every, "unit": unit, "currency": "EUR",
            "disbursements": [{"date": str(start), "amount": amount}],
            "periods": [{"due_date": str(day)} for day in dates],
        }  # fmt: skip
        rows = [{"period": k + 1, "due_date": str(day), **dict.fromkeys(names, "0")} for k, day in enumerate(dates)]
        case = replace(template, inputs=told, expected={"rows": rows, "total_interest": "0", "total_due": "0"})
        got = {check.field: check.got for check in checked("fineract_emi", case)}
        left = Decimal(amount)
        for number in range(1, count + 1):
            row = {name: got[f"rows[{number}].{name}"] for name in names}
            left -= row["principal"]
            assert row["balance"] == left
            assert row["instalment"] == row["principal"] + row["interest"]
            assert min(row.values()) >= 0
        assert left == 0
        assert got["total_due"] == got["total_interest"] + Decimal(amount)


def test_lives_of_interest_bearing_loans_bear_other_sums_and_month_ends():
    kinds = ("late_interest_bearing", "refund_interest_bearing", "early_payment", "early_payoff", "payoff_quote")
    for case, months, day in product(cases_of("fineract_emi", *kinds), (1, 13, -2), (0, 30)):
        first = date.fromisoformat(case.inputs["disbursements"][0]["date"])
        start = add_months(first, months) + timedelta(days=day)

        def moved(
            when: date, *, first: date = first, start: date = start, months: int = months, at_end: bool = bool(day)
        ) -> date:
            if at_end and when.day == 1:
                return add_months(start, (when.year - first.year) * 12 + when.month - first.month)
            return add_months(when, months + at_end)

        got = checked("fineract_emi", scaled(dated(case, moved), "2"))
        assert all(check.got is not None for check in got)


def test_given_back_interest_is_never_more_than_was_earned():
    for case, factor, months in product(cases_of("fineract_interest_refund"), ("0.37", "3"), (0, 11, 38)):
        later = partial(add_months, months=months)
        for check in checked("fineract_interest_refund", dated(scaled(case, factor, places=2), later)):
            drawn = sum(Decimal(each["amount"]) for each in case.inputs["disbursements"]) * Decimal(factor)
            assert 0 < check.got < drawn * Decimal("0.02")


def test_interest_goes_back_with_goods_where_a_case_says_so():
    for case in cases_of("fineract_emi", "refund_interest_bearing"):
        refunds = [{**refund, "interest_refund": True} for refund in case.inputs["refunds"]]
        got = {check.field: check for check in checked("fineract_emi", given(case, refunds=refunds))}
        assert got["total_outstanding"].got < got["total_outstanding"].expected


@pytest.mark.parametrize("frequency", ["weekly", "Bi-Weekly", "monthly", "Quarterly", "half_yearly", "Yearly"])
def test_instalments_that_are_rounded_up_repay_the_loan(frequency: str):
    template = cases_of("frappe_lending", "amortisation")[0]
    for principal, rate, count in (("999999", "0.21", 5), ("1000", "0", 7), ("12345", "0.0875", 60)):
        told = {"principal": principal, "annual_rate": rate, "periods": count, "frequency": frequency}
        expected = {"instalment": "0", "total_interest": "0", "total_payable": "0", "row_count": count}
        got = {c.field: c.got for c in checked("frappe_lending", replace(template, inputs=told, expected=expected))}
        assert got["instalment"] == got["instalment"].to_integral_value()
        assert abs(got["total_payable"] - got["total_interest"] - Decimal(principal)) <= Decimal("0.01") * count
        assert got["row_count"] == count


@pytest.mark.parametrize("rule", [
    "first day of the month after the start date", "last day of the month", "end of the current month",
    "Start of the next month", "same day as the start date",
])  # fmt: skip
def test_due_date_rules_give_rising_dates(rule: str):
    template = cases_of("frappe_lending", "due_dates")[0]
    for start in ("2024-01-31", "2024-02-29", "2023-12-01", "2022-10-17"):
        told = {"repayment_start_date": start, "periods": 13, "rule": rule}
        case = replace(template, inputs=told, expected=dict.fromkeys(("first", "second", "last"), ""))
        dates = [str(check.got) for check in checked("frappe_lending", case)]
        assert start <= dates[0] < dates[1] < dates[2]


# Offers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", ["0.37", "3.01", "17"])
def test_every_kind_of_offer_bears_another_price(factor: str):
    for case in cases_of("representative_examples"):
        got = {check.field: check.got for check in checked("representative_examples", scaled(case, factor, places=2))}
        missing = [name for name, figure in got.items() if isinstance(figure, str) and "nothing" in figure]
        assert not missing, case.id


def test_parts_of_a_price_make_the_price_or_are_equal_and_rounded_up():
    template = cases_of("representative_examples", "zero_cost_split")[0]
    for currency, price, count in product(("EUR", "USD", "GBP"), ("100.00", "239.91", "1783.00", "0.07"), (2, 3, 4)):
        told = {"currency": currency, "purchase": price, "count": count, "first_date": "2024-01-31"}
        case = replace(template, inputs=told, expected={"instalments": ["0"] * count, "dates": []})
        got = checked("representative_examples", case)
        parts = [check.got for check in got if check.field.startswith("instalments[")]
        assert len(parts) == count
        assert 0 <= sum(parts) - Decimal(price) <= (Decimal("0.01") * (count - 1) if currency == "USD" else 0)
        dates = next(check.got for check in got if check.field == "dates")
        assert dates == sorted(set(dates))


@pytest.mark.parametrize("fee", [{"fee": "3.10"}, {"fee_rate": "0.0155"}, {"fee_percent": "1.55"}])
def test_a_fee_in_the_first_instalment_may_be_a_sum_or_a_part_of_the_price(fee: dict[str, str]):
    template = cases_of("representative_examples", "fr_es_pt_pay_in_n")[0]
    told = {"currency": "EUR", "purchase": "200.00", "count": 3, **fee}
    expected = {
        "instalments": ["69.77", "66.67", "66.66"],
        "total_cost": "3.10",
        "fee": "3.10",
        "down_payment": "69.77",
    }
    case = replace(template, inputs=told, expected=expected, tolerance={"money": "0.01"})
    assert not wrong(checked("representative_examples", case))


# Lives ----------------------------------------------------------------------------------------------------------------

_OPTIONAL = (
    "currency", "term", "term_unit", "day_count", "interest", "partial_period_interest", "days_in_month",
    "pre_closure", "recalculation_rest", "compounding", "advance_payment_adjustment", "processing",
    "future_instalment_rule", "grace_principal", "grace_interest", "interest_type", "amortization",
    "instalment_multiple_of", "auto_down_payment", "down_payment_percent", "product", "overdue_penalty",
)  # fmt: skip


def adds_up(position: LoanPosition) -> None:
    """What the collection says of every table of rows."""
    for row in position.rows:
        lost = row.written_off.total_minor
        assert row.due.total_minor == (
            row.paid.total_minor + row.waived.total_minor + row.still_open.total_minor + lost
        )
        assert min(row.due) >= 0
        assert min(row.paid) >= 0
        assert min(row.still_open) >= 0
    brought_back = sum(row.brought_back.principal_minor for row in position.rows)
    assert position.due.principal_minor == position.drawn_minor + brought_back
    assert position.balances_minor()[-1] == 0
    due_days = [row.due_on for row in position.rows]
    assert due_days == sorted(due_days)


def ends(case: Case) -> int:
    return max(int(event["seq"]) for event in case.inputs["events"])


def lives() -> list[Case]:
    return [*cases_of("fineract_schedules"), *cases_of("fineract_journal")]


def names_a_date(case: Case) -> bool:
    """Whether an event must name a due date of the loan."""
    return any(event["type"] == "reschedule" for event in case.inputs["events"])


def bears_a_shorter_term(case: Case) -> bool:
    """Whether no event must lie before the last due date."""
    types = [event["type"] for event in case.inputs["events"]]
    return types.count("disburse") == 1 and not {"re_age", "re_amortize"} & set(types)


@pytest.mark.parametrize(("factor", "days"), [("3", 0), ("7", 29), ("1", 59), ("0.5", 365)])
def test_lives_with_other_sums_and_dates_add_up(factor: str, days: int):
    for place, case in enumerate(lives()):
        if place % 4 != ("3", "7", "1", "0.5").index(factor) or (days and names_a_date(case)):
            continue
        other = scaled(dated(case, lambda day: day + timedelta(days=days)), factor, places=2)
        adds_up(FineractLife(other.inputs).after(ends(other)))


def test_lives_bear_that_a_setting_is_left_out():
    for place, case in enumerate(lives()):
        loan = dict(case.inputs["loan"])
        key = _OPTIONAL[place % len(_OPTIONAL)]
        if key in ("instalment_multiple_of", "auto_down_payment", "down_payment_percent") and names_a_date(case):
            continue
        loan.pop(key, None)
        adds_up(FineractLife(given(case, loan=loan).inputs).after(ends(case)))


@pytest.mark.parametrize("setting", [
    {"every": 7, "every_unit": "DAYS"}, {"every": 2, "every_unit": "WEEKS"}, {"every": 1, "every_unit": "MONTHS"},
    {"instalments": 11}, {"instalment_multiple_of": None}, {"instalment_multiple_of": "5"},
    {"annual_rate": "0.2399", "interest_type": "FLAT", "day_count": "30/360 (equal months)"},
    {"annual_rate": "0.0949", "interest_type": "DECLINING_BALANCE", "day_count": "30/360 (equal months)"},
    {"allocation_strategy": "PENALTIES_FEES_INTEREST_PRINCIPAL_ORDER"},
    {"allocation_strategy": "DUE_PENALTY_FEE_INTEREST_PRINCIPAL_IN_ADVANCE_PRINCIPAL_PENALTY_FEE_INTEREST"},
    {"processing": "VERTICAL"}, {"future_instalment_rule": {"DEFAULT": "REAMORTIZATION"}},
    {"future_instalment_rule": {"DEFAULT": "LAST_INSTALLMENT", "REPAYMENT": "NEXT_INSTALLMENT"}},
], ids=str)  # fmt: skip
def test_lives_of_other_products_add_up(setting: dict[str, Any]):
    for place, case in enumerate(cases_of("fineract_schedules")):
        if place % 5 == 0 and not names_a_date(case) and bears_a_shorter_term(case):
            other = given(case, loan={**case.inputs["loan"], **setting})
            adds_up(FineractLife(other.inputs).after(ends(other)))


@pytest.mark.parametrize("answer", ["REDUCE_EMI_AMOUNT", "REDUCE_NUMBER_OF_INSTALLMENTS", "RESCHEDULE_NEXT_REPAYMENTS"])
@pytest.mark.parametrize("pre_closure", ["TILL_PRE_CLOSE_DATE", "TILL_REST_FREQUENCY_DATE"])
def test_interest_that_follows_the_balance_adds_up_whatever_a_prepayment_does(answer: str, pre_closure: str):
    for case in cases_of("fineract_schedules"):
        if case.inputs["loan"].get("interest_recalculation"):
            loan = {**case.inputs["loan"], "advance_payment_adjustment": answer, "pre_closure": pre_closure}
            adds_up(FineractLife(given(case, loan=loan).inputs).after(ends(case)))


def test_debits_are_credits_with_other_sums():
    for case in cases_of("fineract_journal"):
        other = scaled(case, "7")
        life = FineractLife(other.inputs)
        entries = list(journals._entries(life, ends(other)))
        assert entries
        for entry in entries:
            sides = {"debit": Decimal(0), "credit": Decimal(0)}
            for _, side, amount in entry.lines:
                sides[side] += amount
            assert sides["debit"] == sides["credit"], (case.id, entry.kind)


# Words ----------------------------------------------------------------------------------------------------------------


def test_every_amount_is_written_in_every_locale_currency_form_and_digits():
    template = cases_of("cldr_formats", "currency_standard")[0]
    locales = ("en-US", "fr-FR", "ar-KW", "en-IN", "ja-JP", "zh-CN", "de-DE", "ar-EG", "hi-IN", "pt-BR")
    currencies = ("EUR", "JPY", "KWD", "IQD", "UYW", "CNY")
    for locale, currency, form, digits in product(locales, currencies, MoneyForm, Digits):
        told = {"locale": locale, "currency": currency, "amount": "-1234567.8915", "format": form.value}
        if digits is Digits.NATIVE:
            told["numbering_system"] = digits.value
        text = str(next(iter(cldr_formats(replace(template, inputs=told)))).got)
        written = [sign for sign in text if sign.isdigit()]
        assert len(written) == 7 + (MINOR_UNITS[currency] or 0), (locale, text)
        assert digits is Digits.NATIVE or all(sign.isascii() for sign in written)
        assert Locale.parse(locale, sep="-") is not None
