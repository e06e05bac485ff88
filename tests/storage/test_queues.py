"""The worker's queues give what is due, oldest first, once."""
# ruff: noqa: E501 (a table reads across)

from __future__ import annotations

from datetime import timedelta

import pytest

from bnpl_plugin.ports.store import Changeset, History
from tests.storage import factories as f

MINUTE = timedelta(minutes=1)


def claim(store, *, now=f.NOW, limit=10):
    return [job.job_id for job in store.claim_jobs(now=now, lease_until=now + 5 * MINUTE, limit=limit)]


def test_jobs_come_when_their_time_has_come_oldest_first(store):
    store.write(
        Changeset(
            rows=(
                f.job("later", run_at=f.NOW + MINUTE), f.job("second", run_at=f.NOW - MINUTE), f.job("third"),
                f.job("first", run_at=f.NOW - 2 * MINUTE), f.job("done", state="done"), f.job("dead", state="dead"),
            )
        )
    )  # fmt: skip
    assert claim(store, limit=2) == ["first", "second"]
    assert claim(store) == ["third"]
    assert claim(store) == []


def test_a_lease_counts_a_try_and_ends(store):
    store.write(Changeset(rows=(f.job(),)))
    (job,) = store.claim_jobs(now=f.NOW, lease_until=f.NOW + 5 * MINUTE, limit=1)
    assert (job.tries, job.lease_until) == (1, f.NOW + 5 * MINUTE)
    assert claim(store, now=f.NOW + 4 * MINUTE) == []
    (job,) = store.claim_jobs(now=f.NOW + 5 * MINUTE, lease_until=f.NOW + 9 * MINUTE, limit=1)
    assert job.tries == 2


def test_jobs_of_named_kinds_come_alone(store):
    store.write(Changeset(rows=(f.job("money"), f.job("note", kind="notify"), f.job("far", kind="deliver"))))
    kinds = {"now": f.NOW, "lease_until": f.NOW + MINUTE, "limit": 9}
    assert [job.job_id for job in store.claim_jobs(kinds=("deliver",), **kinds)] == ["far"]
    assert [job.job_id for job in store.claim_jobs(kinds=("capture", "notify"), stream="chk_2", **kinds)] == []
    assert [job.job_id for job in store.claim_jobs(kinds=("capture", "notify"), **kinds)] == ["money", "note"]


def deliver(number, **values):
    return f.job(f"deliver_chk_1_{number:09d}", kind="deliver", **values)


@pytest.mark.parametrize("state", ["ready", "dead"])
def test_an_event_is_not_delivered_before_an_older_one_of_its_stream(store, state):
    waiting = deliver(1, run_at=f.NOW + MINUTE) if state == "ready" else deliver(1, state="dead")
    other = f.job("deliver_chk_2_000000001", kind="deliver", stream="chk_2")
    store.write(Changeset(rows=(waiting, deliver(2), deliver(3), other, f.job())))
    assert claim(store) == ["deliver_chk_2_000000001", "job_1"]
    store.write(Changeset(moves=(f.move(waiting, state="done"),)))
    assert claim(store) == ["deliver_chk_1_000000002"]


def test_holds_expire_that_are_pending_and_over(store):
    store.write(
        Changeset(
            rows=(
                f.hold("hld_2", checkout_id="c2", expires_at=f.NOW), f.hold("hld_1", expires_at=f.NOW - MINUTE),
                f.hold("hld_3", checkout_id="c3", expires_at=f.NOW + MINUTE),
                f.hold("hld_4", checkout_id="c4", state="posted", expires_at=f.NOW - MINUTE),
            )
        )
    )  # fmt: skip
    assert [hold.hold_id for hold in store.expired_holds(now=f.NOW, limit=9)] == ["hld_1", "hld_2"]
    assert [hold.hold_id for hold in store.expired_holds(now=f.NOW, limit=1)] == ["hld_1"]


def test_checkouts_expire_that_still_can(store):
    over = f.NOW - MINUTE
    states = ("opened", "referred", "approved", "held", "signed", "authorised", "confirmed", "cancelled", "expired")
    rows = [f.checkout(f"chk_{state}", state=state, expires_at=over) for state in states]
    store.write(Changeset(rows=(*rows, f.checkout("chk_later", expires_at=f.NOW + MINUTE))))
    due = {checkout.state for checkout in store.expired_checkouts(now=f.NOW, limit=99)}
    assert due == {"opened", "referred", "approved", "held", "signed"}


