"""A changeset is written whole or not at all, and a guard that fails names itself."""
# ruff: noqa: E501 (a table reads across)

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bnpl_plugin.errors import (
    CapitalExhausted,
    ConcentrationExceeded,
    CreditLineExceeded,
    GuardFailed,
    InvalidInput,
    OrderAlreadyFinanced,
    SoldOut,
    StateMoved,
    SubsidyExhausted,
    UnitsPerShopperExceeded,
)
from bnpl_plugin.ports.store import Changeset, LineChange, Move, PoolChange, RoomChange, UnitsChange
from tests.storage import factories as f
from tests.storage.snapshots import snapshot


def test_every_record_comes_back_as_it_was_written(store):
    store.write(Changeset(rows=f.every_record()))
    purchase = store.purchase("chk_1")
    assert purchase.checkout == f.checkout()
    assert purchase.merchant == f.merchant()
    assert purchase.attempts == (f.attempt(),)
    assert purchase.disclosures == (f.disclosure(),)
    book = store.loan_book("loa_1")
    assert (book.loan, book.instalments, book.method) == (f.loan(), f.instalments(), f.payment_method())
    assert (book.attempts, book.checkout) == ((f.attempt(),), f.checkout())
    assert store.person("shp_1") == store.person_by_phone("phone-of-shp_1") == f.person()
    assert store.phone_code("chk_1") == f.phone_code()
    assert store.line(shopper_id="shp_1", currency="EUR") == f.credit_line()
    assert store.pool("EUR") == f.pool()
    assert store.sale_item("sal_1") == f.sale_item()
    assert store.merchant("mer_1") == store.merchant_by_key("a" * 64) == f.merchant()
    assert store.api_keys("mer_1") == (f.api_key(),)
    assert store.methods("shp_1") == (f.payment_method(),)
    assert store.method(shopper_id="shp_1", payment_method_id="pm_1") == f.payment_method()
    assert store.idempotency(owner="mer_1", idempotency_key="once") == f.idempotency()
    assert store.attempt("att_1") == f.attempt()
    assert store.checkouts_of_order(merchant_id="mer_1", order_ref="order-of-chk_1") == (f.checkout(),)


def test_a_purchase_finds_what_its_checkout_names(store):
    named = {
        "decision_id": "dec_1",
        "hold_id": "hld_1",
        "agreement_id": "agr_1",
        "attempt_id": "att_1",
        "loan_id": "loa_1",
    }
    rows = [f.checkout(**named) if row == f.checkout() else row for row in f.every_record()]
    store.write(Changeset(rows=tuple(rows)))
    found = store.purchase("chk_1")
    assert (found.decision, found.hold, found.agreement, found.loan) == (
        f.decision(),
        f.hold(),
        f.agreement(),
        f.loan(),
    )
    assert found.attempt == f.attempt()


def test_what_is_not_there_is_none(store):
    assert store.purchase("chk_0") is None
    assert store.loan_book("loa_0") is None
    assert store.attempt_by_ref(provider="sandbox", provider_ref="ch_0") is None
    assert store.merchant_by_key("0" * 64) is None
    assert store.checkouts_of_order(merchant_id="mer_1", order_ref="none") == ()


def test_a_revoked_key_opens_nothing(store):
    store.write(Changeset(rows=(f.merchant(), f.api_key(revoked_at=f.NOW))))
    assert store.merchant_by_key("a" * 64) is None


def test_a_move_changes_the_named_columns_and_no_other(store):
    store.write(Changeset(rows=(f.merchant(), f.checkout())))
    offer = {"plan_code": "pay_in_3", "title": "3 × 手机"}
    store.write(Changeset(moves=(f.move(f.checkout(), sources=("opened",), state="approved", offer=offer),)))
    assert store.purchase("chk_1").checkout == f.checkout(state="approved", offer=offer)
    store.write(Changeset(moves=(f.move(f.checkout(), offer=None, shopper_id=None),)))
    assert store.purchase("chk_1").checkout == f.checkout(state="approved", offer=None, shopper_id=None)


