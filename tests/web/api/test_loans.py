"""Loans over the API: schedules that sum, and a purchase undone in full, once."""

from __future__ import annotations

import pytest

from bnpl_plugin import worker
from bnpl_plugin.lifecycle.house import House
from tests.web.api.driving import Caller


def test_a_schedule_tells_what_is_paid_and_what_is_owed(ours: Caller, house: House):
    sold = ours.sell("A-1")
    worker.run_until_idle(house)
    loan = ours.get(f"/loans/{sold['loan_id']}").json
    assert [row["state"] for row in loan["schedule"]] == ["paid", "scheduled", "scheduled"]
    assert sum(row["principal_minor"] for row in loan["schedule"]) == loan["principal_minor"] == 29_900
    assert loan["outstanding_minor"] == 29_900 - loan["schedule"][0]["principal_minor"]
    assert loan["mdr_minor"] == 867  # 2.90 % of 299.00, rounded half up
    line = ours.get("/loans").json["data"][0]
    assert (line["id"], line["paid_instalments"], line["instalments"]) == (loan["id"], 1, 3)
    assert line["next_due_on"] == loan["schedule"][1]["due_on"]


def test_a_full_refund_undoes_the_loan_and_pays_back_what_was_paid(ours: Caller, house: House):
    sold = ours.sell("A-1")
    worker.run_until_idle(house)
    told = ours.post(f"/loans/{sold['loan_id']}/refunds", {"reason": "returned"}, key="r-1")
    assert (told.status_code, told.json["state"]) == (200, "reversed")
    worker.run_until_idle(house)
    loan = ours.get(f"/loans/{sold['loan_id']}").json
    assert (loan["state"], loan["outstanding_minor"]) == ("cancelled", 0)
    assert [row["state"] for row in loan["schedule"]] == ["refunded", "cancelled", "cancelled"]
    assert ours.get(f"/checkouts/{sold['id']}").json["state"] == "reversed"
    back = [row for row in ours.get("/events").json["data"] if row["type"] == "payment.refunded"]
    assert [row["data"]["amount_minor"] for row in back] == [loan["schedule"][0]["total_minor"]]
    assert house.verifier.findings() == ()


def test_a_refund_while_the_first_payment_is_being_captured_is_promised(ours: Caller, house: House):
    sold = ours.sell("A-1")
    told = ours.post(f"/loans/{sold['loan_id']}/refunds", {"reason": "cancelled_by_shopper"}, key="r-1")
    assert (told.status_code, told.json["state"]) == (202, "pending")
    for _ in range(3):
        worker.run_until_idle(house)
        house.clock.advance(house.clock.now() - house.clock.now().replace(minute=0) + _minute(10))  # type: ignore[attr-defined]
    assert ours.get(f"/loans/{sold['loan_id']}").json["state"] == "cancelled"


def _minute(count: int):
    from datetime import timedelta

    return timedelta(minutes=count)


def test_two_keys_still_refund_once(ours: Caller, house: House):
    sold = ours.sell("A-1")
    worker.run_until_idle(house)
    answers = [
        ours.post(f"/loans/{sold['loan_id']}/refunds", {"reason": "returned"}, key=key).json for key in ("r-1", "r-2")
    ]
    assert answers[0] == answers[1]
    worker.run_until_idle(house)
    assert [row["type"] for row in ours.get("/events").json["data"]].count("payment.refunded") == 1


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "because"}, {"reason": "returned", "amount_minor": 1}])
def test_a_refund_with_a_faulty_body_changes_nothing(ours: Caller, body: dict[str, object]):
    sold = ours.sell("A-1")
    assert ours.post(f"/loans/{sold['loan_id']}/refunds", body, key="r-1").status_code == 422
    assert ours.get(f"/loans/{sold['loan_id']}").json["state"] == "active"


def test_loans_are_listed_by_state(ours: Caller):
    ours.sell("A-1")
    assert len(ours.get("/loans?state=active").json["data"]) == 1
    assert ours.get("/loans?state=settled").json["data"] == []
    assert ours.get("/loans?state=happy").json["errors"][0]["field"] == "state"
