"""A tap's first word, from the gate alone: what a loser is told, or the ticket of somebody who may win."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, Final

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import at_gate, stands
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
    SoldOut,
    TooManyUnits,
    Wish,
)
from bnpl_plugin.web.guards.claims import Questions
from bnpl_plugin.web.sale import tickets
from bnpl_plugin.web.sale.tickets import Ticket

SOON: Final = 2  # seconds
#: Bytes of a tap; of a longer body no more is read, and it is none.
LONGEST: Final = 4096
#: In a request's environment: the ticket of a tap that the door has asked the gate about already.
TICKET: Final = "bnpl.ticket"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a tap; ``again_in``: after how many seconds another one makes sense, told as a header too."""

    told: dict[str, Any]
    status: int = 200
    again_in: float = 0

    def body(self) -> bytes:
        """Return the answer's JSON."""
        return json.dumps({**self.told, "again_in": self.again_in} if self.again_in else self.told).encode()

    def headers(self) -> list[tuple[str, str]]:
        """Return the answer's headers."""
        found = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        return [*found, ("Retry-After", str(ceil(self.again_in)))] if self.again_in else found


def first_word(house: House, body: bytes, *, asked: Questions, address: str) -> Reply | Ticket:
    """Ask the gate about the tap with this body, from a network address.

    Raises ``SaleNotOpen``, ``GateUnavailable``.
    """
    try:
        ticket = tickets.read(house, _ticket_in(body))
    except InvalidInput as error:
        return Reply({"state": "refused", "code": error.code}, status=400)
    now = house.clock.now()
    if not asked.may(ticket.wish.shopper_id, address=address, now=now):
        return Reply({"state": "too_fast"}, status=429, again_in=1)
    return _lost(_asked(house, ticket.wish, now=now)) or ticket


def _ticket_in(body: bytes) -> str:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(told.get("ticket", "")) if isinstance(told, dict) else ""


def _asked(house: House, wish: Wish, *, now: datetime) -> Answer:
    """Return what the gate says; to who waits also that nothing can come back any more."""
    said = at_gate(house, wish.sale_id, lambda gate: gate.ask(wish, now=now))
    if isinstance(said, Already) and said.claim.state is ClaimState.WAITING:
        hope = stands(house, wish.sale_id, item_id=wish.item_id, shopper_id=wish.shopper_id)
        return hope if isinstance(hope, SoldOut | Ended) else said
    return said


def _lost(said: Answer) -> Reply | None:
    """Return the answer to who has nothing; None: the database decides."""
    match said:
        case SoldOut():
            return Reply({"state": "sold_out", "final": said.final, "free": said.free})
        case Already(claim=Claim(state=ClaimState.WAITING), number=1):
            return None  # whom nothing but the sale's capital may keep waiting: the pool is asked
        case Place() | Already(claim=Claim(state=ClaimState.WAITING)):
            return waiting(said.number)
        case NotOpen():
            return Reply({"state": "not_open", "starts_at": said.starts_at.isoformat()})
        case Paused():
            return Reply({"state": "paused"}, again_in=SOON)
        case Ended():
            return Reply({"state": "over"})
        case TooManyUnits():
            return Reply({"state": "enough", "allowed": said.allowed})
        case _:
            return None


def reserving(again_in: float) -> Reply:
    """Return the answer to who was let in while others are being served: the unit is put aside, nothing is promised."""
    return Reply({"state": "reserving"}, again_in=again_in)


def waiting(place: int) -> Reply:
    """Return the answer to who is in line: those far back ask less often."""
    return Reply({"state": "waiting", "place": place, "again_in": min(SOON + place // 100, 30)})
