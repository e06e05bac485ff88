"""A payment at once: charged, declined or refused as Stripe documents it; the real SDK asks."""

import base64
import json
import urllib.request

import pytest
import stripe

from tests.stripe_stand_in.driving import RETURN_URL, client_of, error_in, pay


def test_a_working_card_is_charged_and_its_charge_can_be_expanded(client, stand_in):
    intent = pay(client, metadata={"attempt": "a-1"}, expand=["latest_charge"])
    assert (intent.status, intent.amount_received, intent.metadata["attempt"]) == ("succeeded", 1000, "a-1")
    assert intent.latest_charge.paid
    assert client.v1.charges.retrieve(intent.latest_charge.id).payment_intent == intent.id
    assert [each["amount"] for each in stand_in.charges()] == [1000]


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_chargeDeclinedFraudulent", "card_declined", "fraudulent"),
        ("pm_card_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ],
)
def test_a_decline_is_402_with_its_codes_and_the_intent(client, stand_in, card, code, decline_code):
    with pytest.raises(stripe.CardError) as caught:
        pay(client, card)
    error = error_in(caught)
    assert (caught.value.http_status, error.type, error.code, error.decline_code) == (
        402, "card_error", code, decline_code
    )  # fmt: skip
    assert error.payment_intent.status == "requires_payment_method"
    assert stand_in.charges() == []
    intent = client.v1.payment_intents.retrieve(error.payment_intent.id)
    assert intent.last_payment_error.code == code
    assert client.v1.charges.retrieve(str(intent.latest_charge)).status == "failed"


def test_after_a_decline_the_same_intent_takes_another_card(client, stand_in):
    with pytest.raises(stripe.CardError) as caught:
        pay(client, "pm_card_chargeDeclined")
    again = client.v1.payment_intents.confirm(
        error_in(caught).payment_intent.id, {"payment_method": "pm_card_visa", "return_url": RETURN_URL}
    )
    assert (again.status, again.last_payment_error) == ("succeeded", None)
    assert len(stand_in.charges()) == 1


def test_confirming_what_succeeded_is_refused_with_the_intent(client):
    intent = pay(client)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa", "return_url": RETURN_URL})
    assert caught.value.code == "payment_intent_unexpected_state"
    assert error_in(caught).payment_intent.id == intent.id


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"amount": -5}, "parameter_invalid_integer", "amount"),
        ({"amount": "10.5"}, "parameter_invalid_integer", "amount"),
        ({"amount": None}, "parameter_missing", "amount"),
        ({"amount": 49}, "amount_too_small", "amount"),
        ({"amount": 49, "currency": "jpy"}, "amount_too_small", "amount"),
        ({"amount": 100_000_000}, "amount_too_large", "amount"),
        ({"amount": 1005, "currency": "kwd"}, None, "amount"),
        ({"currency": "zzz"}, None, "currency"),
        ({"customer": "cus_nobody"}, "resource_missing", "customer"),
        ({"payment_method": "pm_nothing"}, "resource_missing", "payment_method"),
        ({"return_url": None}, None, "return_url"),
        ({"confirm": False}, None, "return_url"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        (
            {"payment_method_types": ["card"]},
            "payment_method_types_no_longer_supported",
            "payment_method_types",
        ),
        (
            {"automatic_payment_methods": {"enabled": True}, "allowed_payment_method_types": ["card"]},
            "parameters_exclusive",
            "allowed_payment_method_types",
        ),
        ({"error_on_requires_action": True}, None, "error_on_requires_action"),
        ({"off_session": True, "setup_future_usage": "off_session"}, None, "setup_future_usage"),
        ({"metadata": {"k" * 41: "v"}}, None, "metadata"),
    ],
)
def test_bad_parameters_are_refused_and_leave_nothing(client, stand_in, change, code, param):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(client, **change)
    assert (caught.value.code, caught.value.param) == (code, param)
    assert caught.value.http_status == (404 if code == "resource_missing" else 400)
    assert stand_in.objects("payment_intent") == []


def test_a_currency_without_decimals_is_taken_as_it_is(client):
    assert pay(client, amount=50, currency="jpy").amount_received == 50


def test_redirects_can_be_ruled_out_instead_of_giving_a_return_url(client):
    never = {"enabled": True, "allow_redirects": "never"}
    assert pay(client, return_url=None, automatic_payment_methods=never).status == "succeeded"
    assert pay(client, return_url=None, allowed_payment_method_types=["card"]).status == "succeeded"


def test_only_the_secret_key_opens_the_api(stand_in):
    with pytest.raises(stripe.AuthenticationError) as caught:
        client_of(stand_in, key="sk_test_other").v1.customers.create({})
    assert caught.value.http_status == 401
    with pytest.raises(stripe.PermissionError):
        client_of(stand_in, key=stand_in.publishable_key).v1.customers.create({})
    basic = base64.b64encode(f"{stand_in.secret_key}:".encode()).decode()
    asked = urllib.request.Request(f"{stand_in.url}/v1/customers", headers={"Authorization": f"Basic {basic}"})
    with urllib.request.urlopen(asked) as answer:
        assert json.load(answer)["data"] == []


def test_an_unknown_object_is_404(client):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.retrieve("pi_none")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
