"""Stripe's adapter where it is Stripe's own: amounts, reasons, what a failed call means, and what is never done."""

import json
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from bnpl_plugin.errors import ConfigurationError, ProviderUnavailable, WebhookInvalid
from bnpl_plugin.money.amount import Money
from bnpl_plugin.money.currency import MINOR_UNITS
from bnpl_plugin.ports.provider import DeclineCode, Outcome, OutcomeKind, Stage
from bnpl_plugin.providers.stripe import PROVIDER, translate
from bnpl_plugin.providers.stripe.amounts import Unpayable, from_stripe, to_stripe
from tests.providers.acts import later, paid
from tests.providers.cases import RETURN_URL, StandInCase, instruction
from tests.servers.process import free_port

made_by: Any = PROVIDER.make
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def case():
    made = StandInCase()
    yield made
    made.close()


# amounts --------------------------------------------------------------------------------------------------------------
# Source: https://docs.stripe.com/currencies (zero-decimal, three-decimal, special cases)
@pytest.mark.parametrize(
    ("minor", "currency", "units"),
    [
        (1000, "USD", 1000),
        (500, "JPY", 500),
        (500, "XOF", 500),
        (5, "ISK", 500),
        (5, "UGX", 500),
        (5120, "KWD", 5120),
        (300, "MGA", 3),
        (1045, "HUF", 1045),
        (0, "EUR", 0),
    ],
)
def test_amounts_are_told_in_stripe_s_units_and_read_back(minor, currency, units):
    assert to_stripe(Money(minor, currency)) == units
    assert from_stripe(units, currency=currency.lower()) == minor


@pytest.mark.parametrize(("minor", "currency"), [(5124, "KWD"), (1, "TND"), (150, "MGA"), (1234, "IQD")])
def test_what_stripe_cannot_express_is_refused_not_rounded(minor, currency):
    with pytest.raises(Unpayable):
        to_stripe(Money(minor, currency))


@pytest.mark.parametrize("currency", sorted(MINOR_UNITS))
def test_every_currency_goes_there_and_back_or_is_refused(currency):
    for minor in (0, 1, 10, 99, 100, 5120, 123_450):
        try:
            units = to_stripe(Money(minor, currency))
        except Unpayable:
            continue
        assert from_stripe(units, currency=currency) == minor


def test_an_amount_that_stripe_cannot_take_is_declined_before_anything_is_made(case):
    outcome = case.provider.begin(instruction(5124, currency="KWD"))
    assert (outcome.kind, outcome.decline_code) == (OutcomeKind.DECLINED, DeclineCode.PROVIDER_REFUSED)
    assert case.stand_in.objects("payment_intent") == []


def test_an_amount_below_stripe_s_least_is_declined(case):
    outcome = case.provider.begin(instruction(10))
    assert (outcome.kind, outcome.decline_code) == (OutcomeKind.DECLINED, DeclineCode.PROVIDER_REFUSED)


@pytest.mark.parametrize(("minor", "currency"), [(5000, "JPY"), (5120, "KWD"), (9900, "CNY")])
def test_money_of_any_number_of_decimals_comes_back_as_it_went(case, minor, currency):
    asked, outcome = paid(case, minor=minor, currency=currency)
    assert outcome.amount_minor == minor
    assert case.provider.capture(asked).amount_minor == minor


# reasons --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("error", "ours"),
    [
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, DeclineCode.INSUFFICIENT_FUNDS),
        ({"code": "card_declined", "decline_code": "lost_card"}, DeclineCode.LOST_OR_STOLEN),
        ({"code": "card_declined", "decline_code": "stolen_card"}, DeclineCode.LOST_OR_STOLEN),
        ({"code": "card_declined", "decline_code": "generic_decline"}, DeclineCode.CARD_DECLINED),
        ({"code": "card_declined", "decline_code": "a_code_of_next_year"}, DeclineCode.CARD_DECLINED),
        ({"code": "expired_card"}, DeclineCode.CARD_EXPIRED),
        ({"code": "incorrect_cvc"}, DeclineCode.INVALID_CARD),
        ({"code": "authentication_required"}, DeclineCode.AUTHENTICATION_REQUIRED),
        ({"code": "payment_intent_authentication_failure"}, DeclineCode.AUTHENTICATION_FAILED),
        ({}, DeclineCode.CARD_DECLINED),
    ],
)
def test_the_issuer_s_reasons_become_ours(error, ours):
    assert translate.decline_code_of(error) is ours


def test_a_wrong_request_is_no_fault_of_the_card():
    assert translate.decline_code_of({"code": "amount_too_small"}, by_card=False) is DeclineCode.PROVIDER_REFUSED


