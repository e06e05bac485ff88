"""Every page's frame: what each template is given, the security headers, and how an error is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.errors import BnplError, ErrorKind, TooManyAttempts
from bnpl_plugin.ports.store import Purchase
from bnpl_plugin.web import current, wording
from bnpl_plugin.web.locale import OWN_NAMES, Translator

STATUS: Final[Mapping[ErrorKind, int]] = {
    ErrorKind.FIX_INPUT: 400,
    ErrorKind.RETRY_LATER: 503,
    ErrorKind.NOT_ALLOWED: 403,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.GONE: 410,
    ErrorKind.INTERNAL: 500,
}

#: Views that may be posted to without a form token: what they take is signed by us, or is no form.
TOKENLESS: Final[set[str]] = set()

#: Views whose answers any site may show and keep: they hold nothing personal.
PUBLIC: Final[set[str]] = {"bnpl.static"}


_HOST: Final = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Place:
    """Which shop, order and country a page speaks for; empty texts where there is none."""

    merchant_name: str
    order_ref: str = ""
    back_url: str = ""
    country: str = ""
    locale: str | None = None
    time_zone: str = "UTC"


def place_of(purchase: Purchase) -> Place:
    """Return the place of a checkout's pages."""
    checkout = purchase.checkout
    return Place(
        merchant_name=purchase.merchant.name,
        order_ref=checkout.order_ref,
        back_url=checkout.cancel_url,
        country=checkout.country,
        locale=checkout.locale,
        time_zone=checkout.time_zone,
    )


def house_place() -> Place:
    """Return the place of pages that belong to no shop: the lender's own."""
    return Place(merchant_name=current.house().settings.lender_name)


def asset(name: str) -> str:
    """Return the address of one of our static files."""
    return url_for("bnpl.static", filename=name)


def words_of(place: Place) -> Translator:
    """Return the translator of a page."""
    return current.words(place.locale)


def render(template: str, *, place: Place, status: int = 200, **context: Any) -> Response:
    """Render one of our templates with the frame that all of them expect (see ``layout.html``)."""
    t = words_of(place)
    page = {
        "merchant_name": place.merchant_name,
        "order_ref": place.order_ref,
        "back_url": place.back_url,
        "lender_name": current.house().settings.lender_name,
        "sample_law": _samples(place),
        "sandbox": current.house().settings.provider == "sandbox",
        "languages": _languages(t),
    }
    frame = {**t.context(), "asset": asset, "csrf_token": current.form_token(), "page": page}
    return make_response(render_template(f"bnpl/{template}", **frame, **context), status)


def _samples(place: Place) -> bool:
    law = current.house().countries.get(place.country)
    return law is not None and law.uses_samples(day=current.house().today(law.time_zone))


def _languages(t: Translator) -> list[dict[str, Any]]:
    served = current.served_locales()
    if len(served) < 2 or g.get("bnpl_no_languages"):
        return []
    return [
        {
            "tag": name.replace("_", "-"),
            "label": OWN_NAMES[name],
            "url": f"{request.script_root}{request.path}?lang={name.replace('_', '-')}",
            "current": name == t.locale,
        }
        for name in served
    ]


# errors --------------------------------------------------------------------------------------------------------------
def status_of(error: BnplError) -> int:
    """Return the HTTP status that tells the browser what kind of error it is."""
    return 429 if isinstance(error, TooManyAttempts) else STATUS[error.kind]


def show_error(error: BnplError, *, place: Place | None = None) -> Response:
    """Answer an error of ours with a page in the shopper's language; nothing was lost or half-written."""
    place = place or g.get("bnpl_place") or house_place()
    t = words_of(place)
    g.bnpl_no_languages = True
    problem = {
        "code": error.code,
        "kind": str(error.kind),
        "title": t.gettext(wording.KIND_TITLES[error.kind]),
        "text": wording.told(t, error),
        "action": t.gettext(wording.KIND_ACTIONS[error.kind]),
    }
    return render("error.html", place=place, status=status_of(error), problem=problem, retry_url="")


def refuse_form() -> Response:
    """Answer a POST without our form token: an old page, or another site's form."""
    place = house_place()
    t = words_of(place)
    g.bnpl_no_languages = True
    problem = {
        "code": "form_refused",
        "kind": str(ErrorKind.FIX_INPUT),
        "title": t.gettext("This form is too old"),
        "text": t.gettext("Nothing was changed."),
        "action": t.gettext("Go back, load the page again and repeat the step."),
    }
    return render("error.html", place=place, status=400, problem=problem, retry_url="")


# guards --------------------------------------------------------------------------------------------------------------
def allow_sources(extra: Mapping[str, Iterable[str]]) -> None:
    """Let this page load what a provider's card form needs (``Provider.content_sources``)."""
    known: dict[str, list[str]] = g.get("bnpl_sources", {})
    for directive, sources in extra.items():
        known.setdefault(directive, []).extend(sources)
    g.bnpl_sources = known


def allow_leaving_to(*urls: str) -> None:
    """Let a form of this page end at these sites: browsers check where a form's answer redirects to.

    An address whose host is none is passed over: a ``;`` in it would write a directive of its own into our policy.
    """
    origins = [f"{parts.scheme}://{parts.netloc}" for url in urls if _HOST.fullmatch((parts := urlsplit(url)).netloc)]
    allow_sources({"form-action": origins})


def _policy() -> str:
    directives: dict[str, list[str]] = {
        "default-src": ["'self'"], "img-src": ["'self'", "data:"], "object-src": ["'none'"], "base-uri": ["'none'"],
        "form-action": ["'self'"], "frame-ancestors": ["'none'"],
    }  # fmt: skip
    home = urlsplit(current.house().settings.public_url)
    if home.netloc:  # our own pages under their public name (the provider's return)
        directives["form-action"].append(f"{home.scheme}://{home.netloc}")
    for directive, sources in g.get("bnpl_sources", {}).items():
        known = directives.setdefault(directive, ["'self'"])
        known.extend(source for source in sources if source not in known)
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def _protected(response: BaseResponse) -> BaseResponse:
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.endpoint in PUBLIC:
        return response
    current.write_cookies(response)
    response.headers["Content-Security-Policy"] = _policy()
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def _checked() -> Response | None:
    if request.method == "POST" and request.endpoint not in TOKENLESS and not current.form_token_fits():
        return refuse_form()
    return None


def guard(blueprint: Blueprint) -> None:
    """Guard a blueprint and its children: form token before, headers after, our errors told; nothing of the host's."""
    blueprint.before_request(_checked)
    blueprint.after_request(_protected)
    blueprint.register_error_handler(BnplError, show_error)
