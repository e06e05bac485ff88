"""Loans sold to a funder and bought back: a sale is written first, then its loans change hands batch by batch.

Each batch is one changeset: killed between two, nothing is lost, and the worker goes on. A batch decided twice is
written once: the sale's own sums and each loan's must be as they were read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bnpl_plugin.errors import GuardFailed, InvalidInput, NotYours, StateMoved
from bnpl_plugin.ledger.capital_postings import loan_bought_back, loan_sold
from bnpl_plugin.ledger.journal import JournalEntry
from bnpl_plugin.lifecycle.funding.exposure import WHOLE_BPS, as_read, rooms
from bnpl_plugin.lifecycle.funding.funders import known as known_funder
from bnpl_plugin.lifecycle.funding.pools import check_day, told
from bnpl_plugin.lifecycle.funding.pools import known as known_pool
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.subsidies import earning
from bnpl_plugin.money import MAX_MINOR, divide
from bnpl_plugin.ports.records import Loan, LoanSale, LoanSaleItem
from bnpl_plugin.ports.store import Changeset, Move, PoolChange, RoomChange

BATCH = 100
MOST_LOANS = 10_000
MOST_PRICE_BPS = 20_000
_TURNS = 8


def sell(
    house: House, *, pool_id: str, funder_id: str, price_bps: int, value_on: date, target_minor: int = 0,
    loan_ids: Sequence[str] = (), loan_sale_id: str = "",
) -> LoanSale:  # fmt: skip
    """Sell our whole part of loans to a funder: these loans, or the oldest active ones up to a sum of principal.

    What is sold is free again at once. A loan that another funder shares in is passed over. The answer tells how much
    has changed hands; what could not within this call, the worker goes on with.

    Args:
        house: the house.
        pool_id: whose loans.
        funder_id: who buys.
        price_bps: of the principal, 0 to 20000; 10000 is at par.
        value_on: the economic date, not to come; what was drawn after it is passed over.
        target_minor: the most principal to sell, 0 only with ``loan_ids``.
        loan_ids: which loans.
        loan_sale_id: of the sale, given by a caller who may ask again: what has begun under it only goes on.

    Raises:
        InvalidInput: what was asked cannot be.
        NotYours: no such pool or funder.
    """
    return _begin(
        house, "sell", pool_id=pool_id, funder_id=funder_id, price_bps=price_bps, value_on=value_on,
        target_minor=target_minor, loan_ids=loan_ids, loan_sale_id=loan_sale_id,
    )  # fmt: skip


def buy_back(
    house: House, *, pool_id: str, funder_id: str, price_bps: int, value_on: date, target_minor: int = 0,
    loan_ids: Sequence[str] = (), loan_sale_id: str = "",
) -> LoanSale:  # fmt: skip
    """Buy a funder's part of loans back, defaulted ones too; see ``sell``. What no capital is free for stays sold."""
    return _begin(
        house, "buy_back", pool_id=pool_id, funder_id=funder_id, price_bps=price_bps, value_on=value_on,
        target_minor=target_minor, loan_ids=loan_ids, loan_sale_id=loan_sale_id,
    )  # fmt: skip


def _begin(
    house: House, direction: str, *, pool_id: str, funder_id: str, price_bps: int, value_on: date, target_minor: int,
    loan_ids: Sequence[str], loan_sale_id: str,
) -> LoanSale:  # fmt: skip
    begun = house.store.treasury.loan_sale(loan_sale_id) if loan_sale_id else None
    if begun is None:
        begun = _written(
            house, direction, pool_id=pool_id, funder_id=funder_id, price_bps=price_bps, value_on=value_on,
            target_minor=target_minor, loan_ids=loan_ids, loan_sale_id=loan_sale_id or house.ids.new("lsa"),
        )  # fmt: skip
    go_on(house, loan_sale_id=begun.loan_sale_id)
    found = house.store.treasury.loan_sale(begun.loan_sale_id)
    assert found is not None
    return found


def _written(
    house: House, direction: str, *, pool_id: str, funder_id: str, price_bps: int, value_on: date, target_minor: int,
    loan_ids: Sequence[str], loan_sale_id: str,
) -> LoanSale:  # fmt: skip
    pool = known_pool(house, pool_id=pool_id)
    known_funder(house, funder_id=funder_id)
    check_day(house, value_on, field="value_on")
    if not 0 <= price_bps <= MOST_PRICE_BPS:
        raise InvalidInput(field="price_bps", fault=f"is {price_bps}", accepted=f"0 to {MOST_PRICE_BPS}")
    if not 0 <= target_minor <= MAX_MINOR or not (target_minor or loan_ids):
        accepted = f"1 to {MAX_MINOR} minor units, or the loans named"
        raise InvalidInput(field="target_minor", fault=f"is {target_minor}", accepted=accepted)
    if len(loan_ids) > MOST_LOANS:
        raise InvalidInput(field="loan_ids", fault=f"are {len(loan_ids)}", accepted=f"at most {MOST_LOANS}")
    now = house.clock.now()
    sale = LoanSale(
        loan_sale_id, pool_id=pool_id, funder_id=funder_id, direction=direction, state="open",
        currency=pool.currency, target_minor=target_minor, price_bps=price_bps, value_on=value_on,
        selection={"loan_ids": sorted(set(loan_ids)), "after": None}, loans=0, principal_minor=0, price_minor=0,
        created_at=now, changed_at=now,
    )  # fmt: skip
    going_on = house.job("loan_sale", stream=pool_id, loan_sale_id=sale.loan_sale_id)
    event = told(
        house, "loan_sale.begun", pool_id=pool_id, loan_sale_id=sale.loan_sale_id, direction=direction,
        funder_id=funder_id,
    )  # fmt: skip
    house.commit(Changeset(rows=(sale, going_on), events=(event,)))
    return sale


