"""The demo shop's own promises: it is ready by itself, adds up, and commits an order together with its loan."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from bnpl_plugin import worker
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle import reconciliation, refund
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.providers.sandbox import TEST_CARDS
from bnpl_plugin.testing import KeptNotifier, Walker
from examples.demo_shop.app import create_app
from examples.demo_shop.catalogue import PRODUCTS
from examples.demo_shop.models import Sale, Variant
from examples.demo_shop.orders import financed
from examples.demo_shop.pages import Shop
from examples.demo_shop.seeding import SALE_SKU, SALE_UNITS, prepare, sale_ids
from examples.demo_shop.storefronts import STOREFRONTS, order_lines, total_minor

PATHS = (
    "/", "/product/blossom-7", "/sale", "/cart", "/orders", "/sign-in", "/demo", "/demo/inbox", "/demo/clock",
)  # fmt: skip
THIRD_PARTY = "http://127.0.0.1:9"


@pytest.fixture
def app(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The demo shop, ready, on SQLite and on PostgreSQL; its sales are open."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    yield from opened(tmp_path, monkeypatch)


@pytest.fixture
def small_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The same, on SQLite alone."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield from opened(tmp_path, monkeypatch)


def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setenv("DEMO_FOLDER", str(tmp_path / "desk"))
    monkeypatch.setenv("DEMO_SALE_IN_SECONDS", "0")
    made = create_app()
    prepare(made, third_party_url=THIRD_PARTY)
    with made.app_context():
        yield made
    made.extensions["bnpl"].store.engine.dispose()
    made.extensions["shop"].sessions.kw["bind"].dispose()


def shop_of(app: Flask) -> Shop:
    found: Shop = app.extensions["shop"]
    return found


def stock_of(app: Flask, sku: str) -> int:
    with shop_of(app).sessions() as session:
        variant = session.get(Variant, sku)
        assert variant is not None
        return variant.stock


def draft(app: Flask, *, sku: str, sale_item_id: str | None = None) -> str:
    """Write an order of one thing in the French storefront."""
    shop = shop_of(app)
    with shop.sessions() as session:
        variant = session.get(Variant, sku)
    assert variant is not None
    return shop.orders.draft(
        order_lines([(variant, 1)], shop=STOREFRONTS["FR"]), shop=STOREFRONTS["FR"], language="fr",
        recipient="Camille Martin", address="12 rue des Lilas, Lyon", now=shop.clock.now(), sale_item_id=sale_item_id,
    )  # fmt: skip


def walker(app: Flask) -> Walker:
    """A shopper of the demo whose messages are kept instead of printed."""
    return Walker(replace(app.extensions["bnpl"], notifier=KeptNotifier()))


def finance(app: Flask, order_ref: str) -> str:
    """Walk an order to its first payment, and on to whatever comes of it; return the checkout's id."""
    guest = walker(app)
    order = app.extensions["bnpl"].host.order(order_ref)
    checkout_id = guest.to_signed(order)
    guest.pay(checkout_id, card=TEST_CARDS[0].number)
    reconciliation.settle_checkout(guest.house, checkout_id=checkout_id)
    worker.run_until_idle(guest.house)
    return checkout_id


def state_of(app: Flask, order_ref: str) -> str:
    found = shop_of(app).orders.find(order_ref)
    assert found is not None
    return found.state


def test_a_placed_order_takes_its_stock_and_has_its_loan(app: Flask):
    before, ref = stock_of(app, "B7-128-SKY"), draft(app, sku="B7-128-SKY")
    checkout_id = finance(app, ref)
    house = app.extensions["bnpl"]
    assert state_of(app, ref) == "placed"
    assert stock_of(app, "B7-128-SKY") == before - 1
    assert house.store.loan_book(checkout_id.replace("chk_", "loan_")).loan.order_ref == ref
    assert house.verifier.findings() == ()


def test_an_order_whose_stock_went_meanwhile_is_refused_with_no_loan_and_no_money(app: Flask):
    ref = draft(app, sku="PEBBLE-JADE")
    with shop_of(app).sessions.begin() as session:
        session.execute(update(Variant).where(Variant.sku == "PEBBLE-JADE").values(stock=0))
    checkout_id = finance(app, ref)
    house = app.extensions["bnpl"]
    purchase = house.purchase(checkout_id)
    assert (state_of(app, ref), purchase.checkout.state, purchase.checkout.reason) == (
        "refused",
        "refused",
        "out_of_stock",
    )
    assert house.store.loan_book(checkout_id.replace("chk_", "loan_")) is None
    assert [attempt.state for attempt in purchase.attempts] == ["voided"]
    assert stock_of(app, "PEBBLE-JADE") == 0
    assert house.verifier.findings() == ()


