"""The decline page, the request for a person, the queue and its answer, as pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.web.browsing import FACTS, Browser, checkout_id, clock, house_of, last_code, state

TIGHT = {"monthly_outgoings": "24 990"}
ASK = "Ask a person to review"


@pytest.fixture
def base(browser: Browser) -> str:
    """The address of a declined checkout."""
    return browser.to_decision("order-1", **TIGHT)


@pytest.fixture
def operator(shop: Flask) -> Browser:
    other = Browser(shop)
    other.enter_console()
    return other


def the_review(operator: Browser) -> str:
    """Open the queue's first review and return its address."""
    operator.get("/bnpl/console/reviews")
    part = operator.text.partition('href="/bnpl/console/reviews/')[2].partition('"')[0]
    operator.get(f"/bnpl/console/reviews/{part}")
    assert operator.answer.status_code == 200
    return f"/bnpl/console/reviews/{part}"


def test_a_decline_says_why_what_the_law_wants_and_how_to_have_a_person_look(browser: Browser, base: str, shop: Flask):
    for words in (
        "The instalments are too high", "You may have a person review it", ASK, "within 48 hours",
        "Free and independent advice on debt", "Sample, not law", "You may ask for an explanation",
    ):  # fmt: skip
        assert words in browser.words, words
    kinds = [shown.kind for shown in house_of(shop).purchase(checkout_id(base)).disclosures]
    assert kinds == ["decline_notice"]
    browser.get(f"{base}/decision")
    assert len(house_of(shop).purchase(checkout_id(base)).disclosures) == 1


def test_a_refusal_in_the_united_states_carries_its_notice(browser: Browser, shop: Flask) -> None:
    shop.extensions["shop"].add(order_ref="us", currency="USD")
    base = browser.to_decision("us", currency="USD", plan_code="pay_in_4", **TIGHT)
    assert "does not discriminate" in browser.words
    (shown,) = house_of(shop).purchase(checkout_id(base)).disclosures
    assert shown.body["reasons"][0]["code"] == "affordability"
    assert {row["name"] for row in shown.body["law"]} >= {"adverse_action_days", "reasons_request_days"}
    assert "Ada" not in str(shown.body)


def test_a_refusal_without_an_order_carries_its_notice_too_and_is_recorded_once(browser: Browser, shop: Flask) -> None:
    browser.get("/bnpl/account/sign-in?to=prequalify.&lang=en")
    browser.post("/bnpl/account/sign-in?to=prequalify.", phone="+1 201 555 0123")
    browser.post(browser.answer.request.path, code=last_code(shop))
    facts = {**FACTS, **TIGHT, "country": "US", "shown_country": "US"}
    browser.post("/bnpl/prequalify", **facts)
    assert browser.step == "answer", browser.words
    assert "does not discriminate" in browser.words
    browser.get("/bnpl/prequalify/answer")
    with house_of(shop).store.engine.connect() as connection:  # type: ignore[attr-defined]
        kinds = connection.exec_driver_sql("SELECT kind FROM bnpl_disclosure").scalars().all()
    assert list(kinds) == ["decline_notice"]
    assert house_of(shop).verifier.findings() == ()


def test_a_shopper_asks_once_and_is_told_by_when(browser: Browser, base: str, shop: Flask) -> None:
    browser.post(f"{base}/review", statement="My rent has fallen 🎉")
    assert "A person is looking at it." in browser.words
    assert ASK not in browser.words
    browser.post(f"{base}/review", statement="again")
    assert len(house_of(shop).reads.reviews(state="open").rows) == 1


@pytest.mark.parametrize("statement", ["x" * 10_000, "nul \x00 here"])
def test_a_statement_that_cannot_be_read_is_kept_and_told(browser: Browser, base: str, shop: Flask, statement: str):
    browser.post(f"{base}/review", statement=statement)
    assert browser.answer.status_code == 422
    assert "Accepted: up to 2,000 characters of text." in browser.words
    assert house_of(shop).reads.reviews(state="open").rows == ()


def test_a_stranger_asks_for_nothing(shop: Flask, base: str) -> None:
    stranger = Browser(shop)
    stranger.get("/bnpl/account/sign-in")
    stranger.post(f"{base}/review", statement="mine")
    assert stranger.answer.status_code == 404
    assert house_of(shop).reads.reviews(state="open").rows == ()


