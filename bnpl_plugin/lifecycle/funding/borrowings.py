"""Money that funders lend to a pool: taken within the law's ceilings, its interest reckoned by the day, repaid."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date

from bnpl_plugin.errors import InvalidInput, NotYours, StateMoved
from bnpl_plugin.ledger.capital_postings import borrowing_interest_accrued, borrowing_repaid, borrowing_taken
from bnpl_plugin.ledger.journal import JournalEntry
from bnpl_plugin.lifecycle.funding import leverage
from bnpl_plugin.lifecycle.funding.leverage import BorrowingKind
from bnpl_plugin.lifecycle.funding.pools import MOST_WORDS, check_free, check_words, known, own_amount, told
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.money import divide
from bnpl_plugin.ports.records import Borrowing, CapitalPool
from bnpl_plugin.ports.store import Changeset, Move, PoolChange

ZONE = "UTC"
YEAR_DAYS = 365
MOST_RATE_BPS = 10_000
_TURNS = 4


def take(
    house: House, *, pool_id: str, funder_id: str, kind: str, principal_minor: int, nominal_rate_bps: int, due_on: date,
    unbounded: str = "",
) -> Borrowing:  # fmt: skip
    """Borrow for a pool: what is available rises by it. Two at once never pass a ceiling together.

    Args:
        house: the house.
        pool_id: the pool.
        funder_id: who lends.
        kind: "non_standard" or "standardised".
        principal_minor: above 0, in the pool's currency.
        nominal_rate_bps: interest a year in hundredths of a percent, 0 to 10000, by the day over 365.
        due_on: when it is to be repaid; after today.
        unbounded: the operator's reason where no law's ceiling is known; kept in the books.

    Raises:
        LeverageExceeded: beyond the law's ceiling.
        InvalidInput: what was asked cannot be, or no ceiling is known and no reason was given.
        NotYours: no such pool or funder.
    """
    if house.store.treasury.funder(funder_id) is None:
        raise NotYours
    if kind not in tuple(BorrowingKind):
        raise InvalidInput(field="kind", fault=f"is {kind!r}", accepted=", ".join(BorrowingKind))
    if not 0 <= nominal_rate_bps <= MOST_RATE_BPS:
        raise InvalidInput(field="nominal_rate_bps", fault=f"is {nominal_rate_bps}", accepted=f"0 to {MOST_RATE_BPS}")
    if due_on <= house.today(ZONE):
        raise InvalidInput(field="due_on", fault=f"is {due_on}", accepted="a day after today")
    check_words(unbounded, field="no_ceiling", most=MOST_WORDS)
    for turn in range(1, _TURNS + 1):
        pool = known(house, pool_id=pool_id)
        amount = own_amount(pool, principal_minor, field="principal_minor")
        leverage.check(house, pool, kind=kind, more_minor=amount.minor, unbounded=unbounded)
        now, today = house.clock.now(), house.today(ZONE)
        row = Borrowing(
            house.ids.new("bor"), pool_id=pool_id, funder_id=funder_id, kind=kind, state="open",
            currency=pool.currency, principal_minor=amount.minor, outstanding_minor=amount.minor,
            nominal_rate_bps=nominal_rate_bps, interest_minor=0, accrued_to=today, due_on=due_on, taken_at=now,
            changed_at=now,
        )  # fmt: skip
        try:
            house.commit(_taken(house, pool, row, unbounded=unbounded.strip()))
        except StateMoved:  # another borrowing, limit or withdrawal at the same moment: what was read may be over
            if turn == _TURNS:
                raise
        else:
            return row
    raise AssertionError("a turn always ends")


def _taken(house: House, pool: CapitalPool, row: Borrowing, *, unbounded: str) -> Changeset:
    entry = borrowing_taken(
        house.head(shopper_id="", value_date=row.accrued_to),
        pool_id=row.pool_id, borrowing_id=row.borrowing_id, currency=row.currency,
        principal_minor=row.principal_minor, unbounded=unbounded,
    )  # fmt: skip
    event = told(
        house, "borrowing.taken", pool_id=row.pool_id, borrowing_id=row.borrowing_id, funder_id=row.funder_id,
        kind=row.kind, principal_minor=row.principal_minor, currency=row.currency,
    )  # fmt: skip
    change = PoolChange(
        row.pool_id, available_minor=row.principal_minor, terms_version=pool.terms_version, new_terms=True
    )
    return Changeset(rows=(row,), entries=(entry,), events=(event,), pools=(change,))


def interest_minor(row: Borrowing, *, until: date) -> int:
    """Return the interest since it was last reckoned: actual days over 365 of what is outstanding, rounded half up."""
    days = max((until - row.accrued_to).days, 0)
    return divide(row.outstanding_minor * row.nominal_rate_bps * days, by=10_000 * YEAR_DAYS)


def up_to_today(house: House, row: Borrowing) -> Borrowing:
    """Return a borrowing as it would be if its interest were reckoned today: what is told of it, not what is kept."""
    today = max(house.today(ZONE), row.accrued_to)
    owed = row.interest_minor + interest_minor(row, until=today)
    return replace(row, interest_minor=owed, accrued_to=today)


def accrue(house: House, *, borrowing_id: str) -> Borrowing:
    """Reckon a borrowing's interest up to today and book it. Raises ``NotYours``, ``StateMoved``."""
    row = _known(house, borrowing_id)
    move, entries = _accrual(house, row, principal_minor=0, pay=False)
    if row.state == "open" and row.accrued_to < house.today(ZONE):
        event = told(house, "borrowing.accrued", pool_id=row.pool_id, borrowing_id=borrowing_id)
        house.commit(Changeset(moves=(move,), entries=entries, events=(event,)))
    return _known(house, borrowing_id)


