"""Capturing later: in part, never above, never after the window."""

from typing import Any

import pytest
import stripe

from tests.stripe_stand_in.driving import DAY_SECONDS, pay


def test_an_authorisation_is_captured_in_part_and_the_rest_released(client):
    intent = pay(client, capture_method="manual", expand=["latest_charge"])
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 1000, 0)
    assert not intent.latest_charge.captured
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 1001})
    assert caught.value.param == "amount_to_capture"
    taken = client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 400, "expand": ["latest_charge"]})
    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 400, 0)
    assert (taken.latest_charge.amount_captured, taken.latest_charge.amount_refunded) == (400, 0)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 401})
    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 400
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.capture(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"


def test_cancelling_voids_an_authorisation_and_never_a_payment(client):
    intent = pay(client, capture_method="manual")
    gone = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (gone.status, gone.cancellation_reason, gone.amount_capturable) == ("canceled", "abandoned", 0)
    charge = client.v1.charges.retrieve(str(gone.latest_charge))
    assert (charge.captured, charge.refunded, charge.amount_refunded) == (False, False, 0)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.cancel(pay(client).id)
    assert caught.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    ("card", "off_session", "window_seconds"),
    [
        ("pm_card_visa", False, 7 * DAY_SECONDS),
        ("pm_card_visa", True, 4 * DAY_SECONDS + 18 * 3600),
        ("pm_card_mastercard", True, 7 * DAY_SECONDS),
    ],
)
def test_an_authorisation_lapses_when_its_window_closes(client, stand_in, card, off_session, window_seconds):
    more: Any = {"off_session": True, "return_url": None} if off_session else {}
    intent = pay(client, card, capture_method="manual", expand=["latest_charge"], **more)
    assert intent.latest_charge.payment_method_details.card.capture_before - intent.created in {
        window_seconds, window_seconds + 1
    }  # fmt: skip
    stand_in.advance(window_seconds - 60)
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_capture"
    stand_in.advance(62)
    lapsed = client.v1.payment_intents.retrieve(intent.id)
    assert (lapsed.status, lapsed.cancellation_reason) == ("canceled", "expired")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.capture(intent.id)