def test_an_approved_purchase_has_nothing_to_contest(browser: Browser, shop: Flask) -> None:
    base = browser.to_decision("order-1")
    browser.post(f"{base}/review")
    assert browser.step == "decision"
    assert house_of(shop).reads.reviews(state="open").rows == ()


def test_an_operator_overturns_and_the_shopper_goes_on(browser: Browser, base: str, shop: Flask, operator: Browser):
    browser.post(f"{base}/review", statement="My rent <b>has</b> fallen")
    url = the_review(operator)
    assert "My rent &lt;b&gt;has&lt;/b&gt; fallen" in operator.text
    assert "Ada Martin" not in operator.words
    assert "+33" not in operator.words
    operator.post(f"{url}/take")
    assert "Ada works on it." in operator.words
    operator.post(f"{url}/resolve", outcome="approved", limit="1,500", note="Pay slips seen.")
    assert "approved" in operator.words
    assert state(shop, base) == "approved"
    browser.get(base)
    assert "You are approved" in browser.words
    assert "A person has looked at it." in browser.words
    assert "€1,500.00" in browser.words
    browser.post(f"{base}/decision")
    assert browser.step == "disclosures"


def test_a_person_who_declines_too_is_the_last_word(browser: Browser, base: str, operator: Browser) -> None:
    browser.post(f"{base}/review")
    url = the_review(operator)
    operator.post(f"{url}/resolve", outcome="declined", note="No proof of income.")
    browser.get(base)
    assert "A person decided" in browser.words
    assert "No proof" not in browser.words
    assert ASK not in browser.words


def test_the_second_operator_is_told_that_the_first_has_answered(browser: Browser, base: str, shop: Flask, operator):
    browser.post(f"{base}/review")
    url = the_review(operator)
    other = Browser(shop)
    other.enter_console("Bob")
    other.get(url)
    operator.post(f"{url}/resolve", outcome="declined", note="No proof.")
    other.post(f"{url}/resolve", outcome="approved", note="I like it.")
    assert other.answer.status_code == 409
    assert state(shop, base) == "declined"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"limit": "-5"}, "limit_minor"), ({"limit": "1e9"}, "limit_minor"), ({"limit": "99999999"}, "29900 to 430000"),
        ({"limit": "many"}, "limit_minor"), ({"note": ""}, "note"), ({"outcome": "perhaps"}, "outcome"),
    ],
)  # fmt: skip
def test_a_faulty_answer_is_told_and_nothing_is_lost(browser: Browser, base: str, operator: Browser, wrong, told):
    browser.post(f"{base}/review")
    url = the_review(operator)
    operator.post(f"{url}/resolve", **{"outcome": "approved", "limit": "", "note": "Seen it all", **wrong})
    assert operator.answer.status_code == 422
    assert told in operator.words
    assert (wrong.get("note", "Seen it all")) in operator.text


def test_the_queue_shows_what_is_late_and_who_works_on_it(browser: Browser, base: str, shop: Flask, operator: Browser):
    operator.get("/bnpl/console/reviews")
    assert "Nobody waits for a person." in operator.words
    browser.post(f"{base}/review")
    clock(shop).advance(timedelta(hours=49))
    operator.enter_console()
    operator.get("/bnpl/console/reviews")
    assert "overdue" in operator.words
    assert "the shopper asks" in operator.words
    operator.get("/bnpl/console/reviews?state=nonsense&cursor=")
    assert operator.answer.status_code == 200
    operator.get("/bnpl/console/reviews?cursor=nonsense")
    assert operator.answer.status_code == 400


def test_nobody_but_operators_sees_the_queue(browser: Browser, base: str) -> None:
    browser.post(f"{base}/review")
    browser.get("/bnpl/console/reviews")
    assert browser.step == "sign-in"
    browser.get("/bnpl/console/reviews/rev_nothing")
    assert browser.step == "sign-in"


def test_a_review_that_is_not_there_is_not_there(operator: Browser) -> None:
    assert operator.get("/bnpl/console/reviews/rev_nothing").status_code == 404
    operator.post("/bnpl/console/reviews/rev_nothing/resolve", outcome="approved", note="yes yes")
    assert operator.answer.status_code == 404