@pytest.mark.parametrize(
    ("card", "ours"),
    [
        ("pm_card_chargeDeclinedLostCard", DeclineCode.LOST_OR_STOLEN),
        ("pm_card_chargeDeclinedExpiredCard", DeclineCode.CARD_EXPIRED),
        ("pm_card_chargeDeclinedIncorrectCvc", DeclineCode.INVALID_CARD),
        ("pm_card_chargeDeclinedFraudulent", DeclineCode.CARD_DECLINED),
    ],
)
def test_a_card_refused_at_checkout_tells_why(case, card, ours):
    case.CARDS = {"this": card}
    _, outcome = paid(case, card="this")
    assert outcome.decline_code is ours


# the form -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("minor", "prefix"), [(3334, "pi_"), (0, "seti_")])
def test_the_form_gets_what_it_needs_and_no_secret_key(case, minor, prefix):
    action = case.provider.begin(instruction(minor)).next_action
    assert (action.kind, action.template) == ("form", "stripe/card_form.html")
    assert set(action.client) == {"publishable_key", "client_secret", "script_url", "return_url"}
    assert action.client["client_secret"].startswith(prefix)
    assert action.client["publishable_key"].startswith("pk_")
    assert case.stand_in.secret_key not in json.dumps(action.to_json())


def test_without_a_way_back_no_form_is_given_so_that_a_stored_one_is_kept(case):
    asked = instruction()
    begun = case.provider.begin(asked)
    seen = case.provider.look_up(replace(asked, provider_ref=begun.provider_ref, return_url=""))
    assert (seen.kind, seen.next_action) == (OutcomeKind.PENDING, None)


def test_stripe_s_own_addresses_are_what_its_documentation_asks_for():
    keys = {"BNPL_STRIPE_SECRET_KEY": "sk_test_1234", "BNPL_STRIPE_PUBLISHABLE_KEY": "pk_test_1234"}
    made = made_by(keys, now=lambda: NOW)
    assert made.content_sources == {
        "script-src": ("https://js.stripe.com", "https://*.js.stripe.com"),
        "frame-src": ("https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"),
        "connect-src": ("https://api.stripe.com",),
    }
    made.close()


# what is never done ---------------------------------------------------------------------------------------------------
def test_one_shopper_is_one_customer_who_bears_no_name(case):
    first, second = case.provider.begin(instruction()), case.provider.begin(instruction())
    assert first.customer_ref == second.customer_ref
    [customer] = case.stand_in.objects("customer")
    assert customer["metadata"] == {"shopper_id": "shp_1"}
    assert customer["name"] is None
    assert customer["email"] is None


def test_a_card_known_to_the_house_is_taken_to_its_own_customer(case):
    _, saved = paid(case)
    again = case.provider.begin(instruction(customer_ref=saved.customer_ref))
    assert again.customer_ref == saved.customer_ref


def test_a_charge_still_on_its_way_is_not_made_after_it_was_called_abandoned(case):
    """A worker has made the intent and pauses; the reconciler asks; then the worker goes on to confirm."""
    _, saved = paid(case)
    asked = later(saved)
    intent = case.provider._unconfirmed(asked)
    told = case.provider.look_up(asked)
    assert (told.kind, told.decline_code) == (OutcomeKind.DECLINED, DeclineCode.ABANDONED)
    late = case.provider._confirm(intent["id"], asked)
    assert (late.kind, late.decline_code) == (OutcomeKind.DECLINED, DeclineCode.ABANDONED)
    assert case.taken() == 0


def test_a_charge_asked_for_and_asked_after_at_once_is_made_once_or_never(case):
    _, saved = paid(case)
    for _ in range(5):
        asked = later(saved)
        told: dict[str, Outcome] = {}
        acts = [
            threading.Thread(target=lambda a=asked, t=told, v=verb: t.update({v: getattr(case.provider, v)(a)}))
            for verb in ("charge", "look_up")
        ]
        before = case.taken()
        for act in acts:
            act.start()
        for act in acts:
            act.join()
        known = {kind.stage for kind in told.values() if kind.kind is OutcomeKind.SUCCEEDED}
        assert case.taken() - before == len(known) <= 1
        abandoned = [o for o in told.values() if o.decline_code is DeclineCode.ABANDONED]
        assert not (known and abandoned)


def test_a_shopper_who_pays_while_the_movement_is_being_closed_has_paid(case):
    asked = instruction()
    begun = case.provider.begin(asked)
    known = replace(asked, provider_ref=begun.provider_ref)
    case.present(begun, card="declined")
    stale = case.client.v1.payment_intents.retrieve(begun.provider_ref).to_dict()
    case.present(begun, card="good")
    outcome = case.provider._told(stale, instruction=known, close=True)
    # Stripe lets an authorised intent be cancelled: then the money is free, and the answer says so
    assert outcome.kind is OutcomeKind.DECLINED
    assert case.held_minor() == 0


