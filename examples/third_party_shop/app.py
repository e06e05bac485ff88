"""The shop's pages: catalogue, cart, "payer plus tard", the truthful page after the return, and the webhook."""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request, session, url_for
from standardwebhooks import WebhookVerificationError
from werkzeug.wrappers import Response as BaseResponse

from examples.third_party_shop import flash_sale
from examples.third_party_shop.catalogue import PRODUCTS
from examples.third_party_shop.lender import Lender, LenderRefused, LenderSilent
from examples.third_party_shop.orders import STATES, Order, OrderBook, cart_lines, total_of

MOST_OF_ONE = 9
#: What an event makes of an order; all other events leave it as it is.
EVENTS = {
    "checkout.confirmed": "confirmed",
    "credit.declined": "refused",
    "checkout.refused": "refused",
    "checkout.cancelled": "cancelled",
    "checkout.expired": "cancelled",
    "loan.reversed": "returned",
}

pages = Blueprint("pages", __name__)


def create_app() -> Flask:
    """Return the shop. Environment: BNPL_API_URL, BNPL_API_KEY, BNPL_WEBHOOK_SECRET; DEMO_FOLDER, SHOP_DATABASE_URL."""
    folder = Path(os.environ.get("DEMO_FOLDER") or "instance/third_party_shop").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    app = Flask(__name__)
    app.config.update(SECRET_KEY=_secret(folder), SESSION_COOKIE_NAME="atelier_cart", SESSION_COOKIE_SAMESITE="Lax")
    app.extensions["lender"] = Lender(
        api_url=os.environ.get("BNPL_API_URL", "http://127.0.0.1:8000/bnpl/api/v1").rstrip("/"),
        api_key=os.environ.get("BNPL_API_KEY", ""),
        webhook_secret=os.environ.get("BNPL_WEBHOOK_SECRET", ""),
        clock_file=folder / "clock",
    )
    database = os.environ.get("SHOP_DATABASE_URL") or f"sqlite:///{folder / 'third_party_shop.sqlite'}"
    app.extensions["orders"] = OrderBook(database)
    app.jinja_env.filters["euros"] = euros
    app.register_blueprint(pages)
    return app


def euros(minor: int) -> str:
    """Return cents as French people write euros."""
    whole, cents = divmod(minor, 100)
    grouped = f"{whole:,}".replace(",", "\u202f")
    return f"{grouped},{cents:02d}\u00a0€" if cents else f"{grouped}\u00a0€"


def _secret(folder: Path) -> str:
    path = folder / "third_party_session.secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text()


def _lender() -> Lender:
    return cast(Lender, current_app.extensions["lender"])


def _book() -> OrderBook:
    return cast(OrderBook, current_app.extensions["orders"])


def _cart() -> dict[str, int]:
    kept = session.get("cart", {})
    return {slug: quantity for slug, quantity in kept.items() if slug in PRODUCTS}


@pages.app_context_processor
def about() -> dict[str, Any]:
    """Give every page the number of things in the cart and the widget's address."""
    return {"in_cart": sum(_cart().values()), "widget_url": _lender().widget_url}


@pages.get("/")
def shelf() -> str:
    """Show everything on sale."""
    return render_template("shelf.html", products=PRODUCTS.values())


@pages.get("/produit/<slug>")
def product(slug: str) -> str:
    """Show one product."""
    if slug not in PRODUCTS:
        abort(404)
    return render_template("product.html", product=PRODUCTS[slug])


@pages.post("/panier")
def put_in_cart() -> BaseResponse:
    """Change how many of a product are in the cart."""
    slug, change = request.form.get("slug", ""), request.form.get("change", "1")
    if slug not in PRODUCTS or change not in ("1", "-1"):
        abort(400)
    cart = _cart()
    cart[slug] = max(0, min(MOST_OF_ONE, cart.get(slug, 0) + int(change)))
    session["cart"] = {name: quantity for name, quantity in cart.items() if quantity}
    return redirect(url_for("pages.cart"), 303)


@pages.get("/panier")
def cart() -> str:
    """Show the cart."""
    lines = cart_lines(_cart())
    return render_template("cart.html", lines=lines, total_minor=total_of(lines), products=PRODUCTS)


@pages.post("/commander")
def pay_later() -> BaseResponse | tuple[str, int]:
    """Place a waiting order, open the lender's checkout for it and send the shopper there."""
    if not _cart():
        return redirect(url_for("pages.cart"), 303)
    return _to_lender(_book().place(cart_lines(_cart())))


@pages.post("/commande/<link>/reprendre")
def go_on(link: str) -> BaseResponse | tuple[str, int]:
    """Go on with an order that was left: the same key brings back the same checkout."""
    return _to_lender(_known(link))


def _to_lender(order: Order) -> BaseResponse | tuple[str, int]:
    asked = {
        "order_ref": order.order_ref,
        "currency": "EUR",
        "total_minor": order.total_minor,
        "country": "FR",
        "ship_to": "FR",
        "locale": "fr",
        "time_zone": "Europe/Paris",
        "lines": order.lines,
        "return_url": url_for("pages.order", link=order.link, _external=True),
        "cancel_url": url_for("pages.left", link=order.link, _external=True),
    }
    sale_item_id = _book().sale_item_of(order.order_ref)
    if sale_item_id is not None:
        asked.update(sale_item_id=sale_item_id, units=1)
    try:
        made = _lender().open_checkout(asked, key=f"order-{order.order_ref}")
    except LenderRefused as refused:
        return render_template("trouble.html", order=order, problem=refused.problem), 409
    except LenderSilent:
        return render_template("trouble.html", order=order, problem=None), 503
    _book().opened(order.order_ref, checkout_id=made["id"], checkout_url=made["checkout_url"])
    return redirect(made["checkout_url"], 303)


