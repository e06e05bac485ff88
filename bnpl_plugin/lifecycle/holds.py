"""Stock, credit line and capital, reserved together in one transaction: taken, stretched, given back, expired."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields, replace
from datetime import timedelta

from bnpl_plugin.credit.states import CHECKOUT, HOLD
from bnpl_plugin.errors import (
    AllotmentExhausted,
    CapitalExhausted,
    CheckoutExpired,
    CreditLineExceeded,
    DecisionMissing,
    GuardFailed,
    StateMoved,
    SubsidyExhausted,
)
from bnpl_plugin.lifecycle.attempts import abandoned
from bnpl_plugin.lifecycle.flash_sale import claiming
from bnpl_plugin.lifecycle.funding import exposure
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.standing import still_stands
from bnpl_plugin.lifecycle.subsidies import earning
from bnpl_plugin.ports.gate import Wish
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.records import Checkout, Hold
from bnpl_plugin.ports.store import Changeset, LineChange, Move, PoolChange, Purchase, RoomChange, UnitsChange

#: How often a hold is decided anew when what it was decided by has changed.
_TURNS = 4
_OVER = ("cancelled", "declined", "expired", "refused")
IN_FLIGHT = ("created", "sent", "pending", "unknown")


def take(house: House, *, checkout_id: str) -> Hold:
    """Reserve what the approved checkout needs, or return the hold that it already has.

    At a flash sale the gate is asked first. What the gate may say is in ``flash_sale.claiming.admitted``.

    Raises ``SoldOut``, ``UnitsPerShopperExceeded``, ``CreditLineExceeded``, ``CapitalExhausted``,
    ``ConcentrationExceeded``, ``SubsidyExhausted``, ``SaleNotOpen``, ``DecisionMissing``, ``CheckoutExpired``,
    ``CreditDeclined`` (decided again: see ``standing``); then nothing is reserved.
    """
    for _ in range(_TURNS - 1):
        with suppress(StateMoved):  # taken by the same shopper's other window, or the pool's terms have just changed
            return _take(house, checkout_id=checkout_id)
    return _take(house, checkout_id=checkout_id)


def _take(house: House, *, checkout_id: str) -> Hold:
    purchase = house.purchase(checkout_id)
    checkout = purchase.checkout
    if checkout.state in ("held", "signed") and purchase.hold and purchase.hold.state == "pending":
        return purchase.hold
    try:
        purchase = may_be_held(house, purchase)
    except CheckoutExpired:
        if checkout.state in _OVER:  # an old ticket: what it has claimed is nobody's
            claiming.let_go(house, purchase)
        raise
    _check_subsidy(house, purchase.checkout)
    _check_line(house, purchase)
    if checkout.sale_item_id is None:
        hold = new_hold(house, purchase=purchase, state="pending")
        house.commit(_taking(house, purchase, hold))
        return hold
    at = claiming.admitted(house, purchase)
    reserved = _reserved(purchase)
    if at.before is not None and reserved is not None and reserved.hold_id != at.before.hold_id:
        release(house, purchase=purchase)  # reserved anew while in line: a checkout has one live hold
        purchase = house.purchase(checkout_id)
    hold = new_hold(house, purchase=purchase, state="pending", at=at)
    claiming.keep(house, at, hold=hold)
    try:
        house.commit(_taking(house, purchase, hold, before=at.before))
    except StateMoved:  # it is looked at anew, and the same claim taken up again
        if house.purchase(checkout_id).checkout.state in _OVER:
            claiming.give_up(house, at)
        raise
    except GuardFailed as full:
        if isinstance(full, AllotmentExhausted) and claiming.covered(house, purchase):
            raise StateMoved(guard="state") from full
        claiming.give_up(house, at)
        raise
    claiming.see_to_it(house, at)
    return hold


def may_be_held(house: House, purchase: Purchase) -> Purchase:
    """Return an approved purchase whose decision may be drawn on now.

    Raises ``CheckoutExpired``, ``DecisionMissing``, ``CreditDeclined`` (decided again; a reserved line is given back).
    """
    checkout = purchase.checkout
    if checkout.state != "approved" or checkout.expires_at <= house.clock.now():
        raise CheckoutExpired(state=checkout.state)
    if purchase.decision is None or purchase.decision.outcome != "approved" or checkout.shopper_id is None:
        raise DecisionMissing(checkout_id=checkout.checkout_id)
    return still_stands(house, purchase, giving_back=giving_back(purchase, event="void"))


def _taking(house: House, purchase: Purchase, hold: Hold, *, before: Hold | None = None) -> Changeset:
    """Return what takes a hold; a line reserved before is taken up, or given back for the new hold.

    ``before``: what there has been of this very hold.
    """
    checkout, reserved = purchase.checkout, _reserved(purchase)
    forward = Move(
        table="checkout",
        key=values(checkout_id=checkout.checkout_id),
        sources=(checkout.state,),
        set=values(state=CHECKOUT.advance(checkout.state, "hold"), hold_id=hold.hold_id, changed_at=house.clock.now()),
        expect=values(changed_at=checkout.changed_at),  # the offer that it is held for is still chosen
    )
    moves = [forward]
    if before is not None:
        moves.append(_taken_up(before, hold))
    elif reserved is not None:
        moves.append(_ended(reserved, event="void"))
    line_minor = hold.financed_minor - (reserved.financed_minor if reserved else 0)
    return Changeset(
        moves=tuple(moves),
        rows=(hold,) if before is None else (),
        events=(house.event("checkout.held", checkout, hold_id=hold.hold_id, principal_minor=hold.principal_minor),),
        lines=(LineChange(hold.shopper_id, hold.currency, held_minor=line_minor),) if line_minor else (),
        units=_units(hold, free=-1, held=1),
        rooms=(*earning.room(hold, times=1), *exposure.rooms(hold.limit_ids, hold.own_minor), *_allotted(hold, 1)),
        pools=(PoolChange(hold.pool_id, held_minor=_from_pool(hold), terms_version=purchase.terms.version),),
    )


def _reserved(purchase: Purchase) -> Hold | None:
    """Return the hold that reserves a purchase's line, if there is one."""
    return purchase.hold if purchase.hold is not None and purchase.hold.state == "reserved" else None


