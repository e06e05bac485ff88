"""What every payment provider does when a question is repeated, an answer lost, or a webhook not what it seems."""

from dataclasses import replace

import pytest

from bnpl_plugin.errors import ProviderUnavailable, WebhookInvalid
from bnpl_plugin.ports.provider import DeclineCode, OutcomeKind, Stage
from tests.providers.acts import later, next_of, paid
from tests.providers.cases import instruction

VERBS = ("begin", "look_up", "charge", "capture", "void", "refund")


# the same key ---------------------------------------------------------------------------------------------------------
def test_begun_twice_with_one_key_is_one_movement(case):
    asked = instruction()
    first, second = case.provider.begin(asked), case.provider.begin(asked)
    assert first.provider_ref == second.provider_ref
    case.present(first, card="good")
    again = case.provider.begin(asked)
    assert (again.stage, again.provider_ref) == (Stage.AUTHORISED, first.provider_ref)
    assert case.held_minor() == 3334


def test_charged_twice_with_one_key_is_one_charge(case):
    _, saved = paid(case)
    asked = later(saved)
    first, second = case.provider.charge(asked), case.provider.charge(asked)
    assert first.provider_ref == second.provider_ref
    assert first.stage is second.stage is Stage.CAPTURED
    assert case.taken() == 1


def test_charged_again_after_the_key_is_forgotten_is_still_one_charge(case):
    _, saved = paid(case)
    asked = later(saved)
    first = case.provider.charge(asked)
    case.advance(days=3)
    assert case.provider.charge(asked).provider_ref == first.provider_ref
    assert case.taken() == 1


def test_refunded_twice_with_one_key_is_one_refund(case):
    asked, _ = paid(case)
    case.provider.capture(asked)
    back = next_of(asked)
    first = case.provider.refund(back)
    case.advance(days=3)
    assert case.provider.refund(back).provider_ref == first.provider_ref
    assert case.given_back_minor() == 3334


def test_a_key_used_for_another_amount_moves_nothing_more(case):
    _, saved = paid(case)
    asked = later(saved)
    case.provider.charge(asked)
    other = case.provider.charge(replace(asked, amount=instruction(9999).amount, attempt_id="att_other"))
    assert other.kind is not OutcomeKind.SUCCEEDED
    assert case.taken() == 1


# bad luck -------------------------------------------------------------------------------------------------------------
def test_a_begin_whose_answer_is_lost_is_unknown_and_then_found_by_its_key(case):
    asked = instruction()
    case.luck("begin", kind="lost_after")
    assert case.provider.begin(asked).kind is OutcomeKind.UNKNOWN
    found = case.provider.look_up(asked)
    assert found.kind is OutcomeKind.PENDING
    case.present(found, card="good")
    assert case.provider.look_up(asked).stage is Stage.AUTHORISED


def test_a_begin_whose_question_is_lost_never_was(case):
    asked = instruction()
    case.luck("begin", kind="lost_before")
    assert case.provider.begin(asked).kind is OutcomeKind.UNKNOWN
    outcome = case.provider.look_up(asked)
    assert (outcome.kind, outcome.decline_code) == (OutcomeKind.DECLINED, DeclineCode.ABANDONED)


def test_a_charge_whose_answer_is_lost_is_unknown_and_then_known_to_have_been_made_once(case):
    _, saved = paid(case)
    asked = later(saved)
    case.luck("charge", kind="lost_after")
    lost = case.provider.charge(asked)
    assert lost.kind is OutcomeKind.UNKNOWN
    found = case.provider.look_up(replace(asked, provider_ref=lost.provider_ref))
    assert (found.stage, found.amount_minor) == (Stage.CAPTURED, 3333)
    assert case.provider.look_up(asked).provider_ref == found.provider_ref
    assert case.taken() == 1


def test_a_charge_called_lost_is_never_made_after_all(case):
    _, saved = paid(case)
    asked = later(saved)
    case.luck("charge", kind="lost_before")
    lost = case.provider.charge(asked)
    assert lost.kind is OutcomeKind.UNKNOWN
    outcome = case.provider.look_up(replace(asked, provider_ref=lost.provider_ref))
    assert (outcome.kind, outcome.decline_code) == (OutcomeKind.DECLINED, DeclineCode.ABANDONED)
    assert case.taken() == 0


def test_a_charge_that_never_left_never_was(case):
    _, saved = paid(case)
    outcome = case.provider.look_up(later(saved))
    assert (outcome.kind, outcome.decline_code) == (OutcomeKind.DECLINED, DeclineCode.ABANDONED)
    assert case.taken() == 0


@pytest.mark.parametrize("verb", ["capture", "void", "refund"])
@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
def test_a_lost_call_about_a_movement_is_unknown_and_can_be_repeated(case, verb, kind):
    asked, _ = paid(case)
    if verb == "refund":
        case.provider.capture(asked)
        asked = next_of(asked)
    case.luck(verb, kind=kind)
    call = getattr(case.provider, verb)
    assert call(asked).kind is OutcomeKind.UNKNOWN
    assert call(asked).kind is OutcomeKind.SUCCEEDED
    assert case.held_minor() == 0
    assert case.given_back_minor() == (3334 if verb == "refund" else 0)


@pytest.mark.parametrize("verb", VERBS)
def test_a_provider_that_was_not_reached_says_so_and_has_done_nothing(case, verb):
    asked, saved = paid(case)
    if verb == "refund":
        case.provider.capture(asked)
    if verb == "charge":
        asked = later(saved)
    if verb in ("begin", "refund"):
        asked = instruction() if verb == "begin" else next_of(asked)
    before = (case.taken(), case.held_minor(), case.given_back_minor())
    case.luck(verb, kind="unavailable")
    with pytest.raises(ProviderUnavailable):
        getattr(case.provider, verb)(asked)
    assert (case.taken(), case.held_minor(), case.given_back_minor()) == before


# webhooks -------------------------------------------------------------------------------------------------------------
def test_webhooks_are_verified_and_name_the_attempt(case):
    asked, _ = paid(case)
    case.provider.capture(asked)
    notes = [case.provider.read_webhook(headers, body) for headers, body in case.webhooks()]
    about = [note for note in notes if note.attempt_id == asked.attempt_id]
    assert about
    assert all(note.provider_ref == asked.provider_ref for note in about)
    assert len({note.event_id for note in notes}) == len(notes)


def test_header_names_in_any_case_are_read(case):
    paid(case)
    headers, body = case.webhooks()[-1]
    assert case.provider.read_webhook({name.upper(): value for name, value in headers.items()}, body)


def test_a_webhook_with_another_body_or_signature_is_refused(case):
    paid(case)
    headers, body = case.webhooks()[-1]
    spoilt = {name: value[:-1] + ("0" if value[-1] != "0" else "1") for name, value in headers.items()}
    for bad in (
        (headers, body + b" "),
        (headers, b"\xff\xfe"),
        (spoilt, body),
        ({}, body),
        (dict.fromkeys(headers, ""), body),
        (dict.fromkeys(headers, "t=,v1="), body),
    ):
        with pytest.raises(WebhookInvalid):
            case.provider.read_webhook(*bad)


@pytest.mark.parametrize("seconds", [301, -301])
def test_a_webhook_signed_too_long_ago_or_in_the_future_is_refused(case, seconds):
    paid(case)
    headers, body = case.webhooks()[-1]
    case.clock(moved_seconds=seconds)
    with pytest.raises(WebhookInvalid):
        case.provider.read_webhook(headers, body)
