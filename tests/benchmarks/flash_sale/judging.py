"""What must be so after a rush, whatever happened in it: read from the database, and from what the crowd was told."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bnpl_plugin.lifecycle.house import House
from tests.benchmarks.flash_sale.loading import Told
from tests.benchmarks.flash_sale.seeding import Crowd

_ABOVE = {
    "units per shopper": "SELECT count(*) FROM bnpl_sale_claim WHERE units > 1",
    "credit lines": "SELECT count(*) FROM bnpl_credit_line WHERE held_minor + drawn_minor > limit_minor",
    "allotments": "SELECT count(*) FROM bnpl_sale WHERE used_minor > ceiling_minor",
    "capital": "SELECT count(*) FROM bnpl_capital_pool WHERE held_minor + outstanding_minor > available_minor",
}
_HELD = "SELECT checkout_id FROM bnpl_hold WHERE sale_item_id = :item AND state = 'pending'"
_ITEM = "SELECT free_units, held_units FROM bnpl_sale_item WHERE sale_item_id = :item"
_SALE = "SELECT used_minor FROM bnpl_sale WHERE sale_id = :sale"
_LENT = "SELECT sum(principal_minor - funder_minor) FROM bnpl_hold WHERE sale_id = :sale AND state = 'pending'"


def judge(house: House, crowd: Crowd, *, told: Told) -> None:
    """Raise ``AssertionError`` unless every unit was sold once, to those who were told so, and all sums hold."""
    engine: sa.Engine = house.store.engine  # type: ignore[attr-defined]
    units = crowd.units
    assert told.states.total() == len(crowd.tickets), f"unanswered: {len(crowd.tickets) - told.states.total()}"
    assert set(told.states) <= {"held", "waiting", "sold_out"}, (told.states, told.odd)
    assert told.states["held"] == units, told.states
    with engine.connect() as connection:

        def one(statement: str, **values: Any) -> Any:
            return connection.execute(sa.text(statement), values).one()

        held = {found for (found,) in connection.execute(sa.text(_HELD), {"item": crowd.item_id})}
        assert held == {crowd.checkout_ids[place] for place in told.held}, "others hold than were told so"
        assert tuple(one(_ITEM, item=crowd.item_id)) == (0, units)
        assert one(_SALE, sale=crowd.sale_id) == one(_LENT, sale=crowd.sale_id)
        for what, statement in _ABOVE.items():
            assert one(statement)[0] == 0, f"above the limit: {what}"
    figures = house.gate.figures(crowd.sale_id).items[crowd.item_id]
    assert (figures.free, figures.held) == (0, units), figures


def verify(house: House) -> None:
    """Raise ``AssertionError`` unless the verifier finds nothing."""
    findings = house.verifier.findings()
    assert findings == (), findings[:5]
