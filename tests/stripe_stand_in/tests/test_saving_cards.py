"""Customers and saved cards: attached once, charged later."""

import pytest
import stripe

from tests.stripe_stand_in.driving import RETURN_URL, error_in, pay


def test_a_customer_keeps_what_an_update_does_not_name(client):
    customer = client.v1.customers.create({"email": "a@b.test", "metadata": {"a": "1", "b": "2"}})
    changed = client.v1.customers.update(customer.id, {"name": "Li", "metadata": {"a": "", "c": "3"}})
    assert (changed.email, changed.name, changed.metadata.to_dict()) == ("a@b.test", "Li", {"b": "2", "c": "3"})
    assert client.v1.customers.retrieve(customer.id).name == "Li"


def test_a_card_is_attached_once_and_never_used_for_another_customer(client):
    first, second = (client.v1.customers.create({}).id for _ in range(2))
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": first})
    assert method.customer == first
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_methods.attach(method.id, {"customer": second})
    with pytest.raises(stripe.InvalidRequestError):
        pay(client, method.id, customer=second)
    assert [each.id for each in client.v1.customers.payment_methods.list(first).data] == [method.id]


def test_a_declining_card_cannot_be_attached_and_the_failing_one_can(client):
    customer = client.v1.customers.create({}).id
    with pytest.raises(stripe.CardError):
        client.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer})
    method = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer})
    with pytest.raises(stripe.CardError):
        pay(client, method.id, customer=customer, off_session=True, return_url=None)


def test_a_card_used_without_being_attached_cannot_be_used_again(client):
    method = str(pay(client).payment_method)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(client, method)
    assert caught.value.param == "payment_method"


def test_setup_future_usage_attaches_the_card_for_later(client):
    customer = client.v1.customers.create({}).id
    method = str(pay(client, customer=customer, setup_future_usage="off_session").payment_method)
    assert client.v1.payment_methods.retrieve(method).customer == customer
    later = pay(client, method, customer=customer, off_session=True, return_url=None)
    assert later.status == "succeeded"


def test_a_setup_intent_declines_cancels_and_fails_its_authentication(client, stand_in):
    customer = client.v1.customers.create({}).id
    with pytest.raises(stripe.CardError) as caught:
        client.v1.setup_intents.create(
            {"customer": customer, "payment_method": "pm_card_chargeDeclined", "confirm": True,
             "return_url": RETURN_URL}
        )  # fmt: skip
    assert error_in(caught).setup_intent.status == "requires_payment_method"
    opened = client.v1.setup_intents.create({"customer": customer})
    asked = client.v1.setup_intents.confirm(
        opened.id, {"payment_method": "pm_card_authenticationRequiredOnSetup", "return_url": RETURN_URL}
    )
    assert asked.status == "requires_action"
    stand_in.complete_3ds(opened.id, approved=False)
    failed = client.v1.setup_intents.retrieve(opened.id)
    assert failed.last_setup_error.code == "setup_intent_authentication_failure"
    assert client.v1.setup_intents.cancel(opened.id).status == "canceled"
