"""`/_control/…`: what a test in another process (or a person with curl) can ask and order. JSON in, JSON out.

| call | does |
|---|---|
| GET calls, deliveries, charges, objects/<kind> | what happened so far |
| POST clock `{"advance_seconds"}` | moves the clock |
| POST faults (the fields of `Fault`), DELETE faults | plans faults, forgets them |
| POST webhooks `{"url", "enabled_events"}`, DELETE webhooks | adds an endpoint, takes all away |
| POST webhooks/manners (the fields of `Manners`), POST webhooks/flush, POST webhooks/resend `{"event"}` | delivery |
| POST disputes `{"charge", "reason", "amount"}`, POST disputes/<id> `{"won"}` | opens a dispute, decides it |
| POST challenges/<intent> `{"approved"}` | completes 3-D Secure |
"""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .errors import invalid

if TYPE_CHECKING:
    from .stand_in import StandIn


def perform(stand_in: "StandIn", *, method: str, path: str, body: str) -> Any:
    """Carry out one order and return what to answer."""
    try:
        given = json.loads(body) if body else {}
        if method == "GET":
            return _read(stand_in, steps=path.split("/")[2:])
        if method == "DELETE":
            return _forget(stand_in, steps=path.split("/")[2:])
        return _order(stand_in, steps=path.split("/")[2:], given=given)
    except (TypeError, ValueError, KeyError) as error:
        raise invalid(f"control: {error!r}") from error


def _read(stand_in: "StandIn", *, steps: list[str]) -> Any:
    match steps:
        case ["calls"]:
            return [asdict(each) for each in stand_in.calls]
        case ["deliveries"]:
            return [asdict(each) for each in stand_in.deliveries]
        case ["charges"]:
            return stand_in.charges()
        case ["objects", kind]:
            return stand_in.objects(kind)
    raise invalid("control: no such page", status=404)


def _forget(stand_in: "StandIn", *, steps: list[str]) -> Any:
    match steps:
        case ["faults"]:
            stand_in.clear_faults()
        case ["webhooks"]:
            stand_in.unregister_all()
        case _:
            raise invalid("control: no such page", status=404)
    return {}


def _order(stand_in: "StandIn", *, steps: list[str], given: dict[str, Any]) -> Any:
    match steps:
        case ["clock"]:
            return {"now": stand_in.advance(given["advance_seconds"])}
        case ["faults"]:
            stand_in.fault(**given)
            return {}
        case ["webhooks"]:
            events = tuple(given.get("enabled_events", ("*",)))
            return {"secret": stand_in.register(given["url"], enabled_events=events, secret=given.get("secret", ""))}
        case ["webhooks", "manners"]:
            return asdict(stand_in.manners(**given))
        case ["webhooks", "flush"]:
            return {"delivered": stand_in.flush()}
        case ["webhooks", "resend"]:
            stand_in.resend(given["event"])
            return {}
        case ["disputes"]:
            return stand_in.open_dispute(
                given["charge"], reason=given.get("reason", "fraudulent"), amount=given.get("amount")
            )
        case ["disputes", ident]:
            return stand_in.close_dispute(ident, won=given["won"])
        case ["challenges", ident]:
            return stand_in.complete_3ds(ident, approved=given.get("approved", True))
    raise invalid("control: no such page", status=404)
