"""Units, capital and goods that are not there: the last one goes to one, the others are told."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from bnpl_plugin import worker
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.lifecycle.funding import funders, limits, loan_sales
from bnpl_plugin.ports.store import Changeset, PoolChange
from tests.web.browsing import Browser, checkout_id, clock, house_of, make_shop, state


def _sale(shop: Flask, *, units: int = 1, per_shopper: int = 1, opens_in: timedelta = timedelta(0)) -> str:
    house = house_of(shop)
    now = house.clock.now()
    item = ItemTerms(sku="phone", name="Phone", units=units, units_per_shopper=per_shopper, line_limit=0)
    terms = SaleTerms(
        name="Flash sale", country="FR", items=(item,), starts_at=now + opens_in, ends_at=now + timedelta(days=1)
    )
    return selling.create(house, terms, merchant_id=house.host_merchant_id).items[0].sale_item_id


def test_the_last_unit_goes_to_one_and_the_other_is_told(shop: Flask) -> None:
    item = _sale(shop)
    for ref in ("a", "b"):
        shop.extensions["shop"].add(order_ref=ref, sale_item_id=item, units=1)
    Browser(shop).to_placed("a")
    late = Browser(shop)
    base = late.open("b")
    late.choose(base)
    late.post(f"{base}/phone", phone="+33698765432")
    late.post(f"{base}/code", code=house_of(shop).notifier.sent[-1].text[13:19])  # type: ignore[attr-defined]
    late.tell_facts(base)
    late.post(f"{base}/decision")
    assert late.answer.status_code == 410
    assert "This item is sold out." in late.words
    assert house_of(shop).verifier.findings() == ()


def test_a_sale_that_has_not_begun_says_when_it_runs(browser: Browser, shop: Flask) -> None:
    item = _sale(shop, opens_in=timedelta(hours=2))
    shop.extensions["shop"].add(order_ref="early", sale_item_id=item, units=1)
    base = browser.to_decision("early")
    browser.post(f"{base}/decision")
    assert browser.step == "sale"
    assert "The sale starts at" in browser.words


def test_without_capital_nobody_is_promised_anything(tmp_path) -> None:
    shop = make_shop(tmp_path, capital={"EUR": 100})
    shop.extensions["shop"].add(order_ref="order-1")
    browser = Browser(shop)
    base = browser.to_decision("order-1")
    browser.post(f"{base}/decision")
    assert browser.answer.status_code == 503
    assert "We cannot lend for this purchase at the moment." in browser.words
    assert state(shop, base) == "approved"


def test_with_a_limit_of_concentration_full_the_shopper_is_told_and_nothing_is_held(shop: Flask) -> None:
    house = house_of(shop)
    shop.extensions["shop"].add(order_ref="order-1")
    with shop.app_context():
        limits.set_limit(house, pool_id="pool_eur", scope="plan", subject="pay_in_3", ceiling_minor=5)
    browser = Browser(shop)
    base = browser.to_decision("order-1")
    browser.post(f"{base}/decision")
    assert browser.answer.status_code == 503
    assert "No more credit is available for this at the moment." in browser.words
    assert state(shop, base) == "approved"
    assert house.verifier.findings() == ()


def test_a_limit_filled_while_the_shopper_pays_lifts_the_reservation(browser: Browser, shop: Flask) -> None:
    base = browser.to_card("order-1")
    browser.post(f"{base}/card")
    bank_page = browser.answer.request.path
    clock(shop).advance(timedelta(minutes=61))
    holds.expire_due(house_of(shop), limit=10)
    with shop.app_context():
        limits.set_limit(house_of(shop), pool_id="pool_eur", scope="plan", subject="pay_in_3", ceiling_minor=5)
    browser.post(bank_page, number="4242424242424242", expiry="12/34", cvc="123")
    assert browser.step == "refused", browser.words
    assert "is being lifted. Nothing was charged." in browser.words
    worker.run_until_idle(house_of(shop))
    browser.get(base)
    assert "No loan was made" in browser.words
    assert house_of(shop).verifier.findings() == ()


def test_a_shopper_sees_the_same_before_and_after_the_loan_is_sold(browser: Browser, shop: Flask) -> None:
    house = house_of(shop)
    base = browser.to_placed("order-1")
    worker.run_until_idle(house)
    loan = house.purchase(checkout_id(base)).loan
    assert loan is not None
    pages = ("/bnpl/account", f"/bnpl/account/loans/{loan.loan_id}", base)

    def seen() -> list[str]:
        found = []
        for page in pages:
            browser.get(page)
            found.append(browser.words)
        return found

    before = seen()
    with shop.app_context():
        funder_id = funders.register(house, name="Bank of Elsewhere").funder_id
        sale = loan_sales.sell(
            house, pool_id="pool_eur", funder_id=funder_id, price_bps=9_000, value_on=house.today("UTC"),
            target_minor=10**9,
        )  # fmt: skip
    assert sale.loans == 1
    assert seen() == before
    assert not any("Elsewhere" in page for page in before)


def test_an_order_that_cannot_be_given_is_refused_and_the_reservation_lifted(browser: Browser, shop: Flask) -> None:
    base = browser.to_card("order-1")
    item = house_of(shop)
    browser.post(f"{base}/card")
    bank_page = browser.answer.request.path
    clock(shop).advance(timedelta(minutes=61))
    holds.expire_due(item, limit=10)
    drained = item.store.pool("EUR")
    assert drained is not None
    item.commit(Changeset(pools=(PoolChange(drained.pool_id, available_minor=-drained.available_minor),)))
    browser.post(bank_page, number="4242424242424242", expiry="12/34", cvc="123")
    assert browser.step == "refused", browser.words
    assert "is being lifted. Nothing was charged." in browser.words
    worker.run_until_idle(item)
    browser.get(base)
    assert "is cancelled. Nothing was charged." in browser.words
    assert "No loan was made" in browser.words