def accrue_due(house: House, *, limit: int) -> int:
    """Book the interest of open borrowings once a month is over; returns how many were reckoned."""
    month = house.today(ZONE).replace(day=1)
    due = house.store.treasury.borrowings_to_accrue(before=month, limit=limit)
    for row in due:
        with suppress(StateMoved):  # repaid in this very moment, which reckons it too
            accrue(house, borrowing_id=row.borrowing_id)
    return len(due)


def repay(house: House, *, borrowing_id: str, principal_minor: int) -> Borrowing:
    """Repay principal (0: none) and all interest up to today; what is available falls by the principal.

    Raises ``InvalidInput``, also while the money is lent or held, ``NotYours``, ``StateMoved``.
    """
    row = _known(house, borrowing_id)
    if row.state != "open" or not 0 <= principal_minor <= row.outstanding_minor:
        most = row.outstanding_minor
        raise InvalidInput(field="principal_minor", fault=f"is {principal_minor}", accepted=f"0 to {most}")
    check_free(known(house, pool_id=row.pool_id), principal_minor, field="principal_minor")
    interest = row.interest_minor + interest_minor(row, until=house.today(ZONE))
    if not principal_minor and not interest:
        raise InvalidInput(field="principal_minor", fault="is 0, and no interest is due", accepted="above 0")
    move, entries = _accrual(house, row, principal_minor=principal_minor, pay=True)
    paid = borrowing_repaid(
        house.head(shopper_id="", value_date=house.today(ZONE)),
        pool_id=row.pool_id, borrowing_id=borrowing_id, currency=row.currency, principal_minor=principal_minor,
        interest_minor=interest,
    )  # fmt: skip
    event = told(
        house, "borrowing.repaid", pool_id=row.pool_id, borrowing_id=borrowing_id, principal_minor=principal_minor,
        interest_minor=interest, currency=row.currency,
    )  # fmt: skip
    house.commit(
        Changeset(
            moves=(move,), entries=(*entries, paid), events=(event,),
            pools=(PoolChange(row.pool_id, available_minor=-principal_minor),) if principal_minor else (),
        )
    )  # fmt: skip
    return _known(house, borrowing_id)


def _known(house: House, borrowing_id: str) -> Borrowing:
    found = house.store.treasury.borrowing(borrowing_id)
    if found is None:
        raise NotYours
    return found


def _accrual(house: House, row: Borrowing, *, principal_minor: int, pay: bool) -> tuple[Move, tuple[JournalEntry, ...]]:
    """The move that reckons a borrowing up to today, and the entry of its new interest; paying clears all of it."""
    today = max(house.today(ZONE), row.accrued_to)
    new = interest_minor(row, until=today)
    left = row.outstanding_minor - principal_minor
    move = Move(
        "borrowing",
        values(borrowing_id=row.borrowing_id),
        ("open",),
        values(
            state="open" if left else "repaid",
            outstanding_minor=left,
            interest_minor=0 if pay else row.interest_minor + new,
            accrued_to=today,
            changed_at=house.clock.now(),
        ),
        values(outstanding_minor=row.outstanding_minor, interest_minor=row.interest_minor, accrued_to=row.accrued_to),
    )
    if not new:
        return move, ()
    head = house.head(shopper_id="", value_date=today)
    entry = borrowing_interest_accrued(
        head, pool_id=row.pool_id, borrowing_id=row.borrowing_id, currency=row.currency, interest_minor=new
    )
    return move, (entry,)
