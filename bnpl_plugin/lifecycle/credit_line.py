"""A shopper's credit line: opened by a decision, frozen and unfrozen, closed, opened again by a new decision.

The events of a line stand in a stream of their own, ``line_<shopper>_<currency>``; the opening itself is the checkout's
``credit.approved``. A frozen or a closed line takes no new hold; what is held may still become the purchase that it was
held for, and what is owed is paid back as agreed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bnpl_plugin.credit.states import LIMIT_CHANGE, LINE
from bnpl_plugin.errors import NotYours, StateMoved
from bnpl_plugin.lifecycle.funding.leverage import largest_borrower_minor
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.line_words import LineReason, notice, reason_of
from bnpl_plugin.ports.records import CreditLine, Decision, LimitChange
from bnpl_plugin.ports.rule import Evidence
from bnpl_plugin.ports.store import Changeset, Event, Move


def stream_of(line: CreditLine | LimitChange) -> str:
    """Return the stream of a line's events."""
    return f"line_{line.shopper_id}_{line.currency}"


def event(house: House, kind: str, line: CreditLine | LimitChange, **payload: Any) -> Event:
    """Return an event of a line, stamped now; no merchant is told of it."""
    return Event(
        event_id=house.ids.new("evt"),
        stream=stream_of(line),
        kind=kind,
        shopper_id=line.shopper_id,
        merchant_id="",
        payload={"currency": line.currency, **payload},
        at=house.clock.now(),
    )


def key(line: CreditLine | LimitChange) -> Any:
    """Return a line's key."""
    return values(shopper_id=line.shopper_id, currency=line.currency)


def of_shopper(house: House, shopper_id: str) -> CreditLine:
    """Return a shopper's line: the one that is not closed, else the last one. Raises ``NotYours``."""
    lines = house.store.lines.of_shopper(shopper_id)
    if not lines:
        raise NotYours
    return lines[0]


# the limit -----------------------------------------------------------------------------------------------------------
def ceiling_minor(house: House, *, country: str, currency: str, day: date) -> int | None:
    """Return the lowest of what law and capital allow one shopper to owe, in minor units; None: they say nothing."""
    ceilings = []
    law = house.countries.get(country)
    legal = law.find("max_credit", day=day) if law and law.currency == currency else None
    if legal is not None:
        ceilings.append(int(legal.value))
    pool = house.store.pool(currency, country=country)
    largest = largest_borrower_minor(house, pool) if pool else None
    if largest is not None:
        ceilings.append(largest)
    return min(ceilings, default=None)


def seen(house: House, evidence: Evidence, *, line: CreditLine | None, time_zone: str) -> Evidence:
    """Return evidence as a decision must see it: within law and capital, by what the line's state still allows.

    Frozen: nothing more may be drawn. Closed: the decision sets a new limit, and what is still owed counts against it.
    """
    day = house.today(time_zone)
    top_minor = ceiling_minor(house, country=evidence.country, currency=evidence.currency, day=day)
    limit_minor = evidence.line_limit_minor
    if line is not None and line.state == "frozen":
        limit_minor = min(line.limit_minor, line.used_minor)
    elif line is not None and line.state == "closed":
        limit_minor = None
    return replace(evidence, line_limit_minor=limit_minor, ceiling_minor=top_minor)


def opening(house: House, *, decision: Decision, line: CreditLine | None) -> Changeset:
    """Return what an approval for a purchase writes of the line: opens it, opens it again, or nothing."""
    now = house.clock.now()
    if line is None:
        opened = CreditLine(decision.shopper_id, decision.currency, "open", decision.limit_minor, 0, 0, now)
        return Changeset(rows=(opened,))
    if line.state != "closed":
        return Changeset()
    change = LimitChange(
        shopper_id=line.shopper_id, limit_change_id=house.ids.new("lch"), currency=line.currency, kind="reopen",
        state="effective", from_minor=line.limit_minor, to_minor=decision.limit_minor,
        reason=LineReason.NEW_DECISION, decision_id=decision.decision_id, told_at=now, effective_at=now,
        expires_at=None, changed_at=now,
    )  # fmt: skip
    move = Move(
        "credit_line", key(line), ("closed",),
        values(
            state=LINE.advance(line.state, "reopen"), reason=None, limit_minor=decision.limit_minor, changed_at=now
        ),
        values(limit_minor=line.limit_minor),
    )  # fmt: skip
    told = event(
        house, "credit_line.reopened", line, limit_minor=decision.limit_minor, decision_id=decision.decision_id
    )
    return Changeset(moves=(move,), rows=(change,), events=(told,))


