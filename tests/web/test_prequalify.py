"""How much could I finance? Asked and answered on pages, for the shopper alone or for a shop that asked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from bnpl_plugin.lifecycle import limit_changes, merchants, passes, policies, resolution
from tests.lifecycle.test_policies import another
from tests.web.browsing import FACTS, PHONES, Browser, clock, house_of, last_code, state
from tests.web.browsing import checkout_id as id_of


def sign_in(browser: Browser, *, currency: str = "EUR") -> None:
    """Give the phone number and the code that arrives."""
    browser.post(browser.answer.request.full_path, phone=PHONES[currency])
    browser.post(browser.answer.request.path, code=last_code(browser.app))


def ask(browser: Browser, **facts: str) -> None:
    """Ask for oneself, in France."""
    browser.get("/bnpl/prequalify?country=FR")
    if browser.step == "sign-in":
        sign_in(browser)
    browser.post("/bnpl/prequalify", **{**FACTS, "country": "FR", "shown_country": "FR", **facts})


def shopper_id(shop: Flask) -> str:
    house = house_of(shop)
    person = house.store.person_by_phone(house.seal.keyed_hash(PHONES["EUR"].replace(" ", "")))
    assert person is not None
    return person.shopper_id


def test_it_answers_up_to_how_much_and_for_how_long(browser: Browser):
    ask(browser)
    assert browser.step == "answer"
    assert "You can finance up to €" in browser.words
    assert "Nothing is reserved" in browser.words
    assert browser.answer.status_code == 200


def test_a_guest_of_a_storefront_is_asked_in_its_country_once_the_number_is_proved(browser: Browser):
    browser.get("/bnpl/prequalify?country=CN&lang=en")
    browser.post(browser.answer.request.full_path, phone="138 0013 8000")
    browser.post(browser.answer.request.path, code=last_code(browser.app))
    assert browser.step == "prequalify"
    assert '<option value="CN" selected' in browser.text
    assert 'name="shown_country" value="CN"' in browser.text


def test_a_rejection_is_an_answer_with_its_reasons_and_rights(browser: Browser):
    ask(browser, monthly_outgoings="25000")
    assert browser.answer.status_code == 200
    assert "Not this time" in browser.words
    assert "too high for what is left of your income" in browser.words
    assert "Ask a person to review" in browser.words
    browser.post("/bnpl/prequalify/review", statement="I have a new job 🎉")
    assert "A person is looking at it" in browser.words


def test_who_is_approved_for_nothing_is_told_no_and_may_ask_a_person_who_may_say_yes(shop: Flask, browser: Browser):
    ask(browser, monthly_income="600", monthly_outgoings="599")
    assert "Not this time" in browser.words
    browser.post("/bnpl/prequalify/review", statement="The flat is sold")
    assert "A person is looking at it" in browser.words
    house = house_of(shop)
    (review,) = house.reads.reviews(state="open").rows
    resolution.resolve(
        house, review_id=review.review_id, operator="Ada", outcome="approved", note="seen", limit_minor=500_00
    )
    browser.get("/bnpl/prequalify/answer")
    assert "You can finance up to €500.00" in browser.words


def test_a_rejection_by_the_score_says_which_facts_cost_points_on_the_page_and_in_the_laws_notice(
    shop: Flask, browser: Browser
):
    policies.add(house_of(shop), another("closed-1", limit_bps=dict.fromkeys("ABCD", 0)))
    policies.make_champion(house_of(shop), version="closed-1")
    ask(browser)
    assert "Not this time" in browser.words
    why = "You have not yet paid back a purchase with us."
    assert browser.words.count(why) >= 1
    engine = house_of(shop).store.engine  # type: ignore[attr-defined]
    with engine.connect() as connection:
        (body,) = connection.exec_driver_sql("SELECT body FROM bnpl_disclosure WHERE kind = 'decline_notice'").scalars()
    assert why in str(body)


def test_an_answer_whose_time_is_over_is_told_as_that_and_never_as_a_refusal(shop: Flask, browser: Browser):
    ask(browser)
    passes.revoke(house_of(shop), shopper_id=shopper_id(shop), reason="lender_decision")
    browser.get("/bnpl/prequalify/answer")
    assert "This answer is no longer good" in browser.words
    assert "Not this time" not in browser.words
    with house_of(shop).store.engine.connect() as connection:  # type: ignore[attr-defined]
        assert connection.exec_driver_sql("SELECT count(*) FROM bnpl_disclosure").scalar() == 0


def test_what_the_lender_asked_about_the_limit_is_no_answer_to_the_shopper(shop: Flask, browser: Browser):
    browser.to_placed("order-1")
    ask(browser)
    limit_changes.reassess(house_of(shop), shopper_id=shopper_id(shop))
    browser.get("/bnpl/prequalify/answer")
    assert "You can finance up to €" in browser.words


def test_a_persons_yes_is_the_answer(shop: Flask, browser: Browser):
    ask(browser, monthly_outgoings="25000")
    browser.post("/bnpl/prequalify/review", statement="I have a new job")
    (review,) = house_of(shop).store.reviews_of(shopper_id(shop))
    resolution.resolve(
        house_of(shop), review_id=review.review_id, operator="Ada", outcome="approved", note="Pay slips seen.",
        limit_minor=50_000,
    )  # fmt: skip
    browser.get("/bnpl/prequalify/answer")
    assert "You can finance up to €500.00" in browser.words


def test_a_statement_that_cannot_be_read_is_told(browser: Browser):
    ask(browser, monthly_outgoings="25000")
    browser.post("/bnpl/prequalify/review", statement="x" * 2001)
    assert browser.answer.status_code == 422


@pytest.mark.parametrize(("field", "value"), [("full_name", ""), ("birth_on", "2099-01-01"), ("monthly_income", "-1")])
def test_a_fault_is_told_at_its_field_and_nothing_typed_is_lost(browser: Browser, field: str, value: str):
    ask(browser, **{field: value})
    assert browser.answer.status_code == 422
    assert "Please check 1 field." in browser.words
    assert FACTS["monthly_outgoings"] in browser.text


def test_without_consent_nothing_is_decided(shop: Flask, browser: Browser):
    ask(browser, consent="")
    assert browser.answer.status_code == 422
    assert house_of(shop).store.lines.decisions(shopper_id=shopper_id(shop)) == ()


def test_sums_in_another_currency_are_asked_for_again(browser: Browser):
    ask(browser, country="CN")
    assert browser.answer.status_code == 422
    assert "Please type the sums in CNY." in browser.words


def test_a_checkout_with_a_pass_skips_the_facts(shop: Flask, browser: Browser):
    ask(browser)
    base = browser.open("order-1")
    browser.choose(base)
    assert browser.step == "decision"
    assert "You are approved" in browser.words
    assert state(shop, base) == "approved"


def test_another_browser_proves_the_phone_and_the_date_of_birth_first_and_then_skips_the_facts(
    shop: Flask, browser: Browser
):
    ask(browser)
    other = Browser(shop)
    other.get("/bnpl/account")
    sign_in(other)
    other.post(other.answer.request.path, birth_on=FACTS["birth_on"])
    base = other.open("order-1")
    other.choose(base)
    assert other.step == "decision"


def test_without_a_valid_pass_the_facts_are_asked(shop: Flask, browser: Browser):
    ask(browser)
    passes.revoke(house_of(shop), shopper_id=shopper_id(shop), reason="lender_decision")
    base = browser.open("order-1")
    browser.choose(base)
    assert browser.step == "facts"


def test_the_answer_is_nobody_elses(shop: Flask, browser: Browser):
    ask(browser)
    other = Browser(shop)
    other.get("/bnpl/prequalify/answer")
    assert other.step == "sign-in"
    other.post(other.answer.request.full_path, phone="+33 6 12 34 56 79")
    other.post(other.answer.request.path, code=last_code(shop))
    assert "You can finance" not in other.words


def test_it_speaks_french_and_chinese(browser: Browser):
    ask(browser)
    browser.get("/bnpl/prequalify/answer?lang=fr")
    assert "Vous pouvez financer jusqu’à" in browser.words.replace("'", "’")
    browser.get("/bnpl/prequalify/answer?lang=zh-Hans")
    assert "您最多可分期" in browser.words


# a shop asks ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def question(shop: Flask) -> dict[str, Any]:
    """What a shop was answered, with its key."""
    house = house_of(shop)
    other = merchants.register(house, name="Atelier")
    key = merchants.issue_key(house, merchant_id=other.merchant_id, label="till")
    asked = {"country": "FR", "amount_minor": 50_000, "phone": PHONES["EUR"], "return_url": "https://shop.example/back"}
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "q-1"}
    answer = shop.test_client().post("/bnpl/api/v1/prequalifications", json=asked, headers=headers)
    assert answer.status_code == 201, answer.json
    return {**(answer.json or {}), "key": key}


def told(shop: Flask, question: dict[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {question['key']}"}
    answer = shop.test_client().get(f"/bnpl/api/v1/prequalifications/{question['id']}", headers=headers)
    return dict(answer.json or {})


def path_of(question: dict[str, Any]) -> str:
    return str(question["prequalification_url"]).removeprefix("http://localhost")


def test_a_shop_learns_a_sum_and_nothing_else(shop: Flask, browser: Browser, question: dict[str, Any]):
    assert told(shop, question)["state"] == "pending"
    browser.get(path_of(question))
    sign_in(browser)
    assert "Atelier learns only yes or no and a sum" in browser.words
    browser.post(path_of(question), **FACTS, country="FR")
    assert "You can finance up to" in browser.words
    assert "https://shop.example/back" in browser.text
    answer = told(shop, question)
    assert (answer["state"], answer["up_to_minor"], answer["prequalification_url"]) == ("approved", 50_000, None)
    assert not {"reasons", "rating", "shopper_id", "phone", "decision_id"} & answer.keys()
    assert "Ada" not in str(answer)
    browser.get(path_of(question))  # once more: it has been answered
    assert browser.answer.status_code == 410


def test_a_shop_learns_no_without_a_reason(shop: Flask, browser: Browser, question: dict[str, Any]):
    browser.get(path_of(question))
    sign_in(browser)
    browser.post(path_of(question), **{**FACTS, "monthly_outgoings": "25000"}, country="FR")
    answer = told(shop, question)
    assert (answer["state"], answer["up_to_minor"], answer["reason"]) == ("rejected", None, "credit_declined")


def test_another_phone_than_the_shop_named_cannot_answer(shop: Flask, browser: Browser, question: dict[str, Any]):
    browser.get(path_of(question))
    browser.post(browser.answer.request.full_path, phone="+33 6 12 34 56 79")
    browser.post(browser.answer.request.path, code=last_code(shop))
    browser.post(path_of(question), **FACTS, country="FR")
    assert browser.answer.status_code == 404
    assert told(shop, question)["state"] == "pending"


def test_a_question_expires_and_an_unknown_one_is_nothing(shop: Flask, browser: Browser, question: dict[str, Any]):
    clock(shop).advance(timedelta(hours=25))
    assert told(shop, question)["state"] == "expired"
    browser.get(path_of(question))
    sign_in(browser)
    assert browser.answer.status_code == 410
    browser.get("/bnpl/prequalify/pre_nothing")
    assert browser.answer.status_code == 404


def test_the_same_key_asks_once_and_another_shop_sees_nothing(shop: Flask, question: dict[str, Any]):
    house = house_of(shop)
    headers = {"Authorization": f"Bearer {question['key']}", "Idempotency-Key": "q-1"}
    asked = {"country": "FR", "amount_minor": 50_000, "phone": PHONES["EUR"], "return_url": "https://shop.example/back"}
    again = shop.test_client().post("/bnpl/api/v1/prequalifications", json=asked, headers=headers)
    assert (again.json or {})["id"] == question["id"]
    other = merchants.register(house, name="Another")
    key = merchants.issue_key(house, merchant_id=other.merchant_id, label="till")
    foreign = shop.test_client().get(
        f"/bnpl/api/v1/prequalifications/{question['id']}", headers={"Authorization": f"Bearer {key}"}
    )
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"amount_minor": 0}, {"amount_minor": -5}, {"country": "XX"}, {"phone": "12"}, {"return_url": "javascript:x"}],
)
def test_what_a_shop_cannot_ask_is_refused(shop: Flask, question: dict[str, Any], change: dict[str, Any]):
    asked = {"country": "FR", "return_url": "https://shop.example/back", **change}
    headers = {"Authorization": f"Bearer {question['key']}", "Idempotency-Key": "q-2"}
    assert shop.test_client().post("/bnpl/api/v1/prequalifications", json=asked, headers=headers).status_code == 422


def test_the_product_page_leads_to_it(browser: Browser):
    browser.get("/cart/order-1")
    assert 'href="/bnpl/prequalify?country=FR"' in browser.text


def test_ids_of_checkouts_are_no_questions(browser: Browser):
    base = browser.open("order-1")
    browser.get(f"/bnpl/prequalify/{id_of(base)}")
    assert browser.step == "sign-in"


def test_my_limit_tells_the_end_of_the_answer_in_the_same_hours_as_the_answer(browser: Browser):
    ask(browser)
    end = re.search(r"Good until\s+(\w{3} \d+, \d{4} \d+:\d\d\s[AP]M)", browser.words)
    assert end, browser.words
    browser.get("/bnpl/account/limit")
    assert end[1] in browser.words


def test_who_is_too_young_is_not_sent_to_ask_again(browser: Browser):
    ask(browser, birth_on="2012-01-01")
    assert "below the age" in browser.words
    assert "Ask again with other facts" not in browser.words


def test_my_limit_without_a_line_does_not_name_a_heading_and_a_link_alike(browser: Browser):
    ask(browser)
    browser.get("/bnpl/account/limit")
    assert browser.words.count("How much could I finance?") == 1
    assert "Ask again with other facts" in browser.words
