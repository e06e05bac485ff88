"""The merchant's and the operator's part: a sale is made, paused, resumed, added to, ended, settled and closed."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from bnpl_plugin.credit.states import SALE
from bnpl_plugin.errors import CapitalExhausted, GateUnavailable, InvalidInput, NotYours, StateMoved
from bnpl_plugin.lifecycle.flash_sale import allotment, lottery
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import closed, gate_sale, quietly, state_at_gate
from bnpl_plugin.lifecycle.flash_sale.terms import MOST_UNITS, Fairness, SaleSubsidy, SaleTerms, within
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.subsidies import budgets
from bnpl_plugin.lifecycle.subsidies.terms import SubsidyTerms
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.gate import SaleState
from bnpl_plugin.ports.records import Sale, SaleChange, SaleItem
from bnpl_plugin.ports.store import Changeset, Move, PoolChange, SaleView, UnitsChange

#: How long a sale's own budget outlives it: those who were let in finish.
_AFTER = timedelta(hours=24)
_PAST = {"pause": "paused", "resume": "resumed", "end": "ended"}


def create(
    house: House, terms: SaleTerms, *, merchant_id: str, sale_id: str = "", by: str = "house"
) -> SaleView:  # fmt: skip
    """Take units over, set capital and a budget aside, open the gate (nobody is let in before the start).

    Args:
        house: of the app.
        terms: what is to be sold, and how.
        merchant_id: whose goods they are.
        sale_id: the id to give it; a sale that is there already is returned as it is. "": a new one.
        by: who says so.

    Raises:
        UnsupportedCountry: nothing is lent there.
        InvalidInput: a plan that is not on offer there, a sale that is over already, a lottery that has begun (nobody
            could enter it), a merchant who is not there, a budget that cannot be; an allotment that the pool has not
            got (a smaller one is topped up as it is used), a country without a pool.
    """
    known = house.store.sales.view(sale_id) if sale_id else None
    if known is not None:
        return known
    law, now = house.country(terms.country), house.clock.now()
    if terms.ends_at <= now:
        raise InvalidInput(field="ends_at", fault=f"is {terms.ends_at.isoformat()}", accepted="an instant to come")
    if terms.fairness is Fairness.LOTTERY and terms.starts_at <= now:
        accepted = "for a lottery an instant to come: nobody can enter it after its start"
        raise InvalidInput(field="starts_at", fault=f"is {terms.starts_at.isoformat()}", accepted=accepted)
    offered = [code for code, plan in house.plans.items() if not plan.countries or terms.country in plan.countries]
    for code in terms.plan_codes:
        if code not in offered:
            raise InvalidInput(field="plan_codes", fault=f"name {code}", accepted=f"of {sorted(offered)}")
    if house.store.merchant(merchant_id) is None:
        raise InvalidInput(field="merchant_id", fault=f"is {merchant_id}", accepted="the id of a shop")
    pool = house.store.pool(law.currency, country=terms.country)
    if pool is None:
        raise InvalidInput(field="country", fault=f"is {terms.country}", accepted="a country in which a pool lends")
    seed = secrets.token_hex(32) if terms.fairness is Fairness.LOTTERY else None
    sale = Sale(
        sale_id=sale_id or house.ids.new("sal"),
        merchant_id=merchant_id,
        name=terms.name.strip(),
        state="open",
        fairness=str(terms.fairness),
        country=terms.country,
        currency=law.currency,
        pool_id=pool.pool_id,
        plan_codes={"codes": list(terms.plan_codes)},
        ceiling_minor=terms.capital_minor,
        used_minor=0,
        top_up_minor=terms.top_up_minor,
        hold_seconds=terms.hold_seconds,
        ceiling_seconds=terms.ceiling_seconds,
        shards=terms.shards,
        per_device=terms.per_device,
        seed_hash=lottery.commitment(seed) if seed else None,
        sealed_seed=house.seal.seal({"seed": seed}) if seed else None,
        seed=None,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        created_at=now,
        changed_at=now,
    )
    items = _items(house, terms, sale=sale)
    view = SaleView(sale, items)
    at_gate = gate_sale(view)  # what no gate could keep is refused before it is written
    made = allotment.happened(house, "sale.created", sale, ceiling_minor=sale.ceiling_minor, by=by)
    pools = (PoolChange(sale.pool_id, held_minor=sale.ceiling_minor),)
    written = Changeset(rows=(sale, *items), events=(made,), pools=pools)
    if terms.subsidy is not None:
        opened = _budget(house, terms.subsidy, sale=sale)
        written = replace(
            written, rows=(*written.rows, *opened.rows), events=(*written.events, *opened.events)
        )  # fmt: skip
    try:
        house.commit(written)
    except CapitalExhausted as error:
        raise allotment.more_than_free(
            house, sale.pool_id, field="allotment_minor", minor=sale.ceiling_minor
        ) from error  # fmt: skip
    with suppress(GateUnavailable):  # taught at the first call that finds it does not know the sale
        house.gate.open(at_gate)
        if state_at_gate(sale) is SaleState.PAUSED:
            house.gate.pause(sale.sale_id)
    return view


def _items(house: House, terms: SaleTerms, *, sale: Sale) -> tuple[SaleItem, ...]:
    return tuple(
        SaleItem(
            sale_item_id=item.sale_item_id or house.ids.new("sit"),
            sale_id=sale.sale_id,
            merchant_id=sale.merchant_id,
            place=place,
            sku=item.sku,
            name=item.name,
            price_minor=item.price_minor,
            total_units=item.units,
            free_units=item.units,
            held_units=0,
            sold_units=0,
            returned_units=0,
            units_per_shopper=item.units_per_shopper,
            line_limit=item.line,
            created_at=sale.created_at,
        )
        for place, item in enumerate(terms.items)
    )


def _budget(house: House, told: SaleSubsidy, *, sale: Sale) -> Changeset:
    """Return the changeset that opens a sale's own budget: its price is on offer at once, to those who get ready."""
    codes = tuple(sale.plan_codes["codes"])
    _, opened = budgets.opening(
        house, name=sale.name[:120], budget=Money(told.budget_minor, sale.currency), country=sale.country,
        terms=SubsidyTerms(
            plan_codes=codes, nominal_rate=told.nominal_rate, recipients=told.recipients, sale_ids=(sale.sale_id,)
        ),
        starts_at=house.clock.now(), ends_at=sale.ends_at + _AFTER, warn_bps=told.warn_bps,
        merchant_id=told.merchant_id or sale.merchant_id,
    )  # fmt: skip
    return opened


