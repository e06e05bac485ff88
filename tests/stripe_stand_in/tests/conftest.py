"""A running stand-in and the real SDK's client for it."""

from collections.abc import Iterator

import pytest
import stripe

from tests.stripe_stand_in import StandIn
from tests.stripe_stand_in.driving import client_of


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A fresh stand-in."""
    with StandIn() as running:
        yield running


@pytest.fixture
def client(stand_in: StandIn) -> stripe.StripeClient:
    """The real SDK, with the stand-in's secret key and no retries."""
    return client_of(stand_in)
