"""One key, one answer: repeated, changed, while running, after a crash, from ten threads at once; on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from bnpl_plugin.errors import IdempotencyMismatch, IdempotencyRunning, StorageUnavailable
from bnpl_plugin.lifecycle import idempotency, refund
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.idempotency import Answer, Claim
from tests.web.api.driving import Caller, make_lender, order


@pytest.fixture
def app(tmp_path: Path, migrated_url: str) -> Iterator[Flask]:
    app = make_lender(tmp_path, database_url=migrated_url)
    yield app
    app.extensions["bnpl"].store.engine.dispose()


def count(house: House, table: str) -> int:
    with house.store.engine.connect() as connection:  # type: ignore[attr-defined]
        return int(connection.execute(sa.text(f"SELECT count(*) FROM bnpl_{table}")).scalar_one())


def test_the_same_key_and_body_get_the_recorded_answer(ours: Caller, house: House):
    first = ours.post("/checkouts", order("A-1"), key="k-1")
    second = ours.post("/checkouts", order("A-1"), key="k-1")
    assert (second.status_code, second.json) == (201, first.json)
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert count(house, "checkout") == 1


def test_white_space_and_the_order_of_members_do_not_make_another_body(ours: Caller):
    first = ours.post("/checkouts", order("A-1"), key="k-1")
    turned = dict(reversed(order("A-1").items()))
    assert ours.post("/checkouts", turned, key="k-1").json == first.json


def test_the_same_key_with_another_body_is_refused_and_changes_nothing(ours: Caller, house: House):
    ours.post("/checkouts", order("A-1"), key="k-1")
    for changed in (order("A-2"), order("A-1", return_url="https://shop.example/other")):
        refused = ours.post("/checkouts", changed, key="k-1")
        assert (refused.status_code, refused.json["code"]) == (422, "idempotency_mismatch")
    assert count(house, "checkout") == 1


def test_two_shops_may_use_the_same_key(ours: Caller, theirs: Caller):
    assert ours.open("A-1", key="k-1")["id"] != theirs.open("A-1", key="k-1")["id"]


def test_a_double_click_with_two_keys_is_one_checkout(ours: Caller, house: House):
    assert ours.open("A-1", key="k-1")["id"] == ours.open("A-1", key="k-2")["id"]
    assert count(house, "checkout") == 1


def test_an_old_request_that_comes_again_does_not_cancel_the_newer_cart(ours: Caller):
    old = ours.open("A-1", key="k-1")
    line = {"kind": "goods", "name": "Casque", "quantity": 1, "unit_minor": 20_000}
    new = ours.open("A-1", key="k-2", total_minor=20_000, lines=[line])
    assert ours.open("A-1", key="k-1")["id"] == old["id"]
    assert ours.get(f"/checkouts/{new['id']}").json["state"] == "opened"


@pytest.mark.parametrize("path", ["/checkouts", "refunds"])
@pytest.mark.parametrize("key", ["", "a b", "\N{LATIN SMALL LETTER E WITH ACUTE}", "x" * 256])
def test_a_request_that_moves_money_needs_a_usable_key(ours: Caller, path: str, key: str):
    body: dict[str, Any] = order("A-1")
    if path == "refunds":
        path, body = f"/loans/{ours.sell('A-9')['loan_id']}/refunds", {"reason": "returned"}
    refused = ours.post(path, body, key=key)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (400, "Idempotency-Key")


def test_a_refused_request_leaves_its_key_free(ours: Caller):
    assert ours.post("/checkouts", order("A-1", total_minor=0), key="k-1").status_code == 422
    assert ours.post("/checkouts", order("A-1"), key="k-1").status_code == 201


def test_ten_at_once_with_one_key_make_one_checkout(ours: Caller, house: House):
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: ours.post("/checkouts", order("A-1"), key="k-1"), range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert count(house, "checkout") == 1
    assert count(house, "idempotency") == 1


def test_ten_refunds_at_once_reverse_the_loan_once(ours: Caller, house: House):
    sold = ours.sell("A-1")
    house_jobs_done(house)
    path, body = f"/loans/{sold['loan_id']}/refunds", {"reason": "returned"}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: ours.post(path, body, key="r-1"), range(10)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert 200 in {answer.status_code for answer in answers}
    kinds = [event.kind for event in house.reads.events(sold["id"])]
    assert kinds.count("loan.reversed") == 1
    again = ours.post(path, body, key="r-1")
    assert (again.status_code, again.json["state"]) == (200, "reversed")


def house_jobs_done(house: House) -> None:
    from bnpl_plugin import worker

    worker.run_until_idle(house)


# the table of a key: what is recorded × what is asked → what is answered ----------------------------
CLAIM = Claim("mer_1", "k-1", "hash of the body")


@dataclass
class Work:
    """Work that can be killed (an exception that is no error of ours) or fail (one that is)."""

    fault: BaseException | None = None
    done: int = 0

    def __call__(self, resource_id: str) -> Answer:
        if self.fault is not None:
            raise self.fault
        self.done += 1
        return Answer(200, {"id": resource_id})


class Killed(BaseException):
    """As kill -9: nothing of ours runs any more."""


def once(house: House, work: Callable[[str], Answer], *, claim: Claim = CLAIM, resource_id: str = "thing_1") -> Answer:
    return idempotency.once(house, claim=claim, resource_id=resource_id, work=work)


def test_done_and_the_same_body_is_replayed(house: House):
    work = Work()
    assert once(house, work) == Answer(200, {"id": "thing_1"})
    assert once(house, work, resource_id="thing_2") == Answer(200, {"id": "thing_1"}, replayed=True)
    assert work.done == 1


@pytest.mark.parametrize("killed", [False, True])
def test_another_body_is_refused_whatever_is_recorded(house: House, killed: bool):
    if killed:
        with pytest.raises(Killed):
            once(house, Work(Killed()))
    else:
        once(house, Work())
    with pytest.raises(IdempotencyMismatch):
        once(house, Work(), claim=Claim("mer_1", "k-1", "hash of another body"))


def test_while_the_first_runs_a_second_waits(house: House):
    def work(resource_id: str) -> Answer:
        with pytest.raises(IdempotencyRunning):
            once(house, Work())
        with pytest.raises(IdempotencyRunning):
            idempotency.recorded(house, claim=CLAIM)
        return Answer(200, {"id": resource_id})

    assert once(house, work).body == {"id": "thing_1"}


def test_after_a_kill_the_lease_must_end_and_then_the_recorded_resource_goes_on(house: House):
    with pytest.raises(Killed):
        once(house, Work(Killed()))
    with pytest.raises(IdempotencyRunning):
        once(house, Work())
    house.clock.advance(timedelta(seconds=house.settings.lease_seconds))  # type: ignore[attr-defined]
    assert once(house, Work(), resource_id="thing_2") == Answer(200, {"id": "thing_1"})
    assert once(house, Work()).replayed


def test_an_error_of_ours_frees_the_key_at_once(house: House):
    with pytest.raises(StorageUnavailable):
        once(house, Work(StorageUnavailable()))
    assert once(house, Work()) == Answer(200, {"id": "thing_1"})


def test_a_runner_whose_lease_was_taken_over_gets_the_others_answer(house: House):
    def slow(_resource_id: str) -> Answer:
        house.clock.advance(timedelta(seconds=house.settings.lease_seconds))  # type: ignore[attr-defined]
        once(house, Work())
        return Answer(500, {"id": "late"})

    assert once(house, slow) == Answer(200, {"id": "thing_1"}, replayed=True)


def test_ten_threads_do_the_work_once(house: House):
    work = Work()

    def tried(_: int) -> str:
        try:
            once(house, work)
        except IdempotencyRunning:
            return "running"
        return "answered"

    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(tried, range(10)))
    assert work.done == 1
    assert "answered" in told


def test_a_refund_killed_after_its_commit_answers_the_truth_when_asked_again(
    ours: Caller, house: House, monkeypatch: pytest.MonkeyPatch
):
    sold = ours.sell("A-1")
    house_jobs_done(house)
    real = refund.request

    def killed(*args: Any, **options: Any) -> str:
        real(*args, **options)
        raise Killed

    monkeypatch.setattr(refund, "request", killed)
    with pytest.raises(Killed):
        ours.post(f"/loans/{sold['loan_id']}/refunds", {"reason": "returned"}, key="r-1")
    monkeypatch.setattr(refund, "request", real)
    waiting = ours.post(f"/loans/{sold['loan_id']}/refunds", {"reason": "returned"}, key="r-1")
    assert (waiting.status_code, waiting.json["code"]) == (409, "idempotency_running")
    assert waiting.headers["Retry-After"] == "1"
    house.clock.advance(timedelta(seconds=house.settings.lease_seconds))  # type: ignore[attr-defined]
    told = ours.post(f"/loans/{sold['loan_id']}/refunds", {"reason": "returned"}, key="r-1")
    assert (told.status_code, told.json["state"]) == (200, "reversed")
    assert [event.kind for event in house.reads.events(sold["id"])].count("loan.reversed") == 1
