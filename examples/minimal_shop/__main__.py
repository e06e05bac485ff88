"""``python -m examples.minimal_shop``: tables, capital, worker and server in one process. Environment: PORT (8000)."""

from __future__ import annotations

import os
import threading
from decimal import Decimal

os.environ.setdefault("FLASK_DEBUG", "1")  # stand-ins for BNPL_DATA_KEY and the lender's name, for development only

from bnpl_plugin import storage, worker
from bnpl_plugin.lifecycle import funding, merchants
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money.amount import Money
from examples.minimal_shop.app import app


def prepare() -> House:
    """Do what ``flask bnpl db upgrade`` and ``flask bnpl capital add 100000EUR`` do."""
    house: House = app.extensions["bnpl"]
    storage.upgrade(house.store.engine)  # type: ignore[attr-defined]
    merchants.register_host(house, name="Minimal shop")
    if house.store.pool("EUR") is None:
        day = house.clock.now().date()
        funding.add_capital(
            house, source=Money.of(100_000, "EUR"), into="EUR", rate=Decimal(1), rate_on=day, rate_source="operator"
        )
    return house


def main() -> None:
    """Serve until Ctrl-C."""
    house = prepare()
    threading.Thread(target=worker.run_forever, args=(house,), kwargs={"stop": threading.Event()}, daemon=True).start()
    app.run(port=int(os.environ.get("PORT") or 8000), threaded=True, use_reloader=False)


if __name__ == "__main__":
    main()
