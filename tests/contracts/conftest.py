"""The cases that the contracts of providers and gates are played with."""

from contextlib import closing
from typing import Any

import pytest

from bnpl_plugin.registry import leaves
from tests.contracts.gates import PARAMS, Address
from tests.providers.cases import MAKERS, LocalStripeCase
from tests.servers.localstripe import LocalStripe

CODES = sorted(leaves("PROVIDER"))


@pytest.fixture(params=CODES)
def case(request, tmp_path):
    """Each provider of ours, with everything it can be made to do."""
    made = MAKERS[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def localstripe(tmp_path_factory):
    """One localstripe for the session."""
    with LocalStripe(log=tmp_path_factory.mktemp("localstripe") / "log") as server:
        yield server


@pytest.fixture(params=[*CODES, "localstripe"])
def common(request, tmp_path):
    """Each provider of ours, and Stripe's adapter on localstripe."""
    if request.param == "localstripe":
        made: Any = LocalStripeCase(request.getfixturevalue("localstripe").url)
    else:
        made = MAKERS[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture(params=PARAMS)
def gate_address(request):
    """Where a gate of each kind is, fresh."""
    if request.param == "redis":
        server = request.getfixturevalue("valkey_server")
        with closing(server.client()) as client:
            client.flushall()
        return Address("redis", server.url)
    return Address(request.param, request.getfixturevalue(f"migrated_{request.param.removeprefix('sql-')}_url"))


@pytest.fixture
def gate(gate_address):
    """A gate of each kind, that knows no sale."""
    made, close = gate_address.gate()
    yield made
    close()
