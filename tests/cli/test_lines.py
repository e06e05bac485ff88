"""``flask bnpl line`` shows and changes a credit line, and tells what cannot be in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lifecycle.test_credit_line import line_of, shopper_of
from tests.lifecycle.test_limit_changes import HIGH, LOW, POOR
from tests.lifecycle.world import World, world_in


@pytest.fixture
def world(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[World]:
    with world_in(tmp_path, migrated_sqlite_url) as made:
        yield made
        made.sound()


def told(world: World, *words: str) -> str:
    """What the command prints."""
    answer = world.app.test_cli_runner().invoke(args=["bnpl", "line", *words])
    return f"{answer.exit_code} {answer.output}"


def test_a_line_is_shown_frozen_lowered_and_closed(world):
    checkout_id = world.buy(walker=world.shopper(**POOR))
    shopper_id = shopper_of(world, checkout_id)
    assert f"0 EUR open: limit {LOW // 100}.00 EUR" in told(world, "show", shopper_id)
    assert "frozen (fraud_suspected)" in told(world, "freeze", shopper_id, "--reason", "fraud_suspected")
    assert "available 0.00 EUR" in told(world, "show", shopper_id)
    assert "EUR open" in told(world, "unfreeze", shopper_id)
    assert "lower noticed" in told(world, "lower", shopper_id, "1000EUR", "--reason", "unused")
    assert "lower withdrawn" in told(world, "withdraw", shopper_id)
    assert "EUR closed (shopper_asked)" in told(world, "close", shopper_id, "--reason", "shopper_asked")
    assert "credit line is closed" in told(world, "unfreeze", shopper_id)


def test_a_raise_is_offered_only_within_a_new_decision(world):
    checkout_id = world.buy(walker=world.shopper(**POOR))
    shopper_id = shopper_of(world, checkout_id)
    refused = told(world, "raise", shopper_id, "2000EUR", "--reason", "good_history")
    assert refused.startswith("1 ")
    assert "to_minor" in refused
    assert line_of(world, checkout_id).limit_minor == LOW < HIGH


def test_what_cannot_be_is_told(world):
    shopper_id = shopper_of(world, world.buy())
    assert "no such shopper" in told(world, "show", "shp_nobody")
    assert "no such shopper" in told(world, "withdraw", shopper_id)
    assert "the line is in EUR" in told(world, "lower", shopper_id, "10USD", "--reason", "unused")
    assert "Invalid value" in told(world, "freeze", shopper_id, "--reason", "because")
    assert told(world, "lower", shopper_id, "-5EUR", "--reason", "unused").startswith("2 ")
