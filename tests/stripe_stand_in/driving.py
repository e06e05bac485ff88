"""Short ways to drive the stand-in: the real SDK's client, a payment, a saved card, a browser that follows nothing."""

import http.client
import urllib.parse
from typing import Any

import stripe

from .stand_in import StandIn

DAY_SECONDS = 86_400
RETURN_URL = "https://shop.test/return?order=7"


def client_of(stand_in: StandIn, *, key: str = "") -> stripe.StripeClient:
    """Return the real SDK's client, without retries of its own."""
    return stripe.StripeClient(
        key or stand_in.secret_key,
        base_addresses={"api": stand_in.url},
        max_network_retries=0,
    )


def pay(client: stripe.StripeClient, card: str = "pm_card_visa", *, key: str = "", **more: Any) -> Any:
    """Create and confirm a payment of 10 EUR; `more` changes parameters, None leaves one out."""
    params: Any = {"amount": 1000, "currency": "eur", "payment_method": card, "confirm": True, "return_url": RETURN_URL}
    params = {name: value for name, value in {**params, **more}.items() if value is not None}
    return client.v1.payment_intents.create(params, {"idempotency_key": key} if key else {})


def saved_card(client: stripe.StripeClient, stand_in: StandIn, card: str) -> tuple[str, str]:
    """Save a card through a SetupIntent, passing 3-D Secure where asked; return customer and payment method."""
    customer = client.v1.customers.create({"email": "a@b.test"}).id
    intent = client.v1.setup_intents.create(
        {"customer": customer, "payment_method": card, "confirm": True, "return_url": RETURN_URL}
    )
    if intent.status == "requires_action":
        stand_in.complete_3ds(intent.id)
        intent = client.v1.setup_intents.retrieve(intent.id)
    assert intent.status == "succeeded"
    return customer, str(intent.payment_method)


def browse(url: str, form: dict[str, str] | None = None) -> tuple[int, str, dict[str, str]]:
    """Fetch a page as a browser that follows nothing."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    body = urllib.parse.urlencode(form) if form is not None else None
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    try:
        connection.request("POST" if form is not None else "GET", f"{parts.path}?{parts.query}", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.headers)
    finally:
        connection.close()


def error_in(caught: Any) -> Any:
    """Return the body's `error` of a refusal that `pytest.raises` caught."""
    return caught.value.error
