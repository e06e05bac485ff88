"""A line's limit changes: raised only on the shopper's explicit yes after a new decision, lowered only with notice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bnpl_plugin.errors import CreditDeclined, InvalidInput, NotYours, OfferExpired, StateMoved
from bnpl_plugin.lifecycle.credit_line import (
    ceiling_minor,
    change_move,
    event,
    key,
    of_shopper,
    pending_change,
    seen,
    stream_of,
)
from bnpl_plugin.lifecycle.evidence import Ask, Facts, gather
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.judgement import judge, recorded, turn
from bnpl_plugin.lifecycle.line_words import notice, reason_of
from bnpl_plugin.lifecycle.told_facts import told
from bnpl_plugin.ports.records import CreditLine, Decision, LimitChange, Record
from bnpl_plugin.ports.store import Changeset, Event, Move

#: Marks, in its reasons, a decision on how high a line may be: no prequalification, no answer to a shopper's question.
OF_LIMIT = "limit"


def reassess(house: House, *, shopper_id: str, facts: Facts | None = None) -> Decision:
    """Decide anew how much a shopper may owe, as a raise needs it: Directive (EU) 2023/2225, Art. 18(10).

    Args:
        house: of the app.
        shopper_id: whose line it is.
        facts: what the shopper tells now; None: what was told for the last decision, if it is recent enough.

    Returns:
        The decision, recorded: its limit is what the line may be raised to. The line itself is not touched.

    Raises:
        InvalidInput: nothing recent is known of the shopper's means.
        NotYours: no line.
    """
    line = of_shopper(house, shopper_id)
    known = told(house, shopper_id=shopper_id, currency=line.currency)
    if known is None and facts is None:
        raise InvalidInput(field="facts", fault="are not known or too old", accepted="facts told by the shopper")
    country = known.country if known else _country(house, line)
    facts = facts or (known.facts if known else None)
    assert facts is not None
    zone = house.country(country).time_zone
    evidence = gather(
        house, shopper_id=shopper_id, country=country, currency=line.currency, time_zone=zone, facts=facts, ask=Ask(),
        line=None,
    )  # fmt: skip
    evidence = seen(house, replace(evidence, line_used_minor=line.used_minor), line=None, time_zone=zone)
    judgement = judge(house, evidence, shopper_id=shopper_id)
    decision = recorded(house, judgement, shopper_id=shopper_id, checkout_id=None)
    decision = replace(decision, reasons={**decision.reasons, "asked_for": OF_LIMIT})
    told_of = event(
        house, f"credit.{decision.outcome}", line, decision_id=decision.decision_id, rating=decision.rating,
        policy_version=decision.policy_version, limit_minor=decision.limit_minor,
    )  # fmt: skip
    house.commit(Changeset(rows=(decision,), events=(told_of,)))
    return decision


def _country(house: House, line: CreditLine) -> str:
    return next(code for code, law in house.countries.items() if law.currency == line.currency)


def offer_raise(
    house: House, *, shopper_id: str, to_minor: int, reason: str, decision_id: str, by: str = "house",
    limit_change_id: str = "",
) -> LimitChange:  # fmt: skip
    """Offer a higher limit; nothing changes until the shopper says yes. An offer or a fall still pending is withdrawn.

    Raises:
        InvalidInput: the limit is not above the present one, or above what the decision allows; a reason unknown.
        CreditDeclined: the decision is not an approval of this shopper in this currency since the last change.
        IllegalTransition, NotYours: the line is not open, or there is none.
    """
    line, why, now = of_shopper(house, shopper_id), reason_of(reason), house.clock.now()
    if line.state != "open":
        raise InvalidInput(field="line", fault=f"is {line.state}", accepted="an open line")
    decision = _decision_for_raise(house, line, decision_id=decision_id)
    if not line.limit_minor < to_minor <= decision.limit_minor:
        accepted = f"{line.limit_minor + 1} to {decision.limit_minor}"
        if decision.limit_minor <= line.limit_minor:
            accepted = "none: the new decision allows no more than there is"
        raise InvalidInput(field="to_minor", fault=f"is {to_minor}", accepted=accepted)
    change = LimitChange(
        shopper_id=shopper_id, limit_change_id=limit_change_id or house.ids.new("lch"), currency=line.currency,
        kind="raise",
        state="offered", from_minor=line.limit_minor, to_minor=to_minor, reason=str(why), decision_id=decision_id,
        told_at=now, effective_at=None, expires_at=now + timedelta(days=house.settings.raise_days), changed_at=now,
    )  # fmt: skip
    _begin(house, line, change, kind="limit_raise_offered", on=change.expires_at, by=by)
    return change


def offer_raise_anew(
    house: House, *, shopper_id: str, to_minor: int, reason: str, by: str = "house", facts: Facts | None = None,
    limit_change_id: str = "",
) -> LimitChange:  # fmt: skip
    """Reassess the shopper, then offer a raise on that decision. Raises as ``reassess`` and ``offer_raise``.

    A caller who may ask again gives the offer's id: what has been offered under it is returned as it is.
    """
    reason_of(reason)
    offered = house.store.lines.change(shopper_id=shopper_id, limit_change_id=limit_change_id)
    if offered is not None:
        return offered
    decision = reassess(house, shopper_id=shopper_id, facts=facts)
    if decision.outcome != "approved":
        raise CreditDeclined(reasons=tuple(decision.reasons["codes"]))
    return offer_raise(
        house, shopper_id=shopper_id, to_minor=to_minor, reason=reason, decision_id=decision.decision_id, by=by,
        limit_change_id=limit_change_id,
    )  # fmt: skip


def _decision_for_raise(house: House, line: CreditLine, *, decision_id: str) -> Decision:
    """Return the approval that a raise rests on: this shopper's, in this currency, newer than the limit."""
    decision = house.store.decision(shopper_id=line.shopper_id, decision_id=decision_id)
    if decision is None:
        raise NotYours
    changes = house.store.lines.changes(shopper_id=line.shopper_id, currency=line.currency)
    changed = [c.changed_at for c in changes if c.state in ("accepted", "effective")]
    recent = house.clock.now() - timedelta(days=house.settings.raise_days)
    stale = decision.decided_at < recent or any(decision.decided_at <= at for at in changed)
    if decision.outcome != "approved" or decision.currency != line.currency or stale or _is_withdrawn(house, decision):
        raise CreditDeclined(reasons=tuple(decision.reasons["codes"]))
    return decision


