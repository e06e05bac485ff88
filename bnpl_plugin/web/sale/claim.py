"""The tap: a ticket is taken to the gate. Losers learn it from the gate alone; a winner's hold is committed first."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final

from flask import Response, current_app, request, url_for

from bnpl_plugin.errors import (
    AllotmentExhausted,
    BnplError,
    CheckoutExpired,
    CreditDeclined,
    DecisionMissing,
    GateUnavailable,
    InLine,
    InvalidInput,
    SaleNotOpen,
    SalePaused,
    SoldOut,
    StorageUnavailable,
    UnitsPerShopperExceeded,
)
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import at_gate
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.gate import (
    Already,
    Answer,
    Claim,
    ClaimState,
    Ended,
    NotOpen,
    Paused,
    Place,
    TooManyUnits,
    Wish,
)
from bnpl_plugin.ports.gate import SoldOut as GateSoldOut
from bnpl_plugin.web import current
from bnpl_plugin.web.guards.allowance import Allowance
from bnpl_plugin.web.sale import tickets

#: How often one shopper may ask in a second: a person taps once, a page asks every other second.
_MOST: Final = 3
_SPAN: Final = timedelta(seconds=1)
_SOON: Final = 2  # seconds
_HEADERS: Final = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))


def claim() -> Response:
    """Answer ``{"ticket": …}`` with the claim's state; the same ticket may be brought again and again.

    ``held`` (with the checkout's address: the unit is the shopper's until the hold ends), ``waiting`` (with the place),
    ``sold_out`` (``final``: nothing comes back), ``not_open`` (with the start), ``paused``, ``over``, ``enough`` (the
    shopper has the allowed units), ``no_credit`` (the sale's capital is used up), ``refused`` (with a code).
    """
    house = current.house()
    try:
        told = request.get_json(silent=True)
        ticket = tickets.read(house, str(told.get("ticket", "")) if isinstance(told, dict) else "")
    except InvalidInput as error:
        return _answer({"state": "refused", "code": error.code}, status=400)
    now = house.clock.now()
    if not _allowance().take(ticket.wish.shopper_id, now=now):
        return _later({"state": "too_fast"}, status=429, seconds=1)
    try:
        said = _asked(house, ticket.wish)
    except SaleNotOpen:
        return _answer({"state": "over"})
    except (GateUnavailable, StorageUnavailable):  # the second: the gate has to be taught anew, and cannot be
        return _later({"state": "unavailable"}, status=503, seconds=_SOON)
    return _lost(said) or _won(ticket)


def _asked(house: House, wish: Wish) -> Answer:
    """Return what the gate says; to who waits also that nothing can come back any more."""
    now = house.clock.now()
    said = at_gate(house, wish.sale_id, lambda gate: gate.ask(wish, now=now))
    if isinstance(said, Already) and said.claim.state is ClaimState.WAITING:
        stands = at_gate(
            house, wish.sale_id,
            lambda gate: gate.place(wish.sale_id, wish.item_id, shopper_id=wish.shopper_id, now=now),
        )  # fmt: skip
        return stands if isinstance(stands, GateSoldOut | Ended) else said
    return said


def _lost(said: Answer) -> Response | None:
    """Return the answer to who has nothing; None: the database decides."""
    match said:
        case GateSoldOut():
            return _answer({"state": "sold_out", "final": said.final, "free": said.free})
        case Already(claim=Claim(state=ClaimState.WAITING), number=1):
            return None  # whom nothing but the sale's capital may keep waiting: the pool is asked
        case Place() | Already(claim=Claim(state=ClaimState.WAITING)):
            return _answer({"state": "waiting", "place": said.number, "again_in": _pause(said.number)})
        case NotOpen():
            return _answer({"state": "not_open", "starts_at": said.starts_at.isoformat()})
        case Paused():
            return _later({"state": "paused"}, status=200, seconds=_SOON)
        case Ended():
            return _answer({"state": "over"})
        case TooManyUnits():
            return _answer({"state": "enough", "allowed": said.allowed})
        case _:
            return None


def _won(ticket: tickets.Ticket) -> Response:
    house, checkout_id = current.house(), ticket.checkout_id
    where = {"checkout": url_for("bnpl.checkout.enter", checkout_id=checkout_id)}
    try:
        hold = holds.take(house, checkout_id=checkout_id)
    except InLine as error:
        place = int(str(error.details["place"]))
        return _answer({"state": "waiting", "place": place, "again_in": _pause(place)})
    except SoldOut:
        return _answer({"state": "sold_out", "final": False, "free": 0})
    except UnitsPerShopperExceeded:
        return _answer({"state": "enough"})
    except CheckoutExpired as error:
        if error.details.get("state") in ("authorised", "confirmed"):  # bought, and tapped once more
            return _answer({"state": "enough", **where})
        return _answer({"state": "refused", "code": error.code, **where}, status=409)
    except AllotmentExhausted:
        return _later({"state": "no_credit"}, status=200, seconds=_SOON)
    except SalePaused:
        return _later({"state": "paused"}, status=200, seconds=_SOON)
    except (CreditDeclined, DecisionMissing) as error:
        return _answer({"state": "refused", "code": error.code, **where})
    except (GateUnavailable, StorageUnavailable):
        return _later({"state": "unavailable"}, status=503, seconds=_SOON)
    except BnplError as error:
        return _answer({"state": "refused", "code": error.code, **where}, status=409)
    return _answer({"state": "held", "until": hold.expires_at.isoformat(), **where})


def _pause(place: int) -> int:
    """Return after how many seconds to ask again: those far back ask less often."""
    return min(_SOON + place // 100, 30)


def _answer(told: dict[str, Any], *, status: int = 200) -> Response:
    return Response(json.dumps(told), status=status, headers=_HEADERS)


def _later(told: dict[str, Any], *, status: int, seconds: int) -> Response:
    response = _answer({**told, "again_in": seconds}, status=status)
    response.headers["Retry-After"] = str(seconds)
    return response


def _allowance() -> Allowance:
    known: Allowance | None = current_app.extensions.get("bnpl.claims_asked")
    if known is None:
        known = current_app.extensions.setdefault("bnpl.claims_asked", Allowance(_MOST, span=_SPAN))
    return known
