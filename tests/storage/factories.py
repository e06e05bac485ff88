"""Valid records and changesets for tests: every function takes what matters to the test and fills in the rest.

`NOW` is the instant at which everything happens unless told otherwise. Ids are readable: `chk_1`, `shp_1`, `mer_1`.
"""
# ruff: noqa: E501 (a row reads across)

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bnpl_plugin.ledger.journal import JournalEntry
from bnpl_plugin.ledger.postings import EntryHead, capital_added, drawdown, repayment
from bnpl_plugin.money import Money
from bnpl_plugin.ports.records import (
    Agreement,
    ApiKey,
    Attempt,
    CapitalPool,
    Checkout,
    CreditLine,
    Decision,
    Disclosure,
    Hold,
    Idempotency,
    InstalmentRow,
    Job,
    Loan,
    Merchant,
    OrderClaim,
    PaymentMethod,
    Person,
    PhoneCode,
    PolicyVersion,
    ProviderEvent,
    Record,
    SaleClaim,
)
from bnpl_plugin.ports.store import Changeset, Event, LineChange, Move, PoolChange, Store, UnitsChange
from tests.storage import rows_of_flash_sales
from tests.storage.rows_of_lending import HOUR, NOW, of_capital, of_credit, of_sales

__all__ = ["HOUR", "NOW", "of_capital", "of_credit", "of_sales"]



sale, sale_change = rows_of_flash_sales.sale, rows_of_flash_sales.sale_change
sale_item = rows_of_flash_sales.sale_item


def merchant(merchant_id: str = "mer_1", **values: Any) -> Merchant:
    row = Merchant(
        merchant_id=merchant_id, name="Shop", mdr_bps=250, webhook_url=None, webhook_secret=None, created_at=NOW
    )
    return replace(row, **values)


def api_key(key_hash: str = "a" * 64, **values: Any) -> ApiKey:
    return replace(
        ApiKey(key_hash=key_hash, merchant_id="mer_1", label="till", created_at=NOW, revoked_at=None), **values
    )


def person(shopper_id: str = "shp_1", **values: Any) -> Person:
    row = Person(shopper_id=shopper_id, phone_hash=f"phone-of-{shopper_id}", sealed="sealed", created_at=NOW)
    return replace(row, **values)


def phone_code(phone_code_id: str = "cod_1", **values: Any) -> PhoneCode:
    row = PhoneCode(
        phone_code_id=phone_code_id, purpose_ref="chk_1", phone_hash="phone-of-shp_1", sealed_phone="sealed",
        code_hash="c" * 64, tries=0, created_at=NOW, expires_at=NOW + HOUR, used_at=None,
    )  # fmt: skip
    return replace(row, **values)


