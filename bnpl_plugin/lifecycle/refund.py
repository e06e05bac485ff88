"""A purchase undone in full.

Nothing is owed any more, and every cent paid, interest included, goes back the way it came.
"""

from __future__ import annotations

from contextlib import suppress

from bnpl_plugin.credit.states import CHECKOUT, INSTALMENT, LOAN
from bnpl_plugin.errors import NotYours, ProviderUnavailable, StateMoved
from bnpl_plugin.ledger.postings import loan_reversed, refund_paid
from bnpl_plugin.lifecycle import down_payment, owing
from bnpl_plugin.lifecycle.attempts import attempt_move, instruction, waiting
from bnpl_plugin.lifecycle.collection import claim
from bnpl_plugin.lifecycle.funding import ceding, exposure
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.subsidies import earning
from bnpl_plugin.ports.provider import Instruction, Outcome, OutcomeKind
from bnpl_plugin.ports.records import Attempt, InstalmentRow, Job
from bnpl_plugin.ports.store import Changeset, LoanBook, Move, UnitsChange

UNDOABLE = ("active", "settled")


def request(house: House, *, loan_id: str, reason: str, merchant_id: str | None = None) -> str:
    """Undo a loan in full now, or as soon as a payment under way is known.

    Returns ``reversed`` or ``pending``; twice is once.

    With ``merchant_id`` only that merchant's loan is found (``NotYours``). Raises ``IllegalTransition`` for a loan in
    default.
    """
    book = house.store.loan_book(loan_id)
    if book is None or (merchant_id is not None and book.loan.merchant_id != merchant_id):
        raise NotYours
    if book.loan.state == "cancelled":
        return "reversed"
    LOAN.advance(
        book.loan.state, "cancel"
    )  # a defaulted or charged-off loan is refused, never "reversed" in words only
    if reverse(house, loan_id=loan_id, reason=reason):
        return "reversed"
    job = house.job("reverse", stream=book.loan.checkout_id, loan_id=loan_id, reason=reason)
    asked = house.event("refund.requested", book.checkout, loan_id=loan_id, reason=reason)
    house.commit(Changeset(rows=(job,), events=(asked,)))
    return "pending"


def reverse(house: House, *, loan_id: str, reason: str) -> bool:
    """Cancel the loan and promise the refunds, in one commit. Returns False while a payment is under way."""
    book = house.store.loan_book(loan_id)
    if book is None or book.loan.state not in UNDOABLE:
        return True
    if any(row.state == "collecting" for row in book.instalments):
        return False
    try:
        house.commit(_reversed(house, book, reason=reason))
    except StateMoved:
        return False
    return True


def send(house: House, *, attempt_id: str) -> bool:
    """Ask the provider to give a captured payment back and book it. Returns False to be tried again."""
    attempt = house.store.attempt(attempt_id)
    if attempt is None or attempt.purpose != "refund" or attempt.state not in ("created", "sent", "pending", "unknown"):
        return True
    parent = house.store.attempt(attempt.parent_id or "")
    assert parent is not None
    asked = _back(attempt, parent)
    try:
        outcome = house.providers[attempt.provider].refund(asked)
    except ProviderUnavailable as error:
        outcome = Outcome(OutcomeKind.UNKNOWN, diagnostic=error.diagnostic)
    return record(house, attempt=attempt, parent=parent, outcome=outcome)


def record(house: House, *, attempt: Attempt, parent: Attempt, outcome: Outcome) -> bool:
    """Write a refund's outcome: known to be paid, it is one journal entry. Returns whether it is known."""
    checkout = house.purchase(attempt.checkout_id).checkout
    if outcome.kind is not OutcomeKind.SUCCEEDED:
        # a refund refused by the provider is not an end: an operator must see it, and the job is tried again
        lost = Outcome(OutcomeKind.UNKNOWN, diagnostic=outcome.diagnostic)
        try:
            house.commit(Changeset(moves=(waiting(house, attempt, lost),)))
        except StateMoved:
            return True
        return False
    ref = outcome.provider_ref or ""
    entry = refund_paid(
        house.head(shopper_id=attempt.shopper_id, value_date=house.today(checkout.time_zone)),
        loan_id=attempt.loan_id or "",
        provider=attempt.provider,
        provider_claim=claim(attempt, provider_ref=ref),
        currency=attempt.currency,
        refund_minor=attempt.amount_minor,
    )
    paid_back = house.event(
        "payment.refunded", checkout, deliver=True, attempt_id=attempt.attempt_id, amount_minor=attempt.amount_minor
    )
    with suppress(StateMoved):
        house.commit(
            Changeset(
                moves=(
                    attempt_move(house, attempt, event="succeed", provider_ref=ref),
                    attempt_move(house, parent, event="refund"),
                ),
                entries=(entry,),
                events=(paid_back,),
            )
        )
    known = house.store.attempt(attempt.attempt_id)  # not written, because something had moved: once more
    return known is None or known.state == "captured"


