"""Passes: credit decided before there is an order. A shopper has one that is valid; a newer decision replaces it.

A pass saves the shopper from telling the same facts twice, and says up to how much. It promises no approval: each
purchase is decided again, on the same facts and fresh evidence. Its events stand in the stream ``pass_<shopper>``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bnpl_plugin.credit.states import PASS
from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.line_words import reason_of
from bnpl_plugin.ports.records import Decision, Json, Pass
from bnpl_plugin.ports.store import Changeset, Event, Move


def happened(house: House, kind: str, *, shopper_id: str, **payload: Any) -> Event:
    """Return an event of a shopper's prequalifications, stamped now; no merchant is told of it."""
    return Event(
        event_id=house.ids.new("evt"),
        stream=f"pass_{shopper_id}",
        kind=kind,
        shopper_id=shopper_id,
        merchant_id="",
        payload=payload,
        at=house.clock.now(),
    )


def valid(house: House, *, shopper_id: str, country: str = "", currency: str = "") -> Pass | None:
    """Return a shopper's pass if its time is not over (and it is for this country and currency, if asked)."""
    found = house.store.valid_pass(shopper_id)
    if found is None or found.expires_at <= house.clock.now():
        return None
    fits = country in ("", found.country) and currency in ("", found.currency)
    return found if fits else None


def issued(house: House, *, decision: Decision, up_to_minor: int, span: timedelta, details: Json) -> Changeset:
    """Return what gives a pass on an approval: the one before ends.

    Of two written at once a unique key lets one through; the other is refused as ``StateMoved``.
    """
    now = house.clock.now()
    given = Pass(
        shopper_id=decision.shopper_id,
        pass_id=house.ids.new("pas"),
        decision_id=decision.decision_id,
        country=str(decision.inputs["country"]),
        currency=decision.currency,
        rating=decision.rating,
        limit_minor=up_to_minor,
        state="valid",
        details=details,
        issued_at=now,
        expires_at=now + span,
        changed_at=now,
    )
    before = ended(house, shopper_id=decision.shopper_id)
    told = happened(
        house, "pass.issued", shopper_id=given.shopper_id, pass_id=given.pass_id, decision_id=given.decision_id,
        currency=given.currency, limit_minor=given.limit_minor,
    )  # fmt: skip
    return Changeset(moves=before.moves, rows=(given,), events=(*before.events, told))


def ended(house: House, *, shopper_id: str) -> Changeset:
    """Return what ends the pass that a shopper has, because there is a newer decision; empty without one."""
    known = house.store.valid_pass(shopper_id)
    if known is None:
        return Changeset()
    return _ended(house, known, happening="expire" if known.expires_at <= house.clock.now() else "replace")


def revoke(house: House, *, shopper_id: str, reason: str, by: str = "house") -> Pass:
    """Take a pass back; the next purchase asks for the facts again. Raises ``NotYours`` (none), ``InvalidInput``."""
    why = reason_of(reason)
    known = valid(house, shopper_id=shopper_id)
    if known is None:
        raise NotYours
    house.commit(_ended(house, known, happening="revoke", reason=str(why), by=by))
    return known


def _ended(house: House, known: Pass, *, happening: str, **payload: Any) -> Changeset:
    state = PASS.advance(known.state, happening)
    key = values(shopper_id=known.shopper_id, pass_id=known.pass_id)
    move = Move("pass", key, (known.state,), values(state=state, changed_at=house.clock.now()))
    told = happened(house, f"pass.{state}", shopper_id=known.shopper_id, pass_id=known.pass_id, **payload)
    return Changeset(moves=(move,), events=(told,))
