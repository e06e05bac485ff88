"""A flash sale on three phones: ready before, one tap at the start, the line, and the truth for who gets nothing."""

import re
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import Demo, Walk
from tests.servers.browser import phone_page
from tests.servers.process import Child, free_port
from tests.servers.web import answers

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True)
class SaleShop(Demo):
    """A shop whose clock can be moved and whose inbox answers with the newest code."""

    def newest_text(self, number: str) -> str:
        """Return the newest code to a phone."""
        return self.told(f"/codes/{number}")

    def told(self, path: str) -> str:
        """Return what an address of the shop answers."""
        with urllib.request.urlopen(f"{self.url}{path}") as answer:
            return str(answer.read().decode())


@contextmanager
def sale_running(folder: Path, *, fairness: str) -> Iterator[SaleShop]:
    """Run the shop with its sale."""
    port = free_port()
    env = {"PORT": str(port), "SALE_FOLDER": str(folder), "SALE_FAIRNESS": fairness, "PYTHONUNBUFFERED": "1"}
    child = Child([sys.executable, "-m", "tests.browser.sale_shop"], log=folder / "shop.log", env=env).start()
    shop = SaleShop(f"http://127.0.0.1:{port}", "", folder / "shop.log")
    try:
        child.wait_until(lambda: answers(f"{shop.url}/cart/a"), what="the shop to answer", seconds=60)
        yield shop
    finally:
        child.stop()


class Shopper(Walk):
    """One phone at the sale; only one of them has its picture taken on the well-known pages."""

    def get_ready(self, ref: str, *, number: int) -> None:
        """From the cart to the page of who is ready."""
        self.phone, page = f"+3361234560{number}", self.page
        page.goto(f"{self.demo.url}/cart/{ref}")
        page.locator(".bnpl-button button").click()
        thrice = page.locator(".offer-figure", has_text=re.compile(r"^\s*3\s*期?\s*×"))
        page.locator(".offer", has=thrice).first.locator("input[name=offer]").check()
        self.submit("/plans")
        page.locator("#phone").fill(self.phone)
        self.submit("/phone")
        self.at("code")
        page.locator("#code").fill(self.demo.code_for(self.phone))
        self.at("facts")
        facts = {"full_name": "Camille Martin", "birth_on": "1990-05-17", "monthly_income": "3200"}
        for name, text in {**facts, "monthly_outgoings": "900"}.items():
            page.locator(f"#{name}").fill(text)
        page.locator("select#country").select_option("FR")
        page.locator("input[name=consent]").check()
        self.submit("/facts")
        self.at("decision")
        page.locator(".verdict form button").click()
        self.at("sale")

    def shown(self, state: str) -> None:
        """Wait until the page says so."""
        expect(self.page.locator(f"section[data-when={state}]")).to_be_visible(timeout=15_000)


@pytest.fixture
def three(chromium_browser, complaints) -> Iterator[list[Page]]:
    """Three phones; the second reads French, the third Chinese."""
    with ExitStack() as stack:
        locales = ("en-GB", "fr-FR", "zh-CN")
        yield [
            stack.enter_context(phone_page(chromium_browser, complaints=complaints, locale=each)) for each in locales
        ]
    assert complaints.unexpected() == []


def test_one_phone_gets_it_one_waits_one_is_told_at_once(three: list[Page], tmp_path: Path):
    with sale_running(tmp_path, fairness="first_come") as shop:
        one, two, late = (Shopper(shop, page, name=f"sale-{n}") for n, page in enumerate(three, 1))
        for shopper, ref in ((one, "a"), (two, "b"), (late, "c")):
            shopper.get_ready(ref, number=ord(ref) - 96)
        one.submit("/keep-card")
        one.page.locator("#number").fill("4242424242424242")
        one.page.locator("main form button[type=submit]").first.click()
        one.at("sale")
        expect(one.page.locator("body")).to_contain_text("Visa •••• 4242")
        one.page.locator("[data-arm]").click()
        expect(one.page.locator("[data-arm]")).to_be_hidden()
        one.look("ready-with-card")
        shop.told("/starts-in/2")
        one.page.reload()
        one.at("disclosures")  # nobody has pressed anything since
        two.page.reload()
        two.shown("open")
        two.page.locator("section[data-when=open] button").click()
        two.shown("waiting")
        two.look("waiting")
        late.page.reload()
        late.page.locator("section[data-when=open] button").click()
        late.shown("sold_out")
        late.look("sold-out")
        one.submit("/disclosures")
        one.at("sign")
        one.page.locator("#signed_name").fill("Camille Martin")
        one.page.locator("#accept").check()
        one.submit("/sign")
        one.at("card")
        one.look("card")
        one.submit("/card")
        one.at("placed")
        two.shown("sold_out")
        two.look("sold-out-after-waiting")


@pytest.mark.prove
def test_a_draw_tells_the_winner_and_who_was_not_drawn(three: list[Page], tmp_path: Path):
    with sale_running(tmp_path, fairness="lottery") as shop:
        shoppers = [Shopper(shop, page, name=f"draw-{n}") for n, page in enumerate(three, 1)]
        for shopper, ref in zip(shoppers, "abc", strict=True):
            shopper.get_ready(ref, number=ord(ref) - 96)
        shoppers[0].look("ready")
        shoppers[0].page.goto(f"{shop.url}/bnpl/sale/blossom")
        shoppers[0].look("room-before")
        shoppers[0].page.go_back()
        shop.told("/starts-in/1")
        for shopper in shoppers:
            shopper.page.reload()
        states = []
        for shopper in shoppers:
            told = shopper.page.locator("section[data-when=yours]:visible, section[data-when=waiting]:visible")
            expect(told).to_be_visible(timeout=30_000)
            states.append(told.get_attribute("data-when"))
            shopper.look(str(states[-1]))
        assert sorted(map(str, states)) == ["waiting", "waiting", "yours"]
        winner = shoppers[states.index("yours")]
        winner.page.locator("section[data-when=yours] button").click()
        winner.at("disclosures")
        winner.page.goto(f"{shop.url}/bnpl/sale/blossom")
        winner.look("room-drawn")
        expect(winner.page.locator("body")).to_contain_text(re.compile(r"[0-9a-f]{64}"))
