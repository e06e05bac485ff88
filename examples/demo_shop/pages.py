"""The storefront's pages: what every page is given, the window, a product, the flash sale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Response

from bnpl_plugin.errors import BnplError
from bnpl_plugin.ext import current_bnpl
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import at_gate
from bnpl_plugin.ports.clock import Clock
from bnpl_plugin.ports.records import Sale as RunningSale
from bnpl_plugin.ports.records import SaleItem
from bnpl_plugin.web.locale import matching_locale, translator
from examples.demo_shop.desk import PEOPLE
from examples.demo_shop.models import Product, Sale, Variant
from examples.demo_shop.orders import Orders
from examples.demo_shop.storefronts import STOREFRONTS, Storefront, sold_in
from examples.demo_shop.words import LANGUAGES, say

_OVER = ("expired", "cancelled", "declined", "refused", "reversed")

blueprint = Blueprint("shop", __name__, template_folder="templates", static_folder="static", static_url_path="/hanami")


@dataclass(frozen=True, slots=True)
class Shop:
    """What the pages work with: the shop's database, its orders and the clock that the demo moves."""

    sessions: sessionmaker[Session]
    orders: Orders
    clock: Clock


@dataclass(frozen=True, slots=True)
class SaleView:
    """The flash sale as a page shows it."""

    sale: Sale
    item: SaleItem
    variant: Variant
    state: str  # "ahead", "open", "paused", "taken" (some may come back), "full" (its line too), "sold_out", "over"
    seconds: int  # until it opens, or until it ends
    fairness: str  # "first_come" or "lottery"
    ready: int  # shoppers who are ready, before it opens

    @property
    def buyable(self) -> bool:
        """Whether somebody may get ready, buy, or wait for what comes back."""
        return self.state in ("ahead", "open", "paused", "taken")


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """What this visitor has of a flash sale: an order, and the checkout in which it is being paid."""

    order_ref: str
    state: str  # "draft", "placed"
    checkout_url: str  # "": not begun


def shop() -> Shop:
    """Return this app's shop."""
    found: Shop = current_app.extensions["shop"]
    return found


def storefront() -> Storefront:
    """Return the storefront that this visitor has chosen, by default the one of the browser's language."""
    chosen = session.get("store")
    if chosen in STOREFRONTS:
        return STOREFRONTS[str(chosen)]
    best = request.accept_languages.best_match(["fr", "en", "zh"], "en")
    return STOREFRONTS[{"fr": "FR", "zh": "CN"}.get(best or "", "US")]


def language() -> str:
    """Return the language of the pages: the visitor's choice, else the storefront's."""
    chosen = session.get("language")
    return str(chosen) if chosen in LANGUAGES else storefront().language


def money(minor: int, code: str = "") -> str:
    """Return an amount in words of the visitor's language."""
    locale = matching_locale(language()) or "en"
    return translator(locale).money(minor, code or storefront().currency)


def show(template: str, *, status: int = 200, **facts: Any) -> tuple[str, int]:
    """Render a page of the shop with what all of them use."""
    lang = language()
    frame = {
        "say": lambda key, **told: say(lang, key, **told),
        "lang": {"zh": "zh-Hans"}.get(lang, lang),
        "language": lang,
        "languages": LANGUAGES,
        "store": storefront(),
        "stores": STOREFRONTS.values(),
        "money": money,
        "in_cart": sum(session.get("cart", {}).values()),
        "person": PEOPLE.get(session.get("person", ""), ("",))[0],
    }
    return render_template(f"shop/{template}", **frame, **facts), status


def products() -> Sequence[Product]:
    """Return what this storefront sells, in order."""
    with shop().sessions() as database:
        every = database.scalars(select(Product).order_by(Product.position)).all()
    return [product for product in every if sold_in(product.variants[0], shop=storefront())]