@pytest.mark.parametrize(
    "expect", [{"currency": "EUR"}, {"offer": None}, {"opened_at": f.NOW}, {"cart": f.checkout().cart}, {"units": 0}]
)
def test_an_expectation_that_holds_lets_a_move_pass(store, expect):
    store.write(Changeset(rows=(f.merchant(), f.checkout())))
    store.write(Changeset(moves=(f.move(f.checkout(), expect=expect, state="approved"),)))
    assert store.purchase("chk_1").checkout.state == "approved"


#: What must be refused, by which error and which guard.
REFUSALS = {
    "a state that has moved": (f.move(f.checkout(), sources=("approved", "held"), state="x"), StateMoved, "state"),
    "an expectation that fails": (f.move(f.checkout(), expect={"attempt_id": "att_9"}, state="x"), StateMoved, "state"),
    "an expected nothing": (f.move(f.checkout(), expect={"shopper_id": None}, state="x"), StateMoved, "state"),
    "a row that is not there": (f.move(f.checkout("chk_9"), state="x"), StateMoved, "state"),
    "a line beyond its limit": (LineChange("shp_1", "EUR", held_minor=100_001), CreditLineExceeded, "credit_line"),
    "both sums beyond it": (
        LineChange("shp_1", "EUR", held_minor=50_000, drawn_minor=50_001), CreditLineExceeded, "credit_line",
    ),
    "a line in another currency": (LineChange("shp_1", "CNY", held_minor=1), CreditLineExceeded, "credit_line"),
    "a frozen line": (LineChange("shp_2", "EUR", drawn_minor=1), CreditLineExceeded, "credit_line"),
    "a pool beyond its capital": (PoolChange("pool_EUR", held_minor=10_000_001), CapitalExhausted, "capital_pool"),
    "a pool that is not there": (PoolChange("pool_9", held_minor=1), CapitalExhausted, "capital_pool"),
    "capital taken out that is lent": (PoolChange("pool_EUR", held_minor=5, available_minor=-10_000_000), CapitalExhausted, "capital_pool"),
    "a pool whose terms have changed": (PoolChange("pool_EUR", held_minor=1, terms_version=1), StateMoved, "state"),
    "a pool full under the terms as read": (PoolChange("pool_EUR", held_minor=10_000_001, terms_version=0), CapitalExhausted, "capital_pool"),
    "a limit of concentration passed": (RoomChange("capital_limit", "lim_1", 101), ConcentrationExceeded, "capital_limit"),
    "a budget passed": (RoomChange("subsidy", "sub_1", 101), SubsidyExhausted, "subsidy"),
    "a budget that is not there": (RoomChange("subsidy", "sub_9", 1), SubsidyExhausted, "subsidy"),
    "more units than are free": (UnitsChange("sal_2", "shp_1", free=-4, held=4), SoldOut, "sale_item"),
    "an item that is not there": (UnitsChange("sal_9", "shp_1", free=-1, held=1), SoldOut, "sale_item"),
    "more units than one may have": (UnitsChange("sal_1", "shp_1", free=-2, held=2), UnitsPerShopperExceeded, "units_per_shopper"),
    "giving back what one has not": (UnitsChange("sal_1", "shp_1", free=1, held=-1), UnitsPerShopperExceeded, "units_per_shopper"),
    "an order already financed": (f.order_claim(checkout_id="chk_9"), OrderAlreadyFinanced, "order_claim"),
    "a provider's charge booked twice": (f.repayment_entry("jou_9"), GuardFailed, "provider_claim"),
    "two attempts in flight": (f.attempt("att_9"), StateMoved, "uq_bnpl_attempt_checkout_in_flight"),
    "two attempts for one loan": (
        f.attempt("att_9", purpose="early", loan_id="loa_1", checkout_id="chk_9"), StateMoved, "uq_bnpl_attempt_loan_in_flight",
    ),
    "two refunds of one charge": (
        f.attempt("att_9", purpose="refund", parent_id="att_0"), StateMoved, "uq_bnpl_attempt_refund_in_flight",
    ),
    "two open lines": (f.credit_line(currency="CNY"), StateMoved, "uq_bnpl_credit_line_open"),
    "two pools of a currency": (f.pool("pool_9"), StateMoved, "uq_bnpl_capital_pool_currency"),
    "two shoppers with one phone": (f.person("shp_9", phone_hash="phone-of-shp_1"), StateMoved, "uq_bnpl_person_phone"),
    "a key used twice": (f.idempotency(), StateMoved, "pk_bnpl_idempotency"),
    "a webhook stored twice": (f.provider_event(), StateMoved, "pk_bnpl_provider_event"),
    "an event twice": (f.event("evt_0"), StateMoved, "uq_bnpl_event_id"),
    "a sum below zero": (LineChange("shp_1", "EUR", held_minor=-1), GuardFailed, "ck_bnpl_credit_line_never_negative"),
}  # fmt: skip