def test_a_refund_that_is_not_finished_is_pending_and_asked_again_told_as_it_then_is(case):
    case.CARDS = {"slow": "pm_card_pendingRefund"}
    asked, _ = paid(case, card="slow")
    case.provider.capture(asked)
    back = replace(instruction(), provider_ref=asked.provider_ref)
    assert case.provider.refund(back).kind is OutcomeKind.PENDING
    case.advance(days=10)
    done = case.provider.refund(back)
    assert (done.kind, done.stage) == (OutcomeKind.SUCCEEDED, Stage.REFUNDED)
    assert case.provider.look_up(replace(back, provider_ref=done.provider_ref)).stage is Stage.REFUNDED
    assert case.given_back_minor() == 3334


def test_a_movement_that_stripe_does_not_know_never_was(case):
    told = case.provider.look_up(instruction(provider_ref="pi_of_another_account"))
    assert (told.kind, told.decline_code) == (OutcomeKind.DECLINED, DeclineCode.ABANDONED)


# failed calls ---------------------------------------------------------------------------------------------------------
def test_a_server_error_means_nobody_knows(case):
    _, saved = paid(case)
    asked = later(saved)
    case.stand_in.fault("http_500_after_charge", path="/v1/payment_intents/*/confirm", method="POST")
    lost = case.provider.charge(asked)
    assert lost.kind is OutcomeKind.UNKNOWN
    assert lost.provider_ref
    assert case.provider.look_up(replace(asked, provider_ref=lost.provider_ref)).stage is Stage.CAPTURED
    assert case.taken() == 1


def test_a_limit_met_half_way_through_a_charge_is_not_called_unavailable(case):
    _, saved = paid(case)
    asked = later(saved)
    case.stand_in.fault("rate_limit", path="/v1/payment_intents/*/confirm", method="POST")
    assert case.provider.charge(asked).kind is OutcomeKind.UNKNOWN
    assert case.provider.charge(asked).stage is Stage.CAPTURED
    assert case.taken() == 1


def test_no_connection_means_that_nothing_was_sent(case):
    made = made_by({**case.settings(), "BNPL_STRIPE_API_URL": f"http://127.0.0.1:{free_port()}"}, now=case.now)
    with pytest.raises(ProviderUnavailable):
        made.begin(instruction())
    made.close()


def test_a_refused_key_means_that_nothing_was_done(case):
    made = made_by({**case.settings(), "BNPL_STRIPE_SECRET_KEY": "sk_test_wrong"}, now=case.now)
    with pytest.raises(ProviderUnavailable):
        made.begin(instruction())
    made.close()


def test_a_failed_call_tells_no_secret(case):
    made = made_by({**case.settings(), "BNPL_STRIPE_SECRET_KEY": "sk_test_wrong_secret"}, now=case.now)
    with pytest.raises(ProviderUnavailable) as caught:
        made.begin(instruction())
    assert "wrong_secret" not in str(caught.value)
    made.close()


# webhooks -------------------------------------------------------------------------------------------------------------
def test_of_a_webhook_only_ids_kind_and_status_are_kept(case):
    asked, _ = paid(case)
    event = next(each for each in case.stand_in.objects("event") if each["type"].endswith("amount_capturable_updated"))
    event["data"]["object"]["receipt_email"] = "ann@example.org"
    note = case.provider.read_webhook(*case.signed(event))
    assert set(note.body) == {"created", "object", "ref", "status"}
    assert (note.provider_ref, note.attempt_id) == (asked.provider_ref, asked.attempt_id)


def test_a_charge_s_webhook_is_about_its_intent(case):
    asked, _ = paid(case)
    [event] = [each for each in case.stand_in.objects("event") if each["type"] == "charge.succeeded"]
    assert case.provider.read_webhook(*case.signed(event)).provider_ref == asked.provider_ref


def test_without_a_webhook_secret_every_webhook_is_refused(case):
    paid(case)
    made = made_by({**case.settings(), "BNPL_STRIPE_WEBHOOK_SECRET": ""}, now=case.now)
    with pytest.raises(WebhookInvalid):
        made.read_webhook(*case.webhooks()[-1])
    made.close()


@pytest.mark.parametrize("body", ["[]", '{"id": "evt_1"}', '{"id": "evt_1", "type": "x", "data": []}', "null", "{"])
def test_a_signed_body_that_is_no_event_is_refused(case, body):
    header = stripe.WebhookSignature.generate_signature_header(
        body, case.stand_in.webhook_secret, timestamp=case.stand_in.book.now()
    )
    with pytest.raises(WebhookInvalid):
        case.provider.read_webhook({"Stripe-Signature": header}, body.encode())


# settings and imports -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("missing", ["BNPL_STRIPE_SECRET_KEY", "BNPL_STRIPE_PUBLISHABLE_KEY"])
def test_a_missing_key_is_named(case, missing):
    with pytest.raises(ConfigurationError, match=missing):
        made_by({**case.settings(), missing: ""}, now=case.now)


def test_an_app_without_stripe_never_imports_the_sdk():
    script = (
        "import sys; from bnpl_plugin.registry import leaves; leaves('PROVIDER'); assert 'stripe' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_way_back_is_on_the_form(case):
    assert case.provider.begin(instruction()).next_action.client["return_url"] == RETURN_URL
