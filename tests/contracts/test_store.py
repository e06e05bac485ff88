"""Storage keeps the ports' contract: every method, with its very parameters."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from bnpl_plugin.ports.reads import Reads, Verifier
from bnpl_plugin.ports.store import Confirming, Store
from bnpl_plugin.storage import SqlReads, SqlStore, SqlVerifier
from bnpl_plugin.storage.transactions import OpenConfirm

PAIRS = [(Store, SqlStore), (Reads, SqlReads), (Verifier, SqlVerifier), (Confirming, OpenConfirm)]
METHODS = [
    pytest.param(port, made, name, id=f"{made.__name__}.{name}")
    for port, made in PAIRS
    for name, value in vars(port).items()
    if inspect.isfunction(value) and not name.startswith("_")
]


def shape(function: Any) -> list[tuple[str, Any, Any]]:
    """A function's parameters: name, kind, default."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize(("port", "made", "name"), METHODS)
def test_a_method_takes_what_its_port_says(port, made, name):
    assert shape(getattr(made, name)) == shape(getattr(port, name))


def test_the_open_confirm_has_its_ports_fields():
    assert set(Confirming.__annotations__) <= set(OpenConfirm.__slots__)


def test_the_contract_has_every_port_that_storage_implements():
    assert len(METHODS) > 40
