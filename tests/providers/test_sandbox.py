"""The test bank: what its cards do, that it is a world of its own, and that its webhooks arrive."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bnpl_plugin.errors import CheckoutNotFound, ConfigurationError, InvalidInput, ProviderUnavailable
from bnpl_plugin.ports.provider import DeclineCode, OutcomeKind, Stage
from bnpl_plugin.providers.sandbox import PROVIDER, TEST_CARDS, Behaviour, FaultKind
from tests.providers.cases import RETURN_URL, Watch, instruction

made_by: Any = PROVIDER.make


@pytest.fixture
def watch():
    return Watch(datetime(2026, 11, 24, 9, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path):
    return {"BNPL_SANDBOX_PATH": str(tmp_path / "deep" / "bank.sqlite"), "BNPL_PUBLIC_URL": "https://shop.test/"}


@pytest.fixture
def bank(settings, watch):
    made = made_by(settings, now=watch.now)
    yield made
    made.close()


def card_that(behaviour):
    return next(card for card in TEST_CARDS if card.behaviour is behaviour)


def begun(bank, behaviour=None, **more):
    """Begin and, with a behaviour, give that card; return the instruction and where the shopper was sent."""
    asked = instruction(**more)
    ref = bank.begin(asked).provider_ref
    known = replace(asked, provider_ref=ref)
    if behaviour is None:
        return known, None
    return known, bank.submit_card(ref, number=card_that(behaviour).number, expiry="11/26", cvc="123")


def kinds(bank):
    return [line.kind for line in bank.movements()]


# the pages ------------------------------------------------------------------------------------------------------------
def test_begin_leads_to_the_bank_s_own_page(bank):
    outcome = bank.begin(instruction())
    assert outcome.next_action.kind == "redirect"
    assert outcome.next_action.url == f"https://shop.test/bnpl/sandbox/card/{outcome.provider_ref}"


def test_the_page_shows_the_sum_and_every_test_card(bank):
    known, _ = begun(bank)
    page = bank.card_page(known.provider_ref)
    assert (page.state, page.amount_minor, page.currency) == ("card", 3334, "EUR")
    assert page.cards == TEST_CARDS
    assert page.description == "Phone shop"


def test_a_card_sends_the_shopper_back_or_on_to_three_d_secure(bank):
    known, url = begun(bank, Behaviour.SUCCESS)
    assert url == RETURN_URL
    assert bank.card_page(known.provider_ref).state == "finished"
    known, url = begun(bank, Behaviour.THREE_D_SECURE)
    assert url == f"https://shop.test/bnpl/sandbox/three_d_secure/{known.provider_ref}"
    assert bank.card_page(known.provider_ref).state == "three_d_secure"
    assert bank.card_page(known.provider_ref).card_label == "Visa •••• 3220"
    assert bank.look_up(known).next_action.url == url
    assert bank.three_d_secure(known.provider_ref, approve=True) == RETURN_URL


def test_a_page_sent_twice_authorises_once(bank):
    known, _ = begun(bank, Behaviour.SUCCESS)
    assert bank.submit_card(known.provider_ref, number="4000000000000002", expiry="11/26", cvc="123") == RETURN_URL
    assert bank.three_d_secure(known.provider_ref, approve=False) == RETURN_URL
    assert bank.look_up(known).stage is Stage.AUTHORISED
    assert kinds(bank) == ["authorisation"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("number", {"number": "4242424242424241"}),
        ("number", {"number": ""}),
        ("number", {"number": "5555555555554444"}),
        ("expiry", {"expiry": "10/26"}),
        ("expiry", {"expiry": "13/30"}),
        ("expiry", {"expiry": "soon"}),
        ("cvc", {"cvc": "12"}),
        ("cvc", {"cvc": "12a"}),
        ("cvc", {"cvc": "١٢٣"}),
    ],
)
def test_a_slip_of_typing_names_its_field_and_leaves_the_page_open(bank, field, typed):
    known, _ = begun(bank)
    with pytest.raises(InvalidInput) as caught:
        bank.submit_card(
            known.provider_ref, **{"number": TEST_CARDS[0].spaced, "expiry": "11/26", "cvc": "123", **typed}
        )
    assert caught.value.details["field"] == field
    assert bank.card_page(known.provider_ref).state == "card"


@pytest.mark.parametrize("ref", ["", "sbx_none", "' OR 1=1 --"])
def test_a_page_about_nothing_is_not_found(bank, ref):
    with pytest.raises(CheckoutNotFound):
        bank.card_page(ref)


def test_a_refund_has_no_page(bank):
    known, _ = begun(bank, Behaviour.SUCCESS)
    bank.capture(known)
    refund = bank.refund(replace(instruction(), provider_ref=known.provider_ref))
    with pytest.raises(CheckoutNotFound):
        bank.card_page(refund.provider_ref)


# the cards ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("card", TEST_CARDS, ids=lambda card: card.behaviour)
def test_every_card_has_a_right_check_digit_and_a_behaviour_of_its_own(card):
    digits = [int(digit) for digit in reversed(card.number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    assert (sum(digits[::2]) + sum(doubled)) % 10 == 0
    assert [each.behaviour for each in TEST_CARDS].count(card.behaviour) == 1


def test_the_unknown_card_authorises_but_its_answer_is_lost_twice(bank):
    known, url = begun(bank, Behaviour.UNKNOWN)
    assert url == RETURN_URL
    assert kinds(bank) == ["authorisation"]
    assert [bank.look_up(known).kind for _ in range(3)] == [
        OutcomeKind.UNKNOWN,
        OutcomeKind.UNKNOWN,
        OutcomeKind.SUCCEEDED,
    ]


def test_the_unknown_card_charged_later_is_charged_once_and_told_in_the_end(bank):
    known, _ = begun(bank, Behaviour.UNKNOWN)
    saved = [bank.look_up(known) for _ in range(3)][-1]
    asked = instruction(3333, customer_ref=saved.customer_ref, method_ref=saved.method_ref)
    assert bank.charge(asked).kind is OutcomeKind.UNKNOWN
    assert [bank.look_up(asked).kind for _ in range(3)][-1] is OutcomeKind.SUCCEEDED
    assert kinds(bank) == ["authorisation", "charge"]


def test_the_unknown_card_s_charge_can_also_be_found_out_by_asking_again_with_its_key(bank):
    known, _ = begun(bank, Behaviour.UNKNOWN)
    saved = [bank.look_up(known) for _ in range(3)][-1]
    asked = instruction(3333, customer_ref=saved.customer_ref, method_ref=saved.method_ref)
    assert [bank.charge(asked).kind for _ in range(4)] == [OutcomeKind.UNKNOWN] * 3 + [OutcomeKind.SUCCEEDED]
    assert kinds(bank) == ["authorisation", "charge"]


def test_the_slow_card_is_pending_until_the_bank_s_clock_has_moved(bank, watch):
    known, url = begun(bank, Behaviour.SLOW)
    assert url == RETURN_URL
    watch.at += timedelta(seconds=19)
    waiting = bank.look_up(known)
    assert (waiting.kind, waiting.next_action) == (OutcomeKind.PENDING, None)
    watch.at += timedelta(seconds=1)
    assert bank.look_up(known).stage is Stage.AUTHORISED


def test_the_slow_card_can_be_voided_while_it_waits(bank, watch):
    known, _ = begun(bank, Behaviour.SLOW)
    assert bank.void(known).stage is Stage.VOIDED
    watch.at += timedelta(seconds=60)
    assert bank.look_up(known).decline_code is DeclineCode.ABANDONED
    assert kinds(bank) == []


def test_the_first_capture_of_one_card_fails_and_the_second_works(bank):
    known, _ = begun(bank, Behaviour.CAPTURE_FAILS_ONCE)
    assert bank.capture(known).kind is OutcomeKind.UNKNOWN
    assert bank.look_up(known).stage is Stage.AUTHORISED
    assert bank.capture(known).stage is Stage.CAPTURED
    assert kinds(bank) == ["authorisation", "capture"]


def test_an_authorisation_lapses_after_seven_days_and_is_announced(bank, watch):
    known, _ = begun(bank, Behaviour.SUCCESS)
    watch.at += timedelta(days=7)
    told = [json.loads(each.body)["kind"] for each in bank.pending_webhooks()]
    assert told == ["movement.authorised", "movement.voided"]
    assert kinds(bank) == ["authorisation", "expiry"]
    assert bank.look_up(known).decline_code is DeclineCode.ABANDONED


def test_another_customer_s_card_is_not_charged(bank):
    known, _ = begun(bank, Behaviour.SUCCESS)
    saved = bank.look_up(known)
    stranger = instruction(3333, shopper_id="shp_2", customer_ref="cus_stranger", method_ref=saved.method_ref)
    assert bank.charge(stranger).decline_code is DeclineCode.INVALID_CARD


# a world of its own ---------------------------------------------------------------------------------------------------
def test_the_book_outlives_the_object(settings, watch):
    first, second = (made_by(settings, now=watch.now) for _ in range(2))
    known, _ = begun(first, Behaviour.SUCCESS)
    first.close()
    assert second.look_up(known).stage is Stage.AUTHORISED
    [webhook] = second.pending_webhooks()
    assert first.read_webhook(webhook.headers, webhook.body).attempt_id == known.attempt_id
    for each in (first, second):
        each.close()


def test_two_books_have_different_secrets(tmp_path, watch, bank):
    other = made_by({"BNPL_SANDBOX_PATH": str(tmp_path / "other.sqlite")}, now=watch.now)
    asked = instruction()
    assert other.begin(asked).provider_ref != bank.begin(asked).provider_ref
    other.close()


KILLED = """
import os, sys
from datetime import UTC, datetime
from bnpl_plugin.providers.sandbox import PROVIDER
from tests.providers.cases import instruction
from dataclasses import replace
bank = PROVIDER.make({"BNPL_SANDBOX_PATH": sys.argv[1]}, now=lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
asked = instruction(idempotency_key="key_killed")
ref = bank.begin(asked).provider_ref
bank.submit_card(ref, number="4242424242424242", expiry="11/26", cvc="123")
bank.capture(replace(asked, provider_ref=ref))
os.kill(os.getpid(), 9)
"""


def test_what_the_bank_did_stays_done_when_the_process_is_killed(settings, bank):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, settings["BNPL_SANDBOX_PATH"]],
        check=False,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert done.returncode == -signal.SIGKILL
    found = bank.look_up(instruction(idempotency_key="key_killed"))
    assert (found.stage, found.amount_minor) == (Stage.CAPTURED, 3334)
    assert kinds(bank) == ["authorisation", "capture"]


def _charge_often(path, saved, times):
    bank = made_by({"BNPL_SANDBOX_PATH": path}, now=lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
    for number in range(times):
        asked = instruction(
            100, idempotency_key=f"race_{number}", customer_ref=saved.customer_ref, method_ref=saved.method_ref
        )
        assert bank.charge(asked).stage is Stage.CAPTURED
    bank.close()


def test_processes_that_charge_with_the_same_keys_at_once_charge_once_each(settings, bank):
    known, _ = begun(bank, Behaviour.SUCCESS)
    saved = bank.look_up(known)
    together = multiprocessing.get_context("spawn")
    racers = [together.Process(target=_charge_often, args=(settings["BNPL_SANDBOX_PATH"], saved, 20)) for _ in range(3)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    assert [racer.exitcode for racer in racers] == [0, 0, 0]
    assert kinds(bank).count("charge") == 20


def test_threads_that_capture_and_void_at_once_do_one_of_both(bank):
    for _ in range(10):
        known, _ = begun(bank, Behaviour.SUCCESS)
        acts = [threading.Thread(target=act, args=(known,)) for act in (bank.capture, bank.void)]
        for act in acts:
            act.start()
        for act in acts:
            act.join()
    lines = bank.movements()
    ended = [line.ref for line in lines if line.kind in ("capture", "void")]
    assert sorted(ended) == sorted(line.ref for line in lines if line.kind == "authorisation")


# webhooks -------------------------------------------------------------------------------------------------------------
def test_webhooks_are_posted_until_they_are_taken(bank, watch):
    known, _ = begun(bank, Behaviour.SUCCESS)
    bank.capture(known)
    heard = []

    def post(headers, body):
        heard.append(bank.read_webhook(headers, body).kind)
        return 500 if len(heard) == 1 else 204

    assert bank.deliver_webhooks(post) == 1
    assert bank.deliver_webhooks(post) == 0
    watch.at += timedelta(seconds=2)
    assert bank.deliver_webhooks(post) == 1
    assert heard == ["movement.authorised", "movement.captured", "movement.authorised"]
    watch.at += timedelta(days=1)
    assert bank.deliver_webhooks(post) == 0


def test_a_webhook_marked_as_delivered_does_not_come_again(bank):
    begun(bank, Behaviour.DECLINED)
    [webhook] = bank.pending_webhooks()
    bank.mark_delivered(webhook.event_id)
    assert bank.pending_webhooks() == ()


def test_another_bank_s_webhook_is_refused(tmp_path, watch, bank):
    other = made_by({"BNPL_SANDBOX_PATH": str(tmp_path / "other.sqlite")}, now=watch.now)
    begun(other, Behaviour.SUCCESS)
    [webhook] = other.pending_webhooks()
    with pytest.raises(Exception, match="cannot be verified"):
        bank.read_webhook(webhook.headers, webhook.body)
    other.close()


# faults and settings --------------------------------------------------------------------------------------------------
def test_a_planned_fault_strikes_so_often_and_no_more(bank):
    bank.set_fault("begin", kind=FaultKind.UNAVAILABLE, times=2)
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            bank.begin(instruction())
    assert bank.begin(instruction()).kind is OutcomeKind.PENDING


def test_a_fault_planned_in_one_process_strikes_in_another(settings, watch, bank):
    other = made_by(settings, now=watch.now)
    other.set_fault("begin", kind="lost_before")
    assert bank.begin(instruction()).kind is OutcomeKind.UNKNOWN
    other.close()


def test_a_slow_call_is_done_all_the_same(bank):
    bank.set_fault("begin", kind="slow", seconds=0.01)
    assert bank.begin(instruction()).kind is OutcomeKind.PENDING


@pytest.mark.parametrize(("verb", "kind"), [("beginn", "slow"), ("begin", "slowly")])
def test_a_fault_that_cannot_be_is_refused(bank, verb, kind):
    with pytest.raises(ValueError, match=r"slow|beginn"):
        bank.set_fault(verb, kind=kind)


def test_without_a_path_it_says_which_setting_is_missing(watch):
    with pytest.raises(ConfigurationError, match="BNPL_SANDBOX_PATH"):
        made_by({}, now=watch.now)


@pytest.mark.parametrize("seconds", ["-1", "1.5", "soon", "90000"])
def test_seconds_out_of_range_are_refused(settings, watch, seconds):
    with pytest.raises(ConfigurationError, match="BNPL_SANDBOX_SLOW_SECONDS"):
        made_by({**settings, "BNPL_SANDBOX_SLOW_SECONDS": seconds}, now=watch.now)
