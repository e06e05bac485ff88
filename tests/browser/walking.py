"""A shopper's hands and eyes: one step of the checkout each, a picture and an axe check of every page on the way."""

import itertools
import re
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bnpl_plugin.providers.sandbox.cards import TEST_CARDS, Behaviour
from tests.servers.browser import screenshot
from tests.servers.process import wait_until

CARDS = {card.behaviour: card.number for card in TEST_CARDS}
_number = itertools.count(1)
_PHONES = {"FR": "+336123456{:02d}", "CN": "+8613800138{:03d}", "US": "+120255501{:02d}"}


def new_phone(country: str) -> str:
    """Return a phone number that no other walk uses."""
    return _PHONES[country].format(next(_number))


@dataclass(frozen=True)
class Demo:
    """Where the demo's two shops answer, and its log."""

    url: str
    other: str
    log: Path

    def newest_text(self, number: str) -> str:
        """Return the newest message to a phone, as the inbox page shows it."""
        with urllib.request.urlopen(f"{self.url}/demo/inbox") as answer:
            page = answer.read().decode()
        found = re.findall(r"<small>(\S+) ·.*?</small><p>(.*?)</p>", page)
        return next((text for known, text in found if known == number), "")

    def code_for(self, number: str) -> str:
        """Wait for a one-time code and return it."""
        wait_until(lambda: bool(re.search(r"\b\d{6}\b", self.newest_text(number))), what=f"a code to {number}")
        found = re.search(r"\b\d{6}\b", self.newest_text(number))
        assert found
        return found[0]