def of_merchant(house: House, *, sale_id: str, merchant_id: str | None) -> SaleView:
    """Return a merchant's sale (None: any merchant's). Raises ``NotYours``."""
    view = house.store.sales.view(sale_id)
    if view is None or merchant_id not in (None, view.sale.merchant_id):
        raise NotYours
    return view


def pause(house: House, *, sale_id: str, by: str) -> Sale:
    """Take nobody new and nobody from the line; who is on the way goes on.

    Raises ``IllegalTransition``, ``NotYours``.
    """
    sale = _moved(house, sale_id, event="pause", by=by)
    quietly(house, sale_id, lambda gate: gate.pause(sale_id))
    return sale


def resume(house: House, *, sale_id: str, by: str) -> Sale:
    """Go on after a pause, the line first. Raises ``IllegalTransition``, ``NotYours``."""
    sale = _moved(house, sale_id, event="resume", by=by)
    if state_at_gate(sale) is SaleState.OPEN:
        quietly(house, sale_id, lambda gate: gate.resume(sale_id, now=house.clock.now()))
    return sale


def end(house: House, *, sale_id: str, by: str) -> Sale:
    """Let nobody in any more; who was let in may finish. Units and capital go back. Raises ``IllegalTransition``."""
    sale = _moved(house, sale_id, event="end", by=by)
    quietly(house, sale_id, lambda gate: gate.end(sale_id))
    return sale


def _moved(house: House, sale_id: str, *, event: str, by: str) -> Sale:
    sale, now = of_merchant(house, sale_id=sale_id, merchant_id=None).sale, house.clock.now()
    state = SALE.advance(sale.state, event)
    change = values(state=str(state), changed_at=now)
    if event == "end" and sale.starts_at < now < sale.ends_at:
        change = {**change, "ends_at": now}
    move = Move("sale", values(sale_id=sale_id), (sale.state,), change)
    told = allotment.happened(house, f"sale.{_PAST[event]}", sale, by=by)
    house.commit(Changeset(moves=(move,), events=(told,)))
    return of_merchant(house, sale_id=sale_id, merchant_id=None).sale


