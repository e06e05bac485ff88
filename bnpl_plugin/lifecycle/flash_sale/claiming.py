"""Asking the gate for a checkout's units: the claim that a hold is then committed for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bnpl_plugin.errors import (
    AllotmentExhausted,
    ClaimedElsewhere,
    InLine,
    InvalidInput,
    SaleNotOpen,
    SalePaused,
    SoldOut,
    StateMoved,
    UnitsPerShopperExceeded,
)
from bnpl_plugin.lifecycle.flash_sale import allotment
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import at_gate, closed, quietly, rebuild, stands
from bnpl_plugin.lifecycle.funding import exposure
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.gate import (
    Admitted,
    AllotmentGone,
    Already,
    Answer,
    Claim,
    ClaimState,
    Ended,
    Gate,
    NotOpen,
    Paused,
    Place,
    TooManyUnits,
    Wish,
)
from bnpl_plugin.ports.gate import SoldOut as GateSoldOut
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.records import Hold, Sale
from bnpl_plugin.ports.store import Purchase

#: How often the gate is asked for one tap: it may first need capital, or an old claim to be cleared away.
_TURNS = 6


@dataclass(frozen=True, slots=True)
class Entrance:
    """A checkout at its sale: what it would claim; ``before``: the hold of that claim, if there has been one."""

    sale: Sale
    wish: Wish
    before: Hold | None = None


def entrance(house: House, purchase: Purchase) -> Entrance:
    """Return a checkout's sale and its wish; the claim's id is that of the hold that reserves its line, else fresh.

    Raises ``SaleNotOpen`` (another shop's or country's, or closed), ``InvalidInput`` (nobody has said who buys).
    """
    checkout = purchase.checkout
    item_id = checkout.sale_item_id or ""
    sale = purchase.sale
    if sale is None or (sale.merchant_id, sale.pool_id) != (checkout.merchant_id, purchase.pool_id):
        raise closed(sale, sale_id=sale.sale_id if sale else item_id)
    if sale.state == "closed":
        raise closed(sale, sale_id=sale.sale_id)
    if checkout.shopper_id is None:
        raise InvalidInput(field="shopper", fault="is not known", accepted="a shopper who has proved a phone number")
    reserved = purchase.hold is not None and purchase.hold.state == "reserved"
    claim_id = purchase.hold.hold_id if purchase.hold is not None and reserved else _fresh(house, purchase)
    return Entrance(
        sale,
        Wish(
            claim_id, sale.sale_id, item_id, checkout.shopper_id, checkout.units,
            own_minor(house, purchase),
        ),
    )  # fmt: skip


def own_minor(house: House, purchase: Purchase) -> int:
    """Return what a checkout's offer would take of the sale's capital; 0 before a plan is chosen."""
    checkout = purchase.checkout
    if checkout.offer is None:
        return 0
    offer = Offer.from_json(checkout.offer)
    rating = purchase.decision.rating if purchase.decision else ""
    subjects = exposure.subjects_of(checkout, plan_code=offer.plan_code, rating=rating)
    minor = offer.schedule.principal_minor
    return minor - exposure.shares(
        purchase.terms, subjects=subjects, principal_minor=minor, now=house.clock.now()
    ).funder_minor  # fmt: skip


def admitted(house: House, purchase: Purchase) -> Entrance:
    """Return a checkout's claim that the gate has admitted or held, asking for it if there is none.

    Raises ``InLine``, ``SoldOut``, ``UnitsPerShopperExceeded``, ``AllotmentExhausted``, ``ClaimedElsewhere``,
    ``SaleNotOpen``, ``SalePaused``, ``GateUnavailable``.
    """
    at = entrance(house, purchase)
    if purchase.hold is None:
        at = replace(at, wish=replace(at.wish, claim_id=first_claim_of(purchase)))
    for _ in range(_TURNS):
        answer = _asked(house, at.wish)
        if isinstance(answer, AllotmentGone):
            allotment.top_up(house, sale_id=at.sale.sale_id, missing_minor=answer.missing_minor)
            continue
        claim = taken_by(answer)
        if claim is None:
            raise refusal_of(answer, sale=at.sale)
        before = purchase.hold  # a newer state of it would stop the commit
        if before is None or before.hold_id != claim.wish.claim_id:
            before = house.store.sales.hold(shopper_id=claim.wish.shopper_id, hold_id=claim.wish.claim_id)
        if _may_go_on(house, claim, before=before, purchase=purchase, units=at.wish.units):
            return replace(at, wish=claim.wish, before=before)
        at = replace(at, wish=replace(at.wish, claim_id=_fresh(house, purchase)))
    raise StateMoved("the claim changed at every turn", guard="state")


def _asked(house: House, wish: Wish) -> Answer | None:
    """Return the gate's answer to a wish; to who waits: in line, without hope, or for want of capital."""
    now = house.clock.now()
    answer = at_gate(house, wish.sale_id, lambda gate: gate.ask(wish, now=now))
    if isinstance(answer, Already) and answer.claim.state is ClaimState.WAITING:
        return stands(house, wish.sale_id, item_id=wish.item_id, shopper_id=wish.shopper_id)
    return answer


