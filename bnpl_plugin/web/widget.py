"""The instalment message and the button: ``bnpl.offer(…)``, ``bnpl.button(…)`` for the host, offer.js for others.

What they print holds nothing personal, sets no cookie and loads nothing from anybody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request, send_from_directory, url_for
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup

from bnpl_plugin.errors import BnplError, InvalidInput
from bnpl_plugin.lifecycle import access, quotation
from bnpl_plugin.ports.plan import Offer, PlanKind
from bnpl_plugin.ports.platform import MAX_TOTAL_MINOR, LineKind, Order, OrderLine
from bnpl_plugin.web import current, figures
from bnpl_plugin.web.checkout.entry import sign_order
from bnpl_plugin.web.frame import PUBLIC, STATUS, asset
from bnpl_plugin.web.locale import LOCALES, Translator, choose_locale, translator

FRESH_SECONDS = 300

blueprint = Blueprint("widget", __name__)
PUBLIC.update({"bnpl.widget.script", "bnpl.widget.fragment"})


def install(state: BlueprintSetupState) -> None:
    """Give the host's templates ``bnpl``."""
    state.app.jinja_env.globals["bnpl"] = Widget()


class Widget:
    """What the host's templates call; both print nothing where no plan fits or the customer is not served."""

    def offer(self, amount: int | Order, currency: str = "", country: str = "", locale: str = "") -> Markup:
        """Return the instalment message for a price in minor units, or for an order."""
        if not _served():
            return Markup()
        order = amount if isinstance(amount, Order) else _order(amount, code=currency)
        return _offer_html(order, country=_country(order, asked=country), t=_words(locale))

    def button(
        self, order: Order | str, country: str = "", locale: str = "", return_url: str = "", cancel_url: str = ""
    ) -> Markup:
        """Return the button that opens our checkout for an order (or its reference).

        Args:
            order: what is to be financed, or its reference, which is then asked of the host.
            country: ISO 3166 code whose law governs the credit (default: the customer's, else where the order goes).
            locale: language of the button and the checkout (default: the browser's).
            return_url: where the shopper goes back to afterwards (default: this page).
            cancel_url: where the shopper goes back to without an order (default: this page).
        """
        found = order if isinstance(order, Order) else current.house().host.order(order)
        if found is None or not _served():
            return Markup()
        where = _country(found, asked=country)
        t = _words(locale)
        offer = headline(found, country=where, t=t)
        token = sign_order(
            found.order_ref, country=where, locale=t.locale, return_url=return_url or request.url,
            cancel_url=cancel_url or request.url,
        )  # fmt: skip
        html = render_template(
            "bnpl/button.html", **t.context(), asset=asset, csrf_token="", action_url=url_for("bnpl.checkout.open"),
            order_ref=token, offer=figures.offer_view(t, offer) if offer else None,
        )  # fmt: skip
        return Markup(html)  # noqa: S704 - rendered with autoescape on


def _served() -> bool:
    """Whether the service is open to the host's customer; of a guest nothing is known, so only if it is to everyone."""
    house = current.house()
    return access.is_open(house, segments=access.segments_told(house, current.customer()) or ())


def headline(order: Order, *, country: str, t: Translator, merchant_id: str = "") -> Offer | None:
    """Return the offer to name first: instalments without cost if there are any, else the cheapest, or None."""
    house = current.house()
    if country not in house.countries:
        return None
    found = quotation.quote(
        house, order=order, country=country, merchant_id=merchant_id or house.host_merchant_id, language=t.locale
    )
    return _first(found.offers)


def _first(offers: Iterable[Offer]) -> Offer | None:
    every = list(offers)
    free = [offer for offer in every if offer.kind is PlanKind.INSTALMENTS]
    return next(iter(free or every), None)


def _offer_html(order: Order, *, country: str, t: Translator, merchant_id: str = "", absolute: bool = False) -> Markup:
    offer = headline(order, country=country, t=t, merchant_id=merchant_id)
    if offer is None:
        return Markup()
    house = current.house()
    law = house.country(country)
    found = _far_asset if absolute else asset
    html = render_template(
        "bnpl/offer.html", **t.context(), asset=found, offer=figures.offer_view(t, offer), more_url="",
        prequalify_url=url_for("bnpl.prequalify.ask", country=country, _external=absolute),
        legal=figures.legal_view(t, law, day=house.today(law.time_zone), offer=offer), sample=offer.sample_law,
    )  # fmt: skip
    return Markup(html)  # noqa: S704 - rendered with autoescape on


def _far_asset(name: str) -> str:
    return url_for("bnpl.static", filename=name, _external=True)


def _order(amount_minor: int, *, code: str) -> Order:
    line = OrderLine(kind=LineKind.GOODS, name="-", quantity=1, unit_minor=amount_minor)
    return Order(order_ref="-", currency=code, total_minor=amount_minor, lines=(line,))


def _country(order: Order, *, asked: str) -> str:
    """Return whose law governs: what was asked, the customer's country, where the order goes, the currency's own."""
    house = current.house()
    customer = None if asked else current.customer()
    wishes = (asked, customer.country if customer else "", order.ship_to)
    spends = [code for code, law in house.countries.items() if law.currency == order.currency]
    return next((wish for wish in wishes if wish in spends), asked or next(iter(spends), ""))


def _words(locale: str) -> Translator:
    if not locale:
        return current.words()
    return translator(choose_locale(query=locale, fallback=LOCALES[0]))


# for other people's pages --------------------------------------------------------------------------------------------
@blueprint.get("/offer.js")
def script() -> Response:
    """Return the script that fills ``<div data-bnpl-offer …>`` on a third party's page."""
    response = send_from_directory(blueprint.root_path + "/../static", "offer.js", mimetype="text/javascript")
    return _public(response)


@blueprint.get("/offer")
def fragment() -> Response:
    """Return the instalment message of a price as HTML, or its figures as JSON (``Accept: application/json``)."""
    try:
        order, country, merchant_id = _asked()
        t = _words(request.args.get("locale", ""))
        if not access.is_open(current.house(), segments=()):  # the answer is anybody's to keep: nobody is known
            response = jsonify(offer=None) if request.accept_mimetypes.best == "application/json" else make_response("")
        elif request.accept_mimetypes.best == "application/json":
            offer = headline(order, country=country, t=t, merchant_id=merchant_id)
            response = jsonify(offer=_figures(t, offer) if offer else None)
        else:
            response = make_response(_offer_html(order, country=country, t=t, merchant_id=merchant_id, absolute=True))
    except BnplError as error:
        status = STATUS[error.kind]
        response = jsonify(
            type="about:blank", title=error.code.replace("_", " "), status=status, detail=error.public_message(),
            code=error.code, kind=str(error.kind),
        )  # fmt: skip
        response.status_code, response.mimetype = status, "application/problem+json"
    return _public(response)


def _asked() -> tuple[Order, str, str]:
    text = request.args.get("amount_minor", "")
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= len(str(MAX_TOTAL_MINOR))):
        raise InvalidInput(field="amount_minor", fault=f"is “{text[:20]}”", accepted=f"1 to {MAX_TOTAL_MINOR}")
    order = _order(int(text), code=request.args.get("currency", "").upper())
    return order, _country(order, asked=request.args.get("country", "").upper()), request.args.get("merchant", "")[:40]


def _figures(t: Translator, offer: Offer) -> dict[str, Any]:
    cost = figures.cost_of(offer)
    name = figures.offer_view(t, offer)["name"]
    return {**cost, "apr_percent": str(cost["apr_percent"]), "name": name, "sample_law": offer.sample_law}


def _public(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers.pop("Set-Cookie", None)
    return response
