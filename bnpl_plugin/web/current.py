"""Who is asking: the app's house, our own signed cookies, the form token and the language of this request.

All cookies are ours alone (the host's session is never touched): signed, HttpOnly, SameSite=Lax, Secure behind
https, and sent only under our prefix. They are collected while a request runs and written by ``write_cookies``.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast

from flask import current_app, g, has_request_context, request
from werkzeug.wrappers import Response

from bnpl_plugin.errors import OfferTampered
from bnpl_plugin.lifecycle import identification
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.platform import Customer
from bnpl_plugin.web.locale import LOCALES, LocaleName, Translator, choose_locale, matching_locale, translator

SHOPPER: Final = "bnpl_shopper"
KNOWN: Final = "bnpl_known"  # whose date of birth was told in this browser
CHECKOUTS: Final = "bnpl_checkouts"
OPERATOR: Final = "bnpl_operator"
FORM: Final = "bnpl_form"
LANGUAGE: Final = "bnpl_lang"
CUSTOMER: Final = "bnpl.customer"  # in the request's environment: what the host said

SESSION = timedelta(days=30)
TRUSTED = timedelta(days=365)  # how long a browser is not asked for the date of birth again
KEPT_SHOPPERS = 4
FRESH = timedelta(hours=1)  # how long a proved phone number may stand for a new purchase without another code
WATCH = timedelta(hours=12)  # an operator's session
KEPT_CHECKOUTS = 12


def house() -> House:
    """Return this app's house."""
    return cast(House, current_app.extensions["bnpl"])


# cookies -------------------------------------------------------------------------------------------------------------
def _read(name: str) -> dict[str, Any]:
    """Return a signed cookie's data; empty when it is missing, forged or past its time."""
    pending: dict[str, str] = g.get("bnpl_cookies", {})
    token = pending.get(name, request.cookies.get(name, ""))
    if not token:
        return {}
    try:
        data = house().seal.unsign(token, purpose=name)
        until = datetime.fromisoformat(str(data["until"]))
    except (OfferTampered, KeyError, ValueError):
        return {}
    return data if until > house().clock.now() else {}


def _write(name: str, data: Mapping[str, Any], *, span: timedelta) -> None:
    until = (house().clock.now() + span).isoformat()
    _keep(name, house().seal.sign({**data, "until": until}, purpose=name))


def _keep(name: str, text: str) -> None:
    if "bnpl_cookies" not in g:
        g.bnpl_cookies = {}
    g.bnpl_cookies[name] = text


def write_cookies(response: Response) -> Response:
    """Put the collected cookies on the answer; an empty text forgets one."""
    settings = house().settings
    path = f"{request.script_root}{settings.url_prefix}"
    secure = request.is_secure or settings.public_url.startswith("https:")
    for name, text in g.get("bnpl_cookies", {}).items():
        kept = TRUSTED if name == KNOWN else None  # every other one goes when the browser is closed
        response.set_cookie(
            name, text, max_age=kept if text else 0, path=path, httponly=True, samesite="Lax", secure=secure
        )
    return response


# the host's customer --------------------------------------------------------------------------------------------------
def customer() -> Customer | None:
    """Return what the host knows about the person of this request, which is asked once; outside one, asked anew."""
    if not has_request_context():
        return house().host.customer()
    if CUSTOMER not in request.environ:
        request.environ[CUSTOMER] = house().host.customer()
    return cast("Customer | None", request.environ[CUSTOMER])


def _mark(known: Customer) -> str:
    """Return a short keyed mark of a customer with a number: the host's own reference is not in our cookie."""
    return house().seal.keyed_hash(f"customer:{known.customer_ref}:{known.phone}")[:24]


# the shopper ---------------------------------------------------------------------------------------------------------
def shopper_id(*, fresh: bool = False) -> str | None:
    """Return the shopper who is here: the phone was proved in this browser, and it is still the same person's.

    ``fresh``: proved within the last hour.
    """
    found = caller_id(fresh=fresh)
    return found if found is not None and _read(SHOPPER).get("sure") else None


def caller_id(*, fresh: bool = False) -> str | None:
    """Return the shopper whose phone number was proved in this browser, whoever has it by now.

    Enough to go on with what was begun here, never to see or to use what the number's shopper has with us: numbers go
    from hand to hand. ``fresh``: proved within the last hour.
    """
    data = _read(SHOPPER)
    if not data or not _still_vouched(str(data.get("vouched", ""))):
        return None
    if fresh and datetime.fromisoformat(str(data["since"])) + FRESH <= house().clock.now():
        return None
    return str(data["shopper_id"])


def _still_vouched(mark: str) -> bool:
    """Whether the host still vouches: a session that rests on its customer ends when that customer leaves."""
    if not mark:
        return True
    here = customer() if house().settings.trust_host_phone else None
    return here is not None and here.phone_verified and hmac.compare_digest(mark, _mark(here))