def changeset_of(part):
    """A changeset that does several good things and then the bad one."""
    good: dict[str, Any] = {
        "moves": (f.move(f.checkout(), state="approved"),),
        "rows": (f.job("job_good"),),
        "entries": (f.drawdown_entry("jou_good"),),
        "events": (f.event("evt_good", deliver=True),),
        "lines": (LineChange("shp_1", "EUR", held_minor=5),),
        "units": (UnitsChange("sal_2", "shp_1", free=-1, held=1),),
        "rooms": (RoomChange("subsidy", "sub_1", 5),),
        "pools": (PoolChange("pool_EUR", held_minor=5),),
    }
    name = {
        "Move": "moves", "LineChange": "lines", "PoolChange": "pools", "UnitsChange": "units", "RoomChange": "rooms", "JournalEntry": "entries",
        "Event": "events",
    }.get(type(part).__name__, "rows")  # fmt: skip
    replaced = (part,) if name in ("lines", "units", "rooms", "pools", "moves") else (*good[name], part)
    return Changeset(**{**good, name: replaced})


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refused_changeset_leaves_nothing(store, engine, case):
    part, error, guard = REFUSALS[case]
    store.write(
        Changeset(
            rows=(
                f.merchant(), f.checkout(), f.person(), f.credit_line(), f.credit_line("shp_2", state="frozen"), f.pool(), *f.of_capital(),
                f.sale_item(), f.sale_item("sal_2", total_units=3, free_units=3, units_per_shopper=5), f.order_claim(),
                f.attempt(loan_id="loa_1"), f.attempt("att_2", purpose="refund", parent_id="att_0"), f.idempotency(),
                f.provider_event(),
            ),
            entries=(f.repayment_entry("jou_1"),),
            events=(f.event("evt_0"),),
        )
    )  # fmt: skip
    before = snapshot(engine)
    with pytest.raises(error) as refused:
        store.write(changeset_of(part))
    assert type(refused.value) is error
    assert refused.value.details["guard"] == guard
    assert snapshot(engine) == before


def test_a_line_takes_what_is_left_to_the_last_cent(store):
    store.write(f.opening())
    store.write(Changeset(lines=(LineChange("shp_1", "EUR", held_minor=100_000),)))
    store.write(Changeset(lines=(LineChange("shp_1", "EUR", held_minor=-100_000, drawn_minor=100_000),)))
    line = store.line(shopper_id="shp_1", currency="EUR")
    assert (line.held_minor, line.drawn_minor) == (0, 100_000)


def test_a_lowered_limit_does_not_stop_a_repayment(store):
    store.write(f.opening())
    store.write(Changeset(lines=(LineChange("shp_1", "EUR", drawn_minor=90_000),)))
    store.write(Changeset(moves=(f.move(f.credit_line(), limit_minor=10_000, state="frozen"),)))
    store.write(Changeset(lines=(LineChange("shp_1", "EUR", drawn_minor=-30_000),)))
    assert store.line(shopper_id="shp_1", currency="EUR").drawn_minor == 60_000


