"""From the cart to the order's page. Paying is the package's: the order's page shows its button."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from bnpl_plugin.ports.platform import LineKind, OrderLine
from examples.demo_shop.desk import PEOPLE
from examples.demo_shop.models import Variant
from examples.demo_shop.orders import financed
from examples.demo_shop.pages import blueprint, current_sale, language, own_place, shop, show, storefront
from examples.demo_shop.storefronts import order_lines, sold_in, total_minor
from examples.demo_shop.words import say

MOST = 5  # of one thing in a cart
CROSS_BORDER = {"B7J-256-JADE": 1, "PEBBLE-RICE": 1}


def cart() -> list[tuple[Variant, int]]:
    """Return what this visitor has in the cart."""
    wanted: dict[str, int] = session.get("cart", {})
    with shop().sessions() as database:
        found = database.scalars(select(Variant).where(Variant.sku.in_(wanted))).all()
    return [(v, wanted[v.sku]) for v in sorted(found, key=lambda v: v.sku) if sold_in(v, shop=storefront())]


@blueprint.get("/cart")
def show_cart() -> Any:
    """The cart with its landed total, line by line."""
    return _cart_page()


def _cart_page(*, fault: str = "", status: int = 200) -> Any:
    goods = cart()
    lines = order_lines(goods, shop=storefront())
    far = any(variant.product.ships_from not in {"", storefront().country} for variant, _ in goods)
    costs = [line for line in lines if line.kind is not LineKind.GOODS]
    return show(
        "cart.html", status=status, goods=goods, goods_minor=total_minor(lines) - total_minor(costs), lines=costs,
        total=total_minor(lines), far=far, fault=fault,
    )  # fmt: skip


@blueprint.post("/cart/add")
def add() -> Response:
    """Put one of a thing into the cart."""
    sku = request.form.get("sku", "")
    with shop().sessions() as database:
        variant = database.get(Variant, sku)
    if variant is not None and sold_in(variant, shop=storefront()):
        wanted = dict(session.get("cart", {}))
        wanted[sku] = min(MOST, wanted.get(sku, 0) + 1)
        session["cart"] = wanted
    return redirect(url_for("shop.show_cart"), 303)


@blueprint.post("/cart/change")
def change() -> Response:
    """Set how many of a thing are wanted; none takes it out."""
    sku, typed = request.form.get("sku", ""), request.form.get("quantity", "")
    wanted = dict(session.get("cart", {}))
    if sku in wanted and typed.isascii() and typed.isdigit():
        count = min(MOST, int(typed[:3]))
        wanted = {**wanted, sku: count} if count else {k: n for k, n in wanted.items() if k != sku}
        session["cart"] = wanted
    return redirect(url_for("shop.show_cart"), 303)


@blueprint.get("/demo/cart/china-to-france")
def cross_border_cart() -> Response:
    """Fill a cart of the French storefront with things that ship from China."""
    session["store"], session["language"], session["cart"] = "FR", "fr", dict(CROSS_BORDER)
    return redirect(url_for("shop.show_cart"), 303)


@blueprint.get("/checkout")
def checkout() -> Any:
    """Where the cart is to go."""
    return _delivery(sale=False) if cart() else redirect(url_for("shop.show_cart"), 303)


@blueprint.get("/sale/buy")
def buy_sale() -> Any:
    """Where the flash sale's item is to go: asked before the start too, so that only the tap is left then."""
    view = current_sale()
    if view is None or not view.buyable or own_place(view) is not None:
        return redirect(url_for("shop.sale"), 303)
    return _delivery(sale=True)


def _delivery(*, sale: bool, fault: str = "", status: int = 200) -> Any:
    known = PEOPLE.get(session.get("person", ""), ("", ""))
    typed = {"recipient": request.form.get("recipient", known[0]), "address": request.form.get("address", known[1])}
    return show("delivery.html", status=status, sale=sale, typed=typed, fault=fault)


@blueprint.post("/checkout")
def order_cart() -> Any:
    """Make the cart an order that waits for its payment."""
    goods = cart()
    if not goods:
        return redirect(url_for("shop.show_cart"), 303)
    if (short := next((v for v, n in goods if v.stock < n), None)) is not None:
        name = short.product.texts[language()]["name"]
        return _cart_page(fault=say(language(), "only_left", name=name), status=409)
    return _order(order_lines(goods, shop=storefront()), sale_item_id=None)


@blueprint.post("/sale/buy")
def order_sale() -> Any:
    """Make one unit of the flash sale an order; the unit itself is held by the package, at its checkout."""
    view = current_sale()
    if view is None or not view.buyable or own_place(view) is not None:
        return redirect(url_for("shop.sale"), 303)
    price = view.sale.price_minor
    lines = order_lines([(view.variant, 1)], shop=storefront(), sale_minor=price)
    return _order(lines, sale_item_id=view.sale.sale_item_id)


def _order(lines: tuple[OrderLine, ...], *, sale_item_id: str | None) -> Any:
    recipient, address = (request.form.get(name, "").strip() for name in ("recipient", "address"))
    if not 3 <= len(recipient.encode()) <= 120 or not 3 <= len(address.encode()) <= 240:
        return _delivery(sale=sale_item_id is not None, fault=say(language(), "fill_in"), status=422)
    ref = shop().orders.draft(
        lines, shop=storefront(), language=language(), recipient=recipient, address=address, now=shop().clock.now(),
        sale_item_id=sale_item_id,
    )  # fmt: skip
    session["orders"] = [ref, *session.get("orders", [])][:20]
    return redirect(url_for("shop.order", order_ref=ref), 303)


@blueprint.get("/order/<order_ref>")
def order(order_ref: str) -> Any:
    """One order of this visitor's: to be paid, placed, or refused."""
    found = shop().orders.find(order_ref) if order_ref in session.get("orders", []) else None
    if found is None:
        return show("not_found.html", status=404)
    if found.state == "placed" and not found.sale_item_id:
        session.pop("cart", None)
    view = current_sale() if found.sale_item_id else None
    sale = view if view is not None and view.sale.sale_item_id == found.sale_item_id else None
    here = url_for("shop.order", order_ref=order_ref)
    own = own_place(sale) if sale is not None else None
    going = own is not None and own.order_ref == order_ref and own.checkout_url != ""
    return show("order.html", order=found, financed=financed(found), here=here, sale=sale, going=going)


@blueprint.get("/orders")
def orders() -> Any:
    """Every order of this visitor's."""
    found = [known for ref in session.get("orders", []) if (known := shop().orders.find(ref))]
    return show("orders.html", orders=found)