def test_an_order_refused_after_it_was_placed_puts_its_goods_back_once(app: Flask):
    before, ref = stock_of(app, "WATCH-INK"), draft(app, sku="WATCH-INK")
    finance(app, ref)
    for _ in range(2):
        shop_of(app).orders.order_refused(ref, "host_failed")
    assert (state_of(app, ref), stock_of(app, "WATCH-INK")) == ("refused", before)


def test_an_order_refunded_in_full_puts_its_goods_back_and_its_money(app: Flask):
    before, ref = stock_of(app, "WATCH-INK"), draft(app, sku="WATCH-INK")
    checkout_id = finance(app, ref)
    house = walker(app).house
    assert refund.request(house, loan_id=checkout_id.replace("chk_", "loan_"), reason="by_merchant") == "reversed"
    worker.run_until_idle(house)
    assert (state_of(app, ref), stock_of(app, "WATCH-INK")) == ("refused", before)
    assert {attempt.state for attempt in house.purchase(checkout_id).attempts} == {"refunded", "captured"}
    assert house.verifier.findings() == ()


def test_a_sale_unit_is_counted_once_by_the_package_and_not_again_by_the_shelf(app: Flask):
    with shop_of(app).sessions() as session:
        sale = session.scalars(select(Sale).where(Sale.country == "FR")).one()
    shelf, ref = stock_of(app, SALE_SKU), draft(app, sku=SALE_SKU, sale_item_id=sale.sale_item_id)
    finance(app, ref)
    item = app.extensions["bnpl"].store.sale_item(sale.sale_item_id)
    assert (item.sold_units, item.free_units, item.held_units) == (1, SALE_UNITS - 1, 0)
    assert (state_of(app, ref), stock_of(app, SALE_SKU)) == ("placed", shelf)


def test_preparing_the_demo_again_changes_nothing(app: Flask):
    house = app.extensions["bnpl"]
    before = [house.store.pool(code) for code in ("CNY", "EUR", "USD")], stock_of(app, SALE_SKU)
    prepare(app, third_party_url=THIRD_PARTY)
    assert before == ([house.store.pool(code) for code in ("CNY", "EUR", "USD")], stock_of(app, SALE_SKU))
    assert house.store.pool("CNY").available_minor == 50_000_000 * 710


def test_the_demo_started_again_after_its_sale_puts_what_is_unsold_back_and_opens_the_next(app: Flask):
    before = stock_of(app, SALE_SKU)
    app.extensions["bnpl"].clock.advance(timedelta(days=30))
    prepare(app, third_party_url=THIRD_PARTY)
    with shop_of(app).sessions() as session:
        assert len(session.scalars(select(Sale).where(Sale.country == "FR")).all()) == 2
    assert stock_of(app, SALE_SKU) == before


def test_the_landed_total_is_the_sum_of_its_typed_lines(app: Flask):
    with shop_of(app).sessions() as session:
        goods = [(session.get_one(Variant, sku), 1) for sku in ("B7J-256-JADE", "PEBBLE-RICE")]
        lines = order_lines(goods, shop=STOREFRONTS["FR"])
    told = [(str(line.kind), line.total_minor) for line in lines]
    # duty 4.5 % of 95.00; import VAT 20 % of 655.00 + 19.50 + 4.28
    assert told == [("goods", 56000), ("goods", 9500), ("shipping", 1950), ("duty", 428), ("tax", 13576)]
    assert total_minor(lines) == 81454


@pytest.mark.parametrize("country", sorted(STOREFRONTS))
def test_every_product_of_every_storefront_is_a_valid_order(app: Flask, country: str):
    shop = STOREFRONTS[country]
    with shop_of(app).sessions() as session:
        variants = session.scalars(select(Variant)).all()
        for variant in variants:
            ref = shop_of(app).orders.draft(
                order_lines([(variant, 2)], shop=shop), shop=shop, language=shop.language, recipient="A. B.",
                address="Somewhere 1", now=shop_of(app).clock.now(),
            )  # fmt: skip
            found = shop_of(app).orders.find(ref)
            assert found is not None
            assert financed(found).currency == shop.currency
    assert len(variants) == sum(len(product[-1]) for product in PRODUCTS)


def test_every_page_answers_in_every_storefront_and_language(app: Flask):
    client = app.test_client()
    for country in STOREFRONTS:
        client.get(f"/store/{country}")
        for language in ("fr", "en", "zh"):
            client.get(f"/language/{language}")
            for path in (
                "/",
                "/product/blossom-7",
                "/sale",
                "/cart",
                "/orders",
                "/sign-in",
                "/demo",
                "/demo/inbox",
                "/demo/clock",
            ):
                assert client.get(path).status_code == 200, (country, language, path)