def go_on(house: House, *, loan_sale_id: str) -> bool:
    """Move the loans that a sale or buy-back has not moved yet; returns whether it is done."""
    size, turns = BATCH, _TURNS
    while True:
        sale = house.store.treasury.loan_sale(loan_sale_id)
        if sale is None:
            raise NotYours
        if sale.state == "done":
            return True
        batch = _chosen(house, sale, size=size)
        try:
            house.commit(_moved(house, sale, batch))
        except StateMoved:  # a payment at the same moment, or another worker at the same sale: look again
            turns -= 1
            if not turns:
                return False
        except GuardFailed as full:  # no capital or no room to buy all of these back: one by one, as far as it goes
            if size == 1:
                house.commit(_moved(house, sale, Batch((), True, None, fault=full.code)))
            size = 1
        else:
            turns = _TURNS


@dataclass(frozen=True, slots=True)
class Batch:
    """What changes hands next, whether it is the last, and the place up to which the loans have been gone through."""

    loans: tuple[Loan, ...]
    last: bool
    after: tuple[datetime, str] | None
    fault: str = ""


def _chosen(house: House, sale: LoanSale, *, size: int) -> Batch:
    mark = sale.selection["after"]
    after = (datetime.fromisoformat(mark[0]), str(mark[1])) if mark else None
    only = tuple(sale.selection["loan_ids"])
    found = house.store.treasury.loans_to_move(sale, after=after, only=only, limit=size)
    room = sale.target_minor - sale.principal_minor if sale.target_minor else MAX_MINOR
    chosen: list[Loan] = []
    for loan in found:
        part = _part(sale, loan)
        if part <= room:
            chosen.append(loan)
            room -= part
    place = (found[-1].opened_at, found[-1].loan_id) if found else after
    return Batch(tuple(chosen), len(found) < size or not room, place)


def _part(sale: LoanSale, loan: Loan) -> int:
    """What of a loan changes hands: our part when we sell, the funder's when we buy back."""
    return loan.own_minor if sale.direction == "sell" else loan.funder_minor


def _moved(house: House, sale: LoanSale, batch: Batch) -> Changeset:
    now, selling = house.clock.now(), sale.direction == "sell"
    parts = [_part(sale, loan) for loan in batch.loans]
    prices = [divide(part * sale.price_bps, by=WHOLE_BPS) for part in parts]
    lost = sum(max(part - price if selling else price - part, 0) for part, price in zip(parts, prices, strict=True))
    sign, whole = -1 if selling else 1, sum(parts)
    counted: Counter[str] = Counter()
    for loan, part in zip(batch.loans, parts, strict=True):
        for change in rooms(loan.limit_ids, part):
            counted[change.room_id] += sign * change.used_minor
    selection = {
        "loan_ids": sale.selection["loan_ids"],
        "after": [batch.after[0].isoformat(), batch.after[1]] if batch.after else None,
        **({"fault": batch.fault} if batch.fault else {}),
    }
    progress = Move(
        "loan_sale",
        values(loan_sale_id=sale.loan_sale_id),
        ("open",),
        values(
            state="done" if batch.last else "open", loans=sale.loans + len(parts), selection=selection,
            principal_minor=sale.principal_minor + whole, price_minor=sale.price_minor + sum(prices), changed_at=now,
        ),
        values(loans=sale.loans, principal_minor=sale.principal_minor),
    )  # fmt: skip
    event = told(
        house, "loans.sold" if selling else "loans.bought_back", pool_id=sale.pool_id,
        loan_sale_id=sale.loan_sale_id, loans=len(parts), principal_minor=whole, currency=sale.currency,
    )  # fmt: skip
    items = zip(batch.loans, parts, prices, strict=True)
    sold = [
        LoanSaleItem(loan.shopper_id, sale.loan_sale_id, loan.loan_id, part, price, now) for loan, part, price in items
    ]
    earned = [job for loan in batch.loans if selling for job in earning.rest_of(house, loan)]
    return Changeset(
        moves=(progress, *(_new_owner(house, sale, loan) for loan in batch.loans)),
        rows=(*sold, *earned),
        entries=tuple(
            _entry(house, sale, loan, part=part, price=price)
            for loan, part, price in zip(batch.loans, parts, prices, strict=True)
        ),
        events=(event,),
        rooms=tuple(RoomChange("capital_limit", name, minor) for name, minor in counted.items()),
        pools=(PoolChange(sale.pool_id, outstanding_minor=sign * whole, available_minor=-lost),) if parts else (),
    )


def _new_owner(house: House, sale: LoanSale, loan: Loan) -> Move:
    owned = loan.outstanding_minor if sale.direction == "sell" else 0
    return Move(
        "loan",
        values(shopper_id=loan.shopper_id, loan_id=loan.loan_id),
        (loan.state,),
        values(funder_id=sale.funder_id if owned else None, funder_minor=owned, changed_at=house.clock.now()),
        as_read(loan),
    )


def _entry(house: House, sale: LoanSale, loan: Loan, *, part: int, price: int) -> JournalEntry:
    booked = loan_sold if sale.direction == "sell" else loan_bought_back
    return booked(
        house.head(shopper_id=loan.shopper_id, value_date=sale.value_on),
        loan_id=loan.loan_id, pool_id=loan.pool_id, currency=loan.currency, principal_minor=part, price_minor=price,
    )  # fmt: skip