def test_attempts_are_checked_whose_outcome_is_open(store):
    store.write(
        Changeset(
            rows=(
                f.checkout("c1", state="signed"), f.checkout("c2", state="confirmed"),
                f.attempt("unknown", checkout_id="a", state="unknown", check_at=f.NOW - MINUTE),
                f.attempt("created", checkout_id="b", state="created", check_at=f.NOW),
                f.attempt("final", checkout_id="c", state="declined", check_at=f.NOW),
                f.attempt("never", checkout_id="d", state="pending", check_at=None),
                f.attempt("later", checkout_id="e", state="pending", check_at=f.NOW + MINUTE),
                f.attempt("unfinished", checkout_id="c1", state="authorised", check_at=f.NOW - 2 * MINUTE),
                f.attempt("finished", checkout_id="c2", state="authorised", check_at=f.NOW),
            )
        )
    )  # fmt: skip
    due = store.attempts_to_check(now=f.NOW, limit=99)
    assert [attempt.attempt_id for attempt in due] == ["unfinished", "unknown", "created"]


def test_instalments_are_charged_and_reminded_of_when_due_on_live_loans(store):
    def rows(loan_id, **values):
        return tuple(f.instalment(n, loan_id=loan_id, try_at=f.NOW, remind_at=f.NOW, **values) for n in (1, 2))

    store.write(
        Changeset(
            rows=(
                f.loan("live"), f.loan("late", state="defaulted", checkout_id="c2"),
                f.loan("gone", state="cancelled", checkout_id="c3"), *rows("live"), *rows("late", state="overdue"),
                *rows("gone"),
                f.instalment(3, loan_id="live", try_at=f.NOW + MINUTE, remind_at=None),
                f.instalment(4, loan_id="live", state="collecting", try_at=f.NOW, remind_at=f.NOW),
            )
        )
    )  # fmt: skip
    expected = [("late", 1), ("late", 2), ("live", 1), ("live", 2)]
    assert [(r.loan_id, r.number) for r in store.instalments_to_charge(now=f.NOW, limit=9)] == expected
    assert [(r.loan_id, r.number) for r in store.instalments_to_remind(now=f.NOW, limit=9)] == expected
    assert store.instalments_to_charge(now=f.NOW - MINUTE, limit=9) == ()


def test_loans_are_overdue_that_are_active_and_late_since_then(store):
    late = {"state": "overdue", "due_at": f.NOW}
    store.write(
        Changeset(
            rows=(
                f.loan("late"), f.loan("now", checkout_id="c2"), f.loan("known", checkout_id="c3", state="defaulted"),
                f.instalment(1, loan_id="late", **late), f.instalment(2, loan_id="late", **late),
                f.instalment(1, loan_id="now", state="overdue", due_at=f.NOW + MINUTE),
                f.instalment(2, loan_id="now", state="paid", due_at=f.NOW), f.instalment(1, loan_id="known", **late),
            )
        )
    )  # fmt: skip
    assert [loan.loan_id for loan in store.loans_overdue(since=f.NOW, limit=9)] == ["late"]
    assert [loan.loan_id for loan in store.loans_overdue(since=f.NOW + MINUTE, limit=9)] == ["late", "now"]
    assert len(store.loans_overdue(since=f.NOW + MINUTE, limit=1)) == 1


def test_history_tells_what_a_decision_may_look_at(store):
    day = timedelta(days=1)
    store.write(
        Changeset(
            rows=(
                f.loan("l1"), f.loan("l2", checkout_id="c2", state="defaulted"), f.loan("l3", checkout_id="c3", state="settled"),
                f.loan("l4", checkout_id="c4", state="cancelled"), f.loan("l5", checkout_id="c5", shopper_id="shp_2"),
                f.instalment(1, loan_id="l1", state="overdue"), f.instalment(2, loan_id="l1", due_at=f.NOW - day - MINUTE),
                f.instalment(3, loan_id="l1", due_at=f.NOW - MINUTE), f.instalment(1, loan_id="l4", due_at=f.NOW - 2 * day),
                f.instalment(4, loan_id="l1", state="paid", due_at=f.NOW - 2 * day),
                f.instalment(5, loan_id="l1", state="collecting", due_at=f.NOW - 2 * day),
                f.decision("d1"), f.decision("d2", decided_at=f.NOW - day), f.credit_line("shp_1", currency="CNY", state="frozen"),
                f.credit_line("shp_1", state="closed"),
            )
        )
    )  # fmt: skip
    assert store.history(shopper_id="shp_1", currency="EUR", now=f.NOW) == History(2, 2, 1, 1, other_currency_open=True)
    assert store.history(shopper_id="shp_9", currency="EUR", now=f.NOW) == History(
        0, 0, 0, 0, other_currency_open=False
    )


def test_phone_codes_are_counted_and_the_newest_found(store):
    codes = [f.phone_code(f"cod_{n}", created_at=f.NOW + n * MINUTE) for n in range(4)]
    store.write(Changeset(rows=tuple(codes)))
    assert store.phone_code("chk_1") == codes[3]
    assert store.phone_codes_since(phone_hash="phone-of-shp_1", since=f.NOW + MINUTE) == 3
