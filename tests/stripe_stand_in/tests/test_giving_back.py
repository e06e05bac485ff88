"""Refunds, disputes and transfers never move more than the charge."""

import pytest
import stripe

from tests.stripe_stand_in.driving import pay


def test_refunds_add_up_to_the_charge_and_never_above(client):
    intent = pay(client)
    part = client.v1.refunds.create({"payment_intent": intent.id, "amount": 300, "reason": "requested_by_customer"})
    assert (part.status, part.amount, part.charge) == ("succeeded", 300, intent.latest_charge)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 701})
    assert (caught.value.param, caught.value.code) == ("amount", None)
    assert client.v1.refunds.create({"charge": str(intent.latest_charge)}).amount == 700
    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    assert (charge.refunded, charge.amount_refunded) == (True, 1000)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_already_refunded"
    assert [each.amount for each in client.v1.refunds.list({"payment_intent": intent.id}).data] == [700, 300]
    assert client.v1.refunds.retrieve(part.id).amount == 300


def test_what_is_not_captured_cannot_be_refunded(client):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": pay(client, capture_method="manual").id})
    assert caught.value.param == "payment_intent"


def test_a_pending_refund_succeeds_later_and_a_failing_one_gives_the_charge_back(client, stand_in):
    slow = client.v1.refunds.create({"payment_intent": pay(client, "pm_card_pendingRefund").id})
    bad = client.v1.refunds.create({"payment_intent": pay(client, "pm_card_refundFail").id})
    assert (slow.status, bad.status) == ("pending", "succeeded")
    stand_in.advance(60)
    assert client.v1.refunds.retrieve(slow.id).status == "succeeded"
    failed = client.v1.refunds.retrieve(bad.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert client.v1.charges.retrieve(str(bad.charge)).amount_refunded == 0


def test_a_dispute_is_opened_answered_and_decided(client, stand_in):
    intent = pay(client)
    opened = stand_in.open_dispute(intent.id, reason="product_not_received")
    assert client.v1.charges.retrieve(str(intent.latest_charge)).disputed
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_disputed"
    answered = client.v1.disputes.update(opened["id"], {"evidence": {"uncategorized_text": "sent on Monday"}})
    assert answered.status == "under_review"
    stand_in.close_dispute(opened["id"], won=True)
    assert client.v1.disputes.retrieve(opened["id"]).status == "won"
    types = [each["type"] for each in stand_in.objects("event") if "dispute" in each["type"]]
    assert types == [
        "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated", "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]  # fmt: skip


def test_the_disputing_card_disputes_by_itself_and_closing_loses(client):
    intent = pay(client, "pm_card_createDispute")
    (dispute,) = client.v1.disputes.list({"payment_intent": intent.id}).data
    assert client.v1.disputes.close(dispute.id).status == "lost"


def test_a_transfer_stays_within_its_charge(client):
    charge = str(pay(client).latest_charge)
    params = {"amount": 900, "currency": "eur", "destination": "acct_1", "source_transaction": charge}
    made = client.v1.transfers.create(params)
    assert client.v1.transfers.retrieve(made.id).source_transaction == charge
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.transfers.create({**params, "amount": 101})
