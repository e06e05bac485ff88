"""Many writers at once: what is scarce is never given out twice, and nobody is refused what there was."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from bnpl_plugin.errors import BnplError
from bnpl_plugin.ports.store import Changeset, LineChange, PoolChange, UnitsChange
from tests.storage import factories as f

WRITERS = 8


def race(store, changesets):
    """Write all at once from several threads; count how they ended."""
    start = Barrier(WRITERS)
    shares = [changesets[at::WRITERS] for at in range(WRITERS)]

    def run(share):
        start.wait()
        ended: Counter[str] = Counter()
        for changeset in share:
            try:
                store.write(changeset)
                ended["written"] += 1
            except BnplError as error:
                ended[error.code] += 1
        return ended

    with ThreadPoolExecutor(WRITERS) as pool:
        return sum(pool.map(run, shares), Counter())


def test_a_line_is_never_overdrawn(store):
    store.write(f.opening())
    take = Changeset(lines=(LineChange("shp_1", "EUR", held_minor=9_000),))
    assert race(store, [take] * 40) == {"written": 11, "credit_line_exceeded": 29}
    assert store.line(shopper_id="shp_1", currency="EUR").held_minor == 99_000


def test_a_pool_is_never_overlent(store):
    store.write(f.opening(f.pool(available_minor=100)))
    take = Changeset(pools=(PoolChange("pool_EUR", held_minor=7),))
    assert race(store, [take] * 40) == {"written": 14, "capital_exhausted": 26}
    assert store.pool("EUR").held_minor == 98


def test_a_sale_sells_what_there_is_and_one_each(store):
    store.write(f.opening(f.sale_item()))
    takes = [Changeset(units=(UnitsChange("sal_1", f"shp_{n % 16}", free=-1, held=1),)) for n in range(48)]
    ended = race(store, takes)
    assert ended["written"] == 10
    assert ended["sold_out"] + ended["units_per_shopper_exceeded"] == 38
    item = store.sale_item("sal_1")
    assert (item.free_units, item.held_units) == (0, 10)


def test_one_of_many_moves_a_row(store):
    store.write(Changeset(rows=(f.merchant(), f.checkout())))
    moves = [
        Changeset(moves=(f.move(f.checkout(), sources=("opened",), state="approved"),), rows=(f.job(f"job_{n}"),))
        for n in range(24)
    ]
    assert race(store, moves) == {"written": 1, "state_moved": 23}


def test_events_of_one_stream_are_gapless_whoever_writes_them(store, reads):
    changesets = [Changeset(events=(f.event(f"evt_{n}a"), f.event(f"evt_{n}b", deliver=True))) for n in range(40)]
    assert race(store, changesets) == {"written": 40}
    assert [event.seq for event in reads.events("chk_1")] == list(range(1, 81))
    assert len(reads.jobs(state="ready", limit=200)) == 40


@pytest.mark.timeout(60)
def test_opposite_orders_in_a_changeset_do_not_deadlock(store):
    store.write(f.opening(f.credit_line(), f.credit_line("shp_2"), f.pool(), f.pool("pool_CNY", currency="CNY")))
    one, other = LineChange("shp_1", "EUR", held_minor=1), LineChange("shp_2", "EUR", held_minor=1)
    eur, cny = PoolChange("pool_EUR", held_minor=1), PoolChange("pool_CNY", held_minor=1)
    changesets = [
        Changeset(lines=(one, other), pools=(eur, cny)) if n % 2 else Changeset(lines=(other, one), pools=(cny, eur))
        for n in range(64)
    ]
    assert race(store, changesets) == {"written": 64}


def test_two_workers_never_share_a_job(store):
    store.write(Changeset(rows=tuple(f.job(f"job_{n:03}") for n in range(60))))

    def claim(_):
        return [job.job_id for job in store.claim_jobs(now=f.NOW, lease_until=f.NOW + f.HOUR, limit=5)]

    with ThreadPoolExecutor(6) as pool:
        claimed = [job_id for batch in pool.map(claim, range(24)) for job_id in batch]
    assert sorted(claimed) == [f"job_{n:03}" for n in range(60)]
