"""What no event may say: each ends in a refusal that names the field, never in a wrong figure."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bnpl_plugin.credit import MONTHLY, Instalment, Schedule
from bnpl_plugin.credit.servicing.early_settlement import position_figure, settlement_figure
from bnpl_plugin.credit.servicing.events import (
    ChargedBack,
    ChargeLaid,
    CostWaived,
    DueDateMoved,
    Event,
    InterestPaused,
    MoneyReceived,
    ReAged,
    ShareChargeLaid,
    TermExtended,
)
from bnpl_plugin.credit.servicing.interest.terms import InterestTerms
from bnpl_plugin.credit.servicing.parts import Component, Parts
from bnpl_plugin.credit.servicing.policy import AllocationRule, LateCharge, ServicingPolicy
from bnpl_plugin.credit.servicing.withdrawal import withdrawal_figure
from bnpl_plugin.errors import InvalidInput
from tests.credit.servicing.loans import COSTLY, JAN_1, day, stands

INSTANT = datetime(2027, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("on", [INSTANT, None, "2027-01-05", 5])
@pytest.mark.parametrize(
    ("field", "made"),
    [
        ("on", lambda on: MoneyReceived(id="x", on=on, amount_minor=1)),
        ("due_on", lambda on: ChargeLaid(id="x", on=JAN_1, due_on=on, amount_minor=1)),
        ("to", lambda on: DueDateMoved(id="x", on=JAN_1, due_on=day("2-1"), to=on)),
        ("until", lambda on: InterestPaused(id="x", on=JAN_1, until=on)),
        ("first_due_on", lambda on: ReAged(id="x", on=JAN_1, first_due_on=on, period=MONTHLY, count=1)),
        ("as_of", lambda on: stands(as_of=on) if on else stands(as_of=INSTANT)),
    ],
)
def test_a_day_is_a_date_and_never_an_instant(field, made, on):
    with pytest.raises(InvalidInput) as refused:
        made(on)
    assert refused.value.details["field"] == field


@pytest.mark.parametrize(
    ("field", "kind", "given"),
    [
        ("id", MoneyReceived, {"id": 5, "on": JAN_1, "amount_minor": 1}),
        ("source", MoneyReceived, {"id": "x", "on": JAN_1, "amount_minor": 1, "source": "repayment"}),
        ("component", ChargeLaid, {"id": "x", "on": JAN_1, "due_on": JAN_1, "amount_minor": 1, "component": "fee"}),
        ("share", ShareChargeLaid, {"id": "x", "on": JAN_1, "due_on": JAN_1, "share": Decimal("NaN")}),
        ("share", ShareChargeLaid, {"id": "x", "on": JAN_1, "due_on": JAN_1, "share": Decimal(-1)}),
        ("share", ShareChargeLaid, {"id": "x", "on": JAN_1, "due_on": JAN_1, "share": 0.1}),
        ("cost", CostWaived, {"id": "x", "on": JAN_1, "cost": (0, 1, 0, 0)}),
        ("cost", CostWaived, {"id": "x", "on": JAN_1, "cost": Parts._make((0, 1.5, 0, 0))}),
        ("period", ReAged, {"id": "x", "on": JAN_1, "first_due_on": day("2-1"), "period": "monthly", "count": 1}),
        ("count", ReAged, {"id": "x", "on": JAN_1, "first_due_on": day("2-1"), "period": MONTHLY, "count": 601}),
        ("rows", TermExtended, {"id": "x", "on": JAN_1, "due_on": day("2-1"), "rows": 10**9}),
    ],
)
def test_an_event_holds_what_it_says_it_holds(field, kind, given):
    with pytest.raises(InvalidInput) as refused:
        kind(**given)
    assert refused.value.details["field"] == field


@pytest.mark.parametrize(
    ("field", "kind", "given"),
    [
        ("period", ServicingPolicy, {"period": "monthly"}),
        ("interest", ServicingPolicy, {"interest": 5}),
        ("late_charge", ServicingPolicy, {"late_charge": Decimal("0.05")}),
        ("chargeback_order", ServicingPolicy, {"chargeback_order": ("fee",)}),
        ("chargeback_order", ServicingPolicy, {"chargeback_order": (Component.FEE, Component.FEE)}),
        ("late_charge.of", LateCharge, {"rate": Decimal(1), "of": ("principal",)}),
        ("components", AllocationRule, {"components": ("fee", "interest", "penalty", "principal")}),
        ("future", AllocationRule, {"future": "next"}),
        ("day_count", InterestTerms, {"annual_rate": Decimal("0.1"), "day_count": "act/365f"}),
        ("prepayment", InterestTerms, {"annual_rate": Decimal("0.1"), "prepayment": "pays_ahead"}),
    ],
)
def test_text_that_looks_like_a_rule_is_no_rule(field, kind, given):
    with pytest.raises(InvalidInput) as refused:
        kind(**given)
    assert refused.value.details["field"] == field


@pytest.mark.parametrize("stranger", ["no event", Event(id="x", on=JAN_1)])
def test_what_is_no_event_of_a_loan_is_refused(stranger):
    with pytest.raises(InvalidInput, match="events"):
        stands(stranger)


@pytest.mark.parametrize("to", [date(2020, 1, 1), JAN_1])
def test_a_first_due_date_moves_not_before_the_drawdown(to):
    with pytest.raises(InvalidInput, match="after 2027-01-01"):
        stands(DueDateMoved(id="x", on=JAN_1, due_on=day("2-1"), to=to), schedule=COSTLY)


def test_a_loan_paid_at_once_can_be_charged_back():
    at_once = Schedule("EUR", JAN_1, 1000, (Instalment(1, JAN_1, 1000),))
    paid = MoneyReceived(id="paid", on=JAN_1, amount_minor=1000)
    back = ChargedBack(id="back", on=day("2-5"), amount_minor=400, payment_id="paid")
    position = stands(paid, back, schedule=at_once)
    assert [(row.due_on, row.outstanding_minor) for row in position.rows] == [(JAN_1, 0), (day("2-5"), 400)]


def test_a_thousand_payments_are_told_in_seconds():
    policy = ServicingPolicy(interest=InterestTerms(annual_rate=Decimal("0.12")))
    paid = [MoneyReceived(id=f"p{n}", on=JAN_1 + timedelta(days=n % 60), amount_minor=1) for n in range(1000)]
    begun = time.monotonic()
    position = stands(*paid, schedule=COSTLY, policy=policy)
    assert position.paid.total_minor + position.overpaid_minor == 1000
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    "asked",
    [
        lambda loan, on: settlement_figure(loan, still_open=loan.instalments, on=on),
        lambda loan, on: position_figure(stands(schedule=loan), on=on),
        lambda loan, on: withdrawal_figure(stands(schedule=loan), on=on, annual_rate=Decimal(0)),
    ],
)
def test_nobody_pays_back_what_is_still_to_be_drawn(asked):
    loan = replace(COSTLY, later_drawdowns=((day("2-10"), 400),))
    assert asked(loan, day("2-10")).principal_minor == 900
    with pytest.raises(InvalidInput, match="before a drawdown"):
        asked(loan, day("2-9"))
