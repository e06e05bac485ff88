"""Checkouts of one shopper go through at once, in processes of their own: the line is full to the cent, never over."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnpl_plugin.lifecycle import policies
from bnpl_plugin.ports.records import CreditLine
from bnpl_plugin.rules.standard import POLICY
from tests.lifecycle.one_line import SETTINGS, race
from tests.lifecycle.test_policies import another
from tests.lifecycle.world import World, world_in


def ready(world: World, *, totals: list[int]) -> list[str]:
    """Return checkouts of one shopper, all approved while nothing is drawn yet."""
    walker, found = world.shopper(), []
    for total_minor in totals:
        checkout = walker.open(world.shop.add(total_minor=total_minor))
        walker.choose(checkout)
        walker.identify(checkout)
        assert walker.decide(checkout) == "approved"
        found.append(checkout.checkout_id)
    return found


def line_of(world: World, shopper_id: str) -> CreditLine:
    line = world.house.store.line(shopper_id=shopper_id, currency="EUR")
    assert line is not None
    return line


def full_to_the_cent(folder: Path, url: str, *, processes: int, parts: int) -> None:
    """Race for a line that takes so many purchases and not one more, each process with four of its own."""
    with world_in(folder, url, config=SETTINGS) as world:
        rules = [rule for rule in POLICY.body["rules"] if rule["code"] != "velocity"]  # so many a day are wanted here
        policies.add(world.house, another("patient-1", rules=rules))
        policies.make_champion(world.house, version="patient-1")
        (first,) = ready(world, totals=[15_000])
        shopper_id = world.purchase(first).checkout.shopper_id or ""
        limit_minor = line_of(world, shopper_id).limit_minor
        assert limit_minor % parts == 0
        waiting = ready(world, totals=[limit_minor // parts] * (processes * 4))
        ended = race(folder, url, shares=[waiting[place::processes] for place in range(processes)])
        assert ended == {"confirmed": parts, "credit_line_exceeded": processes * 4 - parts}
        line = line_of(world, shopper_id)
        assert (line.drawn_minor, line.held_minor) == (limit_minor, 0)
        assert world.count("loan") == parts
        world.work()
        world.settled()


@pytest.mark.postgres
def test_three_processes_fill_one_line_to_the_cent(tmp_path: Path, migrated_postgres_url: str):
    full_to_the_cent(tmp_path, migrated_postgres_url, processes=3, parts=5)


@pytest.mark.prove
@pytest.mark.postgres
@pytest.mark.timeout(900)
def test_sixteen_processes_fill_one_line_to_the_cent(tmp_path: Path, migrated_postgres_url: str):
    full_to_the_cent(tmp_path, migrated_postgres_url, processes=16, parts=20)