def add_units(
    house: House, *, sale_id: str, sale_item_id: str, units: int, by: str, set_aside: bool = True
) -> SaleItem:  # fmt: skip
    """Take more units of an item over during a sale; the line is served first.

    Their price is set aside as well, as far as the pool has it; not ``set_aside``: only as shoppers need it.

    Raises ``InvalidInput``, ``NotYours``, ``SaleNotOpen``.
    """
    view = of_merchant(house, sale_id=sale_id, merchant_id=None)
    item = view.item(sale_item_id)
    if item is None:
        raise NotYours
    within("units", units, low=1, high=MOST_UNITS - item.total_units)
    if view.sale.state not in allotment.RUNNING or house.clock.now() >= view.sale.ends_at:
        raise closed(view.sale, sale_id=sale_id)
    now = house.clock.now()
    change = SaleChange(sale_id, house.ids.new("chg"), "decided", sale_item_id, units, 0, by, now)
    told = allotment.happened(house, "sale.units_added", view.sale, sale_item_id=sale_item_id, units=units, by=by)
    still = Move("sale", values(sale_id=sale_id), allotment.RUNNING, values(changed_at=now))
    more = UnitsChange(sale_item_id, "", free=units, added=units)
    house.commit(Changeset(moves=(still,), rows=(change,), events=(told,), units=(more,)))
    if set_aside and item.price_minor:
        with suppress(CapitalExhausted):  # what the pool cannot give now is asked of it when a shopper needs it
            allotment.grow(house, sale_id=sale_id, minor=item.price_minor * units, by=by)
    allotment.tell(house, sale_id)
    found = of_merchant(house, sale_id=sale_id, merchant_id=None).item(sale_item_id)
    assert found is not None
    return found


def settle(house: House, *, sale_id: str) -> int:
    """Give back what an ended sale does not need; close it once nothing of it is held. Returns what was done.

    Units go back to the host, what is left of the allotment to the pool. Units that the gate has given a shopper who
    is still on the way wait for them, up to the ceiling.
    """
    view, done = of_merchant(house, sale_id=sale_id, merchant_id=None), 0
    sale = view.sale
    if sale.state != "ended" or on_the_way(house, view):
        return 0
    for item in view.items:
        if item.free_units:
            back = UnitsChange(item.sale_item_id, "", free=-item.free_units, returned=item.free_units)
            told = allotment.happened(
                house, "sale.units_returned", sale, sale_item_id=item.sale_item_id, units=item.free_units
            )
            house.commit(Changeset(events=(told,), units=(back,)))
            done += 1
    if sale.left_minor:
        with suppress(StateMoved):  # a hold has just ended: in the next round
            _free_capital(house, sale)
            done += 1
    now = of_merchant(house, sale_id=sale_id, merchant_id=None)
    counts = house.store.sales.counts(sale_id)
    if not (counts.ready or counts.held or now.sale.left_minor or any(item.free_units for item in now.items)):
        key, change = values(sale_id=sale_id), values(state=str(SALE.advance("ended", "close")))
        expect = values(used_minor=now.sale.used_minor, ceiling_minor=now.sale.ceiling_minor)
        with suppress(StateMoved):
            told = allotment.happened(house, "sale.closed", sale)
            house.commit(Changeset(moves=(Move("sale", key, ("ended",), change, expect),), events=(told,)))
            done += 1
    return done


def _free_capital(house: House, sale: Sale) -> None:
    """Give what is left of the allotment back to the pool."""
    less = Move(
        "sale", values(sale_id=sale.sale_id), ("ended",),
        values(ceiling_minor=sale.used_minor, changed_at=house.clock.now()),
        expect=values(ceiling_minor=sale.ceiling_minor, used_minor=sale.used_minor),
    )  # fmt: skip
    told = allotment.happened(house, "sale.capital_freed", sale, freed_minor=sale.left_minor)
    pools = (PoolChange(sale.pool_id, held_minor=-sale.left_minor),)
    house.commit(Changeset(moves=(less,), events=(told,), pools=pools))


def on_the_way(house: House, view: SaleView) -> bool:
    """Whether the gate has let somebody in whose hold is still to come; a gate that has forgotten has nobody."""
    if (house.clock.now() - view.sale.ends_at).total_seconds() >= view.sale.ceiling_seconds:
        return False
    try:
        figures = house.gate.figures(view.sale.sale_id)
    except GateUnavailable:
        return True
    return any(figures.items[item.sale_item_id].held > item.held_units for item in view.items)


def return_unsold(house: House, *, sale_item_id: str, merchant_id: str) -> int:
    """Give an item's free units back after the end; returns how many are back by now. Raises ``NotYours``."""
    found = house.store.sales.of_item(sale_item_id)
    if found is None or found[0].merchant_id != merchant_id:
        raise NotYours
    sale = found[0]
    if house.clock.now() < sale.ends_at:
        raise InvalidInput(field="sale_item_id", fault="is still on sale", accepted=f"after {sale.ends_at.isoformat()}")
    if sale.state in allotment.RUNNING:
        end(house, sale_id=sale.sale_id, by="house")
    settle(house, sale_id=sale.sale_id)
    item = house.store.sale_item(sale_item_id)
    return item.returned_units if item else 0