def answer_raise(house: House, *, shopper_id: str, limit_change_id: str, yes: bool) -> LimitChange:
    """Take the shopper's answer to an offered raise; the same answer twice is one.

    Raises:
        NotYours: no such offer of this shopper's.
        OfferExpired: answered too late; the offer has lapsed.
        CreditDeclined: arrears, a line no longer open, a policy withdrawn since or a lower ceiling stand against it
            by now; the offer is withdrawn.
        StateMoved: it was answered otherwise, or withdrawn.
    """
    change = house.store.lines.change(shopper_id=shopper_id, limit_change_id=limit_change_id)
    if change is None or change.kind != "raise":
        raise NotYours
    happening = "accept" if yes else "decline"
    if change.state == {"accept": "accepted", "decline": "declined"}[happening]:
        return change
    if change.state != "offered":
        raise OfferExpired if change.state == "lapsed" else StateMoved(guard="state")
    line, now = _line(house, change), house.clock.now()
    if change.expires_at is not None and change.expires_at <= now:
        house.commit(_ended(house, change, happening="lapse"))
        raise OfferExpired(expired_at=change.expires_at.isoformat())
    if not yes:
        house.commit(_ended(house, change, happening="decline"))
        return replace(change, state="declined", changed_at=now)
    against = _against(house, line, change)
    if against:
        house.commit(_ended(house, change, happening="withdraw"))
        raise CreditDeclined(reasons=against)
    house.commit(_effective(house, line, change, happening="accept"))
    return replace(change, state="accepted", effective_at=now, changed_at=now)


def _line(house: House, change: LimitChange) -> CreditLine:
    line = house.store.line(shopper_id=change.shopper_id, currency=change.currency)
    assert line is not None
    return line


def _against(house: House, line: CreditLine, change: LimitChange) -> tuple[str, ...]:
    """Return what stands against a raise at the moment of the yes: the shopper's fortune may have turned."""
    history = house.store.history(shopper_id=line.shopper_id, currency=line.currency, now=house.clock.now())
    found = ["open_arrears"] if history.instalments_in_arrears else []
    decision = house.store.decision(shopper_id=change.shopper_id, decision_id=change.decision_id or "")
    assert decision is not None, "a raise is written with its decision"
    moved = line.state != "open" or line.limit_minor != change.from_minor
    if moved or _is_withdrawn(house, decision) or change.to_minor > _top(house, decision):
        found.append("exposure")
    return tuple(found)


def _is_withdrawn(house: House, decision: Decision) -> bool:
    return house.store.policy_state(decision.policy_version) == "withdrawn"


def _top(house: House, decision: Decision) -> int:
    """Return the most that the shopper may owe now: by the product, the law and the capital."""
    policy, _ = turn(house, shopper_id=decision.shopper_id)
    country = str(decision.inputs["country"])
    legal_minor = ceiling_minor(
        house, country=country, currency=decision.currency, day=house.today(house.country(country).time_zone)
    )
    cap_minor = policy.caps_minor.get(decision.currency, 0)
    return cap_minor if legal_minor is None else min(cap_minor, legal_minor)


