"""A shop of another company, in its own process with its own database, sells on instalments through HTTP alone."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from flask import Flask
from werkzeug.serving import make_server

from bnpl_plugin import worker
from bnpl_plugin.environment import HttpCourier, MovableClock
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import merchants
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.house import House
from tests.servers.process import REPOSITORY, free_port
from tests.servers.web import WebServer
from tests.web.api.driving import SECRET, finish, make_lender


@dataclass
class Street:
    """The lender's app served in this process, and the other shop in one of its own."""

    lender: Flask
    url: str
    shop: WebServer

    @property
    def house(self) -> House:
        house: House = self.lender.extensions["bnpl"]
        return house


@contextmanager
def served(app: Flask, *, port: int) -> Iterator[str]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    own, theirs = tmp_path / "lender", tmp_path / "shop"
    own.mkdir()
    theirs.mkdir()
    port, shop_port = free_port(), free_port()
    app = make_lender(
        own,
        clock=MovableClock(theirs / "clock"),
        courier=HttpCourier(),
        config={"BNPL_PUBLIC_URL": f"http://127.0.0.1:{port}"},
    )
    house: House = app.extensions["bnpl"]
    hook = f"http://127.0.0.1:{shop_port}/webhooks/bnpl"
    merchant = merchants.register(house, name="Atelier Sonore", webhook_url=hook, webhook_secret=SECRET)
    with served(app, port=port) as url:
        shop = WebServer(
            "examples.third_party_shop.app:create_app",
            log=tmp_path / "shop.log",
            kind="werkzeug",
            port=shop_port,
            env={
                "BNPL_API_URL": f"{url}/bnpl/api/v1",
                "BNPL_API_KEY": merchants.issue_key(house, merchant_id=merchant.merchant_id, label="test"),
                "BNPL_WEBHOOK_SECRET": SECRET,
                "DEMO_FOLDER": str(theirs),
            },
        )
        with shop:
            yield Street(app, url, shop)
    house.store.engine.dispose()  # type: ignore[attr-defined]


@dataclass
class Browser:
    """A shopper's browser at the other shop."""

    street: Street
    checkout_id: str = ""
    order_url: str = ""

    def __post_init__(self) -> None:
        self.session = requests.Session()

    def buy(self, slug: str = "brume") -> requests.Response:
        shop = self.street.shop.url
        assert self.session.post(f"{shop}/panier", data={"slug": slug, "change": "1"}).ok
        answer = self.session.post(f"{shop}/commander", allow_redirects=False)
        if answer.status_code == 303:
            found = re.search(r"/bnpl/checkout/(chk_\w+)\?t=", answer.headers["Location"])
            assert found is not None
            self.checkout_id = found[1]
            self.order_url = self.street.house.purchase(self.checkout_id).checkout.return_url
        return answer

    def state(self) -> dict[str, str]:
        """Return what the shop knows, without making it ask the lender."""
        told: dict[str, str] = requests.get(f"{self.order_url}/etat.json", timeout=5).json()
        return told

    def close(self) -> None:
        self.session.close()


@pytest.fixture
def browser(street: Street) -> Iterator[Browser]:
    browser = Browser(street)
    yield browser
    browser.close()


def test_the_shopper_is_led_to_our_page_and_our_widget_is_on_theirs(street: Street, browser: Browser):
    page = browser.session.get(f"{street.shop.url}/produit/brume").text
    assert f'src="{street.url}/bnpl/offer.js"' in page
    assert 'data-amount-minor="29900"' in page
    assert requests.get(f"{street.url}/bnpl/offer.js", timeout=5).status_code == 200
    answer = browser.buy()
    assert answer.headers["Location"].startswith(f"{street.url}/bnpl/checkout/")
    assert browser.session.get(answer.headers["Location"]).status_code == 200


def test_the_order_completes_though_the_browser_never_returns(street: Street, browser: Browser):
    browser.buy()
    assert finish(street.lender, browser.checkout_id) == "confirmed"
    assert browser.state()["state"] == "waiting", "nobody has told the shop yet"
    worker.run_until_idle(street.house)
    assert (browser.state()["state"], browser.state()["news"]) == ("confirmed", "webhook")


def test_the_page_after_the_return_waits_until_the_lender_says_so_from_server_to_server(
    street: Street, browser: Browser
):
    browser.buy()
    waiting = browser.session.get(f"{browser.order_url}?checkout_id={browser.checkout_id}&state=confirmed").text
    assert "Nous attendons la confirmation" in waiting, "the browser's word counts for nothing"
    finish(street.lender, browser.checkout_id)
    told = browser.session.get(browser.order_url).text
    assert "Votre commande est confirmée" in told
    assert told.count("99,67") == 2
    assert browser.state()["news"] == "question"