def remember_shopper(known: str, *, vouched_for: Customer | None = None) -> None:
    """Note that this browser's shopper has proved the phone number just now, or that the host vouches for a customer's.

    A code proved in this browser within the hour is worth more than the host's word and stays.
    """
    if vouched_for is not None and shopper_id(fresh=True) == known:
        return
    told: dict[str, Any] = {"shopper_id": known, "since": house().clock.now().isoformat()}
    if vouched_for is not None:
        told["vouched"] = _mark(vouched_for)
    _write(SHOPPER, told, span=SESSION)
    if is_trusted(known):
        trust_shopper()


def is_trusted(known: str) -> bool:
    """Whether this browser need not tell a shopper's date of birth: it has, or we know none yet."""
    return known in _read(KNOWN).get("ids", ()) or not identification.knows_birth_date(house(), known)


def trust_shopper() -> None:
    """Note that whoever proved the number here is the shopper that we know by it; asked once in a browser."""
    data = _read(SHOPPER)
    if data:
        known = str(data["shopper_id"])
        _keep(SHOPPER, house().seal.sign({**data, "sure": True}, purpose=SHOPPER))
        ids = [one for one in _read(KNOWN).get("ids", ()) if one != known]
        _write(KNOWN, {"ids": [*ids, known][-KEPT_SHOPPERS:]}, span=TRUSTED)


def forget_shopper() -> None:
    """Sign out: the shopper and the checkouts of this browser are forgotten."""
    _keep(SHOPPER, "")
    _keep(CHECKOUTS, "")


def holds_checkout(checkout_id: str) -> bool:
    """Say whether this browser opened the checkout, or entered it by its signed link."""
    return checkout_id in _read(CHECKOUTS).get("ids", ())


def remember_checkout(checkout_id: str, *, locale: str) -> None:
    """Bind a checkout to this browser (the newest twelve are kept); one that is new here also brings its language."""
    if not holds_checkout(checkout_id):
        _keep(LANGUAGE, locale)
    ids = [known for known in _read(CHECKOUTS).get("ids", ()) if known != checkout_id]
    _write(CHECKOUTS, {"ids": [*ids, checkout_id][-KEPT_CHECKOUTS:]}, span=SESSION)


# the operator --------------------------------------------------------------------------------------------------------
def operator() -> str | None:
    """Return the operator's name: the host's own answer if it gave a callback, else our console's session."""
    ask = current_app.extensions.get("bnpl.operator")
    if ask is not None:
        return cast("str | None", ask())
    return cast("str | None", _read(OPERATOR).get("name"))


def remember_operator(name: str) -> None:
    """Open the console's session."""
    _write(OPERATOR, {"name": name}, span=WATCH)


def forget_operator() -> None:
    """Close the console's session."""
    _keep(OPERATOR, "")


# forms ---------------------------------------------------------------------------------------------------------------
def form_token() -> str:
    """Return the token that every form of ours carries; the same value sits in a cookie (double submit, signed)."""
    known: dict[str, str] = g.get("bnpl_cookies", {})
    token = known.get(FORM) or request.cookies.get(FORM, "")
    if not _genuine(token):
        token = house().seal.sign({"nonce": house().ids.new("form")}, purpose=FORM)
        _keep(FORM, token)
    return token


def form_token_fits() -> bool:
    """Say whether a POST carries the token of this browser's cookie."""
    kept, sent = request.cookies.get(FORM, ""), request.form.get("csrf_token", "")
    return bool(kept) and hmac.compare_digest(kept.encode(), sent.encode()) and _genuine(kept)


def _genuine(token: str) -> bool:
    if not token:
        return False
    try:
        house().seal.unsign(token, purpose=FORM)
    except OfferTampered:
        return False
    return True


# language ------------------------------------------------------------------------------------------------------------
def served_locales() -> tuple[LocaleName, ...]:
    """Return the languages that this deployment shows pages in."""
    wanted = house().settings.locales
    return tuple(name for name in LOCALES if name in wanted) or LOCALES


def words(checkout_locale: str | None = None) -> Translator:
    """Return the translator of this request: ``?lang=``, the remembered choice, the checkout's, the browser's."""
    served = served_locales()
    asked = request.args.get("lang", "")
    if asked and matching_locale(asked) in served:
        _keep(LANGUAGE, str(matching_locale(asked)))
    wish = asked or request.cookies.get(LANGUAGE, "")
    fallback = house().settings.locales[0]
    found = choose_locale(
        checkout=checkout_locale, query=wish, accept_language=request.headers.get("Accept-Language", ""),
        fallback=cast(LocaleName, fallback),
    )  # fmt: skip
    return translator(found if found in served else served[0])
