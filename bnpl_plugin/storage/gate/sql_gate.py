"""The verbs of ``ports.gate.Gate`` on the gate's tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from bnpl_plugin.errors import GateLost, GateUnavailable, StorageUnavailable
from bnpl_plugin.ports.gate import (
    Admitted,
    Already,
    Answer,
    Claim,
    ClaimState,
    Drained,
    Ended,
    GateSale,
    ItemFigures,
    Place,
    SaleFigures,
    SaleState,
    Wish,
)
from bnpl_plugin.ports.gate.claims import MOST_MINOR, MOST_UNITS, check_change
from bnpl_plugin.storage.gate import opening
from bnpl_plugin.storage.gate.desk import Desk, claim_of, hopeless, item_of, number_in_line, sale_of
from bnpl_plugin.storage.gate.looking import foregone, latest, look
from bnpl_plugin.storage.refusals import our_errors
from bnpl_plugin.storage.schema.columns import POSTGRESQL
from bnpl_plugin.storage.schema.sales.gate import gate_claim, gate_item, gate_sale
from bnpl_plugin.storage.transactions import WRITE_OPTIONS, refuse_inside_confirm

_OVER = (ClaimState.RELEASED, ClaimState.EXPIRED)


class SqlGate:
    """The gate in our own database.

    Args:
        engine: of ``build_engine``. Each call is a short transaction of its own.
    """

    code = "sql"

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        on_postgresql = engine.dialect.name == POSTGRESQL
        self._single = engine.execution_options(isolation_level="AUTOCOMMIT") if on_postgresql else engine

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with _our_errors(), self._single.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        refuse_inside_confirm()  # it holds the database's lock, and SQLite has only one
        engine = self._engine.execution_options(**WRITE_OPTIONS)
        with _our_errors(), engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _desk(self, sale_id: str) -> Iterator[Desk]:
        with self._writing() as connection:
            desk = Desk(connection, sale_id)
            yield desk
            desk.close()

    # the operator's part ---------------------------------------------------------------------------------------------
    def open(self, sale: GateSale) -> None:
        """Make a sale known; one that is known already stays as it is."""
        with self._writing() as connection:
            if opening.lock_name(connection, sale):
                opening.write_items(connection, sale)

    def rebuild(self, sale: GateSale, *, claims: Sequence[Claim], state: SaleState, ref: str, now: datetime) -> bool:
        """Forget a sale and learn it anew; nobody sees it half done."""
        with self._writing() as connection:
            opening.lock_name(connection, sale)
            opening.forget(connection, sale.sale_id)
            opening.write_all(connection, sale, claims=claims, state=state)
            desk = Desk(connection, sale.sale_id)
            desk.pump(now)
            desk.close()
        return True

    def pause(self, sale_id: str) -> None:
        """Take nobody new and nobody from the line."""
        self._say(sale_id, SaleState.PAUSED)

    def resume(self, sale_id: str, *, now: datetime) -> None:
        """Go on after a pause, the line first."""
        self._say(sale_id, SaleState.OPEN, now=now)

    def end(self, sale_id: str) -> None:
        """Take nobody ever again."""
        self._say(sale_id, SaleState.ENDED)

    def _say(self, sale_id: str, state: SaleState, *, now: datetime | None = None) -> None:
        with self._desk(sale_id) as desk:
            if desk.sale.state is not SaleState.ENDED:
                desk.sale.state = state
            if now is not None:
                desk.pump(now)

    def add_units(self, sale_id: str, item_id: str, *, units: int, ref: str, now: datetime) -> int:
        """Add units, or take back free ones; returns how many it was."""
        check_change(ref, units, most=MOST_UNITS)
        with self._desk(sale_id) as desk:
            item = desk.item(item_id)
            done = opening.change_done(desk.connection, sale_id, ref=ref)
            if done is None:
                done = max(units, min(0, -item.free))
                opening.write_change(desk.connection, sale_id, ref=ref, amount=done)
                item.total += done
                item.free += done
                desk.pump(now)
            return done

    def add_allotment(self, sale_id: str, *, minor: int, ref: str, now: datetime) -> int:
        """Add capital, or take back what is left of it; returns how much it was."""
        check_change(ref, minor, most=MOST_MINOR)
        with self._desk(sale_id) as desk:
            done = opening.change_done(desk.connection, sale_id, ref=ref)
            if done is None:
                done = max(minor, min(0, -desk.sale.left))
                opening.write_change(desk.connection, sale_id, ref=ref, amount=done)
                desk.sale.allotment += done
                desk.sale.left += done
                desk.pump(now)
            return done

    def line_up(self, wishes: Sequence[Wish], *, now: datetime) -> int:
        """Put drawn wishes in line in this order; returns how many were taken."""
        taken = 0
        for sale_id in dict.fromkeys(wish.sale_id for wish in wishes):
            with self._desk(sale_id) as desk:
                for wish in wishes:
                    if wish.sale_id == sale_id and desk.claim(wish) is None:
                        claims = look(desk.connection, wish)[2]
                        has = sum(claim.wish.units for claim in claims if claim.state.has_units)
                        live = any(claim.state.live for claim in claims)
                        if not live and has + wish.units <= desk.item(wish.item_id).per_shopper:
                            desk.add(wish, ClaimState.WAITING)
                            taken += 1
                desk.pump(now)
        return taken

    # the shopper's part ----------------------------------------------------------------------------------------------
    def ask(self, wish: Wish, *, now: datetime) -> Answer:
        """Decide a wish: from one read if nothing is to be taken, else under the sale's lock."""
        with self._reading() as connection:
            said = foregone(connection, wish, now=now)
        if said is not None:
            return said
        with self._desk(wish.sale_id) as desk:
            claim = desk.claim(wish)
            if claim is not None:
                return Already(claim, number_in_line(desk.connection, claim))
            said = foregone(desk.connection, wish, now=now)
            if said is not None:
                return said
            if desk.item(wish.item_id).free >= wish.units:  # the allotment suffices, or it were foregone
                return Admitted(desk.add(wish, ClaimState.ADMITTED, spans=desk.spans(now)))
            claim = desk.add(wish, ClaimState.WAITING)
            return Place(claim, number_in_line(desk.connection, claim))

    def place(self, sale_id: str, item_id: str, *, shopper_id: str, now: datetime) -> Answer | None:
        """Tell a shopper how their last claim stands."""
        with self._reading() as connection:
            sale, item, claims = look(connection, Wish("-", sale_id, item_id, shopper_id, 1, 0))
            claim = latest(claims)
            if claim is None or claim.state is not ClaimState.WAITING:
                return None if claim is None else Already(claim)
            if sale.state is SaleState.ENDED or now >= sale.ends_at:
                return Ended()
            no = hopeless(sale, item, units=claim.wish.units, minor=claim.wish.principal_minor)
            return no or Place(claim, number_in_line(connection, claim))

    # the house's part ------------------------------------------------------------------------------------------------
    def keep(self, wish: Wish, *, now: datetime, until: datetime) -> Claim | None:
        """Make an admitted claim held, before the database's hold is committed."""
        with self._desk(wish.sale_id) as desk:
            claim = desk.claim(wish)
            if claim is None or claim.state is not ClaimState.ADMITTED:
                return claim
            return desk.change(claim, ClaimState.HELD, spans=(_within(claim, until), claim.ceiling_at))

    def stretch(self, wish: Wish, *, until: datetime) -> Claim | None:
        """Let an admitted or held claim live longer, never past its ceiling."""
        with self._desk(wish.sale_id) as desk:
            claim = desk.claim(wish)
            if claim is None or claim.state not in (ClaimState.ADMITTED, ClaimState.HELD):
                return claim
            return desk.write(replace(claim, until=_within(claim, until)))

    def book(self, wish: Wish, *, now: datetime) -> Claim:
        """Say that the database has committed the loan."""
        with self._desk(wish.sale_id) as desk:
            claim = desk.claim(wish)
            if claim is None:
                return desk.add(wish, ClaimState.BOOKED)
            return desk.change(claim, ClaimState.BOOKED)

    def release(self, wish: Wish, *, now: datetime) -> Claim | None:
        """Give a claim's units and allotment back, to the first in line."""
        with self._desk(wish.sale_id) as desk:
            claim = desk.claim(wish)
            if claim is None or claim.state in _OVER:
                return claim
            ended = desk.change(claim, ClaimState.RELEASED)
            desk.pump(now)
            return ended

    # the worker's part -----------------------------------------------------------------------------------------------
    def sweep(self, sale_id: str, *, now: datetime, limit: int) -> Sequence[Claim]:
        """Expire admitted claims whose time is over."""
        with self._reading() as connection:
            if not _late(connection, sale_id, state=ClaimState.ADMITTED, now=now, limit=1):
                return ()
        with self._desk(sale_id) as desk:
            ended = []
            for claim in _late(desk.connection, sale_id, state=ClaimState.ADMITTED, now=now, limit=limit):
                ended.append(desk.change(claim, ClaimState.EXPIRED))
                desk.pump(now)
            return tuple(ended)

    def overdue(self, sale_id: str, *, now: datetime, limit: int) -> Sequence[Claim]:
        """Return held claims past their end, oldest first."""
        with self._reading() as connection:
            return _late(connection, sale_id, state=ClaimState.HELD, now=now, limit=limit)

    def drain(self, sale_id: str, *, reader: str, limit: int) -> Sequence[Drained]:
        """Return nothing: the claims are rows of the database already."""
        return ()

    def ack(self, sale_id: str, *, marks: Sequence[str]) -> None:
        """Do nothing."""

    def figures(self, sale_id: str) -> SaleFigures:
        """Return what the operator's board shows, as of one moment."""
        columns = sa.select(gate_sale, gate_item).join(gate_item, gate_item.c.sale_id == gate_sale.c.sale_id)
        query = columns.where(gate_sale.c.sale_id == sale_id).order_by(gate_item.c.place)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        if not rows:
            raise GateLost(f"no sale {sale_id}")
        sale = sale_of(rows[0])
        items = [item_of(row, first=9) for row in rows]
        return SaleFigures(
            state=sale.state,
            items={
                item.item_id: ItemFigures(item.total, item.free, item.held, item.booked, item.waiting) for item in items
            },
            allotment_minor=sale.allotment,
            left_minor=sale.left,
            claims=sale.turns,
        )


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        with our_errors():
            yield
    except StorageUnavailable as error:
        raise GateUnavailable(str(error)) from error


def _within(claim: Claim, until: datetime) -> datetime:
    """Return the later of a claim's end and ``until``, at most its ceiling."""
    assert claim.until is not None
    assert claim.ceiling_at is not None
    return max(claim.until, min(claim.ceiling_at, until))


def _late(
    connection: sa.Connection, sale_id: str, *, state: ClaimState, now: datetime, limit: int
) -> tuple[Claim, ...]:
    """Return claims of a state whose time is over, oldest first. Raises ``GateLost``."""
    columns = gate_claim.c
    query = (
        sa.select(gate_claim)
        .where(columns.sale_id == sale_id, columns.state == state.value, columns.until <= now)
        .order_by(columns.until, columns.claim_id)
        .limit(limit)
    )
    found = tuple(claim_of(row) for row in connection.execute(query))
    if (
        not found
        and connection.execute(sa.select(gate_sale.c.sale_id).where(gate_sale.c.sale_id == sale_id)).first() is None
    ):
        raise GateLost(f"no sale {sale_id}")
    return found