def keep(house: House, at: Entrance, *, hold: Hold) -> None:
    """Have the gate keep the claim as long as its hold; to be called before the hold is committed.

    Raises ``StateMoved``: its time was over in this very moment; ask again.
    """
    now = house.clock.now()
    kept = at_gate(house, at.sale.sale_id, lambda gate: gate.keep(at.wish, now=now, until=hold.expires_at))
    if kept is None or kept.state is not ClaimState.HELD:
        raise StateMoved(f"claim {at.wish.claim_id}", guard="state")


def covered(house: House, purchase: Purchase) -> bool:
    """Whether the pool has given what a purchase needs of its sale's capital beyond what the gate knew of."""
    at = entrance(house, purchase)
    try:
        allotment.cover(house, sale_id=at.sale.sale_id, minor=at.wish.principal_minor)
    except (AllotmentExhausted, SaleNotOpen):
        return False
    return True


def see_to_it(house: House, at: Entrance) -> None:
    """Look, after the commit, whether the gate still has the claim; else teach it anew.

    It may have lost its memory between ``keep`` and the commit, and have been taught by a process that could not see
    the hold yet: then it would tell its own holder "sold out", and let one too many in.
    """
    sale_id, wish = at.sale.sale_id, at.wish

    def look(_gate: Gate) -> None:
        answer = stands(house, sale_id, item_id=wish.item_id, shopper_id=wish.shopper_id)
        if not isinstance(answer, Already) or answer.claim.wish.claim_id != wish.claim_id:
            rebuild(house, sale_id)

    quietly(house, sale_id, look)


def stay(house: House, purchase: Purchase) -> None:
    """Let an admitted claim live while the shopper tells the facts or a person decides, up to its ceiling."""
    if purchase.checkout.sale_item_id is None or purchase.checkout.shopper_id is None:
        return
    at = entrance(house, purchase)
    answer = stands(house, at.sale.sale_id, item_id=at.wish.item_id, shopper_id=at.wish.shopper_id)
    if isinstance(answer, Already) and answer.claim.state is ClaimState.ADMITTED and answer.claim.ceiling_at:
        until = answer.claim.ceiling_at
        quietly(house, at.sale.sale_id, lambda gate: gate.stretch(answer.claim.wish, until=until))


def first_claim_of(purchase: Purchase) -> str:
    """Return the id of the claim that a checkout without a hold asks for: by it, it is known whose claim it is."""
    return f"hld_{purchase.checkout.checkout_id.removeprefix('chk_')}"


def _fresh(house: House, purchase: Purchase) -> str:
    """Return a claim's id that was never used: its beginning says whose it is."""
    return f"{first_claim_of(purchase)}.{house.ids.new('hld').removeprefix('hld_')}"