def lower(house: House, *, shopper_id: str, to_minor: int, reason: str, by: str = "house") -> LimitChange:
    """Tell the shopper of a lower limit, which takes effect after ``BNPL_LIMIT_NOTICE_DAYS``.

    It may be below what is used: then nothing new is drawn until enough is paid back. A pending change is withdrawn.
    Raises ``InvalidInput``, ``NotYours``.
    """
    line, why, now = of_shopper(house, shopper_id), reason_of(reason), house.clock.now()
    if line.state == "closed":
        raise InvalidInput(field="line", fault="is closed", accepted="an open or a frozen line")
    if not 0 <= to_minor < line.limit_minor:
        raise InvalidInput(field="to_minor", fault=f"is {to_minor}", accepted=f"0 to {line.limit_minor - 1}")
    due_at = now + timedelta(days=house.settings.limit_notice_days)
    change = LimitChange(
        shopper_id=shopper_id, limit_change_id=house.ids.new("lch"), currency=line.currency, kind="lower",
        state="noticed", from_minor=line.limit_minor, to_minor=to_minor, reason=str(why), decision_id=None,
        told_at=now, effective_at=due_at, expires_at=None, changed_at=now,
    )  # fmt: skip
    _begin(house, line, change, kind="limit_lower_noticed", on=due_at, by=by)
    return change


def withdraw(house: House, *, shopper_id: str, by: str = "house") -> LimitChange:
    """Take back a pending change; the shopper is told that a fall does not come. Raises ``NotYours`` without one."""
    line = of_shopper(house, shopper_id)
    change = pending_change(house, line)
    if change is None:
        raise NotYours
    ended = _ended(house, change, happening="withdraw", by=by)
    if change.kind == "lower":
        job = notice(house, "limit_lower_withdrawn", line, stream=stream_of(line), limit_minor=line.limit_minor)
        ended = replace(ended, rows=(job,))
    house.commit(ended)
    return replace(change, state="withdrawn", changed_at=house.clock.now())


def run_due(house: House, *, limit: int) -> int:
    """Let noticed falls take effect and unanswered raises lapse; returns how many."""
    now, done = house.clock.now(), 0
    for change in house.store.lines.lowered_due(now=now, limit=limit):
        line = _line(house, change)
        with suppress(StateMoved):  # withdrawn in this very moment, or another worker was first
            if line.state == "closed" or line.limit_minor <= change.to_minor:  # a decision since has gone further
                house.commit(_ended(house, change, happening="withdraw"))
            else:
                fall = replace(change, from_minor=line.limit_minor)
                house.commit(_effective(house, line, fall, happening="take_effect"))
            done += 1
    for change in house.store.lines.raises_unanswered(now=now, limit=limit):
        with suppress(StateMoved):
            house.commit(_ended(house, change, happening="lapse"))
            done += 1
    return done


def _begin(house: House, line: CreditLine, change: LimitChange, *, kind: str, on: datetime | None, by: str) -> None:
    moves: list[Move] = []
    events: list[Event] = []
    pending = pending_change(house, line)
    if pending is not None:
        ended = _ended(house, pending, happening="withdraw", by=by)
        moves, events = list(ended.moves), list(ended.events)
    zone = ZoneInfo(house.country(_country(house, line)).time_zone)
    job = notice(
        house, kind, line, stream=stream_of(line), limit_minor=change.to_minor,
        on=on.astimezone(zone).date() if on else None,
    )  # fmt: skip
    events.append(
        event(
            house, f"limit_change.{change.state}", line, limit_change_id=change.limit_change_id,
            from_minor=change.from_minor, to_minor=change.to_minor, reason=change.reason, by=by,
        )
    )  # fmt: skip
    rows: tuple[Record, ...] = (change, job)
    house.commit(Changeset(moves=tuple(moves), rows=rows, events=tuple(events)))


def _ended(house: House, change: LimitChange, *, happening: str, by: str = "house") -> Changeset:
    move = change_move(house, change, happening=happening)
    told_of = event(house, f"limit_change.{move.set['state']}", change, limit_change_id=change.limit_change_id, by=by)
    return Changeset(moves=(move,), events=(told_of,))


def _effective(house: House, line: CreditLine, change: LimitChange, *, happening: str) -> Changeset:
    now = house.clock.now()
    limit = Move(
        "credit_line", key(line), ("open",) if happening == "accept" else ("open", "frozen"),
        values(limit_minor=change.to_minor, changed_at=now), values(limit_minor=change.from_minor),
    )  # fmt: skip
    done = change_move(house, change, happening=happening, effective_at=now, from_minor=change.from_minor)
    told_of = event(
        house, f"limit_change.{done.set['state']}", change, limit_change_id=change.limit_change_id,
        from_minor=change.from_minor, to_minor=change.to_minor,
    )  # fmt: skip
    return Changeset(moves=(done, limit), events=(told_of,))
