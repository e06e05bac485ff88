"""One confirm for the browser's return, the provider's webhook and the reconciler: locked, idempotent, all or nothing.

Order of work inside the one transaction: lock the checkout row → the host places its order → our booking, hot rows
last → commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bnpl_plugin.credit.schedule import Instalment
from bnpl_plugin.credit.states import CHECKOUT
from bnpl_plugin.errors import AllotmentExhausted, GuardFailed, OrderRefused, SaleNotOpen, StateMoved
from bnpl_plugin.ledger.postings import drawdown
from bnpl_plugin.lifecycle import compensation, holds
from bnpl_plugin.lifecycle.flash_sale import claiming
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.subsidies import earning
from bnpl_plugin.money import divide
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.records import Hold, InstalmentRow, Job, Loan, OrderClaim
from bnpl_plugin.ports.store import Changeset, Event, Move, Purchase

#: How often it is decided anew when a limit of the pool changed in that very moment.
_TURNS = 3


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How a checkout stands after ``confirm``: its state, its loan if it has one, and whether this call made it."""

    state: str
    loan_id: str | None
    made_here: bool = False


def confirm(house: House, *, checkout_id: str) -> Confirmation:
    """Finish an authorised checkout: order, loan, schedule, journal entry, holds and event in one commit.

    Whoever comes first finishes it; the others find it finished. A checkout that is not authorised is left alone. If
    the goods or the credit can no longer be given, the payment is voided and the shopper told (``compensation``). Any
    other exception of the host's callback rolls everything back and is raised; the reconciler tries again.
    """
    for turn in range(1, _TURNS + 1):
        try:
            return _once(house, checkout_id=checkout_id)
        except StateMoved:
            current = house.purchase(checkout_id).checkout
            if current.state != "authorised" or turn == _TURNS:
                return Confirmation(current.state, current.loan_id)
    raise AssertionError("a turn always ends")


def _once(house: House, *, checkout_id: str) -> Confirmation:
    """Finish a checkout by what is so now. Raises ``StateMoved``: it is no longer so, or someone else was first."""
    try:
        with house.store.confirming(checkout_id) as tx:
            purchase = tx.purchase
            checkout = purchase.checkout
            if checkout.state != "authorised":
                return Confirmation(checkout.state, checkout.loan_id)
            if checkout.channel == "embedded" and house.host_mode:
                house.host.confirm_order(checkout.order_ref, tx.session)
            booking = book(house, purchase)
            tx.write(booking)
    except StateMoved:
        raise
    except OrderRefused as refused:
        return _refused(house, checkout_id, reason=str(refused.details.get("reason", "order_refused")))
    except (GuardFailed, SaleNotOpen) as full:
        if isinstance(full, AllotmentExhausted) and claiming.covered(house, house.purchase(checkout_id)):
            raise StateMoved(guard="state") from full
        return _refused(house, checkout_id, reason=full.code)
    house.committed(booking)
    if purchase.hold is None or purchase.hold.state != "pending":  # retaken: whatever else it was in line for is let go
        claiming.let_go(house, purchase)
    loan = next(row for row in booking.rows if isinstance(row, Loan))
    return Confirmation("confirmed", loan.loan_id, made_here=True)


def book(house: House, purchase: Purchase) -> Changeset:
    """Return the booking of an authorised checkout as one changeset. Raises ``CapitalExhausted`` if no pool is left."""
    checkout, now = purchase.checkout, house.clock.now()
    hold = purchase.hold
    retaken = None
    if hold is None or hold.state != "pending":
        retaken = holds.new_hold(house, purchase=purchase, state="posted")
    taken = retaken or hold
    assert taken is not None
    assert purchase.agreement is not None
    assert purchase.attempt is not None
    offer = Offer.from_json(purchase.agreement.body["offer"])
    loan = _loan(house, purchase, offer=offer, hold=taken)
    held = holds.posting(purchase, retaken=retaken)
    subsidy = earning.granted(house, loan=loan, offer=offer)
    move = Move(
        table="checkout",
        key=values(checkout_id=checkout.checkout_id),
        sources=("authorised",),
        set=values(
            state=CHECKOUT.advance("authorised", "confirm"), loan_id=loan.loan_id, hold_id=taken.hold_id, changed_at=now
        ),
    )
    captured = purchase.attempt.amount_minor > 0
    attempt = Move(
        table="attempt",
        key=values(shopper_id=loan.shopper_id, attempt_id=purchase.attempt.attempt_id),
        sources=("authorised",),
        set=values(loan_id=loan.loan_id, check_at=None, changed_at=now),
    )
    entry = drawdown(
        house.head(shopper_id=loan.shopper_id, value_date=loan.drawdown_on),
        loan_id=loan.loan_id,
        merchant_id=loan.merchant_id,
        currency=loan.currency,
        principal_minor=loan.principal_minor,
        interest_minor=loan.interest_minor,
        fee_minor=loan.fee_minor,
        mdr_minor=loan.mdr_minor,
        funder_id=loan.funder_id or "",
        funder_minor=loan.funder_minor,
    )
    return Changeset(
        moves=(move, *held.moves, attempt),
        rows=(
            OrderClaim(checkout.merchant_id, checkout.order_ref, checkout.checkout_id),
            loan,
            *_instalments(house, purchase, offer=offer, loan=loan),
            *held.rows,
            *subsidy.rows,
            *_jobs(house, purchase, loan=loan, capture=captured),
        ),
        entries=(entry, *subsidy.entries),
        events=_events(house, purchase, loan=loan, offer=offer),
        lines=held.lines,
        units=held.units,
        rooms=held.rooms,
        pools=held.pools,
    )


