"""The whole purchase in the demo shop, as a shopper sees it."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import expect

from bnpl_plugin.providers.sandbox.cards import Behaviour
from tests.browser.walking import Walk
from tests.servers.process import wait_until


def told(url: str) -> dict[str, str]:
    """Return what a shop answers in JSON."""
    with urllib.request.urlopen(url) as answer:
        found: dict[str, str] = json.loads(answer.read())
        return found


pytestmark = pytest.mark.timeout(180)


def test_a_guest_in_france_pays_in_three_and_lands_on_a_placed_order(walk: Walk):
    walk.name = "fr"
    walk.order(country="FR", path="/product/blossom-7")
    walk.to_card(3)
    walk.pay()
    walk.placed()
    expect(walk.page.locator("html")).to_have_attribute("lang", "fr")
    walk.page.locator(".actions a.button").first.click()
    expect(walk.page.locator(".state-placed")).to_be_visible()
    walk.look("order-placed")
    walk.go("/orders", "orders")
    walk.go("/bnpl/account", "my-plans")


def test_a_shopper_in_china_pays_in_chinese_and_yuan(walk: Walk):
    walk.name = "zh"
    walk.order(country="CN", path="/product/blossom-7-mini", name="李娜", address="深圳市南山区科苑路 8 号")
    walk.to_card(3, income="12000", outgoings="3000")
    walk.pay()
    walk.placed()
    expect(walk.page.locator("html")).to_have_attribute("lang", re.compile("zh"))


@pytest.mark.prove
def test_a_shopper_in_the_united_states_pays_in_four(walk: Walk):
    walk.name = "us"
    walk.order(country="US", path="/product/paper-tab-11", name="Jordan Reed", address="48 Prospect Street, Brooklyn")
    walk.to_card(4, income="5200", outgoings="1400")
    walk.pay()
    walk.placed()


@pytest.mark.prove
def test_a_declined_card_keeps_the_purchase_and_another_card_finishes_it(walk: Walk):
    walk.name = "declined-card"
    walk.order(country="FR", path="/product/dewdrop-watch")
    walk.to_card(3)
    walk.pay(Behaviour.DECLINED)
    walk.at("card")
    expect(walk.page.locator(".fault")).to_be_visible()
    walk.look("card-declined")
    walk.pay()
    walk.placed()


@pytest.mark.prove
def test_a_shopper_whose_means_do_not_suffice_is_told_why(walk: Walk):
    walk.name = "refused-credit"
    walk.order(country="FR", path="/product/blossom-7-pro")
    walk.pay_later()
    walk.choose(3)
    walk.identify()
    walk.tell(income="900", outgoings="880")
    expect(walk.page.locator(".reasons li").first).to_be_visible()
    expect(walk.page.locator(".verdict form")).to_have_count(0)


@pytest.mark.prove
def test_three_d_secure_is_asked_and_approved(walk: Walk):
    walk.name = "three-d-secure"
    walk.order(country="FR", path="/product/petal-buds")
    walk.to_card(3)
    walk.pay(Behaviour.THREE_D_SECURE)
    walk.approve()
    walk.placed()


@pytest.mark.prove
def test_a_bank_answer_that_was_lost_is_waited_for_and_then_found(walk: Walk):
    walk.name = "unknown"
    walk.order(country="FR", path="/product/leaf-charger")
    walk.to_card(3)
    walk.pay(Behaviour.UNKNOWN)
    expect(walk.page).to_have_url(re.compile(r"/(working|placed)$"))
    walk.look("working")
    expect(walk.page).to_have_url(re.compile(r"/placed$"), timeout=60_000)


@pytest.mark.prove
def test_the_flash_sale_item_is_bought_once_by_one_person(walk: Walk):
    walk.name = "flash"
    walk.phone = "+33611223344"
    walk.go("/store/FR")
    walk.go("/sale", "sale")
    before = walk.page.locator("meter").get_attribute("value")
    walk.deliver("12 rue des Lilas, Lyon")
    walk.to_card(3)
    walk.pay()
    walk.placed()
    walk.go("/sale", "sale-after")
    assert int(walk.page.locator("meter").get_attribute("value") or 0) < int(before or 0)
    expect(walk.page.locator(".told-good")).to_be_visible()
    expect(walk.page.locator("a[href='/sale/buy']")).to_have_count(0)
    walk.page.context.clear_cookies()  # another browser, the same person
    walk.go("/store/FR")
    walk.go("/sale")
    walk.deliver("12 rue des Lilas, Lyon")
    walk.pay_later()
    walk.choose(3)
    walk.identify()
    expect(walk.page.locator("section[data-when=enough]")).to_be_visible()  # before any fact is typed
    walk.look("sale-one-each")


@pytest.mark.prove
def test_the_cart_from_china_to_france_shows_its_landed_total_line_by_line(walk: Walk):
    walk.name = "landed"
    walk.go("/demo/cart/china-to-france", "cart")
    expect(walk.page.locator(".line-duty dd")).to_be_visible()
    expect(walk.page.locator(".line-tax dd")).to_be_visible()
    total = walk.page.locator(".line-total dd").inner_text()
    walk.phone = "+33655667788"
    walk.deliver("12 rue des Lilas, Lyon")
    assert walk.page.locator(".line-total dd").inner_text() == total
    walk.to_card(3)
    walk.pay()
    walk.placed()


@pytest.mark.prove
def test_the_third_party_shop_s_order_completes_though_the_browser_never_returns(walk: Walk):
    walk.name = "third-party"
    walk.phone = "+33677889900"
    walk.page.goto(f"{walk.demo.other}/produit/brume")
    expect(walk.page.locator(".bnpl-offer-line")).to_be_visible()
    walk.look("product")
    walk.page.locator("form[action='/panier'] button.main").click()
    expect(walk.page.locator(".bnpl-offer-line")).to_be_visible()
    walk.look("cart")
    walk.page.locator("form[action='/commander'] button").click()
    walk.at("plans")
    left = walk.page.locator("a.bar-back").get_attribute("href") or ""
    walk.choose(3)
    walk.identify()
    walk.tell()
    walk.sign()
    walk.pay_and_vanish()
    order = left.removesuffix("/interrompue")
    wait_until(lambda: told(f"{order}/etat.json")["state"] == "confirmed", what="the order to complete", seconds=60)
    assert told(f"{order}/etat.json")["news"] == "webhook"


@pytest.mark.prove
def test_the_third_party_shop_tells_the_truth_when_the_shopper_comes_back(walk: Walk):
    walk.name = "third-party-return"
    walk.phone = "+33677889911"
    walk.page.goto(f"{walk.demo.other}/produit/brume")
    walk.page.locator("form[action='/panier'] button.main").click()
    walk.page.locator("form[action='/commander'] button").click()
    walk.at("plans")
    walk.choose(3)
    walk.identify()
    walk.tell()
    walk.sign()
    walk.pay()
    walk.placed()
    walk.page.locator(".actions a.button").first.click()
    expect(walk.page).to_have_url(re.compile(re.escape(walk.demo.other)))
    walk.look("order")


def test_the_pages_of_the_demo_itself_are_sound(walk: Walk):
    walk.name = "demo"
    pages = {"/demo": "guide", "/demo/inbox": "inbox", "/demo/clock": "clock", "/sign-in": "sign-in", "/cart": "empty"}
    for path, what in pages.items():
        walk.go(path, what)


def test_the_lender_sees_the_loan_its_capital_and_that_all_promises_hold(walk: Walk):
    walk.name = "console"
    walk.go("/bnpl/console", "sign-in")
    walk.page.locator("input[name=password]").fill("petals on the river")
    walk.page.locator("input[name=name]").fill("Noor")
    walk.page.locator("main form button[type=submit]").first.click()
    walk.look("loans")
    for part in ("capital", "verify", "jobs"):
        walk.page.locator(f"a[href*='/console/{part}']").first.click()
        walk.look(part)
