"""From another process the stand-in is ordered over `/_control/`."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.stripe_stand_in.driving import pay

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def told() -> Iterator[dict[str, str]]:
    """What a stand-in of its own process says when it is up."""
    command = [sys.executable, "-m", "tests.stripe_stand_in", "--port", "0", "--webhook-secret", "whsec_of_the_test"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()
        assert process.wait(timeout=10) == 0


def order(told: dict[str, str], path: str, /, *, method: str = "POST", **given: Any) -> Any:
    request = urllib.request.Request(
        f"{told['url']}/_control/{path}", method=method, data=json.dumps(given).encode() if method == "POST" else None
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_a_process_takes_every_order(told):
    assert told["webhook_secret"] == "whsec_of_the_test"
    client = stripe.StripeClient(told["secret_key"], base_addresses={"api": told["url"]}, max_network_retries=0)

    order(told, "faults", kind="timeout_after_charge", path="/v1/payment_intents")
    with pytest.raises(stripe.APIConnectionError):
        pay(client, key="k1")
    assert len(order(told, "charges", method="GET")) == 1
    assert [(call["status"], call["fault"]) for call in order(told, "calls", method="GET")] == [
        (0, "timeout_after_charge")
    ]
    order(told, "faults", kind="http_500", times=9)
    order(told, "faults", method="DELETE")

    intent = pay(client, "pm_card_threeDSecure2Required")
    assert order(told, f"challenges/{intent.id}", approved=True)["status"] == "succeeded"
    dispute = order(told, "disputes", charge=intent.id)
    assert order(told, f"disputes/{dispute['id']}", won=False)["status"] == "lost"

    held = pay(client, capture_method="manual")
    order(told, "clock", advance_seconds=8 * 86_400)
    assert client.v1.payment_intents.retrieve(held.id).status == "canceled"

    assert order(told, "webhooks", url="http://127.0.0.1:9/hooks")["secret"] == "whsec_of_the_test"
    assert order(told, "webhooks/manners", retries=0)["retries"] == 0
    order(told, "webhooks/resend", event=order(told, "objects/event", method="GET")[0]["id"])
    assert order(told, "webhooks/flush") == {"delivered": True}
    assert [each["status"] for each in order(told, "deliveries", method="GET")] == [0]
    order(told, "webhooks", method="DELETE")


def test_an_order_that_makes_no_sense_is_refused_by_name(stand_in):
    url = {"url": stand_in.url}
    for path, given in (("faults", {"kind": "earthquake"}), ("clock", {"advance_seconds": -1}), ("nothing", {})):
        with pytest.raises(urllib.error.HTTPError) as caught:
            order(url, path, **given)
        with caught.value as refusal:
            assert json.load(refusal)["error"]["message"].startswith("control: ")
