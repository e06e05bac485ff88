"""Who may come in, and the frame that every page of the console shares."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.errors import InvalidInput, TooManyAttempts
from bnpl_plugin.lifecycle import idempotency
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.web import current, wording
from bnpl_plugin.web.frame import Place, house_place, render, words_of
from bnpl_plugin.web.guards.allowance import Allowance

ZONE = "UTC"

#: Tries at the console's password: from one address, from all, in this span.
ONE_ADDRESS, ALL_ADDRESSES, SPAN = 10, 200, timedelta(minutes=15)


def only_operators() -> BaseResponse | None:
    """Send everybody but operators to the sign-in."""
    if request.endpoint == "bnpl.console.sign_in" or current.operator():
        return None
    return redirect(url_for("bnpl.console.sign_in"), 303)


def sign_in() -> BaseResponse:
    """Open the console with its password; a host with an operator callback has its own door."""
    if current.operator():
        return redirect(url_for("bnpl.console.loans"), 303)
    if request.method == "GET":
        return _ask()
    t = words_of(house_place())
    password, name = current.house().settings.console_password, request.form.get("name", "").strip()[:60]
    closed = current_app.extensions.get("bnpl.operator") is not None or not password
    if _knocked_too_often():
        return _ask(name=name, error=wording.told(t, TooManyAttempts()), status=429)
    if closed or not hmac.compare_digest(password.encode(), request.form.get("password", "").encode()):
        return _ask(name=name, error=t.gettext("The name or the password is not right."), status=403)
    current.remember_operator(name or "operator")
    return redirect(url_for("bnpl.console.loans"), 303)


def _knocked_too_often() -> bool:
    """Count a try before it is judged: at one address, and at all together (an attacker may have many)."""
    known = current_app.extensions
    tries: dict[str, Allowance] = known.setdefault(
        "bnpl.console_tries", {"one": Allowance(ONE_ADDRESS, span=SPAN), "all": Allowance(ALL_ADDRESSES, span=SPAN)}
    )
    now = current.house().clock.now()
    here = tries["one"].take(request.remote_addr or "", now=now)
    return not (tries["all"].take("", now=now) and here)


def leave() -> BaseResponse:
    """Close the session."""
    current.forget_operator()
    return redirect(url_for("bnpl.console.sign_in"), 303)


def _ask(*, name: str = "", error: str = "", status: int = 200) -> Response:
    return page("sign_in", status=status, name=name, error=error, action_url=url_for("bnpl.console.sign_in"))


def done_once(deed: str, *, of: str, work: Callable[[House], object]) -> None:
    """Do what a form orders, once for each form that was shown, however often it is sent. Raises as the work does."""
    key = request.form.get("once", "")[:64]
    if not key:
        raise InvalidInput(field="once", fault="is missing", accepted="a form of this page")
    told = "&".join(f"{name}={value}" for name, value in sorted(request.form.items(multi=True)) if name != "csrf_token")
    asked = hashlib.sha256(f"{deed}?{told}".encode()).hexdigest()

    def once(house: House) -> idempotency.Answer:
        work(house)
        return idempotency.Answer(303, {})

    claim = idempotency.Claim("console", f"{key}:{deed}:{of}", asked)
    idempotency.do_once(current.house(), claim=claim, deed=deed, work=once)


def page(template: str, *, status: int = 200, place: Place | None = None, **context: Any) -> Response:
    """Render a console page."""
    house, inside = current.house(), current.operator() is not None
    offset = getattr(house.clock, "offset", None)
    keys = ("loans", "lines", "reviews", "policies", "capital", "subsidies", "sales", "verify", "jobs")
    frame = {
        "nav": [{"key": key, "url": url_for(f"bnpl.console.{key}")} for key in keys] if inside else [],
        "now_at": house.clock.now(),
        "tz": ZONE,
        "clock_moved": bool(offset),
        "clock_url": url_for("bnpl.console.clock") if inside and hasattr(house.clock, "advance") else "",
        "sign_out_url": url_for("bnpl.console.sign_out") if inside and _own_door() else "",
    }
    return render(f"console/{template}.html", place=place or house_place(), status=status, **frame, **context)


def _own_door() -> bool:
    return current_app.extensions.get("bnpl.operator") is None