@dataclass
class Walk:
    """One shopper's way. ``name`` opens the file names of the pictures."""

    demo: Demo
    page: Page
    name: str = "walk"
    country: str = "FR"
    phone: str = ""
    full_name: str = "Camille Martin"
    seen: list[str] = field(default_factory=list)

    # looking --------------------------------------------------------------------------------------------------
    def look(self, what: str) -> None:
        """Keep a picture of the page; it must not scroll sideways nor have a serious fault of accessibility."""
        self.seen.append(what)
        self.page.evaluate("scrollTo(0, 0)")  # what sticks to the top is to be there in the picture
        screenshot(self.page, name=f"{self.name}-{len(self.seen):02d}-{what}")
        too_wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"{self.page.url} scrolls {too_wide} points sideways"
        found = Axe().run(self.page, options={"preload": False}).response["violations"]
        serious = [
            f"{v['id']}: {v['help']}: {[n['html'][:160] for n in v['nodes'][:3]]}"
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]
        assert serious == [], f"{self.page.url} ({what}): {serious}"

    def go(self, path: str, what: str = "") -> None:
        """Open a page of the demo shop."""
        self.page.goto(f"{self.demo.url}{path}")
        if what:
            self.look(what)

    def submit(self, action: str) -> None:
        """Press the first button of the form whose address ends so."""
        self.page.locator(f"form[action$='{action}'] button[type=submit]").first.click()

    def at(self, step: str) -> None:
        """Wait for a step of the checkout."""
        expect(self.page).to_have_url(re.compile(rf"/checkout/chk_\w+/{step}(\?|$)"))

    # the shop -------------------------------------------------------------------------------------------------
    def order(self, *, country: str, path: str, name: str = "", address: str = "12 rue des Lilas, Lyon") -> None:
        """Put a product into the cart of a storefront and make it an order that waits for its payment."""
        self.country, self.full_name = country, name or self.full_name
        self.phone = new_phone(country)
        self.go(f"/store/{country}", "home")
        self.go(path, "product")
        self.page.locator("form[action='/cart/add'] button").click()
        self.look("cart")
        self.deliver(address)

    def deliver(self, address: str) -> None:
        """From the cart (or the sale) to the order's page."""
        self.page.locator("a[href='/checkout'], a[href='/sale/buy']").click()
        self.page.locator("#recipient").fill(self.full_name)
        self.page.locator("#address").fill(address)
        self.look("delivery")
        self.page.locator("form.fields button").click()
        expect(self.page).to_have_url(re.compile(r"/order/HAN-"))
        self.look("order")

    def pay_later(self) -> None:
        """Press the package's button."""
        self.page.locator(".bnpl-button button").click()
        self.at("plans")

    # the checkout ---------------------------------------------------------------------------------------------
    def choose(self, count: int) -> None:
        """Choose the first plan with this many instalments."""
        self.look("plans")
        figure = self.page.locator(".offer-figure", has_text=re.compile(rf"^\s*{count}\s*期?\s*×"))
        fitting = self.page.locator(".offer", has=figure)
        fitting.first.locator("input[name=offer]").check()
        self.submit("/plans")

    def identify(self) -> None:
        """Give the phone number, then the code that came to it."""
        self.at("phone")
        self.page.locator("#phone").fill(self.phone)
        self.look("phone")
        self.submit("/phone")
        self.at("code")
        self.look("code")
        self.page.locator("#code").fill(self.demo.code_for(self.phone))  # goes off by itself once it is whole

    def tell(self, *, income: str = "3200", outgoings: str = "900", born: str = "1990-05-17") -> None:
        """Tell the few facts, with consent."""
        self.at("facts")
        for name, text in (
            ("full_name", self.full_name), ("birth_on", born),
            ("monthly_income", income), ("monthly_outgoings", outgoings),
        ):  # fmt: skip
            self.page.locator(f"#{name}").fill(text)
        self.page.locator("select#country").select_option(self.country)
        assert self.page.locator("input[type=checkbox]:checked").count() == 0, "a box was ticked beforehand"
        for answer in self.page.locator("input[name=student][value=no]").all():  # asked where the law bars students
            answer.check()
        for box in self.page.locator("input[type=checkbox]").all():
            box.check()
        self.look("facts")
        self.submit("/facts")
        self.at("decision")
        self.look("decision")

    def sign(self) -> None:
        """See the terms and sign them."""
        self.page.locator(".verdict form button").click()
        self.at("disclosures")
        self.look("disclosures")
        reading = self.page.locator("form[data-read-seconds]")
        if reading.count():
            self.page.wait_for_timeout(1000 * int(reading.get_attribute("data-read-seconds") or 0) + 300)
        self.submit("/disclosures")
        self.at("sign")
        self.page.locator("#signed_name").fill(self.full_name)
        self.page.locator("#accept").check()
        self.look("sign")
        self.submit("/sign")
        self.at("card")
        self.look("card")

    def pay(self, behaviour: Behaviour = Behaviour.SUCCESS) -> None:
        """Give a card of the test bank."""
        self.submit("/card")
        expect(self.page).to_have_url(re.compile(r"/sandbox/card/"))
        self.page.locator("#number").fill(CARDS[behaviour])
        self.look("bank")
        self.page.locator("main form button[type=submit]").first.click()

    def pay_and_vanish(self) -> None:
        """Give a good card; the browser is gone before the bank's answer could lead it back."""
        self.submit("/card")
        expect(self.page).to_have_url(re.compile(r"/sandbox/card/"))
        self.page.locator("#number").fill(CARDS[Behaviour.SUCCESS])
        self.page.locator("main form").first.evaluate(
            "form => fetch(form.action, "
            "{method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual'})"
        )
        self.page.close()

    def approve(self, answer: str = "approve") -> None:
        """Answer the bank's 3-D Secure question."""
        expect(self.page).to_have_url(re.compile(r"/sandbox/three_d_secure/"))
        self.look("three-d-secure")
        self.page.locator(f"button[value={answer}]").click()

    def to_card(self, count: int, **facts: str) -> None:
        """From the button to the card page."""
        self.pay_later()
        self.choose(count)
        self.identify()
        self.tell(**facts)
        self.sign()

    def placed(self) -> None:
        """See the order placed."""
        self.at("placed")
        self.look("placed")