def _taken_up(before: Hold, hold: Hold) -> Move:
    """Return the move by which a line that is or was reserved becomes the whole hold, or the loan at once."""
    fixed = ("shopper_id", "hold_id", "checkout_id", "currency", "state")
    change = {part.name: getattr(hold, part.name) for part in fields(Hold) if part.name not in fixed}
    state = HOLD.advance(before.state, "take")
    return Move(
        table="hold",
        key=values(shopper_id=hold.shopper_id, hold_id=hold.hold_id),
        sources=(before.state,),
        set={**change, "state": HOLD.advance(state, "post") if hold.state == "posted" else state},
        expect=values(principal_minor=before.principal_minor, down_payment_minor=before.down_payment_minor),
    )


def _ended(hold: Hold, *, event: str) -> Move:
    return Move(
        table="hold",
        key=values(shopper_id=hold.shopper_id, hold_id=hold.hold_id),
        sources=(hold.state,),
        set=values(state=HOLD.advance(hold.state, event)),
        expect=values(limit_ids=hold.limit_ids),
    )


def new_hold(house: House, *, purchase: Purchase, state: str, at: claiming.Entrance | None = None) -> Hold:
    """Return a hold for a checkout's offer; ``confirm`` uses it too, to retake what had expired.

    It is of the pool that lends now, and under that pool's terms as the purchase was read with them. ``at``: the claim
    that it is taken for, else a sale's hold takes a new one.

    Raises ``CapitalExhausted``, ``SaleNotOpen``.
    """
    checkout, pool_id = purchase.checkout, purchase.pool_id
    if pool_id is None:
        raise CapitalExhausted(f"no pool lends {checkout.currency}", guard="capital_pool")
    if checkout.sale_item_id is not None and at is None:
        at = claiming.entrance(house, purchase)
    offer = Offer.from_json(checkout.offer or {})
    now, rating = house.clock.now(), purchase.decision.rating if purchase.decision else ""
    shared = exposure.shares(
        purchase.terms, subjects=exposure.subjects_of(checkout, plan_code=offer.plan_code, rating=rating),
        principal_minor=offer.schedule.principal_minor, now=now,
    )  # fmt: skip
    ceiling = timedelta(minutes=house.settings.hold_ceiling_minutes)
    if at is not None:
        ceiling = min(ceiling, timedelta(seconds=at.sale.ceiling_seconds))
    return Hold(
        shopper_id=checkout.shopper_id or "",
        hold_id=at.wish.claim_id if at else house.ids.new("hld"),
        checkout_id=checkout.checkout_id,
        state=state,
        currency=checkout.currency,
        principal_minor=offer.schedule.principal_minor,
        pool_id=pool_id,
        sale_item_id=checkout.sale_item_id,
        units=checkout.units if checkout.sale_item_id else 0,
        funder_id=shared.funder_id,
        funder_minor=shared.funder_minor,
        subsidy_id=offer.subsidy_id,
        subsidy_minor=offer.subsidy_minor,
        limit_ids=shared.limit_ids,
        created_at=now,
        expires_at=now + min(timedelta(minutes=house.settings.hold_minutes), ceiling),
        ceiling_at=now + ceiling,
        down_payment_minor=offer.down_payment_minor,
        sale_id=at.sale.sale_id if at else None,
    )


