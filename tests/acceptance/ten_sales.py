"""Ten sales at once that all draw on one capital pool, which runs out in the middle."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from bnpl_plugin.errors import AllotmentExhausted
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.house import House
from tests.benchmarks.flash_sale.seeding import PRICE_MINOR, Crowd, make_crowds, make_shop

SALES = 10
_ODD_MINOR = 12_300  # what the pool has beyond whole phones, and must still have at the end


def draw_on_one_pool(folder: Path, url: str, *, shoppers: int, top_up: int, windows: int = 2) -> Counter[str]:
    """Have ten crowds take holds at once, with capital for half of them; asserts what must be.

    Args:
        folder: for the shop's files.
        url: of an empty PostgreSQL database.
        shoppers: of each sale, and its units.
        top_up: phones that a sale asks of the pool at a time; 0: what it needs.
        windows: threads that bring each sale's shoppers.

    Returns how many were told what.
    """
    fundable = SALES * shoppers // 2
    capital = {"EUR": (fundable * PRICE_MINOR + _ODD_MINOR) // 100}
    app = make_shop(folder, url=url, gate_url="", capital=capital)
    house: House = app.extensions["bnpl"]
    wanted = {f"ten{number}": (shoppers, shoppers) for number in range(SALES)}
    crowds = make_crowds(app, wanted=wanted, allotment_minor=0, top_up_minor=top_up * PRICE_MINOR)
    said = _all_at_once(house, list(crowds.values()), windows=windows)
    told = Counter(said.values())
    assert told == {"held": fundable, f"{AllotmentExhausted.code}: sale": SALES * shoppers - fundable}, told
    _judge(house, crowds=crowds, said=said)
    house.store.engine.dispose()  # type: ignore[attr-defined]
    return told


def _all_at_once(house: House, crowds: list[Crowd], *, windows: int) -> dict[str, str]:
    """Return what each checkout was told."""
    barrier = threading.Barrier(len(crowds) * windows)
    said: dict[str, str] = {}

    def window(share: list[str]) -> None:
        barrier.wait()
        for checkout_id in share:
            try:
                holds.take(house, checkout_id=checkout_id)
                said[checkout_id] = "held"
            except AllotmentExhausted as error:
                said[checkout_id] = f"{error.code}: {error.details['guard']}"
            except BaseException as failure:  # noqa: BLE001 - told below, whatever it was
                said[checkout_id] = repr(failure)

    shares = [list(crowd.checkout_ids[place::windows]) for crowd in crowds for place in range(windows)]
    threads = [threading.Thread(target=window, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def _judge(house: House, *, crowds: dict[str, Crowd], said: dict[str, str]) -> None:
    held = {checkout_id for checkout_id, word in said.items() if word == "held"}
    with house.store.engine.connect() as connection:  # type: ignore[attr-defined]

        def rows(statement: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in connection.execute(sa.text(statement))]

        assert {row[0] for row in rows("SELECT checkout_id FROM bnpl_hold WHERE state = 'pending'")} == held
        lent = rows("SELECT sale_id, sum(principal_minor) FROM bnpl_hold WHERE state = 'pending' GROUP BY 1 ORDER BY 1")
        assert rows("SELECT sale_id, used_minor FROM bnpl_sale WHERE used_minor > 0 ORDER BY 1") == lent
        pools = rows("SELECT available_minor, held_minor FROM bnpl_capital_pool WHERE currency = 'EUR'")
        ((available, pooled),) = pools
        assert rows("SELECT sum(ceiling_minor), sum(used_minor) FROM bnpl_sale") == [(pooled, pooled)]
        assert (available, pooled) == (len(held) * PRICE_MINOR + _ODD_MINOR, len(held) * PRICE_MINOR)
    for crowd in crowds.values():
        figures = house.gate.figures(crowd.sale_id)
        sale = house.store.sales.sale(crowd.sale_id)
        assert sale is not None
        assert (figures.allotment_minor, figures.left_minor) == (sale.ceiling_minor, 0)
        assert figures.items[crowd.item_id].held * PRICE_MINOR == sale.used_minor
    assert house.verifier.findings() == ()
