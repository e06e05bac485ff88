"""The tap: a ticket is taken to the gate. Losers learn it from the gate alone; a winner's hold is committed first."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, request, url_for

from bnpl_plugin.errors import (
    AllotmentExhausted,
    BnplError,
    CheckoutExpired,
    CreditDeclined,
    DecisionMissing,
    GateUnavailable,
    InLine,
    SaleNotOpen,
    SalePaused,
    SoldOut,
    StorageUnavailable,
    UnitsPerShopperExceeded,
)
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.web import current
from bnpl_plugin.web.guards import claims, commits
from bnpl_plugin.web.sale import tapping
from bnpl_plugin.web.sale.door import Door
from bnpl_plugin.web.sale.tapping import SOON, Reply
from bnpl_plugin.web.sale.tickets import Ticket


def open_door(app: Flask, *, house: House) -> None:
    """Put the door for the crowd in front of an app."""
    path = f"{house.settings.url_prefix}/sale/claim"
    asked = claims.questions(app.extensions, settings=house.settings)
    places = commits.commits(app.extensions, settings=house.settings)
    app.wsgi_app = Door(app.wsgi_app, path=path, house=house, asked=asked, places=places)  # type: ignore[method-assign]


def claim() -> Response:
    """Answer ``{"ticket": …}`` with the claim's state; the same ticket may be brought again and again.

    ``held`` (with the checkout's address: the unit is the shopper's until the hold ends), ``reserving`` (let in; ask
    again in a moment, while others are being served), ``waiting`` (with the place), ``sold_out`` (``final``: nothing
    comes back), ``not_open`` (with the start), ``paused``, ``over``, ``enough`` (the shopper has the allowed units),
    ``no_credit`` (the sale's capital is used up), ``refused`` (with a code).
    """
    said: Reply | Ticket | None = request.environ.get(tapping.TICKET)
    if said is None:
        try:
            house = current.house()
            asked = claims.questions(current_app.extensions, settings=house.settings)
            address = request.remote_addr or ""
            body = request.stream.read(tapping.LONGEST + 1)  # not all of it: it may be as long as it likes
            said = tapping.first_word(house, body, asked=asked, address=address)
        except SaleNotOpen:
            said = Reply({"state": "over"})
        except (GateUnavailable, StorageUnavailable):  # the second: the gate has to be taught anew, and cannot be
            said = Reply({"state": "unavailable"}, status=503, again_in=SOON)
    reply = said if isinstance(said, Reply) else _in_turn(said)
    return Response(reply.body(), status=reply.status, headers=reply.headers())


def _in_turn(ticket: Ticket) -> Reply:
    """Commit a winner's hold if there is a place for it; else the winner comes again: the unit is put aside."""
    house = current.house()
    places = commits.commits(current_app.extensions, settings=house.settings)
    if not places.enter():
        return tapping.reserving(places.again_in(now=house.clock.now()))
    try:
        return _won(ticket)
    finally:
        places.leave()


def _won(ticket: Ticket) -> Reply:
    house, checkout_id = current.house(), ticket.checkout_id
    where: dict[str, Any] = {"checkout": url_for("bnpl.checkout.enter", checkout_id=checkout_id)}
    try:
        hold = holds.take(house, checkout_id=checkout_id)
    except InLine as error:
        return tapping.waiting(int(str(error.details["place"])))
    except SoldOut:
        return Reply({"state": "sold_out", "final": False, "free": 0})
    except UnitsPerShopperExceeded:
        return Reply({"state": "enough"})
    except CheckoutExpired as error:
        if error.details.get("state") in ("authorised", "confirmed"):  # bought, and tapped once more
            return Reply({"state": "enough", **where})
        return Reply({"state": "refused", "code": error.code, **where}, status=409)
    except AllotmentExhausted:
        return Reply({"state": "no_credit"}, again_in=SOON)
    except SalePaused:
        return Reply({"state": "paused"}, again_in=SOON)
    except (CreditDeclined, DecisionMissing) as error:
        return Reply({"state": "refused", "code": error.code, **where})
    except (GateUnavailable, StorageUnavailable):
        return Reply({"state": "unavailable"}, status=503, again_in=SOON)
    except BnplError as error:
        return Reply({"state": "refused", "code": error.code, **where}, status=409)
    return Reply({"state": "held", "until": hold.expires_at.isoformat(), **where})
