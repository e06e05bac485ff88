"""Due instalments.

Captured at checkout, charged on their date, retried by a calendar, reminded of; and what a payment changes.

One payment attempt of a loan is in flight at a time; its instalments are ``collecting`` until its outcome is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bnpl_plugin.credit.servicing.parts import total
from bnpl_plugin.credit.states import INSTALMENT, LOAN
from bnpl_plugin.errors import ProviderUnavailable, StateMoved
from bnpl_plugin.ledger.journal import JournalEntry
from bnpl_plugin.ledger.postings import interest_waived, repayment
from bnpl_plugin.lifecycle import down_payment, owing
from bnpl_plugin.lifecycle.attempts import FIRST_CHECK, attempt_move, instruction, waiting
from bnpl_plugin.lifecycle.funding import ceding, exposure
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.subsidies import earning
from bnpl_plugin.ports.provider import DeclineCode, Outcome, OutcomeKind
from bnpl_plugin.ports.records import Attempt, InstalmentRow, Job
from bnpl_plugin.ports.store import Changeset, Event, LoanBook, Move

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
OPEN = ("scheduled", "overdue")


def charge_due(house: House, *, limit: int) -> int:
    """Charge the instalments whose time has come, each on its saved card; returns how many attempts were made."""
    made = 0
    for row in house.store.instalments_to_charge(now=house.clock.now(), limit=limit):
        book = house.store.loan_book(row.loan_id)
        if book is None or book.method is None:
            continue
        attempt = start(house, book, rows=(row,), purpose="instalment", waived={})
        if attempt is not None:
            send(house, attempt=attempt)
            made += 1
    return made


def remind_due(house: House, *, limit: int) -> int:
    """Promise a reminder for each instalment that falls due soon, once; returns how many."""
    rows = house.store.instalments_to_remind(now=house.clock.now(), limit=limit)
    for row in rows:
        book = house.store.loan_book(row.loan_id)
        if book is None:
            continue
        once = Move("instalment", _key(row), (), values(remind_at=None), values(remind_at=row.remind_at))
        note = house.job(
            "notify", stream=book.loan.checkout_id, kind="reminder", loan_id=row.loan_id, number=row.number
        )
        told = house.event("instalment.reminded", book.checkout, loan_id=row.loan_id, number=row.number)
        try:
            house.commit(Changeset(moves=(once,), rows=(note,), events=(told,)))
        except StateMoved:
            continue
    return len(rows)


def start(
    house: House, book: LoanBook, *, rows: Sequence[InstalmentRow], purpose: str, waived: Mapping[int, int]
) -> Attempt | None:
    """Commit the intent to collect instalments in one movement; None if someone else was first.

    ``waived`` maps an instalment's number to the interest and fees dropped from it (early settlement), in minor units.
    """
    loan, method, now = book.loan, book.method, house.clock.now()
    assert method is not None
    attempt_id = house.ids.new("att")
    minor = total(owing.asked(r, dropped_minor=waived.get(r.number, 0)) for r in rows).total_minor
    attempt = Attempt(
        shopper_id=loan.shopper_id,
        attempt_id=attempt_id,
        checkout_id=loan.checkout_id,
        loan_id=loan.loan_id,
        parent_id=None,
        purpose=purpose,
        provider=method.provider,
        state="created",
        currency=loan.currency,
        amount_minor=minor,
        idempotency_key=attempt_id,
        provider_ref=None,
        customer_ref=method.customer_ref,
        method_ref=method.method_ref,
        decline_code=None,
        next_action=None,
        details={"numbers": [r.number for r in rows], "waived": {str(k): v for k, v in waived.items()}},
        tries=0,
        created_at=now,
        check_at=now + FIRST_CHECK,
        changed_at=now,
    )
    counted = purpose == "instalment"  # what the shopper tries by hand takes nothing from the calendar
    moves = [_instalment(house, row, event="collect", attempt_id=attempt_id, tries=row.tries + counted) for row in rows]
    started = house.event(
        "collection.started",
        book.checkout,
        loan_id=loan.loan_id,
        attempt_id=attempt_id,
        amount_minor=minor,
        numbers=[r.number for r in rows],
    )
    try:
        house.commit(Changeset(moves=tuple(moves), rows=(attempt,), events=(started,)))
    except StateMoved:
        return None
    return attempt


def send(house: House, *, attempt: Attempt) -> None:
    """Ask the provider to charge a committed attempt and write its outcome; asking twice with its key charges once."""
    try:
        outcome = house.providers[attempt.provider].charge(instruction(attempt))
    except ProviderUnavailable as error:
        outcome = Outcome(OutcomeKind.UNKNOWN, diagnostic=error.diagnostic)
    record(house, attempt=attempt, outcome=outcome)


def follow_up(house: House, *, attempt: Attempt) -> None:
    """Find out what became of a charge.

    One that never arrived is sent again under its own key, else looked up.
    """
    if attempt.state == "created":
        send(house, attempt=attempt)
    elif attempt.state in ("sent", "pending", "unknown"):
        try:
            outcome = house.providers[attempt.provider].look_up(instruction(attempt))
        except ProviderUnavailable as error:
            outcome = Outcome(OutcomeKind.UNKNOWN, provider_ref=attempt.provider_ref, diagnostic=error.diagnostic)
        if outcome.decline_code is DeclineCode.ABANDONED and attempt.provider_ref is None:
            send(house, attempt=attempt)  # the question never arrived: nobody has refused anything yet
        else:
            record(house, attempt=attempt, outcome=outcome)


def capture(house: House, *, attempt_id: str) -> bool:
    """Capture the first instalment after its loan was booked. Returns False to be tried again.

    An authorisation that can no longer be captured leaves the instalment overdue, to be charged on the saved card.
    """
    attempt = house.store.attempt(attempt_id)
    if attempt is None or attempt.state != "authorised" or attempt.loan_id is None:
        return True
    try:
        outcome = house.providers[attempt.provider].capture(instruction(attempt))
    except ProviderUnavailable:
        return False
    if outcome.kind in (OutcomeKind.PENDING, OutcomeKind.UNKNOWN):
        return False
    record(house, attempt=attempt, outcome=outcome)
    known = house.store.attempt(attempt_id)  # somebody else's write to the loan may have been first: then once more
    return known is None or known.state != "authorised"


def record(house: House, *, attempt: Attempt, outcome: Outcome) -> None:
    """Write a charge's or a capture's outcome; whoever comes second changes nothing."""
    book = house.store.loan_book(attempt.loan_id or "")
    if book is None:
        return
    current = next((a for a in book.attempts if a.attempt_id == attempt.attempt_id), attempt)
    if current.state in ("captured", "declined", "voided", "refunded", "abandoned"):
        return
    try:
        if outcome.kind is OutcomeKind.SUCCEEDED:
            house.commit(_paid(house, book, current, outcome))
        elif outcome.kind is OutcomeKind.DECLINED:
            house.commit(_failed(house, book, current, outcome))
        else:
            house.commit(Changeset(moves=(waiting(house, current, outcome),)))
    except StateMoved:
        return


def _paid(house: House, book: LoanBook, attempt: Attempt, outcome: Outcome) -> Changeset:
    """Money arrived: instalments paid, debt and exposure lower, one journal entry per provider movement (P7)."""
    loan, now = book.loan, house.clock.now()
    numbers = set(attempt.details["numbers"])
    waived = {int(k): int(v) for k, v in attempt.details.get("waived", {}).items()}
    rows = [row for row in book.instalments if row.number in numbers]
    principal = sum(row.principal_minor for row in rows)
    freed = exposure.freed(loan, principal_minor=principal, down_payment_minor=down_payment.part_of(loan, rows))
    left, funder_left = loan.outstanding_minor - principal, loan.funder_minor - freed.funder_minor
    event = "capture" if attempt.state == "authorised" else "succeed"
    ref = outcome.provider_ref or attempt.provider_ref
    paid = attempt_move(house, attempt, event=event, provider_ref=ref, decline_code=None, next_action=None)
    change = values(outstanding_minor=left, funder_minor=funder_left, changed_at=now)
    events = [
        house.event("instalment.paid", book.checkout, deliver=True, loan_id=loan.loan_id, number=row.number)
        for row in rows
    ]
    jobs: tuple[Job, ...] = ()
    settled = all(row.state == "paid" or row.number in numbers for row in book.instalments)
    if settled:
        change = {**change, "state": LOAN.advance(loan.state, "settle")}
        jobs = earning.rest_of(house, loan)
        events.append(house.event("loan.settled", book.checkout, deliver=True, loan_id=loan.loan_id))
    loan_move = Move(
        "loan",
        values(shopper_id=loan.shopper_id, loan_id=loan.loan_id),
        (loan.state,),
        change,
        exposure.as_read(loan),
    )
    dues = [
        _instalment(house, row, event="pay", waived_minor=waived.get(row.number, 0), remind_at=None) for row in rows
    ]
    return Changeset(
        moves=(paid, loan_move, *dues),
        rows=jobs,
        entries=_entries(house, book, attempt, rows=rows, waived=waived, provider_ref=ref or ""),
        events=tuple(events),
        lines=freed.lines,
        rooms=freed.rooms,
        pools=freed.pools,
    )


def _entries(
    house: House,
    book: LoanBook,
    attempt: Attempt,
    *,
    rows: Sequence[InstalmentRow],
    waived: Mapping[int, int],
    provider_ref: str,
) -> tuple[JournalEntry, ...]:
    loan = book.loan
    today = house.today(loan.time_zone)
    whole = total(owing.asked(row, dropped_minor=0) for row in rows)
    asked = total(owing.asked(row, dropped_minor=waived.get(row.number, 0)) for row in rows)
    received = repayment(
        house.head(shopper_id=loan.shopper_id, value_date=today),
        loan_id=loan.loan_id,
        provider=attempt.provider,
        provider_claim=claim(attempt, provider_ref=provider_ref),
        currency=loan.currency,
        principal_minor=asked.principal_minor,
        interest_minor=asked.interest_minor,
        fee_minor=asked.fee_minor,
    )
    shared = ceding.collected(house, loan, paid=asked, value_date=today)
    never = whole.minus(asked)
    if never.is_nothing:
        return (received, *shared)
    dropped = interest_waived(
        house.head(shopper_id=loan.shopper_id, value_date=today),
        loan_id=loan.loan_id,
        currency=loan.currency,
        interest_minor=never.interest_minor,
        fee_minor=never.fee_minor,
    )
    return (received, *shared, dropped)


def claim(attempt: Attempt, *, provider_ref: str) -> str:
    """Return the ledger's unique name of a provider's movement: ``provider:capture|charge|refund:reference`` (P7)."""
    verb = {"first": "capture", "refund": "refund"}.get(attempt.purpose, "charge")
    return f"{attempt.provider}:{verb}:{provider_ref}"


def _failed(house: House, book: LoanBook, attempt: Attempt, outcome: Outcome) -> Changeset:
    """The provider refused.

    The instalments are overdue (or as before, if paid early by hand) and retried by the calendar.
    """
    code = str(outcome.decline_code or DeclineCode.CARD_DECLINED)
    event = "void" if attempt.state == "authorised" else "decline"
    declined = attempt_move(
        house,
        attempt,
        event=event,
        decline_code=code,
        next_action=None,
        provider_ref=outcome.provider_ref or attempt.provider_ref,
    )
    rows = [row for row in book.instalments if row.attempt_id == attempt.attempt_id and row.state == "collecting"]
    now = house.clock.now()
    moves = [declined]
    jobs: list[Job] = []
    events: list[Event] = []
    for row in rows:
        if row.due_at > now:
            moves.append(_instalment(house, row, event="release", attempt_id=None))
            continue
        moves.append(_instalment(house, row, event="fail", attempt_id=None, try_at=_retry_at(house, row, code)))
        events.append(
            house.event(
                "instalment.failed",
                book.checkout,
                deliver=True,
                loan_id=row.loan_id,
                number=row.number,
                decline_code=code,
            )
        )
        stream = book.loan.checkout_id
        jobs.append(house.job("notify", stream=stream, kind="payment_failed", loan_id=row.loan_id, number=row.number))
    if not events:
        events = [house.event("payment.declined", book.checkout, attempt_id=attempt.attempt_id, decline_code=code)]
    return Changeset(moves=tuple(moves), rows=tuple(jobs), events=tuple(events))


def _retry_at(house: House, row: InstalmentRow, code: str) -> datetime:
    """A lost card is not tried again; others by the calendar of ``BNPL_RETRY_DAYS`` counted from the due date."""
    days, tried = house.settings.retry_days, max(row.tries, 1)
    if code in (DeclineCode.LOST_OR_STOLEN, DeclineCode.CARD_EXPIRED) or tried > len(days):
        return NEVER
    return max(row.due_at + timedelta(days=days[tried - 1]), house.clock.now() + timedelta(days=1))


def _instalment(house: House, row: InstalmentRow, *, event: str, **columns: object) -> Move:
    return Move(
        table="instalment",
        key=_key(row),
        sources=(row.state,),
        set=values(state=INSTALMENT.advance(row.state, event), changed_at=house.clock.now(), **columns),
        expect=values(attempt_id=row.attempt_id),
    )


def _key(row: InstalmentRow) -> Mapping[str, object]:
    return values(shopper_id=row.shopper_id, loan_id=row.loan_id, number=row.number)
