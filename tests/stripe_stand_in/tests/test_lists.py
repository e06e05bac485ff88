"""Lists page to the end and events hold what was."""

import pytest
import stripe

from tests.stripe_stand_in.driving import pay


def test_lists_come_newest_first_and_page_to_the_end(client, stand_in):
    customer = client.v1.customers.create({}).id
    made = [pay(client, customer=customer).id for _ in range(5)]
    pay(client)
    newest_first = made[::-1]
    page = client.v1.payment_intents.list({"customer": customer, "limit": 2})
    assert ([each.id for each in page.data], page.has_more) == (newest_first[:2], True)
    assert [each.id for each in page.auto_paging_iter()] == newest_first
    back = client.v1.payment_intents.list({"customer": customer, "limit": 2, "ending_before": made[0]})
    assert [each.id for each in back.data] == newest_first[2:4]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.list({"limit": 101})


def test_events_hold_the_object_as_it_was(client):
    intent = pay(client, capture_method="manual", key="order-7")
    client.v1.payment_intents.capture(intent.id)
    (first,) = client.v1.events.list({"type": "payment_intent.amount_capturable_updated", "limit": 1}).data
    assert client.v1.events.retrieve(first.id).id == first.id
    (then,) = client.v1.events.list({"type": "payment_intent.created"}).data
    assert (then.data.object["status"], then.request.idempotency_key) == ("requires_confirmation", "order-7")
