"""Every benchmark works, at a size that says nothing about speed; and its references do the same work."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.testing import make_app
from examples.demo_shop.sample_law import SAMPLE_LAW
from tests.benchmarks.__main__ import BENCHMARKS, main
from tests.benchmarks.booking import Bench, house_of, opened, ready_to_book
from tests.benchmarks.figure import Size, measured
from tests.benchmarks.offers import compose_all, largest_gap_percent, plans_of
from tests.benchmarks.purchases import add_approved, authorise
from tests.servers.postgres import PostgresServer

TINY = Size(
    rounds=1, bookings=2, clients=(1, 2), most_clients=2, small_book=4, large_book=9, offers=2, requests=4,
    shoppers=80, units=5,
)  # fmt: skip
_WRITTEN_IDS = re.compile(r"\b(?:chk|loan|shp|hld|evt|job|ent|agr|att|pm_att|dec|dis|order)[_-][0-9a-z_]+")


@pytest.fixture
def bench(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Bench]:
    """A database with a book of four copied loans."""
    with opened(postgres_server, folder=tmp_path, loans=4) as made:
        yield made
    postgres_server.drop(made.url)


@pytest.mark.postgres
@pytest.mark.parametrize("name", BENCHMARKS)
def test_each_benchmark_tells_its_figures_with_their_references(name, tmp_path, capsys):
    main([name, "--json", str(tmp_path / "figures.json")], size=TINY)
    told = json.loads((tmp_path / "figures.json").read_text())
    assert told
    for figure in told:
        assert set(figure) == {"name", "params", "value", "unit", "reference", "ratio"}
        assert figure["name"] == name
        assert figure["value"] > 0
        assert figure["reference"] > 0
        assert figure["ratio"] > 0
    assert capsys.readouterr().out.count("ratio") == len(told)


@pytest.mark.prove
def test_a_rush_at_the_sql_gate_on_sqlite_is_exact(capsys):
    main(["flash_sale", "--gate", "sql", "--sqlite"], size=TINY)  # raises unless it is
    assert "5 held" in capsys.readouterr().out


def test_an_unknown_name_is_refused_and_the_known_ones_are_told(capsys):
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "there are maths, offers, booking" in capsys.readouterr().err


def test_the_ratio_is_that_of_the_rounds_and_each_side_goes_first_in_turn():
    order: list[str] = []
    own, beside = iter([10.0, 5.0, 8.0]), iter([20.0, 10.0, 4.0])

    def product() -> float:
        order.append("product")
        return next(own)

    def reference() -> float:
        order.append("reference")
        return next(beside)

    figure = measured("x", params={}, unit="a second", product=product, reference=reference, rounds=3)
    assert (figure.value, figure.reference, figure.ratio) == (8.0, 10.0, 0.5)
    assert order == ["product", "reference", "reference", "product", "product", "reference"]


@pytest.mark.postgres
def test_by_hand_writes_the_rows_that_the_lifecycle_writes(bench, tmp_path):
    written = [_written_by(bench, way, folder=tmp_path) for way in ("lifecycle", "by_hand")]
    assert written[0] == written[1]
    assert {"bnpl_loan", "bnpl_instalment", "bnpl_posting", "bnpl_job", "bnpl_event"} <= written[0].keys()


@pytest.mark.postgres
def test_a_copied_book_is_as_consistent_as_the_original(bench, tmp_path):
    house = house_of(str(tmp_path), url=bench.url)
    try:
        told = [finding.text for finding in house.verifier.findings()]
        assert told == ["the agreement's body is not what was hashed"] * 4  # it names the copy's own ids
        assert house.reads.figures()["loans_active"] == 5
    finally:
        house.store.engine.dispose()  # type: ignore[attr-defined]


def test_both_ways_quote_the_same_plans_at_nearly_the_same_apr(tmp_path):
    app = make_app(tmp_path, law=SAMPLE_LAW, pages=False)
    house: House = app.extensions["bnpl"]
    assert len(compose_all(plans_of(house), cents=60_011, now=house.clock.now())) >= 6
    assert largest_gap_percent(house, cents=60_011) < 1


def _written_by(bench: Bench, way: str, *, folder: Path) -> dict[str, list[Any]]:
    """Book one purchase; return its rows and what it changed, by table, with its ids and the pool's sums levelled."""
    number = bench.next_number
    bench.next_number += 1
    before = _pool(bench.connection)
    (checkout_id,) = add_approved(bench.connection, bench.template, first=number, count=1)
    principal = bench.template.principal_minor
    with ready_to_book(way, folder=str(folder), url=bench.url, name="one", principal_minor=principal) as steps:
        steps["take"](checkout_id)
        authorise(bench.connection, bench.template, first=number, count=1)
        steps["confirm"](checkout_id)
    shopper = bench.connection.execute(
        "SELECT shopper_id FROM bnpl_checkout WHERE checkout_id = %s", [checkout_id]
    ).fetchone()
    assert shopper is not None
    rows: dict[str, list[Any]] = {"pool": [after - earlier for after, earlier in
                                           zip(_pool(bench.connection), before, strict=True)]}  # fmt: skip
    for table, where in _own_rows(checkout_id, shopper[0]).items():
        found = bench.connection.execute(f"SELECT to_jsonb(t)::text FROM {table} AS t WHERE {where}").fetchall()
        rows[table] = sorted(_WRITTEN_IDS.sub("ID", text).replace(f"{number:010d}", "") for (text,) in found)
    return rows


def _own_rows(checkout_id: str, shopper_id: str) -> dict[str, str]:
    of_shopper = ("checkout", "hold", "attempt", "loan", "instalment", "journal_entry", "posting", "credit_line")
    return {
        **{f"bnpl_{name}": f"shopper_id = '{shopper_id}'" for name in of_shopper},
        **{f"bnpl_{name}": f"stream = '{checkout_id}'" for name in ("event", "job")},
        "bnpl_order_claim": f"checkout_id = '{checkout_id}'",
    }


def _pool(connection: psycopg.Connection[Any]) -> tuple[int, ...]:
    found = connection.execute(
        "SELECT available_minor, held_minor, outstanding_minor FROM bnpl_capital_pool WHERE currency = 'EUR'"
    ).fetchone()
    assert found is not None
    return tuple(found)