def checkout(checkout_id: str = "chk_1", **values: Any) -> Checkout:
    row = Checkout(
        checkout_id=checkout_id, merchant_id="mer_1", order_ref=f"order-of-{checkout_id}", channel="embedded",
        state="opened", country="FR", time_zone="Europe/Paris", locale="fr", currency="EUR", total_minor=30_000,
        cart={"lines": [{"kind": "goods", "name": "Téléphone 手机", "quantity": 1, "unit_minor": 30_000}]},
        cart_fingerprint="f" * 64, sale_item_id=None, units=0, return_url="https://shop.example/back",
        cancel_url="https://shop.example/cart", shopper_id="shp_1", offer=None, decision_id=None, hold_id=None,
        agreement_id=None, attempt_id=None, loan_id=None, reason=None, opened_at=NOW, expires_at=NOW + 24 * HOUR,
        changed_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


#: A policy that approves whoever is of age for 1,000.00, and a shopper's facts that it decides on.
POLICY_BODY: dict[str, Any] = {
    "version": "1",
    "rules": [{"code": "age"}],
    "scorecard": {"attributes": []},
    "ratings": [{"from": 0, "rating": "A"}],
    "limit_bps": {"A": 10_000},
    "caps_minor": {"EUR": 100_000},
}
INPUTS: dict[str, Any] = {
    "country": "FR", "currency": "EUR", "age_years": 30, "income_minor": 300_000, "outgoings_minor": 0,
    "principal_minor": 30_000, "first_today_minor": 10_000, "monthly_due_minor": 10_000, "line_limit_minor": None,
    "line_used_minor": 0, "product_cap_minor": 100_000, "other_currency_open": False, "open_loans": 0,
    "instalments_in_arrears": 0, "decisions_last_day": 0, "loans_settled": 0,
}  # fmt: skip


def policy() -> PolicyVersion:
    text = json.dumps(POLICY_BODY, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return PolicyVersion("1", "champion", 0, sha256, POLICY_BODY, NOW, NOW)


def decision(decision_id: str = "dec_1", **values: Any) -> Decision:
    row = Decision(
        shopper_id="shp_1", decision_id=decision_id, checkout_id="chk_1", policy_version="1", arm="champion",
        decided_by="policy", outcome="approved", rating="A", currency="EUR", limit_minor=100_000, inputs=INPUTS,
        reasons={"codes": []}, decided_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


def credit_line(shopper_id: str = "shp_1", **values: Any) -> CreditLine:
    row = CreditLine(
        shopper_id=shopper_id, currency="EUR", state="open", limit_minor=100_000, drawn_minor=0, held_minor=0,
        changed_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


def pool(pool_id: str = "pool_EUR", **values: Any) -> CapitalPool:
    row = CapitalPool(
        pool_id=pool_id,
        country="",
        currency="EUR",
        available_minor=10_000_000,
        held_minor=0,
        outstanding_minor=0,
        terms_version=0,
        changed_at=NOW,
    )
    return replace(row, **values)


def hold(hold_id: str = "hld_1", **values: Any) -> Hold:
    row = Hold(
        shopper_id="shp_1", hold_id=hold_id, checkout_id="chk_1", state="pending", currency="EUR", principal_minor=20_000,
        pool_id="pool_EUR", sale_item_id=None, units=0, funder_id=None, funder_minor=0, subsidy_id=None,
        subsidy_minor=0, limit_ids="", created_at=NOW, expires_at=NOW + HOUR, ceiling_at=NOW + 2 * HOUR,
    )  # fmt: skip
    return replace(row, **values)


def disclosure(disclosure_id: str = "dis_1", **values: Any) -> Disclosure:
    body = {"text": "Un crédit vous engage."}
    row = Disclosure(
        shopper_id="shp_1", disclosure_id=disclosure_id, checkout_id="chk_1", kind="precontract", locale="fr",
        sha256=sha256_of(body), body=body, medium="screen", shown_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


def agreement(agreement_id: str = "agr_1", **values: Any) -> Agreement:
    values.setdefault("body", agreement_body())
    row = Agreement(
        shopper_id="shp_1", agreement_id=agreement_id, checkout_id="chk_1", plan_code="pay_in_3", plan_version=1,
        country="FR", sha256=sha256_of(values["body"]), body={}, signed_at=NOW + timedelta(minutes=1),
    )  # fmt: skip
    return replace(row, **values)


def payment_method(payment_method_id: str = "pm_1", **values: Any) -> PaymentMethod:
    row = PaymentMethod(
        shopper_id="shp_1", payment_method_id=payment_method_id, provider="sandbox", customer_ref="cus_1",
        method_ref="card_1", label="Visa 4242", mandate={"text": "yes"}, created_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


def attempt(attempt_id: str = "att_1", **values: Any) -> Attempt:
    row = Attempt(
        shopper_id="shp_1", attempt_id=attempt_id, checkout_id="chk_1", loan_id=None, parent_id=None, purpose="first",
        provider="sandbox", state="created", currency="EUR", amount_minor=10_000, idempotency_key=f"key-{attempt_id}",
        provider_ref=None, customer_ref=None, method_ref=None, decline_code=None, next_action=None,
        details={"numbers": [1]}, tries=0, created_at=NOW, check_at=NOW + HOUR, changed_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


def loan(loan_id: str = "loa_1", **values: Any) -> Loan:
    row = Loan(
        shopper_id="shp_1", loan_id=loan_id, checkout_id="chk_1", agreement_id="agr_1", merchant_id="mer_1",
        order_ref="order-of-chk_1", pool_id="pool_EUR", state="active", plan_code="pay_in_3", country="FR",
        time_zone="Europe/Paris", currency="EUR", principal_minor=30_000, interest_minor=0, fee_minor=0, mdr_minor=750,
        outstanding_minor=30_000, funder_id=None, funder_minor=0, subsidy_id=None, subsidy_minor=0,
        limit_ids="", payment_method_id="pm_1", drawdown_on=NOW.date(), opened_at=NOW, changed_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


def instalment(number: int = 1, **values: Any) -> InstalmentRow:
    due_at = datetime(2026, 11, 23, 23, tzinfo=UTC) + timedelta(days=30 * (number - 1))
    row = InstalmentRow(
        shopper_id="shp_1", loan_id="loa_1", number=number, state="scheduled", due_on=date(2026, 11, 24) + timedelta(days=30 * (number - 1)),
        due_at=due_at, principal_minor=10_000, interest_minor=0, fee_minor=0, waived_minor=0, tries=0, try_at=due_at,
        remind_at=due_at - timedelta(days=3), attempt_id=None, changed_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


def instalments(count: int = 3, **values: Any) -> tuple[InstalmentRow, ...]:
    return tuple(instalment(number, **values) for number in range(1, count + 1))


def order_claim(order_ref: str = "order-of-chk_1", **values: Any) -> OrderClaim:
    return replace(OrderClaim(merchant_id="mer_1", order_ref=order_ref, checkout_id="chk_1"), **values)


def job(job_id: str = "job_1", **values: Any) -> Job:
    row = Job(
        job_id=job_id, kind="capture", stream="chk_1", payload={"attempt_id": "att_1"}, state="ready", run_at=NOW,
        lease_until=None, tries=0, last_error=None, created_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


def provider_event(event_id: str = "evt_p1", **values: Any) -> ProviderEvent:
    row = ProviderEvent(
        provider="sandbox", event_id=event_id, kind="charge.succeeded", provider_ref="ch_1", body={"id": event_id},
        received_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


def idempotency(idempotency_key: str = "once", **values: Any) -> Idempotency:
    row = Idempotency(
        owner="mer_1", idempotency_key=idempotency_key, request_hash="h" * 64, state="running", resource_id="chk_1",
        status=None, body=None, lease_until=NOW + HOUR, created_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


def event(event_id: str = "evt_1", **values: Any) -> Event:
    row = Event(
        event_id=event_id, stream="chk_1", kind="checkout.opened", shopper_id="shp_1", merchant_id="mer_1",
        payload={"checkout_id": "chk_1", "total_minor": 30_000}, at=NOW, deliver=False,
    )  # fmt: skip
    return replace(row, **values)


def sha256_of(body: Any) -> str:
    """The hash of a body's canonical JSON."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def agreement_body() -> dict[str, Any]:
    """What was signed for `loan()` and `instalments()`."""
    rows = [
        {
            "number": row.number,
            "due_on": row.due_on.isoformat(),
            "principal_minor": row.principal_minor,
            "interest_minor": row.interest_minor,
            "fee_minor": row.fee_minor,
        }
        for row in instalments()
    ]
    schedule = {
        "currency": "EUR",
        "drawdown_on": NOW.date().isoformat(),
        "principal_minor": 30_000,
        "instalments": rows,
    }
    return {"offer": {"plan_code": "pay_in_3", "schedule": schedule}, "lender": "Prêteur"}


def drawdown_entry(entry_id: str = "jou_1", **values: Any) -> JournalEntry:
    head = EntryHead(entry_id=entry_id, value_date=NOW.date(), booked_at=NOW, shopper_id="shp_1")
    facts: dict[str, Any] = {
        "loan_id": "loa_1", "merchant_id": "mer_1", "currency": "EUR", "principal_minor": 30_000, "mdr_minor": 750,
    }  # fmt: skip
    return drawdown(head, **{**facts, **values})


def repayment_entry(entry_id: str = "jou_2", *, claim: str = "sandbox:capture:ch_1", **values: Any) -> JournalEntry:
    head = EntryHead(entry_id=entry_id, value_date=NOW.date(), booked_at=NOW, shopper_id="shp_1")
    facts: dict[str, Any] = {
        "loan_id": "loa_1", "provider": "sandbox", "provider_claim": claim, "currency": "EUR", "principal_minor": 10_000,
    }  # fmt: skip
    return repayment(head, **{**facts, **values})


def every_record() -> tuple[Record, ...]:
    """One valid row of every table that a changeset may insert into."""
    return (
        merchant(), api_key(), checkout(), hold(), attempt(), loan(), *instalments(), order_claim(), person(),
        phone_code(), decision(), disclosure(), agreement(), payment_method(), provider_event(), idempotency(), job(),
        credit_line(), sale(), sale_change(), rows_of_flash_sales.sale_draw(), sale_item(), pool(), *of_credit(), *of_capital(), *of_sales(),
    )  # fmt: skip


def state_of(store: Store, checkout_id: str = "chk_1") -> str:
    """The state of a checkout that is there."""
    purchase = store.purchase(checkout_id)
    assert purchase is not None
    return purchase.checkout.state


def move(row: Record, *, sources: Iterable[str] = (), expect: dict[str, Any] | None = None, **values: Any) -> Move:
    """A move of a record's row."""
    key = {name: getattr(row, name) for name in row.key}
    return Move(table=row.table, key=key, sources=tuple(sources), set=values, expect=expect or {})


def capital_entry(entry_id: str = "jou_0", *, minor: int = 10_000_000) -> JournalEntry:
    head = EntryHead(entry_id=entry_id, value_date=NOW.date(), booked_at=NOW)
    money = Money(minor, "EUR")
    return capital_added(
        head,
        pool_id="pool_EUR",
        source=money,
        into=money,
        rate=Decimal(1),
        rate_on=NOW.date(),
        rate_source="same currency",
    )


def whole_book() -> tuple[Changeset, ...]:
    """A book in which every promise holds: one confirmed purchase of a sale item with one instalment paid, one open hold."""
    ids: dict[str, Any] = {
        "decision_id": "dec_1", "hold_id": "hld_1", "agreement_id": "agr_1", "attempt_id": "att_1", "loan_id": "loa_1",
        "sale_item_id": "sal_1", "units": 1,
    }  # fmt: skip
    paid = instalment(1, state="paid", attempt_id="att_1", remind_at=None)
    rows = (
        merchant(), api_key(), person(), payment_method(), policy(), decision(), disclosure(), agreement(), order_claim(),
        checkout(state="confirmed", **ids), hold(state="posted", principal_minor=30_000, sale_item_id="sal_1", units=1),
        attempt(state="captured", provider_ref="ch_1", loan_id="loa_1", check_at=None),
        loan(outstanding_minor=20_000), paid, instalment(2), instalment(3),
        credit_line(drawn_minor=20_000, held_minor=7_000), pool(outstanding_minor=20_000, held_minor=7_000),
        sale_item(free_units=8, held_units=1, sold_units=1, units_per_shopper=2), SaleClaim("sal_1", "shp_1", 2),
        checkout("chk_2", state="held", hold_id="hld_2", sale_item_id="sal_1", units=1),
        hold("hld_2", checkout_id="chk_2", principal_minor=7_000, sale_item_id="sal_1", units=1),
    )  # fmt: skip
    kinds = (
        "checkout.opened", "credit.approved", "checkout.held", "disclosure.shown", "checkout.signed", "payment.started",
        "payment.authorised", "loan.booked", "checkout.confirmed", "instalment.paid",
    )  # fmt: skip
    told = tuple(event(f"evt_{kind}", kind=kind, deliver=kind == "checkout.confirmed") for kind in kinds)
    other = tuple(
        event(f"evt_2_{kind}", stream="chk_2", kind=kind)
        for kind in ("checkout.opened", "credit.approved", "checkout.held")
    )
    entries = (capital_entry(), drawdown_entry(), repayment_entry())
    return (Changeset(rows=rows, entries=entries), Changeset(events=told), Changeset(events=other))


def opening(*rows: Record) -> Changeset:
    """What there is before a purchase: merchant, shopper, line, pool, sale item."""
    return Changeset(rows=rows or (merchant(), person(), credit_line(), pool(), sale_item()))


def holds_taken() -> Changeset:
    """Three holds for `checkout()`, as origination takes them."""
    return Changeset(
        moves=(move(checkout(), sources=("approved",), state="held", hold_id="hld_1", changed_at=NOW),),
        rows=(hold(sale_item_id="sal_1", units=1),),
        events=(event("evt_held", kind="hold.taken", payload={"hold_id": "hld_1"}),),
        lines=(LineChange("shp_1", "EUR", held_minor=20_000),),
        units=(UnitsChange("sal_1", "shp_1", free=-1, held=1),),
        pools=(PoolChange("pool_EUR", held_minor=20_000),),
    )


def write_all(store: Store, *changesets: Changeset) -> None:
    """Write several changesets, each in its own transaction."""
    for changeset in changesets:
        store.write(changeset)

