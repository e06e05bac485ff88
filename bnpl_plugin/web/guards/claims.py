"""How often the gate of a flash sale may be asked: by one shopper, and from one network address.

Whoever asks more often is answered 429 with ``Retry-After`` before anything is looked up; nobody loses or gains a place
by it. The limit for an address is off unless it is set: behind a proxy, or a mobile network, a crowd has one address.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from flask import current_app, request

from bnpl_plugin.settings import Settings
from bnpl_plugin.web import current
from bnpl_plugin.web.guards.allowance import Allowance

SPAN: Final = timedelta(seconds=1)
_KEPT: Final = "bnpl.claims_asked"


class Questions:
    """What one app lets its crowd ask."""

    def __init__(self, settings: Settings) -> None:
        self._shoppers = Allowance(settings.claims_per_shopper, span=SPAN)
        most = settings.claims_per_address
        self._addresses = Allowance(most, span=SPAN) if most else None

    @property
    def by_address(self) -> bool:
        """Whether an address matters."""
        return self._addresses is not None

    def may(self, shopper_id: str, *, address: str, now: datetime) -> bool:
        """Count one more question of a shopper from an address; False when either has asked too often."""
        if self._addresses is not None and not self._addresses.take(address, now=now):
            return False
        return self._shoppers.take(shopper_id, now=now)


def questions(extensions: dict[str, Any], *, settings: Settings) -> Questions:
    """Return the count that an app keeps among its extensions."""
    known: Questions | None = extensions.get(_KEPT)
    return known or extensions.setdefault(_KEPT, Questions(settings))


def may_ask(shopper_id: str) -> bool:
    """Count one more question of a shopper in this request; False when it is one too many."""
    house = current.house()
    counted = questions(current_app.extensions, settings=house.settings)
    return counted.may(shopper_id, address=request.remote_addr or "", now=house.clock.now())