def _reversed(house: House, book: LoanBook, *, reason: str) -> Changeset:
    loan, now = book.loan, house.clock.now()
    opened = [row for row in book.instalments if row.state in ("scheduled", "overdue")]
    paid = [row for row in book.instalments if row.state == "paid"]
    captured = [a for a in book.attempts if a.state == "captured" and a.purpose != "refund"]
    refunds = [_refund(house, parent=parent) for parent in captured]
    jobs = [house.job("refund", stream=loan.checkout_id, attempt_id=a.attempt_id) for a in refunds]
    moves = [
        Move(
            "checkout",
            values(checkout_id=loan.checkout_id),
            ("confirmed",),
            values(state=CHECKOUT.advance("confirmed", "reverse"), reason=reason, changed_at=now),
        ),
        Move(
            "loan",
            values(shopper_id=loan.shopper_id, loan_id=loan.loan_id),
            (loan.state,),
            values(state=LOAN.advance(loan.state, "cancel"), outstanding_minor=0, funder_minor=0, changed_at=now),
            exposure.as_read(loan),
        ),
        *(_moved(house, row, event="cancel") for row in opened),
        *(_moved(house, row, event="refund") for row in paid),
    ]
    subsidy = earning.reversal(house, loan=loan)
    entry = loan_reversed(
        house.head(shopper_id=loan.shopper_id, value_date=house.today(loan.time_zone)),
        loan_id=loan.loan_id,
        merchant_id=loan.merchant_id,
        currency=loan.currency,
        still_open=owing.asked_of(opened),
        paid=owing.asked_of(paid),
        mdr_minor=loan.mdr_minor,
    )
    undone = house.event("loan.reversed", book.checkout, deliver=True, loan_id=loan.loan_id, reason=reason)
    told: list[Job] = [house.job("notify", stream=loan.checkout_id, kind="refunded", loan_id=loan.loan_id)]
    if book.checkout.channel == "embedded":  # the shop takes its goods back, or does not send them
        told.append(house.job("host_refused", stream=loan.checkout_id, checkout_id=loan.checkout_id, reason="refunded"))
    freed = exposure.freed(
        loan, principal_minor=loan.outstanding_minor, down_payment_minor=down_payment.part_of(loan, opened)
    )
    shared = ceding.returned(house, loan, value_date=house.today(loan.time_zone))
    return Changeset(
        moves=(*moves, *subsidy.moves),
        rows=(*refunds, *jobs, *told),
        entries=(entry, *subsidy.entries, *shared),
        events=(undone,),
        lines=freed.lines,
        units=_units(book),
        rooms=(*subsidy.rooms, *freed.rooms),
        pools=freed.pools,
    )


def _refund(house: House, *, parent: Attempt) -> Attempt:
    now, attempt_id = house.clock.now(), house.ids.new("att")
    return Attempt(
        shopper_id=parent.shopper_id,
        attempt_id=attempt_id,
        checkout_id=parent.checkout_id,
        loan_id=parent.loan_id,
        parent_id=parent.attempt_id,
        purpose="refund",
        provider=parent.provider,
        state="created",
        currency=parent.currency,
        amount_minor=parent.amount_minor,
        idempotency_key=attempt_id,
        provider_ref=None,
        customer_ref=parent.customer_ref,
        method_ref=parent.method_ref,
        decline_code=None,
        next_action=None,
        details={"numbers": list(parent.details["numbers"])},
        tries=0,
        created_at=now,
        check_at=None,
        changed_at=now,
    )


def _back(attempt: Attempt, parent: Attempt) -> Instruction:
    asked = instruction(attempt)
    return Instruction(
        idempotency_key=asked.idempotency_key,
        attempt_id=asked.attempt_id,
        amount=asked.amount,
        shopper_id=asked.shopper_id,
        provider_ref=parent.provider_ref,
        metadata=asked.metadata,
    )


def _moved(house: House, row: InstalmentRow, *, event: str) -> Move:
    key = values(shopper_id=row.shopper_id, loan_id=row.loan_id, number=row.number)
    state = INSTALMENT.advance(row.state, event)
    return Move("instalment", key, (row.state,), values(state=state, remind_at=None, changed_at=house.clock.now()))


def _units(book: LoanBook) -> tuple[UnitsChange, ...]:
    item, units = book.checkout.sale_item_id, book.checkout.units
    if item is None or not units:
        return ()
    return (UnitsChange(item, book.loan.shopper_id, sold=-units, returned=units),)
