"""The cases that the providers' contract is played with."""

from typing import Any

import pytest

from bnpl_plugin.registry import leaves
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