def test_units_go_from_free_to_held_to_sold_to_returned(store):
    store.write(f.opening())
    for change in (
        UnitsChange("sal_1", "shp_1", free=-1, held=1),
        UnitsChange("sal_1", "shp_1", held=-1, sold=1),
        UnitsChange("sal_1", "shp_1", sold=-1, returned=1),
        UnitsChange("sal_1", "", free=-9, returned=9),
    ):
        store.write(Changeset(units=(change,)))
    item = store.sale_item("sal_1")
    assert (item.free_units, item.held_units, item.sold_units, item.returned_units) == (0, 0, 0, 10)
    store.write(Changeset(rows=(f.sale_item("sal_2"),)))
    store.write(Changeset(units=(UnitsChange("sal_2", "shp_1", free=-1, held=1),)))


def test_capital_is_added_to_a_pool(store):
    store.write(f.opening())
    store.write(Changeset(pools=(PoolChange("pool_EUR", available_minor=5),)))
    store.write(Changeset(pools=(PoolChange("pool_EUR", available_minor=-10_000_005),)))
    assert store.pool("EUR").available_minor == 0


def test_hot_rows_bear_the_instant_of_the_change(store):
    store.write(f.opening())
    later = f.NOW + timedelta(hours=5)
    store.write(
        Changeset(
            events=(f.event(at=later),),
            lines=(LineChange("shp_1", "EUR", held_minor=1),),
            pools=(PoolChange("pool_EUR", held_minor=1),),
        )
    )
    assert store.line(shopper_id="shp_1", currency="EUR").changed_at == store.pool("EUR").changed_at == later


def test_events_are_numbered_within_their_stream_and_owe_their_webhooks(store, reads):
    first = (f.event("evt_1"), f.event("evt_2", deliver=True), f.event("evt_3", stream="chk_2", deliver=True))
    store.write(Changeset(events=first))
    store.write(Changeset(events=(f.event("evt_4", deliver=True),)))
    assert [(e.event_id, e.seq) for e in reads.events("chk_1")] == [("evt_1", 1), ("evt_2", 2), ("evt_4", 3)]
    assert [(e.event_id, e.seq) for e in reads.events("chk_2")] == [("evt_3", 1)]
    owed = {job.payload["event_id"]: (job.stream, job.run_at) for job in reads.jobs(state="ready")}
    assert owed == {"evt_2": ("chk_1", f.NOW), "evt_3": ("chk_2", f.NOW), "evt_4": ("chk_1", f.NOW)}


@pytest.mark.parametrize(
    "mistake",
    [
        Move("loan", {"loan_id": "loa_1"}, (), {"state": "x"}),
        Move("decision", {"shopper_id": "s", "decision_id": "d"}, (), {"outcome": "approved"}),
        Move("checkout", {"checkout_id": "chk_1"}, (), {}),
        Move("checkout", {"checkout_id": "chk_1"}, (), {"checkout_id": "chk_2"}),
        Move("checkout", {"checkout_id": "chk_1"}, (), {"colour": "red"}),
        Move("merchant", {"merchant_id": "mer_1"}, ("open",), {"name": "x"}),
    ],
)
def test_a_move_that_nobody_could_mean_is_a_mistake_of_the_caller(store, mistake):
    with pytest.raises(ValueError, match=r"move|append-only|cannot be set"):
        store.write(Changeset(moves=(mistake,)))


def test_a_naive_instant_is_refused(store, engine):
    with pytest.raises((InvalidInput, TypeError)):
        store.write(Changeset(rows=(f.job(run_at=datetime(2026, 1, 1)),)))  # noqa: DTZ001
    assert snapshot(engine)["bnpl_job"] == []


def test_what_json_cannot_say_is_refused(store, engine):
    with pytest.raises((InvalidInput, TypeError)):
        store.write(Changeset(rows=(f.job(payload={"thing": object()}),)))
    assert snapshot(engine)["bnpl_job"] == []
