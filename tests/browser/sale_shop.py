"""A shop with one flash sale, for walks in a real browser: its clock can be moved to a moment before the start.

``SALE_FAIRNESS`` says how it is decided who gets the one unit. The worker runs in a thread; ``/codes/<phone>`` is the
inbox, ``/starts-in/<seconds>`` moves the clock.
"""

import os
import re
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask, render_template_string
from werkzeug.serving import run_simple

from bnpl_plugin import worker
from bnpl_plugin.environment import SystemClock
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import Fairness, ItemTerms, SaleTerms
from bnpl_plugin.testing import make_app
from examples.demo_shop.sample_law import SAMPLE_LAW


class MovedClock(SystemClock):
    """The clock of the world, and how far it was moved."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the present instant."""
        return super().now() + self.ahead


def create_app() -> Flask:
    """Make the shop, its sale, an order for each of three shoppers, and its worker."""
    clock = MovedClock()
    app = make_app(Path(os.environ["SALE_FOLDER"]), law=SAMPLE_LAW, clock=clock, config={"BNPL_PUBLIC_URL": ""})
    house = app.extensions["bnpl"]
    starts = house.clock.now() + timedelta(minutes=20)
    item = ItemTerms(sku="phone", name="Blossom 7 Pro", units=1, price_minor=29_900, line_limit=1)
    terms = SaleTerms(
        name="Blossom day", country="FR", items=(item,), starts_at=starts, ends_at=starts + timedelta(hours=1),
        fairness=Fairness(os.environ.get("SALE_FAIRNESS", "first_come")),
    )  # fmt: skip
    with app.app_context():
        view = selling.create(house, terms, merchant_id="host", sale_id="blossom")
    for ref in ("a", "b", "c"):
        app.extensions["shop"].add(order_ref=ref, sale_item_id=view.items[0].sale_item_id, units=1)

    @app.get("/cart/<ref>")
    def cart(ref: str) -> str:
        order = app.extensions["shop"].orders[ref]
        return render_template_string("<html lang=en><title>Cart</title>{{ bnpl.button(order) }}", order=order)

    @app.get("/starts-in/<int:seconds>")
    def starts_in(seconds: int) -> str:
        clock.ahead += starts - timedelta(seconds=seconds) - clock.now()
        return str(seconds)

    @app.get("/codes/<phone>")
    def codes(phone: str) -> str:
        sent = [
            text.text for text in house.notifier.sent if text.to_phone == phone and re.search(r"\b\d{6}\b", text.text)
        ]
        return re.findall(r"\b\d{6}\b", sent[-1])[0] if sent else ""

    threading.Thread(target=_work, args=(app,), daemon=True).start()
    return app


def _work(app: Flask) -> None:
    while True:
        with app.app_context():
            worker.run_until_idle(app.extensions["bnpl"])
        time.sleep(0.3)


if __name__ == "__main__":
    run_simple("127.0.0.1", int(os.environ["PORT"]), create_app(), threaded=True)