def current_sale() -> SaleView | None:
    """Return this storefront's newest flash sale with the units that the package counts."""
    with shop().sessions() as database:
        own = select(Sale).where(Sale.country == storefront().country).order_by(Sale.ends_at.desc())
        sale = database.scalars(own).first()
        variant = database.get(Variant, sale.sku) if sale else None
    found = current_bnpl.store.sales.of_item(sale.sale_item_id) if sale else None
    if sale is None or variant is None or found is None:
        return None
    running, item = found
    now = shop().clock.now()
    state, until = _sale_state(running, item, now=now)
    ready = current_bnpl.store.sales.counts(running.sale_id).ready if state == "ahead" else 0
    seconds = max(0, int((until - now).total_seconds()))
    return SaleView(sale, item, variant, state, seconds, running.fairness, ready)


def _sale_state(running: RunningSale, item: SaleItem, *, now: datetime) -> tuple[str, datetime]:
    if running.state in ("ended", "closed") or now >= running.ends_at:
        return "over", running.ends_at
    if now < running.starts_at:
        return "ahead", running.starts_at
    if item.free_units <= 0 and not item.held_units:
        return "sold_out", running.ends_at
    if running.state == "paused":
        return "paused", running.ends_at
    if item.free_units > 0:
        return "open", running.ends_at
    return ("full" if _line_is_full(running, item) else "taken"), running.ends_at


def _line_is_full(running: RunningSale, item: SaleItem) -> bool:
    """Whether the gate would send a newcomer away; it alone knows the line."""
    try:
        figures = at_gate(current_bnpl, running.sale_id, lambda gate: gate.figures(running.sale_id))
    except BnplError:
        return False
    return figures.items[item.sale_item_id].waiting >= item.line_limit


def own_place(view: SaleView) -> OwnPlace | None:
    """Return this visitor's order of a flash sale that is not refused, the newest first."""
    for ref in session.get("orders", []):
        order = shop().orders.find(ref)
        if order is None or order.sale_item_id != view.sale.sale_item_id or order.state == "refused":
            continue
        begun = current_bnpl.store.checkouts_of_order(merchant_id=current_bnpl.host_merchant_id, order_ref=ref)
        going = next((known for known in begun if known.state not in _OVER), None)
        url = url_for("bnpl.checkout.enter", checkout_id=going.checkout_id) if going else ""
        return OwnPlace(ref, order.state, url)
    return None


@blueprint.get("/")
def home() -> Any:
    """The window."""
    return show("home.html", products=products(), sale=current_sale())


@blueprint.get("/product/<slug>")
def product(slug: str) -> Any:
    """One product; ``?v=`` chooses the variant."""
    found = next((known for known in products() if known.slug == slug), None)
    if found is None:
        return show("not_found.html", status=404)
    variant = next((v for v in found.variants if v.sku == request.args.get("v")), found.variants[0])
    return show("product.html", product=found, variant=variant)


@blueprint.get("/sale")
def sale() -> Any:
    """The flash sale: its countdown, its units, how it is decided who gets one, its button."""
    view = current_sale()
    return show("sale.html", sale=view, own=own_place(view)) if view else show("not_found.html", status=404)


@blueprint.get("/store/<country>")
def choose_store(country: str) -> Response:
    """Go to another country's storefront, in its language; a cart is of one country and stays behind."""
    if country not in STOREFRONTS:
        abort(404)
    if country != storefront().country:
        session.pop("cart", None)
    session["store"], session["language"] = country, STOREFRONTS[country].language
    return redirect(url_for("shop.home"), 303)


@blueprint.get("/language/<chosen>")
def choose_language(chosen: str) -> Response:
    """Read this storefront in another language."""
    if chosen not in LANGUAGES:
        abort(404)
    session["language"] = chosen
    return redirect(request.referrer if _own(request.referrer) else url_for("shop.home"), 303)


def _own(address: str | None) -> bool:
    return bool(address) and str(address).startswith(request.host_url)


from examples.demo_shop import buying, demo  # noqa: E402, F401  (their views join the blueprint)
