"""Events and their webhooks: signed by the Standard Webhooks spec, retried, in order for each purchase, replayable."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from standardwebhooks import Webhook, WebhookVerificationError

from bnpl_plugin import worker
from bnpl_plugin.environment import SystemClock
from bnpl_plugin.lifecycle import delivery
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.testing import FrozenClock
from tests.web.api.driving import SECRET, Caller, Post, make_lender, register


def kinds(post: Post) -> list[str]:
    return [json.loads(body)["type"] for _, _, body in post.sent]


def test_the_standardwebhooks_package_verifies_what_we_send(tmp_path: Path):
    app = make_lender(tmp_path, clock=SystemClock())
    house: House = app.extensions["bnpl"]
    shop = register(app)
    sold = shop.sell("A-1")
    worker.run_until_idle(house)
    post: Post = house.courier  # type: ignore[assignment]
    assert kinds(post)[0] == "checkout.confirmed"
    for url, headers, body in post.sent:
        assert url == "https://shop.example/hook"
        told = Webhook(SECRET).verify(body, headers)
        assert told["id"] == headers["webhook-id"]
        assert told["data"]["order_ref"] == "A-1"
        assert told["data"]["checkout_id"] == sold["id"]
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body.replace(b"A-1", b"A-2"), headers)
    house.store.engine.dispose()  # type: ignore[attr-defined]


def test_a_webhook_says_what_the_api_says_of_the_event(ours: Caller, house: House, post: Post):
    ours.sell("A-1")
    worker.run_until_idle(house)
    for _, headers, body in post.sent:
        assert ours.get(f"/events/{headers['webhook-id']}").json == json.loads(body)


@pytest.mark.parametrize("trouble", [500, 404, 302, None])
def test_a_webhook_that_is_not_taken_comes_again_and_nothing_overtakes_it(
    ours: Caller, house: House, post: Post, trouble: int | None
):
    post.answers = [trouble, trouble, 204]
    ours.sell("A-1")
    clock: FrozenClock = house.clock  # type: ignore[assignment]
    worker.run_until_idle(house)
    assert kinds(post) == ["checkout.confirmed"], "the later events of this purchase wait for the first"
    for delay in delivery.DELAYS[:2]:
        clock.advance(delay)
        worker.run_until_idle(house)
    assert kinds(post)[:3] == ["checkout.confirmed"] * 3
    assert kinds(post)[3:] == ["instalment.paid"]
    ids = [headers["webhook-id"] for _, headers, _ in post.sent]
    assert len(set(ids[:3])) == 1, "a repetition keeps its id, so that the shop can tell"
    stamps = [headers["webhook-timestamp"] for _, headers, _ in post.sent]
    assert len(set(stamps[:3])) == 3, "each try is signed at its own time"


def test_one_shop_that_is_down_does_not_hold_up_its_other_orders(ours: Caller, house: House, post: Post):
    post.answers = [500, 204]
    ours.sell("A-1")
    worker.run_until_idle(house)
    ours.sell("A-2")
    worker.run_until_idle(house)
    taken = [json.loads(body)["data"]["order_ref"] for _, _, body in post.sent]
    assert taken == ["A-1", "A-2", "A-2"]


def test_an_event_is_delivered_again_on_request_with_the_same_id(ours: Caller, house: House, post: Post):
    ours.sell("A-1")
    worker.run_until_idle(house)
    _, headers, body = post.sent[0]
    before = len(post.sent)
    answer = ours.post(f"/events/{headers['webhook-id']}/replay")
    assert (answer.status_code, answer.json["state"]) == (202, "promised")
    house.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    worker.run_until_idle(house)
    url, again, same_body = next(row for row in post.sent[before:] if row[1]["webhook-id"] == headers["webhook-id"])
    assert (url, same_body) == ("https://shop.example/hook", body)
    assert int(again["webhook-timestamp"]) - int(headers["webhook-timestamp"]) == 86_400


def test_steps_that_are_not_the_shops_are_neither_listed_nor_delivered(ours: Caller, house: House, post: Post):
    sold = ours.sell("A-1")
    worker.run_until_idle(house)
    hidden = [event for event in house.reads.events(sold["id"]) if event.kind not in delivery.TOLD_KINDS]
    assert {event.kind for event in hidden} >= {"credit.approved", "checkout.signed"}
    listed = {row["id"] for row in ours.get("/events").json["data"]}
    for event in hidden:
        assert event.event_id not in listed
        assert ours.get(f"/events/{event.event_id}").status_code == 404
        assert ours.post(f"/events/{event.event_id}/replay").status_code == 404
    assert set(kinds(post)) <= delivery.TOLD_KINDS


def test_a_shop_without_an_address_gets_no_webhooks(app: Flask, house: House, post: Post):
    quiet = register(app, name="Quiet", webhook_url=None)
    quiet.sell("Q-1")
    worker.run_until_idle(house)
    assert post.sent == []
    assert [job for job in house.reads.jobs(state="ready") if job.kind == "deliver"] == []


def test_the_signature_is_over_id_time_and_body(ours: Caller, house: House, post: Post):
    ours.sell("A-1")
    worker.run_until_idle(house)
    _, headers, body = post.sent[0]
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=UTC)
    assert headers["webhook-signature"] == Webhook(SECRET).sign(headers["webhook-id"], at, body.decode())
    assert headers["webhook-signature"] != Webhook(SECRET).sign("evt_other", at, body.decode())
