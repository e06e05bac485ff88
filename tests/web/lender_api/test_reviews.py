"""The queue through the lender's API."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.web.browsing import Browser, house_of, state
from tests.web.lender_api.conftest import Ask

ANSWER = {"operator": "Ada", "outcome": "approved", "note": "Pay slips seen."}


@pytest.fixture
def base(browser: Browser) -> str:
    """The address of a checkout whose decline is contested."""
    base = browser.to_decision("order-1", monthly_outgoings="24 990")
    browser.post(f"{base}/review", statement="My rent has fallen")
    return base


def test_the_queue_and_one_review_are_told(base: str, ask: Ask) -> None:
    (row,) = ask("get", "/reviews").json["data"]
    assert (row["kind"], row["state"], row["reasons"]) == ("requested", "open", ["affordability"])
    one = ask("get", f"/reviews/{row['review_id']}").json
    assert one["statement"] == "My rent has fallen"
    assert one["inputs"]["country"] == "FR"
    assert "Martin" not in str(one)


def test_an_answer_is_given_once(base: str, ask: Ask, shop: Flask) -> None:
    url = f"/reviews/{ask('get', '/reviews').json['data'][0]['review_id']}"
    assert ask("post", f"{url}/take", json={"operator": "Ada"}).json["operator"] == "Ada"
    first = ask("post", f"{url}/resolve", json=ANSWER, idempotency_key="one")
    assert (first.status_code, first.json["outcome"]) == (200, "approved")
    assert ask("post", f"{url}/resolve", json=ANSWER, idempotency_key="one").json == first.json
    assert ask("post", f"{url}/resolve", json=ANSWER, idempotency_key="two").status_code == 409
    assert state(shop, base) == "approved"
    assert ask("get", "/reviews").json["data"] == []
    assert len(ask("get", "/reviews?state=closed").json["data"]) == 1
    assert house_of(shop).verifier.findings() == ()


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"outcome": "maybe"}, 422), ({"note": "x"}, 422), ({"note": "x" * 2001}, 422), ({"operator": ""}, 422),
        ({"limit_minor": -1}, 422), ({"limit_minor": 10**13}, 422), ({"limit_minor": 1.5}, 422),
        ({"limit_minor": 10**9}, 422), ({"health": "fine"}, 422),
    ],
)  # fmt: skip
def test_a_faulty_answer_is_refused(base: str, ask: Ask, shop: Flask, wrong, status: int) -> None:
    url = f"/reviews/{ask('get', '/reviews').json['data'][0]['review_id']}"
    answer = ask("post", f"{url}/resolve", json={**ANSWER, **wrong})
    assert answer.status_code == status, answer.json
    assert state(shop, base) == "declined"


def test_what_is_not_there_is_not_there(ask: Ask) -> None:
    assert ask("get", "/reviews/rev_nothing").status_code == 404
    assert ask("post", "/reviews/rev_nothing/resolve", json=ANSWER).status_code == 404
    assert ask("get", "/reviews?state=all").status_code == 422
    assert ask("get", "/reviews?limit=0").status_code == 422
