"""``flask bnpl crowd`` competes for a sale over HTTP, sells every unit once, and comes nowhere where money is real."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from bnpl_plugin.environment import SystemClock
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.testing import make_app
from examples.demo_shop.sample_law import SAMPLE_LAW

STRIPE = {
    "BNPL_PROVIDER": "stripe",
    "BNPL_STRIPE_SECRET_KEY": "sk_test_12345678",
    "BNPL_STRIPE_PUBLISHABLE_KEY": "pk_test_12345678",
}


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def sale_of(app: Flask, *, opens_in: float = 0) -> str:
    house = app.extensions["bnpl"]
    now = house.clock.now()
    phone = ItemTerms(sku="phone", name="Phone", units=3, price_minor=29_900, line_limit=2)
    terms = SaleTerms(
        name="Sale", country="FR", items=(phone,), starts_at=now + timedelta(seconds=opens_in),
        ends_at=now + timedelta(hours=1),
    )  # fmt: skip
    return selling.create(house, terms, merchant_id=house.host_merchant_id).sale.sale_id


def counted(output: str, name: str) -> int:
    found = re.search(rf"^  {name} +(\d+)", output, re.MULTILINE)
    assert found, output
    return int(found[1])


def test_a_crowd_buys_what_there_is_and_everybody_else_is_told(tmp_path: Path) -> None:
    app = make_app(tmp_path, law=SAMPLE_LAW, clock=SystemClock())
    sale_id = sale_of(app, opens_in=2)
    with serving(app) as url:
        told = app.test_cli_runner().invoke(
            args=[
                "bnpl", "crowd", sale_id, "--shoppers", "20", "--seconds", "1", "--buy", "100", "--patience", "4",
                "--url", url,
            ],
        )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert "verify: P1 to P10 hold" in told.output
    assert (counted(told.output, "held"), counted(told.output, "bought")) == (3, 3)
    lost = counted(told.output, "told sold out") + counted(told.output, "still in line")
    assert lost == 17
    assert "3 units, 3 sold, 0 held, 0 free, 0 returned" in told.output


def test_it_comes_nowhere_where_money_or_messages_are_real(tmp_path: Path) -> None:
    for config, fault in (
        (STRIPE, "BNPL_PROVIDER"),
        ({"BNPL_NOTIFY_URLS": "json://localhost/{phone}"}, "BNPL_NOTIFY_URLS"),
        ({"BNPL_PUBLIC_URL": ""}, "--url"),
    ):
        (tmp_path / fault).mkdir()
        app = make_app(tmp_path / fault, law=SAMPLE_LAW, config=config, pages=False)
        told = app.test_cli_runner().invoke(args=["bnpl", "crowd", sale_of(app)])
        assert told.exit_code in (1, 2), told.output
        assert fault in told.output


def test_a_sale_that_is_not_there_is_told(tmp_path: Path) -> None:
    app = make_app(tmp_path, law=SAMPLE_LAW, pages=False)
    told = app.test_cli_runner().invoke(args=["bnpl", "crowd", "sal_none"])
    assert told.exit_code == 1
    assert "Error" in told.output
