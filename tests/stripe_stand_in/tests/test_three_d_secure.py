"""3-D Secure: on-session it waits, off-session it is refused, and a browser passes it."""

import json
import urllib.parse

import pytest
import stripe

from tests.stripe_stand_in.driving import RETURN_URL, browse, error_in, pay, saved_card


@pytest.mark.parametrize("card", ["pm_card_threeDSecure2Required", "pm_card_authenticationRequired"])
def test_on_session_three_d_secure_waits_and_then_charges(client, stand_in, card):
    intent = pay(client, card)
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    assert intent.next_action.redirect_to_url.return_url == RETURN_URL
    assert stand_in.charges() == []
    stand_in.complete_3ds(intent.id)
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    assert len(stand_in.charges()) == 1


def test_without_a_return_url_the_action_is_the_sdks(client):
    intent = pay(client, "pm_card_authenticationRequired", return_url=None, use_stripe_sdk=True)
    assert intent.next_action.type == "use_stripe_sdk"


def test_off_session_three_d_secure_is_402_and_not_an_action(client, stand_in):
    customer, method = saved_card(client, stand_in, "pm_card_authenticationRequired")
    with pytest.raises(stripe.CardError) as caught:
        pay(client, method, customer=customer, off_session=True, return_url=None)
    error = error_in(caught)
    assert (caught.value.http_status, error.code, error.decline_code) == (
        402, "authentication_required", "authentication_required"
    )  # fmt: skip
    assert error.payment_intent.status == "requires_payment_method"
    assert error.payment_intent.last_payment_error.payment_method.id == method
    back = client.v1.payment_intents.confirm(
        error.payment_intent.id, {"payment_method": method, "return_url": RETURN_URL}
    )
    assert back.status == "requires_action"


@pytest.mark.parametrize(
    ("card", "outcome"),
    [
        ("pm_card_authenticationRequiredOnSetup", "succeeded"),
        ("pm_card_authenticationRequiredSetupForOffSession", "succeeded"),
        ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "insufficient_funds"),
    ],
)
def test_a_card_set_up_with_authentication_is_charged_off_session(client, stand_in, card, outcome):
    customer, method = saved_card(client, stand_in, card)
    if outcome == "succeeded":
        assert pay(client, method, customer=customer, off_session=True, return_url=None).status == outcome
    else:
        with pytest.raises(stripe.CardError) as caught:
            pay(client, method, customer=customer, off_session=True, return_url=None)
        assert error_in(caught).decline_code == outcome


def test_a_browser_confirms_with_its_client_secret_passes_three_d_secure_and_returns(client, stand_in):
    intent = client.v1.payment_intents.create({"amount": 1000, "currency": "eur", "metadata": {"loan": "secret"}})
    confirm = f"{stand_in.url}/v1/payment_intents/{intent.id}/confirm"
    form = {
        "key": stand_in.publishable_key, "client_secret": str(intent.client_secret), "return_url": RETURN_URL,
        "payment_method_data[type]": "card", "payment_method_data[card][number]": "4000002760003184",
    }  # fmt: skip
    status, _, _ = browse(confirm, {**form, "client_secret": "guessed"})
    assert status == 400
    status, body, headers = browse(confirm, form)
    seen = json.loads(body)
    assert (status, seen["status"], headers["Access-Control-Allow-Origin"]) == (200, "requires_action", "*")
    assert {"metadata", "customer", "latest_charge"}.isdisjoint(seen)
    page = seen["next_action"]["redirect_to_url"]["url"]
    status, body, headers = browse(page)
    assert status == 200
    assert 'id="approve"' in body
    assert "script" not in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    secret = urllib.parse.parse_qs(urllib.parse.urlsplit(page).query)["secret"][0]
    status, _, headers = browse(page, {"secret": secret, "outcome": "approve"})
    assert status == 303
    back = urllib.parse.urlsplit(headers["Location"])
    given = {name: values[0] for name, values in urllib.parse.parse_qs(back.query).items()}
    assert given == {
        "order": "7", "payment_intent": intent.id, "payment_intent_client_secret": intent.client_secret,
        "redirect_status": "succeeded",
    }  # fmt: skip
    browse(page, {"secret": secret, "outcome": "approve"})
    assert len(stand_in.charges()) == 1


def test_a_failed_three_d_secure_returns_as_failed_and_charges_nothing(client, stand_in):
    page = pay(client, "pm_card_threeDSecure2Required").next_action.redirect_to_url.url
    secret = urllib.parse.parse_qs(urllib.parse.urlsplit(page).query)["secret"][0]
    _, _, headers = browse(page, {"secret": secret, "outcome": "fail"})
    assert "redirect_status=failed" in headers["Location"]
    (intent,) = stand_in.objects("payment_intent")
    assert intent["status"] == "requires_payment_method"
    assert intent["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert stand_in.charges() == []


def test_the_script_of_stripe_js_is_served_and_needs_no_inline_code(stand_in):
    status, body, headers = browse(f"{stand_in.url}/js.stripe.com/v3/")
    assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert "window.Stripe" in body


def test_an_action_can_be_refused_instead_of_asked(client, stand_in):
    with pytest.raises(stripe.CardError) as caught:
        pay(
            client,
            "pm_card_authenticationRequired",
            return_url=None,
            allowed_payment_method_types=["card"],
            error_on_requires_action=True,
        )
    assert error_in(caught).code == "authentication_required"
    assert stand_in.charges() == []
