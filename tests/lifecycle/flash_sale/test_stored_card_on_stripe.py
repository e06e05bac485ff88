"""A sale whose winner pays with a card stored ahead at Stripe: the real SDK, over HTTP, against the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bnpl_plugin.lifecycle import mandate, payment, reconciliation
from tests.lifecycle.flash_sale.test_sales import make, ready
from tests.lifecycle.flash_sale.test_stored_card import RETURN, pay, signed
from tests.lifecycle.world import World, make_world
from tests.providers.cases import StandInCase

FIRST = 9_967


@pytest.fixture
def case() -> Iterator[StandInCase]:
    made = StandInCase()
    yield made
    made.close()


@pytest.fixture
def world(tmp_path: Path, migrated_sqlite_url: str, case: StandInCase) -> Iterator[World]:
    config = {"BNPL_PROVIDER": "stripe", **case.settings()}
    made = make_world(tmp_path, migrated_sqlite_url, start=case.now(), config=config)
    with made.app.app_context():
        yield made
    made.house.store.engine.dispose()  # type: ignore[attr-defined]


def stored(world: World, case: StandInCase, checkout_id: str, *, card: str = "good"):
    begun = payment.store_card(world.house, checkout_id=checkout_id, return_url=RETURN)
    assert (begun.provider_ref or "").startswith("seti_")
    case.present(begun, card=card)
    case.authenticate(begun)
    return payment.follow_up(world.house, attempt=begun)


def test_the_winner_pays_with_one_tap_at_stripe_and_the_instalments_with_the_same_card(world, case):
    _, item = make(world, opens_in=10)
    checkout_id = ready(world, item)
    kept = stored(world, case, checkout_id)
    assert (kept.state, mandate.label_of(kept), case.taken()) == ("authorised", "Visa •••• 4242", 0)
    world.later(minutes=10)
    signed(world, checkout_id)
    assert (pay(world, checkout_id).state, case.held_minor()) == ("authorised", FIRST)
    reconciliation.settle_checkout(world.house, checkout_id=checkout_id)
    world.work()
    assert (world.state(checkout_id), case.taken(), case.held_minor()) == ("confirmed", 1, 0)
    world.later(days=31)
    assert case.taken() == 2
    world.sound()


def test_who_does_not_win_has_the_card_forgotten_at_stripe(world, case):
    _, item = make(world, units=1, opens_in=10)
    winner, loser = ready(world, item), ready(world, item, number=1)
    assert stored(world, case, loser).state == "authorised"
    world.later(minutes=10)
    signed(world, winner)
    world.later(days=2)
    assert world.state(loser) in ("expired", "cancelled")
    assert case.stand_in.objects("payment_method")[-1]["customer"] is None
    assert case.taken() == 0
    world.sound()