def _loan(house: House, purchase: Purchase, *, offer: Offer, hold: Hold) -> Loan:
    checkout, now, schedule = purchase.checkout, house.clock.now(), offer.schedule
    agreement, attempt = purchase.agreement, purchase.attempt
    assert agreement is not None
    assert attempt is not None
    return Loan(
        shopper_id=hold.shopper_id,
        loan_id=checkout.checkout_id.replace("chk_", "loan_", 1),
        checkout_id=checkout.checkout_id,
        agreement_id=agreement.agreement_id,
        merchant_id=checkout.merchant_id,
        order_ref=checkout.order_ref,
        pool_id=hold.pool_id,
        state="active",
        plan_code=offer.plan_code,
        country=checkout.country,
        time_zone=checkout.time_zone,
        currency=checkout.currency,
        principal_minor=schedule.principal_minor,
        interest_minor=sum(i.interest_minor for i in schedule.instalments),
        fee_minor=sum(i.fee_minor for i in schedule.instalments),
        mdr_minor=_mdr(purchase, offer),
        outstanding_minor=schedule.principal_minor,
        funder_id=hold.funder_id,
        funder_minor=hold.funder_minor,
        subsidy_id=hold.subsidy_id,
        subsidy_minor=hold.subsidy_minor,
        limit_ids=hold.limit_ids,
        payment_method_id=f"pm_{attempt.attempt_id}",
        drawdown_on=schedule.drawdown_on,
        opened_at=now,
        changed_at=now,
        down_payment_minor=hold.down_payment_minor,
    )


def _instalments(house: House, purchase: Purchase, *, offer: Offer, loan: Loan) -> list[InstalmentRow]:
    zone, now = ZoneInfo(loan.time_zone), house.clock.now()
    remind = timedelta(days=house.settings.remind_days)

    def row(part: Instalment) -> InstalmentRow:
        due_at = datetime.combine(part.due_on, time(), zone).astimezone(UTC)
        first = offer.first_today and part.number == 1
        return InstalmentRow(
            shopper_id=loan.shopper_id,
            loan_id=loan.loan_id,
            number=part.number,
            state="collecting" if first else "scheduled",
            due_on=part.due_on,
            due_at=due_at,
            principal_minor=part.principal_minor,
            interest_minor=part.interest_minor,
            fee_minor=part.fee_minor,
            waived_minor=0,
            tries=1 if first else 0,
            try_at=due_at,
            remind_at=None if first else due_at - remind,
            attempt_id=purchase.checkout.attempt_id if first else None,
            changed_at=now,
        )

    return [row(part) for part in offer.schedule.instalments]


def _jobs(house: House, purchase: Purchase, *, loan: Loan, capture: bool) -> list[Job]:
    checkout = purchase.checkout
    stream = checkout.checkout_id
    jobs = [house.job("notify", stream=stream, kind="order_placed", loan_id=loan.loan_id)]
    if capture:
        jobs.append(house.job("capture", stream=stream, attempt_id=checkout.attempt_id))
    if checkout.channel == "embedded" and not house.host_mode:
        jobs.append(house.job("host_confirm", stream=stream, checkout_id=checkout.checkout_id))
    return jobs


def _events(house: House, purchase: Purchase, *, loan: Loan, offer: Offer) -> tuple[Event, ...]:
    checkout = purchase.checkout
    booked = house.event(
        "loan.booked", checkout, loan_id=loan.loan_id, principal_minor=loan.principal_minor, currency=loan.currency,
        plan_code=offer.plan_code,
    )  # fmt: skip
    confirmed = house.event(
        "checkout.confirmed", checkout, deliver=True, loan_id=loan.loan_id, total_minor=checkout.total_minor,
        currency=checkout.currency, plan_code=offer.plan_code,
    )  # fmt: skip
    return (booked, confirmed)


def _mdr(purchase: Purchase, offer: Offer) -> int:
    """The merchant's share kept by the lender: its own rate plus the plan's, of the principal, rounded half up."""
    bps = purchase.merchant.mdr_bps + offer.mdr_bps
    return divide(offer.schedule.principal_minor * bps, by=10_000)


def _refused(house: House, checkout_id: str, *, reason: str) -> Confirmation:
    compensation.refuse(house, checkout_id=checkout_id, reason=reason)
    current = house.purchase(checkout_id).checkout
    return Confirmation(current.state, current.loan_id)