# states --------------------------------------------------------------------------------------------------------------
def freeze(house: House, *, shopper_id: str, reason: str, by: str = "house") -> CreditLine:
    """Let nothing new be drawn, at once, and tell the shopper.

    Raises ``InvalidInput`` (the reason), ``NotYours`` (no line), ``IllegalTransition``.
    """
    return _move(house, of_shopper(house, shopper_id), happening="freeze", reason=reason_of(reason), by=by)


def unfreeze(house: House, *, shopper_id: str, by: str = "house") -> CreditLine:
    """Open a frozen line again, and tell the shopper. Raises ``NotYours``, ``IllegalTransition``."""
    return _move(house, of_shopper(house, shopper_id), happening="unfreeze", reason=None, by=by)


def close(house: House, *, shopper_id: str, reason: str, by: str = "house") -> CreditLine:
    """End a line, money outstanding or not: no new draw, what is owed stays as agreed; a pending change ends with it.

    Raises ``InvalidInput`` (the reason), ``NotYours`` (no line), ``IllegalTransition``.
    """
    return _move(house, of_shopper(house, shopper_id), happening="close", reason=reason_of(reason), by=by)


_TOLD = {"freeze": "frozen", "unfreeze": "unfrozen", "close": "closed"}


def _move(house: House, line: CreditLine, *, happening: str, reason: LineReason | None, by: str) -> CreditLine:
    now = house.clock.now()
    state = LINE.advance(line.state, happening)
    change = values(state=state, reason=str(reason) if reason else None, changed_at=now)
    moves = [Move("credit_line", key(line), (line.state,), change, values(reason=line.reason))]
    events = [event(house, f"credit_line.{_TOLD[happening]}", line, reason=str(reason or ""), by=by)]
    pending = pending_change(house, line) if happening == "close" else None
    if pending is not None:
        moves.insert(0, change_move(house, pending, happening="withdraw"))
        events.insert(0, event(house, "limit_change.withdrawn", line, limit_change_id=pending.limit_change_id))
    kind = f"line_{_TOLD[happening]}"
    told = notice(house, kind, line, stream=stream_of(line), limit_minor=line.limit_minor)
    house.commit(Changeset(moves=tuple(moves), rows=(told,), events=tuple(events)))
    return replace(line, state=state, reason=str(reason) if reason else None, changed_at=now)


def pending_change(house: House, line: CreditLine) -> LimitChange | None:
    """Return the raise that waits for an answer, or the fall that waits for its day."""
    changes = house.store.lines.changes(shopper_id=line.shopper_id, currency=line.currency)
    return next((change for change in changes if change.state in ("offered", "noticed")), None)


def change_move(house: House, change: LimitChange, *, happening: str, **columns: Any) -> Move:
    """Return the guarded move of a change of a limit."""
    return Move(
        "limit_change",
        values(shopper_id=change.shopper_id, limit_change_id=change.limit_change_id),
        (change.state,),
        values(state=LIMIT_CHANGE.advance(change.state, happening), changed_at=house.clock.now(), **columns),
    )


def follow_arrears(house: House, *, limit: int) -> int:
    """Freeze lines that are ``BNPL_FREEZE_AFTER_DAYS`` late, open those whose arrears are paid; returns how many."""
    done = 0
    since = house.clock.now() - timedelta(days=house.settings.freeze_after_days)
    for line in house.store.lines.late(since=since, limit=limit):
        with suppress(StateMoved):  # somebody else was first
            _move(house, line, happening="freeze", reason=LineReason.ARREARS, by="house")
            done += 1
    for line in house.store.lines.cured(limit=limit):
        with suppress(StateMoved):
            _move(house, line, happening="unfreeze", reason=None, by="house")
            done += 1
    return done
