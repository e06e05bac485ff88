"""A checkout at its flash sale: getting ready, the tap, the line, and the truth about each of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from flask import Response, current_app, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.errors import (
    AllotmentExhausted,
    BnplError,
    ChallengeFailed,
    ClaimedElsewhere,
    GateUnavailable,
    InLine,
    SaleNotOpen,
    SalePaused,
    SoldOut,
    UnitsPerShopperExceeded,
)
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.flash_sale import claiming, drawing, readiness
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import log, stands
from bnpl_plugin.ports.gate import AllotmentGone, Already, ClaimState, Ended, Place
from bnpl_plugin.ports.gate import SoldOut as GateSoldOut
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.records import Sale, SaleItem
from bnpl_plugin.ports.store import Purchase
from bnpl_plugin.web import current, figures
from bnpl_plugin.web.checkout import keeping
from bnpl_plugin.web.checkout.entry import to_step
from bnpl_plugin.web.frame import place_of, render
from bnpl_plugin.web.guards import claims
from bnpl_plugin.web.sale import tickets

#: What the page shows for a refusal of the tap; any other refusal is told by the error's page.
_STATES: Final[Mapping[type[BnplError], str]] = {
    InLine: "waiting",
    SoldOut: "sold_out",
    SalePaused: "paused",
    AllotmentExhausted: "no_credit",
    UnitsPerShopperExceeded: "enough",
    ClaimedElsewhere: "enough",
    GateUnavailable: "unavailable",
}


def continue_to_sale(purchase: Purchase) -> BaseResponse:
    """Go on from an approval: before the sale the line is reserved, while it runs the unit is asked for at once."""
    house, checkout = current.house(), purchase.checkout
    sale, _ = readiness.sale_of(house, sale_item_id=checkout.sale_item_id or "")
    if _is_ahead(sale):
        _check_person()
        readiness.reserve(house, checkout_id=checkout.checkout_id, device=_device())
        return to_step(checkout.checkout_id)
    if not claims.may_ask(checkout.shopper_id or ""):
        return _too_fast(purchase)
    _check_visitor(purchase)
    try:
        holds.take(house, checkout_id=checkout.checkout_id)
    except (InLine, SalePaused, AllotmentExhausted):  # they wait with their line reserved
        readiness.reserve(house, checkout_id=checkout.checkout_id, device=_device())
    except SaleNotOpen:  # over: its page says so
        pass
    return to_step(checkout.checkout_id)


def is_before(purchase: Purchase) -> bool:
    """Whether a purchase is of a flash sale that has not started, or not been drawn."""
    item_id = purchase.checkout.sale_item_id
    return item_id is not None and _is_ahead(readiness.sale_of(current.house(), sale_item_id=item_id)[0])


def is_missed(purchase: Purchase) -> bool:
    """Whether the flash sale of a purchase that holds no unit is over: then no other page of it leads anywhere."""
    checkout = purchase.checkout
    if checkout.sale_item_id is None or checkout.state not in ("opened", "approved"):
        return False
    sale, item = readiness.sale_of(current.house(), sale_item_id=checkout.sale_item_id)
    now = current.house().clock.now()
    if not _is_over(sale, now=now):
        return False
    return checkout.shopper_id is None or _state(purchase, sale, item, now=now)[0] == "over"


def _is_over(sale: Sale, *, now: datetime) -> bool:
    return sale.state in ("ended", "closed") or now >= sale.ends_at


def _is_ahead(sale: Sale) -> bool:
    return current.house().clock.now() < sale.starts_at or (sale.undrawn and sale.state in ("open", "paused"))


def tap(purchase: Purchase) -> BaseResponse:
    """Ask for the unit: the button of who has no script, and of who was let in from the line."""
    checkout_id = purchase.checkout.checkout_id
    if not claims.may_ask(purchase.checkout.shopper_id or ""):
        return _too_fast(purchase)
    _check_visitor(purchase)
    try:
        holds.take(current.house(), checkout_id=checkout_id)
    except SaleNotOpen:
        return page(purchase)
    except BnplError as error:
        if type(error) not in _STATES:
            raise
        return page(purchase, state=_STATES[type(error)], place=int(str(error.details.get("place", 0))))
    return to_step(checkout_id)


def _too_fast(purchase: Purchase) -> Response:
    busy = page(purchase, status=429)
    busy.headers["Retry-After"] = "1"
    return busy


def _check_visitor(purchase: Purchase) -> None:
    """Let a person through to a running sale, in a browser of few. Raises ``ChallengeFailed``, ``BrowserCrowded``."""
    _check_person()
    readiness.count_browser(current.house(), purchase, device=_device())


def _check_person() -> None:
    """Ask the host's challenge, if it has one, whether this is a person. Raises ``ChallengeFailed``.

    Only True says so: one that raises has seen nobody, and neither has a coroutine that nobody awaits.
    """
    challenge = current_app.extensions.get("bnpl.challenge")
    if challenge is None:
        return
    try:
        said = challenge()
    except Exception as error:
        log.exception("the host's challenge failed")
        raise ChallengeFailed from error
    if said is not True:
        raise ChallengeFailed


def page(purchase: Purchase, *, state: str = "", place: int = 0, status: int = 200) -> Response:
    """The shopper's place at the sale, as true as the gate's last word; its script asks the gate alone."""
    house, checkout = current.house(), purchase.checkout
    now = house.clock.now()
    sale, item = readiness.sale_of(house, sale_item_id=checkout.sale_item_id or "")
    if not state:
        state, place = _state(purchase, sale, item, now=now)
    hold = purchase.hold
    reserved = hold is not None and hold.state == "reserved"
    return render(
        "checkout/sale.html", place=place_of(purchase), status=status, sale=sale_view(sale, item), state=state,
        in_line=place, starts_in_ms=max(0, int((sale.starts_at - now).total_seconds() * 1000)), tz=checkout.time_zone,
        ticket=tickets.issue(house, purchase) if reserved else "", claim_url=url_for("bnpl_gate.claim"),
        reserved_minor=hold.financed_minor if hold and reserved else 0, currency=checkout.currency,
        entry_id=_entry_id(purchase, sale, item),
        here_url=url_for("bnpl.checkout.show", checkout_id=checkout.checkout_id, step="sale"),
        cancel_url=url_for("bnpl.checkout.cancel", checkout_id=checkout.checkout_id),
        summary=figures.cost_of(Offer.from_json(checkout.offer)) if checkout.offer else None,
        card=keeping.view_of(purchase),
        final=not (item.free_units or item.held_units),
    )  # fmt: skip


def _entry_id(purchase: Purchase, sale: Sale, item: SaleItem) -> str:
    """Return the number under which the shopper is drawn, "" for who got ready too late for that."""
    hold = purchase.hold
    if hold is None or hold.created_at >= sale.starts_at:
        return ""
    return drawing.entry_id_of(item.sale_item_id, shopper_id=hold.shopper_id)


def sale_view(sale: Sale, item: SaleItem) -> dict[str, Any]:
    """Return what a page tells of a sale."""
    return {
        "name": sale.name, "item": item.name, "fairness": sale.fairness, "starts_at": sale.starts_at,
        "ends_at": sale.ends_at, "units": item.total_units - item.returned_units, "seed_hash": sale.seed_hash or "",
        "seed": sale.seed or "", "drawn": sale.seed is not None, "hold_minutes": max(sale.hold_seconds // 60, 1),
        "draw_url": url_for("bnpl.sale.draw", sale_id=sale.sale_id),
        "url": url_for("bnpl.sale.room", sale_id=sale.sale_id),
    }  # fmt: skip


def _state(purchase: Purchase, sale: Sale, item: SaleItem, *, now: datetime) -> tuple[str, int]:
    """Return how a shopper stands at a sale, and the place in line; nothing is asked for."""
    if now < sale.starts_at and sale.state in ("open", "paused"):
        return "ready", 0
    over = _is_over(sale, now=now)
    if sale.undrawn and not over:
        return "drawing", 0
    try:
        shopper_id = purchase.checkout.shopper_id or ""
        answer = stands(current.house(), sale.sale_id, item_id=item.sale_item_id, shopper_id=shopper_id)
    except (GateUnavailable, SaleNotOpen):
        return ("over" if over else "unavailable"), 0
    match answer:
        case Already(claim=claim) if claim.state in (ClaimState.ADMITTED, ClaimState.HELD):
            return "yours", 0  # after the end too: who was let in may finish
        case _ if over:
            return "over", 0
        case Place(number=number):
            return "waiting", number
        case GateSoldOut():
            return "sold_out", 0
        case AllotmentGone():
            return "no_credit", 0
        case Ended():
            return "over", 0
        case _:
            return ("paused" if sale.state == "paused" else "open"), 0


def kept_early(purchase: Purchase) -> tuple[str, datetime | int | None]:
    """Return how who has no decision yet stands at a running sale, asking for a unit: told before any fact is typed.

    ("kept", until), ("waiting", place), ("sold_out" | "enough" | "no_credit", None), or ("", None) where there is
    nothing to tell.
    """
    house, checkout = current.house(), purchase.checkout
    if checkout.sale_item_id is None or checkout.shopper_id is None or checkout.state != "opened":
        return "", None
    sale, item = readiness.sale_of(house, sale_item_id=checkout.sale_item_id)
    if _is_ahead(sale) or sale.state != "open" or house.clock.now() >= sale.ends_at:
        return "", None
    if not claims.may_ask(checkout.shopper_id):
        return "", None
    try:
        _check_visitor(purchase)
        claiming.admitted(house, purchase)
        answer = stands(house, sale.sale_id, item_id=item.sale_item_id, shopper_id=checkout.shopper_id)
    except InLine as error:
        return "waiting", int(str(error.details["place"]))
    except (SoldOut, UnitsPerShopperExceeded, AllotmentExhausted) as error:
        return _STATES[type(error)], None
    except BnplError:  # paused, not heard, held in another checkout, no person, a crowded browser: told when asked for
        return "", None
    return ("kept", answer.claim.until) if isinstance(answer, Already) else ("", None)


def stay(purchase: Purchase) -> None:
    """Have a unit kept while the facts just told are decided on, by a program or a person."""
    with suppress(GateUnavailable, SaleNotOpen):
        claiming.stay(current.house(), purchase)


def _device() -> str | None:
    """Return a keyed mark of this browser: its form token's, which every form of ours needs."""
    token = request.cookies.get(current.FORM, "")
    return current.house().seal.keyed_hash(f"device:{token}")[:32] if token else None