def test_the_same_webhook_twice_and_a_forged_one_change_nothing(street: Street, browser: Browser):
    browser.buy()
    hook = f"{street.shop.url}/webhooks/bnpl"
    forged = json.dumps(
        {"type": "checkout.confirmed", "data": {"order_ref": browser.state()["order_ref"], "loan_id": "loan_1"}}
    )
    headers = {"webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
    assert requests.post(hook, data=forged, headers=headers, timeout=5).status_code == 400
    assert requests.post(hook, data=b"\xff", timeout=5).status_code == 400
    assert browser.state()["state"] == "waiting"
    checkouts.cancel(street.house, checkout_id=browser.checkout_id)
    worker.run_until_idle(street.house)
    assert browser.state()["state"] == "cancelled"
    event = street.house.reads.events(browser.checkout_id)[-1]
    from bnpl_plugin.lifecycle import delivery

    assert delivery.deliver(street.house, event_id=event.event_id), "a repetition is taken with a 2xx"
    assert browser.state()["state"] == "cancelled"


def test_a_webhook_missed_while_the_shop_was_down_comes_when_it_is_up_again(street: Street, browser: Browser):
    browser.buy()
    finish(street.lender, browser.checkout_id)
    street.shop.kill9()
    worker.run_until_idle(street.house)
    street.shop.restart()
    assert browser.state()["state"] == "waiting"
    street.house.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    worker.run_until_idle(street.house)
    assert (browser.state()["state"], browser.state()["news"]) == ("confirmed", "webhook")


def test_a_left_checkout_is_gone_on_with_without_a_second_one(street: Street, browser: Browser):
    first = browser.buy().headers["Location"]
    page = browser.session.get(f"{browser.order_url}/interrompue").text
    assert "Reprendre le paiement" in page
    again = browser.session.post(f"{browser.order_url}/reprendre", allow_redirects=False)
    assert again.headers["Location"] == first
    assert (
        len(
            street.house.reads.checkouts(
                merchant_id=street.house.purchase(browser.checkout_id).merchant.merchant_id
            ).rows
        )
        == 1
    )


def test_a_refund_reaches_the_shop(street: Street, browser: Browser):
    from bnpl_plugin.lifecycle import refund

    browser.buy()
    finish(street.lender, browser.checkout_id)
    worker.run_until_idle(street.house)
    loan_id = street.house.purchase(browser.checkout_id).checkout.loan_id
    assert loan_id is not None
    refund.request(street.house, loan_id=loan_id, reason="returned")
    worker.run_until_idle(street.house)
    assert browser.state()["state"] == "returned"
    assert "Cette commande est annulée" in browser.session.get(browser.order_url).text


def test_the_shop_runs_a_flash_sale_of_its_own_and_sells_a_unit_of_it(street: Street, browser: Browser):
    page = f"{street.shop.url}/vente"
    for _ in range(2):  # a double click opens one sale
        assert "Se préparer" in browser.session.post(f"{page}/ouvrir").text
    ready = browser.session.post(f"{page}/acheter", allow_redirects=False).headers["Location"]
    assert browser.session.post(f"{page}/acheter", allow_redirects=False).headers["Location"] == ready
    (view,) = street.house.store.sales.all()
    browser.checkout_id = ready.split("/checkout/")[1].split("?")[0]
    browser.order_url = street.house.purchase(browser.checkout_id).checkout.return_url
    street.house.clock.advance(timedelta(minutes=3))  # type: ignore[attr-defined]
    assert "Il en reste 8 sur 8" in browser.session.get(page).text
    assert finish(street.lender, browser.checkout_id) == "confirmed"
    assert "Il en reste 7 sur 8" in browser.session.get(page).text
    worker.run_until_idle(street.house)
    assert browser.state()["state"] == "confirmed"
    selling.end(street.house, sale_id=view.sale.sale_id, by="the lender")
    assert "Vendus : 1 sur 8" in browser.session.get(page).text
    assert street.house.verifier.findings() == ()


def test_the_shop_never_imports_the_package():
    for path in (REPOSITORY / "examples/third_party_shop").glob("*.py"):
        imports = [line for line in path.read_text().splitlines() if re.match(r"\s*(from|import) ", line)]
        assert not [line for line in imports if "bnpl_plugin" in line], path
