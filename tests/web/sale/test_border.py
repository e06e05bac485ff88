"""Tickets that come late, from someone else or from nowhere, and a gate or database that is not there."""

from typing import Any

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import disclosure, signature
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.web.sale import tickets
from tests.lifecycle.flash_sale.hostile import between
from tests.lifecycle.world import GOOD
from tests.web.sale.test_claim import ask, make, sale_world, ticket

__all__ = ["sale_world"]


def test_a_ticket_after_the_sale_was_closed_is_told_that_it_is_over(sale_world):
    item = make(sale_world)
    text = ticket(sale_world, item, 70)
    selling.end(sale_world.house, sale_id=item.sale_id, by="op")
    sale_world.later(hours=2)
    assert sale_world.house.store.sales.sale(item.sale_id).state == "closed"
    assert ask(sale_world, text)["state"] == "over"


def test_another_shoppers_ticket_wins_for_its_owner_alone(sale_world):
    item = make(sale_world, units=2)
    mine, theirs = ticket(sale_world, item, 70), ticket(sale_world, item, 71)
    owner = tickets.read(sale_world.house, theirs)
    told = ask(sale_world, theirs)  # whoever brings it
    assert owner.checkout_id in told["checkout"]
    assert sale_world.purchase(owner.checkout_id).hold.shopper_id == owner.wish.shopper_id
    entered = sale_world.app.test_client().get(told["checkout"])
    assert entered.status_code != 200 or "Camille" not in entered.text
    mixed = mine[: len(mine) // 2] + theirs[len(theirs) // 2 :]
    assert ask(sale_world, mixed, status=400)["state"] == "refused"


@pytest.mark.parametrize(
    "strange", ["📱", "x" * 100_000, "~" * 50, None, 10**400, ["a"], {"a": "b"}, "\x00", "a~b~c~d~1~2~e~📱"]
)
def test_a_text_that_is_no_ticket_is_refused(sale_world, strange: Any):
    assert ask(sale_world, strange, status=400)["state"] == "refused"


@pytest.mark.parametrize(("part", "verb"), [("gate", "ask"), ("store", "purchase"), ("store", "write")])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_tap_whose_gate_or_database_is_away_may_come_again(sale_world, part, verb, moment):
    item = make(sale_world)
    text = ticket(sale_world, item, 70)
    lost = errors.GateUnavailable if part == "gate" else errors.StorageUnavailable
    between(sale_world, part, lost=lost).lose(verb, moment)
    assert ask(sale_world, text, status=503) == {"state": "unavailable", "again_in": 2}
    assert ask(sale_world, text)["state"] == "held"
    assert sale_world.units(item.sale_item_id) == (0, 1, 0, 0)


def test_a_gate_that_forgot_while_the_database_is_away_may_be_asked_again(sale_world):
    item = make(sale_world)
    text = ticket(sale_world, item, 70)
    between(sale_world, "gate", lost=errors.GateLost).lose("ask", "before", "before")

    def away(_: str) -> None:
        raise errors.StorageUnavailable("gone")

    real, sale_world.house.store.sales.view = sale_world.house.store.sales.view, away
    assert ask(sale_world, text, status=503)["state"] == "unavailable"
    sale_world.house.store.sales.view = real
    assert ask(sale_world, text)["state"] == "held"


def test_who_has_bought_and_taps_once_more_has_enough_and_is_not_refused(sale_world):
    item = make(sale_world)
    text = ticket(sale_world, item, 70)
    assert ask(sale_world, text)["state"] == "held"
    checkout_id = tickets.read(sale_world.house, text).checkout_id
    walker = sale_world.shopper(phone="+33612345670")
    checkouts.refresh_offer(sale_world.house, checkout_id=checkout_id)
    disclosure.present(sale_world.house, checkout_id=checkout_id, language="en")
    signature.sign(sale_world.house, checkout_id=checkout_id, typed_name="Camille Martin", accepted=True)
    walker.pay(checkout_id, card=GOOD)
    sale_world.settle(checkout_id)
    assert ask(sale_world, text)["state"] == "enough"