def let_go(house: House, purchase: Purchase, *, without_hope: bool = False) -> None:
    """Give back the claim, or the place in line, of a checkout that has ended without a unit: the next in line gets it.

    ``without_hope``: only if nothing can come back any more, which who asks is told for good: what is added later would
    else be kept for who has gone.

    Another checkout's claim is left alone, and so is one whose hold is being committed. A gate that does not hear gives
    it back by itself when its time is over.
    """
    checkout, sale = purchase.checkout, purchase.sale
    if sale is None or sale.state == "closed" or checkout.sale_item_id is None or checkout.shopper_id is None:
        return
    first = first_claim_of(purchase)
    sale_id, item_id, shopper_id, now = sale.sale_id, checkout.sale_item_id, checkout.shopper_id, house.clock.now()

    def give_back(gate: Gate) -> None:
        answer = gate.place(sale_id, item_id, shopper_id=shopper_id, now=now)
        hopeful = answer is None or isinstance(answer, Place | Already)
        if not hopeful and (isinstance(answer, GateSoldOut | Ended) or not without_hope):
            # in line all the same: who has a live claim is told of it, whatever is asked for
            answer = gate.ask(Wish(_fresh(house, purchase), sale_id, item_id, shopper_id, 1, 0), now=now)
        elif without_hope:
            return
        claim = answer.claim if isinstance(answer, Place | Already | Admitted) else None
        live = claim is not None and claim.state in (ClaimState.WAITING, ClaimState.ADMITTED)
        if claim is not None and live and claim.wish.claim_id.split(".")[0] == first:
            gate.release(claim.wish, now=now)

    quietly(house, sale_id, give_back)


def is_let_in(house: House, hold: Hold) -> bool:
    """Whether the gate has put units aside for the shopper of a hold. Raises ``GateUnavailable``."""
    answer = stands(house, hold.sale_id or "", item_id=hold.sale_item_id or "", shopper_id=hold.shopper_id)
    return isinstance(answer, Already) and answer.claim.state in (ClaimState.ADMITTED, ClaimState.HELD)


def give_up(house: House, at: Entrance) -> None:
    """Give a claim back whose hold the database has refused."""
    quietly(house, at.sale.sale_id, lambda gate: gate.release(at.wish, now=house.clock.now()))


def taken_by(answer: Answer | None) -> Claim | None:
    """Return the claim that an answer says is the shopper's to go on with, or that is over and must be cleared away."""
    if isinstance(answer, Admitted):
        return answer.claim
    if isinstance(answer, Already) and answer.claim.state not in (ClaimState.WAITING, ClaimState.BOOKED):
        return answer.claim
    return None


def refusal_of(answer: Answer | None, *, sale: Sale) -> Exception:
    """Return the error that tells a shopper what the gate has said."""
    match answer:
        case Place(number=number) | Already(claim=Claim(state=ClaimState.WAITING), number=number):
            return InLine(place=number)
        case GateSoldOut():
            return SoldOut(guard="sale_item")
        case TooManyUnits() | Already():
            return UnitsPerShopperExceeded(guard="units_per_shopper")
        case Paused():
            return SalePaused(sale_id=sale.sale_id)
        case NotOpen() | Ended() | _:
            return closed(sale, sale_id=sale.sale_id)


def _may_go_on(house: House, claim: Claim, *, before: Hold | None, purchase: Purchase, units: int) -> bool:
    """Whether a checkout may go on with a claim; if not, it is cleared away, and another can be asked for.

    A held claim without a hold is one whose process died before the commit: it is taken up again. So is a claim whose
    turn has come though its hold was given back meanwhile (another plan, all sold for a while): the place in line was
    never given up. What the database has decided about the claim's hold is the truth.

    Raises ``ClaimedElsewhere``, ``StateMoved`` (the same checkout's other tab was first).
    """
    sale_id, wish = claim.wish.sale_id, claim.wish
    ours = before is None or before.checkout_id == purchase.checkout.checkout_id
    if before is not None and before.live and not ours:
        raise ClaimedElsewhere(sale_item_id=wish.item_id)
    if before is not None and before.state == "pending":
        raise StateMoved(f"hold {before.hold_id}", guard="state")
    if before is not None and before.state == "posted":
        quietly(house, sale_id, lambda gate: gate.book(wish, now=house.clock.now()))
        return False
    alive = claim.state in (ClaimState.ADMITTED, ClaimState.HELD)
    if alive and ours and wish.units == units:
        return True
    if alive:
        quietly(house, sale_id, lambda gate: gate.release(wish, now=house.clock.now()))
    return False
