"""The worker's part of sales: what died half way is finished, what is over is ended, what was drawn is served."""

from __future__ import annotations

from datetime import timedelta

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.flash_sale import allotment, drawing, readiness, selling
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import at_gate, keep_in_step, log, quietly
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.gate import Claim
from bnpl_plugin.ports.store import SaleView

#: How much of what a gate hands down is taken at once.
_BATCH = 5000
READER = "worker"


def tend(house: House, *, limit: int) -> int:
    """Look after every sale that has begun and is not closed; returns the pieces of work that were found."""
    found = 0
    for sale in house.store.sales.live(starting_by=house.clock.now() + timedelta(seconds=1)):
        try:
            found += _tend(house, sale.sale_id, limit=limit)
        except BnplError as error:  # its gate does not answer: the others are looked after
            log.warning("a sale was not looked after", sale_id=sale.sale_id, error=error.code)
    return found


def _tend(house: House, sale_id: str, *, limit: int) -> int:
    view, now = selling.of_merchant(house, sale_id=sale_id, merchant_id=None), house.clock.now()
    if view.sale.state in allotment.RUNNING and now >= view.sale.ends_at:
        selling.end(house, sale_id=sale_id, by="house")
        return 1 + _tend(house, sale_id, limit=limit)
    found = allotment.tell(house, sale_id)
    found += drawing.draw(house, view)
    found += len(at_gate(house, sale_id, lambda gate: gate.sweep(sale_id, now=now, limit=limit)))
    found += sum(
        _judged(house, claim)
        for claim in at_gate(house, sale_id, lambda gate: gate.overdue(sale_id, now=now, limit=limit))
    )
    found += drain(house, sale_id=sale_id)
    found += _let_go(house, view, limit=limit)
    found += keep_in_step(house, sale_id)
    if view.sale.state == "ended":
        found += selling.settle(house, sale_id=sale_id)
    return found


def _judged(house: House, claim: Claim) -> int:
    """Ask the database what became of a claim that is past its time, and tell the gate. Returns 1 if it has ended.

    No hold, or one that is only reserved: its process died between the gate and the commit.
    """
    wish, now = claim.wish, house.clock.now()
    hold = house.store.sales.hold(shopper_id=wish.shopper_id, hold_id=wish.claim_id)
    if hold is not None and hold.state == "posted":
        quietly(house, wish.sale_id, lambda gate: gate.book(wish, now=now))
        return 1
    if hold is not None and hold.state == "pending":
        until = max(hold.expires_at, now + timedelta(seconds=1))
        quietly(house, wish.sale_id, lambda gate: gate.stretch(wish, until=until))
        return 0
    quietly(house, wish.sale_id, lambda gate: gate.release(wish, now=now))
    return 1


def drain(house: House, *, sale_id: str, batches: int = 20) -> int:
    """Take down what the gate hands over, batch by batch; returns how many claims."""
    taken = 0
    for _ in range(batches):
        found = at_gate(house, sale_id, lambda gate: gate.drain(sale_id, reader=READER, limit=_BATCH))
        if not found:
            break
        house.store.sales.take_down([one.claim for one in found])
        at_gate(house, sale_id, lambda gate, found=found: gate.ack(sale_id, marks=[one.mark for one in found]))  # type: ignore[misc]
        taken += len(found)
    return taken


def _let_go(house: House, view: SaleView, *, limit: int) -> int:
    """Free the lines of those who can no longer win: the sale has ended, or every unit of their item is sold.

    Whom the gate has let in before the end may finish, and keeps the line until then.
    """
    over = view.sale.state == "ended"
    sparing = over and selling.on_the_way(house, view)
    return sum(
        readiness.let_go(house, sale_item_id=item.sale_item_id, limit=limit, sparing=sparing)
        for item in view.items
        if over or not (item.free_units or item.held_units)
    )