def giving_back(purchase: Purchase, *, event: str) -> Changeset:
    """Return the part of a changeset that ends a live hold by ``event`` (void or expire); empty without one."""
    hold = purchase.hold
    if hold is None or not hold.live:
        return Changeset()
    move = _ended(hold, event=event)
    lines = (LineChange(hold.shopper_id, hold.currency, held_minor=-hold.financed_minor),)
    if hold.state == "reserved":
        return Changeset(moves=(move,), lines=lines)
    return Changeset(
        moves=(move,),
        lines=lines,
        units=_units(hold, free=1, held=-1),
        rooms=(*earning.room(hold, times=-1), *exposure.rooms(hold.limit_ids, -hold.own_minor), *_allotted(hold, -1)),
        pools=(PoolChange(hold.pool_id, held_minor=-_from_pool(hold)),) if _from_pool(hold) else (),
    )


def posting(purchase: Purchase, *, retaken: Hold | None) -> Changeset:
    """Return the part of ``confirm``'s changeset that turns the hold into the loan.

    Posted, or retaken if it had ended.
    """
    if retaken is not None:
        own = retaken.own_minor
        pool = PoolChange(
            retaken.pool_id, held_minor=_from_pool(retaken) - own, outstanding_minor=own,
            terms_version=purchase.terms.version,
        )  # fmt: skip
        reserved = _reserved(purchase)  # meanwhile the shopper was in line again, with the line reserved: it is used
        held = reserved.financed_minor if reserved else 0
        drawn = retaken.financed_minor
        return Changeset(
            moves=(_taken_up(reserved, retaken),) if reserved else (),
            rows=() if reserved else (retaken,),
            lines=(LineChange(retaken.shopper_id, retaken.currency, held_minor=-held, drawn_minor=drawn),),
            units=_units(retaken, free=-1, sold=1),
            rooms=(*earning.room(retaken, times=1), *exposure.rooms(retaken.limit_ids, own), *_allotted(retaken, 1)),
            pools=(pool,),
        )
    hold = purchase.hold
    assert hold is not None
    minor = hold.financed_minor
    return Changeset(
        moves=(_ended(hold, event="post"),),
        lines=(LineChange(hold.shopper_id, hold.currency, held_minor=-minor, drawn_minor=minor),),
        units=_units(hold, held=-1, sold=1),
        pools=(PoolChange(hold.pool_id, held_minor=-hold.own_minor, outstanding_minor=hold.own_minor),),
    )


