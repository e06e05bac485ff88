"""Signals tell what happened; a receiver that fails harms nobody else."""

import ast
import importlib.util
import logging
import re
from pathlib import Path

import pytest

from bnpl_plugin import signals

KIND = re.compile(
    r"(checkout|credit|disclosure|hold|payment|loan|collection|instalment|refund|order|agreement)\.[a-z_]+"
)


def kinds_of_the_lifecycle():
    """Every text in the lifecycle that looks like an event's kind."""
    spec = importlib.util.find_spec("bnpl_plugin.lifecycle")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    (folder,) = spec.submodule_search_locations
    trees = [ast.parse(file.read_text()) for file in sorted(Path(folder).rglob("*.py"))]
    texts = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return sorted(text for text in texts if isinstance(text, str) and KIND.fullmatch(text))


def test_the_lifecycles_kinds_are_found():
    assert {"checkout.opened", "loan.booked", "instalment.paid"} <= set(kinds_of_the_lifecycle())


@pytest.mark.parametrize("kind", [*kinds_of_the_lifecycle(), "credit.approved", "credit.referred", "credit.declined"])
def test_every_kind_of_event_has_a_public_signal(kind):
    assert getattr(signals, kind.replace(".", "_")) is signals.named(kind)


def test_a_receiver_gets_the_merchant_and_the_payload():
    got = []

    def take(merchant_id, payload):
        got.append((merchant_id, payload))

    with signals.loan_booked.connected_to(take):
        assert signals.send("loan.booked", merchant_id="mer_1", payload={"loan_id": "loa_1"}) == 1
    assert got == [("mer_1", {"loan_id": "loa_1"})]


def test_a_receiver_may_listen_to_one_merchant_alone():
    got = []

    def take(merchant_id, payload):
        got.append(merchant_id)

    with signals.loan_settled.connected_to(take, sender="mer_1"):
        signals.send("loan.settled", merchant_id="mer_2", payload={})
        signals.send("loan.settled", merchant_id="mer_1", payload={})
    assert got == ["mer_1"]


def test_a_receiver_that_fails_is_logged_and_the_next_one_is_still_told(caplog):
    got = []

    def fail(merchant_id, payload):
        raise RuntimeError("the shop's own fault")

    def take(merchant_id, payload):
        got.append(merchant_id)

    with (
        caplog.at_level(logging.ERROR),
        signals.instalment_paid.connected_to(fail),
        signals.instalment_paid.connected_to(take),
    ):
        assert signals.send("instalment.paid", merchant_id="mer_1", payload={}) == 1
    assert got == ["mer_1"]
    assert "the shop's own fault" in caplog.text


def test_a_kind_that_nobody_named_yet_can_still_be_heard():
    got = []

    def take(merchant_id, payload):
        got.append(payload)

    with signals.named("sale.started").connected_to(take):
        signals.send("sale.started", merchant_id="mer_1", payload={"units": 3})
    assert got == [{"units": 3}]
