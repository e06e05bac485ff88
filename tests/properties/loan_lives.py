"""Random lives of random loans: schedules, policies, money, forbearance and losses, in any order."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from bnpl_plugin.credit import MONTHLY, DayCount, FeePlacement, LoanTerms, Method, build_schedule
from bnpl_plugin.credit.calendar import due_date
from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.events import (
    AdvanceRefunded,
    ChargedBack,
    ChargeLaid,
    CreditBalanceRefunded,
    Drawdown,
    DueDateMoved,
    InterestPaused,
    LateChargesLaid,
    MoneyReceived,
    PaymentHoliday,
    RateChanged,
    ReAged,
    ReAmortised,
    TermExtended,
    WrittenOff,
)
from bnpl_plugin.credit.servicing.interest.terms import InterestTerms, InterestUntil, OverdueInterest, Prepayment
from bnpl_plugin.credit.servicing.parts import Component
from bnpl_plugin.credit.servicing.policy import (
    PENALTY_FEE_INTEREST_PRINCIPAL,
    PENALTY_FEE_PRINCIPAL_INTEREST,
    PENALTY_INTEREST_PRINCIPAL_FEE,
    AllocationRule,
    DrawdownSpread,
    FutureRule,
    LateCharge,
    Processing,
    ReplayOrder,
    ServicingPolicy,
)
from bnpl_plugin.credit.servicing.position.transaction import Source
from bnpl_plugin.money import Money

START = date(2028, 1, 31)
ORDERS = st.sampled_from(
    [PENALTY_FEE_INTEREST_PRINCIPAL, PENALTY_FEE_PRINCIPAL_INTEREST, PENALTY_INTEREST_PRINCIPAL_FEE]
)
RULES = st.builds(
    AllocationRule,
    components=ORDERS,
    processing=st.sampled_from(Processing),
    future=st.sampled_from(FutureRule),
    due_charges_first=st.booleans(),
)


@st.composite
def schedules(draw):
    rate = draw(st.sampled_from(["0", "0.07", "0.12", "0.35"]))
    return build_schedule(
        LoanTerms(
            principal=Money(draw(st.integers(1, 3_000_000)), draw(st.sampled_from(["JPY", "EUR", "KWD"]))),
            count=draw(st.integers(1, 12)),
            period=MONTHLY,
            drawdown_on=START,
            first_due_on=due_date(START, period=MONTHLY, periods=1),
            anchor_date=START,
            method=Method.EQUAL_INSTALMENTS if rate != "0" else Method.INTEREST_FREE,
            nominal_rate=Decimal(rate),
            fee_minor=draw(st.integers(0, 5_000)),
            fee_placement=draw(st.sampled_from([FeePlacement.FIRST, FeePlacement.SPREAD])),
            day_count=draw(st.sampled_from([DayCount.THIRTY_360_MONTHLY, DayCount.ACT_365F])),
        )
    )


@st.composite
def policies(draw, interest=None):
    return ServicingPolicy(
        allocation=draw(RULES),
        order=draw(st.sampled_from(ReplayOrder)),
        spread=draw(st.sampled_from(DrawdownSpread)),
        down_payment_share=draw(st.sampled_from([Decimal(0), Decimal("0.25")])),
        multiple_minor=draw(st.sampled_from([1, 100])),
        interest=interest,
        chargeback_order=draw(st.sampled_from([(), PENALTY_FEE_INTEREST_PRINCIPAL])),
    )


def interests():
    return st.builds(
        InterestTerms,
        annual_rate=st.sampled_from([Decimal("0.07"), Decimal("0.30")]),
        day_count=st.sampled_from([DayCount.THIRTY_360_MONTHLY, DayCount.ACT_365F, DayCount.ACT_ACT_ISDA]),
        prepayment=st.sampled_from(Prepayment),
        until=st.sampled_from(InterestUntil),
        overdue=st.sampled_from(OverdueInterest),
    )


def days(schedule):
    return st.dates(START, schedule.last_due_on + timedelta(days=60))


@st.composite
def money_events(draw, schedule, *, name="e", advance=False):
    size = st.integers(1, 2 * schedule.total_payable_minor)
    on, amount = draw(days(schedule)), draw(size)
    kinds = ["paid", "paid", "refund", "gift", "fee", "penalty", "back", "cbr", *(["advance"] if advance else [])]
    kind = draw(st.sampled_from(kinds))
    match kind:
        case "paid":
            return MoneyReceived(id=name, on=on, amount_minor=amount)
        case "refund":
            return MoneyReceived(id=name, on=on, amount_minor=amount, source=Source.MERCHANT_REFUND)
        case "gift":
            return MoneyReceived(id=name, on=on, amount_minor=amount, source=Source.GOODWILL_CREDIT)
        case "fee":
            return ChargeLaid(id=name, on=on, due_on=draw(days(schedule)), amount_minor=1 + amount % 900)
        case "penalty":
            component = Component.PENALTY
            return ChargeLaid(
                id=name, on=on, due_on=draw(days(schedule)), amount_minor=1 + amount % 900, component=component
            )
        case "back":
            return ChargedBack(id=name, on=on, amount_minor=1 + amount % schedule.principal_minor)
        case "cbr":
            return CreditBalanceRefunded(id=name, on=on, amount_minor=1 + amount % schedule.principal_minor)
        case _:
            return AdvanceRefunded(id=name, on=on, amount_minor=amount)


@st.composite
def changes(draw, schedule, *, name):
    """Forbearance and losses; a change that does not fit the loan by then is refused by name."""
    on, count = draw(days(schedule)), draw(st.integers(1, 3))
    due_on = draw(st.sampled_from([row.due_on for row in schedule.instalments]))
    later = due_on + timedelta(days=draw(st.integers(1, 60)))
    match draw(st.sampled_from(["age", "again", "move", "holiday", "extend", "rate", "pause", "late", "lost"])):
        case "age":
            return ReAged(id=name, on=on, first_due_on=later, period=MONTHLY, count=count)
        case "again":
            return ReAmortised(id=name, on=on)
        case "move":
            return DueDateMoved(id=name, on=on, due_on=due_on, to=later)
        case "holiday":
            return PaymentHoliday(id=name, on=on, due_on=due_on, count=count)
        case "extend":
            return TermExtended(id=name, on=on, due_on=due_on, rows=count)
        case "rate":
            return RateChanged(id=name, on=on, due_on=due_on, annual_rate=Decimal("0.05") * count)
        case "pause":
            return InterestPaused(id=name, on=on, until=on + timedelta(days=20 * count))
        case "late":
            return LateChargesLaid(id=name, on=on)
        case _:
            return WrittenOff(id=name, on=on)


@st.composite
def hard_lives(draw):
    schedule = draw(schedules())
    interest = draw(interests()) if draw(st.booleans()) else None
    policy = replace(draw(policies(interest=interest)), late_charge=LateCharge(rate=Decimal("0.015")))
    kinds = [draw(st.booleans()) for _ in range(draw(st.integers(1, 7)))]
    events = [
        draw(changes(schedule, name=f"e{n}") if change else money_events(schedule, name=f"e{n}", advance=True))
        for n, change in enumerate(kinds)
    ]
    return LoanAccount(schedule, policy, tuple(events))


@st.composite
def lives(draw, *, interest=False, terms=True):
    schedule = draw(schedules())
    policy = draw(policies(interest=draw(interests()) if interest else None))
    events = [draw(money_events(schedule, name=f"e{n}")) for n in range(draw(st.integers(0, 7)))]
    if terms and draw(st.booleans()):
        on = draw(st.dates(START, schedule.last_due_on - timedelta(days=1)))
        place = draw(st.integers(0, len(events)))
        amount = draw(st.integers(1, schedule.principal_minor))
        events.insert(place, Drawdown(id="more", on=on, amount_minor=amount))
    return LoanAccount(schedule, policy, tuple(events))