@pages.get("/vente")
def sale() -> str:
    """Show the flash sale as the lender says it stands."""
    found, told, silent = _book().newest_sale(), None, False
    if found is not None and found.sale_id is not None:
        try:
            told = flash_sale.view(_lender().sale(found.sale_id))
        except (LenderRefused, LenderSilent):
            silent = True
    return render_template(
        "sale.html", sale=told, silent=silent, product=flash_sale.product(), price_minor=flash_sale.PRICE_MINOR,
        units=flash_sale.UNITS,
    )  # fmt: skip


@pages.post("/vente/ouvrir")
def open_sale() -> BaseResponse | tuple[str, int]:
    """Open a flash sale, unless one is coming or running: decided here first, then asked of the lender by one key."""
    last, starts_at = _book().newest_sale(), flash_sale.now(_lender().ahead()) + flash_sale.OPENS_IN
    try:
        over = last is None or (
            last.sale_id is not None and _lender().sale(last.sale_id)["phase"] in flash_sale.OVER
        )  # fmt: skip
        number = last.number + over if last else 1
        decided = _book().decide_sale(number, starts_at=starts_at)
        if decided.sale_id is None:
            terms = flash_sale.terms(datetime.fromisoformat(decided.starts_at))
            made = _lender().open_sale(terms, key=f"vente-{decided.number}")
            _book().sale_made(decided.number, sale_id=made["id"], sale_item_id=made["items"][0]["id"])
    except LenderRefused as refused:
        return render_template("trouble.html", order=None, problem=refused.problem), 409
    except LenderSilent:
        return render_template("trouble.html", order=None, problem=None), 503
    return redirect(url_for("pages.sale"), 303)


@pages.post("/vente/acheter")
def buy_at_sale() -> BaseResponse | tuple[str, int]:
    """Place a waiting order for one unit and send the shopper to the lender, before the start too: to get ready."""
    found = _book().newest_sale()
    if found is None or found.sale_item_id is None:
        return redirect(url_for("pages.sale"), 303)
    known = _book().of_link(session.get("sale_order", ""))
    if known is None or known.state != "waiting" or _book().sale_item_of(known.order_ref) != found.sale_item_id:
        known = _book().place(flash_sale.lines(), sale_item_id=found.sale_item_id)
        session["sale_order"] = known.link
    return _to_lender(known)


@pages.get("/commande/<link>")
def order(link: str) -> str:
    """Tell the truth about an order; the browser's word counts for nothing, the lender is asked."""
    found = _asked(_known(link))
    if found.state == "confirmed":
        session.pop("cart", None)
    return render_template("order.html", order=found, schedule=_schedule(found))


@pages.get("/commande/<link>/interrompue")
def left(link: str) -> str:
    """Show what can be done with an order whose payment was left."""
    return render_template("left.html", order=_asked(_known(link)))


@pages.post("/webhooks/bnpl")
def webhook() -> Response:
    """Take the lender's signed news: verified, counted once, answered at once."""
    try:
        told = _lender().read_webhook(request.get_data(), headers=dict(request.headers))
    except (WebhookVerificationError, ValueError):
        return Response("not signed by the lender\n", 400, mimetype="text/plain")
    data = told.get("data", {})
    state = EVENTS.get(told.get("type", ""))
    if state is not None:
        _book().learn(
            str(data.get("order_ref")),
            state=state,
            loan_id=data.get("loan_id"),
            news="webhook",
            webhook_id=request.headers["webhook-id"],
        )
    return Response(status=204)


@pages.get("/commande/<link>/etat.json")
def state_of(link: str) -> Response:
    """Answer how an order stands, without asking the lender: what the webhooks have told."""
    found = _known(link)
    told = {"order_ref": found.order_ref, "state": found.state, "news": found.news, "checkout_id": found.checkout_id}
    return Response(json.dumps(told), mimetype="application/json")


def _known(link: str) -> Order:
    found = _book().of_link(link)
    if found is None:
        abort(404)
    return found


def _asked(order: Order) -> Order:
    """Return the order after asking the lender about it, if it still waits; a silent lender leaves it waiting."""
    if order.state != "waiting" or order.checkout_id is None:
        return order
    try:
        told = _lender().checkout(order.checkout_id)
    except (LenderRefused, LenderSilent):
        return order
    state = STATES.get(told["state"])
    if state is not None:
        _book().learn(order.order_ref, state=state, loan_id=told["loan_id"], news="question")
    return _book().of_ref(order.order_ref) or order


def _schedule(order: Order) -> list[dict[str, Any]]:
    if order.state != "confirmed" or order.loan_id is None:
        return []
    try:
        return cast("list[dict[str, Any]]", _lender().loan(order.loan_id)["schedule"])
    except (LenderRefused, LenderSilent):
        return []
