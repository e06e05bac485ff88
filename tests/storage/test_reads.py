"""Lists page newest first without losing or repeating a row, and one merchant never sees another's."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import pytest

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.ports.store import Changeset
from tests.storage import factories as f

MINUTE = timedelta(minutes=1)


def pages_of(read, **filters):
    """Every page of a list, two rows at a time."""
    cursor, pages = None, []
    while True:
        page = read(cursor=cursor, limit=2, **filters)
        pages.append(list(page.rows))
        cursor = page.next_cursor
        if cursor is None:
            return pages


def test_loans_page_newest_first_also_within_one_instant(store, reads):
    at = {"loa_1": 0, "loa_2": 3, "loa_3": 3, "loa_4": 1, "loa_5": 2}
    rows = [f.loan(k, checkout_id=f"c-{k}", opened_at=f.NOW + v * MINUTE) for k, v in at.items()]
    store.write(Changeset(rows=(f.merchant(), *rows)))
    pages = pages_of(reads.loans)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [row.loan.loan_id for page in pages for row in page] == ["loa_3", "loa_2", "loa_5", "loa_4", "loa_1"]


def test_a_page_that_ends_exactly_has_no_next(store, reads):
    store.write(Changeset(rows=(f.merchant(), f.loan(), f.loan("loa_2", checkout_id="c2"))))
    assert [len(page) for page in pages_of(reads.loans)] == [2]
    assert pages_of(reads.loans, state="settled") == [[]]


def test_a_loans_line_tells_its_merchant_and_its_next_instalment(store, reads):
    paid, failed, later = f.instalment(1, state="paid"), f.instalment(2, state="overdue"), f.instalment(3)
    store.write(Changeset(rows=(f.merchant(name="Boutique"), f.loan(), paid, failed, later)))
    for row in (reads.loans().rows[0], reads.loans_of_shopper("shp_1")[0]):
        assert (row.loan, row.merchant_name, row.next_instalment) == (f.loan(), "Boutique", failed)
        assert (row.paid_instalments, row.instalments) == (1, 3)
    assert reads.loans_of_shopper("shp_2") == ()


def test_a_merchant_sees_its_own_only(store, reads):
    theirs = {"merchant_id": "mer_2"}
    store.write(
        Changeset(
            rows=(
                f.merchant(), f.merchant("mer_2"), f.checkout(), f.checkout("chk_2", **theirs), f.loan(),
                f.loan("loa_2", checkout_id="chk_2", **theirs), f.sale_item(), f.sale_item("sal_2", **theirs),
            ),
            events=(f.event(), f.event("evt_2", stream="chk_2", **theirs)),
        )
    )  # fmt: skip
    assert [row.loan.loan_id for row in reads.loans(merchant_id="mer_2").rows] == ["loa_2"]
    assert list(reads.checkouts(merchant_id="mer_1").rows) == [f.checkout()]
    assert reads.checkout_of_merchant(merchant_id="mer_1", checkout_id="chk_2") is None
    assert reads.checkout_of_merchant(merchant_id="mer_2", checkout_id="chk_2").checkout_id == "chk_2"
    assert [event.event_id for event in reads.events_of_merchant(merchant_id="mer_2").rows] == ["evt_2"]


def test_events_page_and_are_found(store, reads):
    store.write(Changeset(events=tuple(f.event(f"evt_{n}", at=f.NOW + n * MINUTE) for n in range(5))))
    pages = pages_of(reads.events_of_merchant, merchant_id="mer_1")
    assert [event.event_id for page in pages for event in page] == ["evt_4", "evt_3", "evt_2", "evt_1", "evt_0"]
    found = reads.event("evt_3")
    assert (found.seq, found.kind, found.payload, found.at) == (
        4,
        "checkout.opened",
        f.event().payload,
        f.NOW + 3 * MINUTE,
    )
    assert found.at.tzinfo is UTC
    assert reads.event("evt_9") is None


def test_postings_come_as_booked(store, reads):
    store.write(Changeset(rows=(f.loan(),), entries=(f.drawdown_entry(), f.repayment_entry())))
    told = [(p.entry_id, p.account, p.owner, p.amount_minor, p.provider_claim) for p in reads.postings_of_loan("loa_1")]
    assert told == [
        ("jou_1", "loan_principal", "loa_1", 30_000, None),
        ("jou_1", "merchant_payable", "mer_1", -29_250, None),
        ("jou_1", "mdr_income", "mer_1", -750, None),
        ("jou_2", "provider_clearing", "sandbox", 10_000, "sandbox:capture:ch_1"),
        ("jou_2", "loan_principal", "loa_1", -10_000, "sandbox:capture:ch_1"),
    ]
    first = reads.postings_of_loan("loa_1")[0]
    assert (first.value_date, first.booked_at, first.currency, first.kind) == (
        date(2026, 11, 24),
        f.NOW,
        "EUR",
        "drawdown",
    )


def test_figures_count_what_the_console_shows(store, reads):
    store.write(
        Changeset(
            rows=(
                f.loan(), f.loan("l2", checkout_id="c2", state="settled"), f.checkout(),
                f.checkout("chk_2", state="expired"), f.job(), f.job("job_2", state="dead"), f.attempt(state="unknown"),
            )
        )
    )  # fmt: skip
    assert reads.figures() == {
        "loans_active": 1, "loans_settled": 1, "loans_defaulted": 0, "loans_cancelled": 0, "loans_charged_off": 0,
        "checkouts_open": 1, "jobs_ready": 1, "jobs_dead": 1, "attempts_unknown": 1,
    }  # fmt: skip
    assert [job.job_id for job in reads.jobs(state="dead")] == ["job_2"]


def test_pools_and_loans_of_checkouts_are_found(store, reads):
    store.write(Changeset(rows=(f.pool(), f.pool("pool_CNY", currency="CNY"), f.loan())))
    assert [pool.currency for pool in reads.pools()] == ["CNY", "EUR"]
    assert reads.loan_id_of_checkout("chk_1") == "loa_1"
    assert reads.loan_id_of_checkout("chk_9") is None


_BEYOND_TIME = "OTk5OS0xMi0zMVQyMzo1OTo1OS0yMzo1OSB4"  # 31 December 9999, late, far in the west


@pytest.mark.parametrize(
    "cursor", ["", "x", "!!!", "bm90IGEgZGF0ZSBpZA", "MjAyNi0xMS0yNFQwMDowMDowMCBpZA", _BEYOND_TIME]
)
def test_a_cursor_that_is_not_ours_is_refused_in_words(reads, cursor):
    with pytest.raises(InvalidInput) as refused:
        reads.loans(cursor=cursor)
    assert refused.value.details["field"] == "cursor"


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_has_1_to_200_rows(reads, limit):
    with pytest.raises(InvalidInput, match="1 to 200"):
        reads.loans(limit=limit)
