"""How claims and instants are written in the gate's keys: fields between bars, instants as microseconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bnpl_plugin.errors import GateLost, InvalidInput
from bnpl_plugin.ports.gate import (
    Admitted,
    AllotmentGone,
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

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Return an instant as microseconds since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def instant(text: str) -> datetime:
    """Return the instant that was written."""
    return _EPOCH + timedelta(microseconds=int(text))


def pack(claim: Claim) -> str:
    """Return a claim as the script reads it."""
    wish = claim.wish
    until = micros(claim.until) if claim.until else 0
    ceiling = micros(claim.ceiling_at) if claim.ceiling_at else 0
    return (
        f"{claim.state}|{wish.claim_id}|{wish.item_id}|{wish.shopper_id}|{wish.units}|{wish.principal_minor}|"
        f"{claim.turn}|{until}|{ceiling}|"
    )


def unpack(text: str, *, sale_id: str, wish: Wish | None = None) -> Claim:
    """Return the claim that the script wrote; ``wish`` is what it was asked for, if it is this claim's own."""
    state, claim_id, item_id, shopper_id, units, minor, turn, until, ceiling, _ = text.split("|")
    return Claim(
        wish=wish or Wish(claim_id, sale_id, item_id, shopper_id, int(units), int(minor)),
        state=ClaimState(state),
        turn=int(turn),
        until=instant(until) if until != "0" else None,
        ceiling_at=instant(ceiling) if ceiling != "0" else None,
    )


def known(reply: Sequence[str], *, sale_id: str) -> Sequence[str]:
    """Return a reply unless it says that something is not there.

    Raises:
        GateLost: the shard does not know the sale.
        InvalidInput: the sale has no such item, or the claim's id is another shopper's or another item's.
    """
    if reply[0] == "lost":
        raise GateLost(f"no sale {sale_id}")
    if reply[0] == "item":
        raise InvalidInput(field="item_id", fault="is not an item of this sale", accepted="an item of the sale")
    if reply[0] == "clash":
        raise InvalidInput(field="claim_id", fault="is another claim's", accepted="a fresh id")
    return reply


def answer(reply: Sequence[str], *, sale_id: str, wish: Wish | None = None) -> Answer | None:
    """Return what a reply to ``ask`` (with its wish) or ``place`` means; None for a shopper without a claim."""
    match known(reply, sale_id=sale_id):
        case ["admitted", text]:
            return Admitted(unpack(text, sale_id=sale_id, wish=wish))
        case ["place", text, number]:
            return Place(unpack(text, sale_id=sale_id), int(number))
        case ["already", text, number]:
            return Already(unpack(text, sale_id=sale_id), int(number))
        case ["soldout", free, final]:
            return SoldOut(int(free), final == "1")
        case ["toomany", allowed, has]:
            return TooManyUnits(int(allowed), int(has))
        case ["allotment", missing]:
            return AllotmentGone(int(missing))
        case ["notopen", starts]:
            return NotOpen(instant(starts))
        case ["paused"]:
            return Paused()
        case ["ended"]:
            return Ended()
        case _:
            return None
