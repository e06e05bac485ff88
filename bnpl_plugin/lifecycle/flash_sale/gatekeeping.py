"""Speaking to a sale's gate, and teaching a gate that has lost its memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from bnpl_plugin.errors import GateLost, GateUnavailable, SaleNotOpen
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.logs import log_of
from bnpl_plugin.ports.gate import Answer, Claim, Gate, GateItem, GateSale, SaleState
from bnpl_plugin.ports.records import Sale
from bnpl_plugin.ports.store import SaleView

T = TypeVar("T")
#: How often a gate that seems to have lost something is looked at before it is taught anew: a sale goes on meanwhile.
_LOOKS = 3
#: How often it is taught again because somebody has committed meanwhile.
_LESSONS = 5
log = log_of("flash_sale")


def at_gate(house: House, sale_id: str, ask: Callable[[Gate], T]) -> T:
    """Return what a sale's gate says; one that does not know the sale is taught it first.

    Raises ``GateUnavailable`` (it does not answer), ``SaleNotOpen`` (there is no such sale, or it is closed).
    """
    try:
        return ask(house.gate)
    except GateLost:
        rebuild(house, sale_id)
        return ask(house.gate)


def stands(house: House, sale_id: str, *, item_id: str, shopper_id: str) -> Answer | None:
    """Return how a shopper's claim on an item stands, without asking for one; None if there is none.

    Raises as ``at_gate``.
    """
    now = house.clock.now()
    return at_gate(house, sale_id, lambda gate: gate.place(sale_id, item_id, shopper_id=shopper_id, now=now))


def rebuild(house: House, sale_id: str) -> None:
    """Teach the gate a sale anew, from the holds and loans of the database. Raises ``SaleNotOpen``.

    A hold that is committed between the reading and the teaching would be unknown to the gate, and what is added then
    might be counted twice or never: so both are read once more afterwards. A hold that is committed after that looks
    for itself (``claiming.see_to_it``).
    """
    sales = house.store.sales
    for _ in range(_LESSONS):
        changes = sales.changes(sale_id, untold=False)
        view = sales.view(sale_id)
        if view is None or view.sale.state == "closed":
            raise closed(view.sale if view else None, sale_id=sale_id)
        log.warning("the gate is taught a sale anew", sale_id=sale_id)
        claims = sales.claims(sale_id)
        alone = house.gate.rebuild(
            gate_sale(view, changes={change.ref: change.units or change.minor for change in changes}),
            claims=claims,
            state=state_at_gate(view.sale),
            ref=house.ids.new("reb"),
            now=house.clock.now(),
        )
        grown = len(sales.changes(sale_id, untold=False)) > len(changes)
        if not alone or not (grown or _ids(sales.claims(sale_id)) - _ids(claims)):
            return


def _ids(claims: Sequence[Claim]) -> set[str]:
    return {claim.wish.claim_id for claim in claims if claim.state.has_units}


def keep_in_step(house: House, sale_id: str) -> int:
    """Have the gate say what the database has decided, and teach it anew what it has lost; returns 1 if it had to.

    A word that did not arrive (paused, resumed, ended), a draw whose process died before it opened the gate, holds that
    were committed while another process was teaching it, all that a fail-over forgets: no claim lists any of it.
    """
    try:
        found = house.gate.figures(sale_id)
    except GateLost:
        rebuild(house, sale_id)
        return 1
    view = house.store.sales.view(sale_id)  # read after the gate: what was said in between is in both, or told again
    if view is None or view.sale.state == "closed":
        return 0
    wanted = state_at_gate(view.sale)
    if found.state is not wanted and found.state is not SaleState.ENDED:
        if wanted is SaleState.ENDED:
            return int(quietly(house, sale_id, lambda gate: gate.end(sale_id)))
        if wanted is SaleState.PAUSED:
            return int(quietly(house, sale_id, lambda gate: gate.pause(sale_id)))
        return int(quietly(house, sale_id, lambda gate: gate.resume(sale_id, now=house.clock.now())))
    if wanted is SaleState.ENDED or not all(_has_lost(house, sale_id) for _ in range(_LOOKS)):
        return 0
    rebuild(house, sale_id)
    return 1


def _has_lost(house: House, sale_id: str) -> bool:
    """Whether the gate knows less than the database did both before and after it was asked.

    Units are taken at the gate before they are in the database, and given back in the database before they are at the
    gate: it never has more that are free. What was added is told to the gate after it was committed, and is then marked
    as told: what is still unsold, and the capital, is never less than all that is marked.
    """
    before = house.store.sales.view(sale_id)
    untold = house.store.sales.changes(sale_id, untold=True)
    found = house.gate.figures(sale_id)
    after = house.store.sales.view(sale_id)
    if before is None or after is None:
        return False
    complete = after.sale.shards == 1 and not untold  # what flies between shards is in no figure
    if complete and found.allotment_minor < min(before.sale.ceiling_minor, after.sale.ceiling_minor):
        return True
    for then, now in zip(before.items, after.items, strict=True):
        known = found.items[now.sale_item_id]
        if known.free > max(then.free_units, now.free_units):
            return True
        unsold = min(then.free_units + then.held_units, now.free_units + now.held_units)
        if complete and known.free + known.held < unsold:
            return True
    return False


def gate_sale(view: SaleView, *, changes: Mapping[str, int] | None = None) -> GateSale:
    """Return a sale as its gate needs it; ``changes`` are in its figures already."""
    sale = view.sale
    return GateSale(
        sale_id=sale.sale_id,
        items=tuple(
            GateItem(
                item.sale_item_id,
                units=item.total_units - item.returned_units,
                units_per_shopper=item.units_per_shopper,
                line_limit=item.line_limit,
            )
            for item in view.items
        ),
        allotment_minor=sale.ceiling_minor,
        starts_at=sale.starts_at,
        ends_at=sale.ends_at,
        hold_seconds=sale.hold_seconds,
        ceiling_seconds=sale.ceiling_seconds,
        shards=sale.shards,
        changes=changes or {},
    )


def state_at_gate(sale: Sale) -> SaleState:
    """Return what the gate should be: a lottery's is not opened before the draw."""
    if sale.state == "ended":
        return SaleState.ENDED
    return SaleState.PAUSED if sale.undrawn or sale.state == "paused" else SaleState.OPEN


def closed(sale: Sale | None, *, sale_id: str) -> SaleNotOpen:
    """Return the error of a sale that is not open, with its times if there is one."""
    return SaleNotOpen(
        sale_id=sale_id,
        starts_at=sale.starts_at.isoformat() if sale else "",
        ends_at=sale.ends_at.isoformat() if sale else "",
    )


def quietly(house: House, sale_id: str, ask: Callable[[Gate], object]) -> bool:
    """Tell the gate what the database knows already; whether it heard. If it did not, the worker tells it again."""
    try:
        at_gate(house, sale_id, ask)
    except (GateUnavailable, SaleNotOpen) as error:
        log.warning("the gate did not hear", sale_id=sale_id, error=error.code)
        return False
    return True