def release(house: House, *, purchase: Purchase, expired: bool = False) -> None:
    """Give an unpaid checkout's holds back; the checkout returns to ``approved`` and may take them again.

    Unless they ``expired``, it is the shopper's own wish: then the signature and a payment under way are given up too.
    """
    checkout, now = purchase.checkout, house.clock.now()
    back = giving_back(purchase, event="expire" if expired else "void")
    dropped = Changeset() if expired else abandoned(house, purchase.attempt)
    moves = (*back.moves, *dropped.moves)
    if checkout.state in ("held", "signed"):
        change = values(state=CHECKOUT.advance(checkout.state, "release"), changed_at=now)
        if not expired:  # another plan: what was signed for this one can no longer be paid
            change = {**change, "agreement_id": None}
        key = values(checkout_id=checkout.checkout_id)
        moves = (Move(table="checkout", key=key, sources=(checkout.state,), set=change), *moves)
    if not moves:
        return
    kind = "hold.expired" if expired else "hold.released"
    hold_id = purchase.hold.hold_id if purchase.hold else None
    ended = house.event(kind, checkout, hold_id=hold_id)
    house.commit(replace(back, moves=moves, rows=dropped.rows, events=(ended,)))


def stretched(house: House, hold: Hold) -> Move:
    """Return the move that lets a hold live on while a payment runs: by a full span, never past its ceiling."""
    until = min(hold.ceiling_at, house.clock.now() + timedelta(minutes=house.settings.hold_minutes))
    return Move(
        table="hold",
        key=values(shopper_id=hold.shopper_id, hold_id=hold.hold_id),
        sources=("pending",),
        set=values(expires_at=max(until, hold.expires_at)),
    )


def expire_due(house: House, *, limit: int) -> int:
    """Give back the holds whose time is over; one with a payment under way lives on up to its ceiling.

    Returns how many ended.
    """
    now, ended = house.clock.now(), 0
    for hold in house.store.expired_holds(now=now, limit=limit):
        purchase = house.purchase(hold.checkout_id)
        if purchase.checkout.state == "authorised" or purchase.hold != hold:
            continue  # the reconciler confirms it; or it has changed since it was listed
        attempt = purchase.attempt
        with suppress(StateMoved):  # its payment succeeded in this very moment: the others still expire
            if attempt is not None and attempt.state in IN_FLIGHT and now < hold.ceiling_at:
                house.commit(Changeset(moves=(stretched(house, hold),)))
            else:
                release(house, purchase=purchase, expired=True)
                ended += 1
    return ended


def _units(hold: Hold, *, free: int = 0, held: int = 0, sold: int = 0) -> tuple[UnitsChange, ...]:
    if hold.sale_item_id is None:
        return ()
    n, claim = hold.units, None
    if hold.sale_id is not None:
        claim = Wish(hold.hold_id, hold.sale_id, hold.sale_item_id, hold.shopper_id, n, hold.own_minor)
    return (
        UnitsChange(hold.sale_item_id, hold.shopper_id, free=free * n, held=held * n, sold=sold * n, claim=claim),
    )  # fmt: skip


def _allotted(hold: Hold, times: int) -> tuple[RoomChange, ...]:
    """Return what a hold takes (or gives back) of the capital that its sale has set aside."""
    return (RoomChange("sale", hold.sale_id, times * hold.own_minor),) if hold.sale_id else ()


def _from_pool(hold: Hold) -> int:
    """Return what a hold takes of its pool: nothing at a sale, for which the pool holds the capital already."""
    return 0 if hold.sale_id else hold.own_minor


def _check_line(house: House, purchase: Purchase) -> None:
    """Refuse a reserved line that has been frozen or closed since: taking it up is no rise, and no write would.

    The unit goes to the next in line; the line stays reserved, for it may be opened again before the sale is over.
    """
    reserved = _reserved(purchase)
    if reserved is None:
        return
    line = house.store.line(shopper_id=reserved.shopper_id, currency=reserved.currency)
    if line is None or line.state != "open":
        claiming.let_go(house, purchase)
        raise CreditLineExceeded(guard="credit_line")


def _check_subsidy(house: House, checkout: Checkout) -> None:
    """Refuse the price of a budget whose time is over; whether there is room in it, the write itself decides."""
    offer = Offer.from_json(checkout.offer or {})
    if offer.subsidy_id is None:
        return
    row, now = house.store.subsidy(offer.subsidy_id), house.clock.now()
    if row is None or row.state != "active" or not row.starts_at <= now < row.ends_at:
        raise SubsidyExhausted(guard="subsidy")
