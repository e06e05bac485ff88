"""How often the gate of a flash sale may be asked: by one shopper, and from one network address.

Whoever asks more often is answered 429 with ``Retry-After`` before anything is looked up; nobody loses or gains a place
by it. The limit for an address is off unless it is set: behind a proxy, or a mobile network, a crowd has one address.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import current_app, request

from bnpl_plugin.web import current
from bnpl_plugin.web.guards.allowance import Allowance

SPAN: Final = timedelta(seconds=1)


def may_ask(shopper_id: str) -> bool:
    """Count one more question of a shopper from this address; False when either has asked too often."""
    house = current.house()
    now, settings = house.clock.now(), house.settings
    known: tuple[Allowance, Allowance] | None = current_app.extensions.get("bnpl.claims_asked")
    if known is None:
        made = Allowance(settings.claims_per_shopper, span=SPAN), Allowance(settings.claims_per_address, span=SPAN)
        known = current_app.extensions.setdefault("bnpl.claims_asked", made)
    shoppers, addresses = known
    if settings.claims_per_address and not addresses.take(request.remote_addr or "", now=now):
        return False
    return shoppers.take(shopper_id, now=now)
