"""Idempotency keys and faults: what a client may rely on when a call goes wrong."""

import threading

import pytest
import stripe

from tests.stripe_stand_in.driving import DAY_SECONDS, client_of, error_in, pay


def test_a_key_replays_its_first_answer_and_charges_once(client, stand_in):
    first, second = pay(client, key="k1"), pay(client, key="k1")
    assert first.id == second.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(stand_in.charges()) == 1
    assert [call.replayed for call in stand_in.calls] == [False, True]


def test_a_decline_is_replayed_and_invalid_parameters_are_not(client, stand_in):
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            pay(client, "pm_card_chargeDeclined", key="k1")
    assert len(stand_in.charges(status="failed")) == 1
    with pytest.raises(stripe.InvalidRequestError):
        pay(client, amount=1, key="k2")
    assert pay(client, amount=100, key="k2").status == "succeeded"


def test_a_key_is_bound_to_its_parameters_for_a_day(client, stand_in):
    pay(client, key="k1")
    with pytest.raises(stripe.IdempotencyError) as caught:
        pay(client, amount=2000, key="k1")
    assert caught.value.http_status == 400
    stand_in.advance(DAY_SECONDS)
    assert pay(client, amount=2000, key="k1").amount == 2000


def test_a_twin_is_409_while_the_first_runs(client, stand_in):
    stand_in.fault("slow", path="/v1/payment_intents", seconds=1.0)
    first = threading.Thread(target=pay, args=(client,), kwargs={"key": "k1"})
    first.start()
    while not stand_in.calls:
        pass
    with pytest.raises(stripe.APIError) as caught:
        pay(client_of(stand_in), key="k1")
    first.join()
    assert (caught.value.http_status, error_in(caught).code) == (409, "idempotency_key_in_use")
    assert len(stand_in.charges()) == 1


def test_a_timeout_after_the_charge_leaves_one_charge_that_the_key_finds(client, stand_in):
    stand_in.fault("timeout_after_charge", method="POST", path="/v1/payment_intents*")
    with pytest.raises(stripe.APIConnectionError):
        pay(client, key="k1")
    assert len(stand_in.charges()) == 1
    assert pay(client, key="k1").status == "succeeded"
    assert len(stand_in.charges()) == 1
    assert [(call.status, call.fault) for call in stand_in.calls] == [(0, "timeout_after_charge"), (200, None)]


def test_a_timeout_before_the_work_leaves_nothing(client, stand_in):
    stand_in.fault("timeout_before")
    with pytest.raises(stripe.APIConnectionError):
        pay(client, key="k1")
    assert stand_in.objects("payment_intent") == []
    assert pay(client, key="k1").status == "succeeded"


def test_a_500_is_saved_under_its_key_and_says_nothing_of_the_charge(client, stand_in):
    stand_in.fault("http_500", skip=1)
    stand_in.fault("http_500_after_charge", skip=2)
    assert pay(client, key="k0").status == "succeeded"
    for key in ("k1", "k1", "k2", "k2"):
        with pytest.raises(stripe.APIError) as caught:
            pay(client, key=key)
        assert caught.value.http_status == 500
    assert len(stand_in.charges()) == 2


def test_a_rate_limit_answers_before_the_key_is_used(client, stand_in):
    stand_in.fault("rate_limit", times=2)
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError) as caught:
            pay(client, key="k1")
        assert caught.value.http_status == 429
    assert pay(client, key="k1").status == "succeeded"


def test_faults_can_be_forgotten_and_unknown_ones_are_refused(client, stand_in):
    stand_in.fault("timeout_before", times=5)
    stand_in.clear_faults()
    assert pay(client).status == "succeeded"
    with pytest.raises(ValueError, match="fault kind"):
        stand_in.fault("earthquake")