def test_another_visitor_s_order_is_not_shown(app: Flask):
    ref = draft(app, sku="LEAF-MOSS")
    assert app.test_client().get(f"/order/{ref}").status_code == 404


def test_an_order_without_a_real_address_is_asked_again_and_nothing_is_written(app: Flask):
    client = app.test_client()
    client.get("/store/FR")
    client.post("/cart/add", data={"sku": "LEAF-MOSS"})
    for recipient, address in (("", "12 rue"), ("Camille", ""), ("x" * 200, "12 rue"), ("Camille", "x" * 500)):
        answer = client.post("/checkout", data={"recipient": recipient, "address": address})
        assert answer.status_code == 422
        with client.session_transaction() as session:
            assert "orders" not in session


def sale_item_of(app: Flask, country: str) -> str:
    with shop_of(app).sessions() as session:
        return session.scalars(select(Sale).where(Sale.country == country)).one().sale_item_id


def test_the_address_is_given_before_the_sale_opens_and_leads_back_to_the_same_order(
    small_app: Flask, monkeypatch: pytest.MonkeyPatch
):
    sale, _ = small_app.extensions["bnpl"].store.sales.of_item(sale_item_of(small_app, "FR"))
    monkeypatch.setattr(shop_of(small_app).clock, "now", lambda: sale.starts_at - timedelta(minutes=2))
    client = small_app.test_client()
    client.get("/store/FR")
    assert "Se préparer" in client.get("/sale").text
    address = {"recipient": "Camille Martin", "address": "12 rue des Lilas, Lyon"}
    order_page = client.post("/sale/buy", data=address).headers["Location"]
    assert "Choisissez votre plan" in client.get(order_page).text
    assert order_page in client.get("/sale").text
    assert client.post("/sale/buy", data=address).headers["Location"] == "/sale"  # one order, however often it is sent
    with client.session_transaction() as session:
        assert len(session["orders"]) == 1


def test_the_sale_s_page_tells_what_is_so(small_app: Flask):
    item_id, house = sale_item_of(small_app, "FR"), small_app.extensions["bnpl"]
    client = small_app.test_client()
    client.get("/store/FR")
    client.get("/language/en")
    assert "Whoever comes first" in client.get("/sale").text
    moments = ((0, 12, 0, "Join the line"), (0, 0, 12, "None will come back"), (5, 3, 4, "Buy now"))
    for free, held, sold, told in moments:
        with house.store.engine.begin() as connection:
            connection.execute(
                text("UPDATE bnpl_sale_item SET free_units=:f, held_units=:h, sold_units=:s WHERE sale_item_id = :i"),
                {"f": free, "h": held, "s": sold, "i": item_id},
            )
        assert told in client.get("/sale").text
    with house.store.engine.begin() as connection:
        connection.execute(text("UPDATE bnpl_sale_item SET free_units = 0, held_units = total_units - sold_units"))
        connection.execute(text("UPDATE bnpl_gate_item SET waiting = line_limit"))
    assert "The line is full; should a place come free" in client.get("/sale").text
    selling.pause(house, sale_id=house.store.sales.of_item(item_id)[0].sale_id, by="test")
    assert "The sale is paused" in client.get("/sale").text
    selling.end(house, sale_id=house.store.sales.of_item(item_id)[0].sale_id, by="test")
    assert "The sale has ended" in client.get("/sale").text
    assert client.get("/sale/buy").headers["Location"] == "/sale"


def test_a_crowd_at_a_sale_that_the_shop_does_not_have_is_refused_in_words(small_app: Flask):
    item = small_app.extensions["bnpl"].store.sale_item(sale_item_of(small_app, "US"))
    with pytest.raises(InvalidInput, match="does not have"):
        small_app.extensions["bnpl_crowd_orders"](replace(item, sale_item_id="sit_of_the_console"), 1)


def test_a_crowd_s_orders_are_the_shop_s_own(small_app: Flask):
    item = small_app.extensions["bnpl"].store.sale_item(sale_item_of(small_app, "US"))
    orders = small_app.extensions["bnpl_crowd_orders"](item, 3)
    assert len({order.order_ref for order in orders}) == 3
    for order in orders:
        assert small_app.extensions["bnpl"].host.order(order.order_ref) == order
        assert {str(line.kind) for line in order.lines} == {"goods", "shipping", "tax"}


def test_the_guide_names_each_sale_s_board_and_its_crowd(small_app: Flask):
    page = small_app.test_client().get("/demo").text
    for sale_id in sale_ids(small_app).values():
        assert f"/bnpl/console/sales/{sale_id}" in page
        assert f"bnpl crowd {sale_id} --at-start --url http://localhost" in page
