"""How many one-time codes one browser and one address may ask for: somebody with ever new numbers is stopped here.

What one number may get is counted in the database (``lifecycle.identification``). A browser is known by its form token,
which every form of ours needs; whoever throws the cookie away is still at one address.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import current_app, request

from bnpl_plugin.errors import TooManyAttempts
from bnpl_plugin.web import current
from bnpl_plugin.web.guards.allowance import Allowance

SPAN: Final = timedelta(hours=1)


def take() -> None:
    """Count one more code for this browser and this address. Raises ``TooManyAttempts``."""
    settings, now = current.house().settings, current.house().clock.now()
    known = current_app.extensions.get("bnpl.codes")
    if known is None:
        made = {
            "browser": Allowance(settings.codes_per_browser, span=SPAN),
            "address": Allowance(settings.codes_per_address, span=SPAN),
        }
        known = current_app.extensions.setdefault("bnpl.codes", made)
    browser = known["browser"].take(request.cookies.get(current.FORM, "")[:300], now=now)
    if not (known["address"].take(request.remote_addr or "", now=now) and browser):
        raise TooManyAttempts(accepted="fewer codes an hour")
