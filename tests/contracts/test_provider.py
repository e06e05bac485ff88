"""Every payment provider keeps the port's contract: the same facts, played by each provider's own shopper and luck.

The sandbox plays itself. Stripe's adapter is driven with the real SDK against our stand-in, and for the part that it
knows against localstripe, which was written by other people.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import stripe

from bnpl_plugin.errors import ProviderUnavailable, WebhookInvalid
from bnpl_plugin.ports.provider import DeclineCode, OutcomeKind, Stage
from bnpl_plugin.registry import leaves
from tests.providers.cases import MAKERS, RETURN_URL, LocalStripeCase, instruction
from tests.servers.localstripe import LocalStripe

CODES = sorted(leaves("PROVIDER"))
VERBS = ("begin", "look_up", "charge", "capture", "void", "refund")


@pytest.fixture(params=CODES)
def case(request, tmp_path):
    """Each provider of ours, with everything it can be made to do."""
    made = MAKERS[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def localstripe(tmp_path_factory):
    """One localstripe for the session."""
    with LocalStripe(log=tmp_path_factory.mktemp("localstripe") / "log") as server:
        yield server


@pytest.fixture(params=[*CODES, "localstripe"])
def common(request, tmp_path):
    """Each provider of ours, and Stripe's adapter on localstripe."""
    if request.param == "localstripe":
        made: Any = LocalStripeCase(request.getfixturevalue("localstripe").url)
    else:
        made = MAKERS[request.param](tmp_path)
    yield made
    made.close()


def paid(case, card="good", **more):
    """Begin, give a card, pass 3-D Secure; return the instruction with its reference and the outcome."""
    asked = instruction(**more)
    begun = case.provider.begin(asked)
    assert begun.kind is OutcomeKind.PENDING
    case.present(begun, card=card)
    case.authenticate(begun)
    known = replace(asked, provider_ref=begun.provider_ref)
    return known, case.provider.look_up(known)


def later(outcome, minor=3333, **more):
    """Return an instruction to charge the card that an outcome saved."""
    return instruction(minor, customer_ref=outcome.customer_ref, method_ref=outcome.method_ref, return_url="", **more)


def next_of(asked, **more):
    """Return the instruction of a new attempt about the same movement."""
    fresh = instruction(asked.amount.minor, currency=asked.amount.currency)
    return replace(fresh, provider_ref=asked.provider_ref, **more)


def test_every_provider_has_a_case():
    assert set(CODES) == set(MAKERS)


# the common part ------------------------------------------------------------------------------------------------------
def test_begin_sends_the_shopper_to_a_form_and_holds_nothing(common):
    begun = common.provider.begin(instruction())
    assert (begun.kind, begun.stage, begun.decline_code) == (OutcomeKind.PENDING, None, None)
    assert begun.provider_ref
    action = begun.next_action
    assert (action.kind == "redirect" and action.url) or (action.kind == "form" and action.template)
    assert action.to_json()["kind"] == action.kind


def test_a_good_card_authorises_the_amount_and_is_saved(common):
    _, outcome = paid(common)
    assert (outcome.kind, outcome.stage, outcome.amount_minor) == (OutcomeKind.SUCCEEDED, Stage.AUTHORISED, 3334)
    assert outcome.customer_ref
    assert outcome.method_ref
    assert outcome.method_label == "Visa •••• 4242"


def test_an_authorisation_is_captured_once(common):
    asked, _ = paid(common)
    first, second = common.provider.capture(asked), common.provider.capture(asked)
    assert (first.kind, first.stage, first.amount_minor) == (OutcomeKind.SUCCEEDED, Stage.CAPTURED, 3334)
    assert (second.kind, second.stage, second.amount_minor) == (OutcomeKind.SUCCEEDED, Stage.CAPTURED, 3334)
    assert first.provider_ref == second.provider_ref == asked.provider_ref
    assert common.provider.look_up(asked).stage is Stage.CAPTURED


def test_an_authorisation_is_voided_and_then_there_is_no_money(common):
    asked, _ = paid(common)
    outcome = common.provider.void(asked)
    assert (outcome.kind, outcome.stage) == (OutcomeKind.SUCCEEDED, Stage.VOIDED)
    assert common.provider.void(asked).stage is Stage.VOIDED
    gone = common.provider.look_up(asked)
    assert (gone.kind, gone.decline_code) == (OutcomeKind.DECLINED, DeclineCode.ABANDONED)


def test_what_is_captured_cannot_be_voided(common):
    asked, _ = paid(common)
    common.provider.capture(asked)
    outcome = common.provider.void(asked)
    assert (outcome.kind, outcome.decline_code) == (OutcomeKind.DECLINED, DeclineCode.PROVIDER_REFUSED)
    assert common.provider.look_up(asked).stage is Stage.CAPTURED


def test_a_captured_amount_is_refunded_in_full(common):
    asked, _ = paid(common)
    common.provider.capture(asked)
    outcome = common.provider.refund(next_of(asked))
    assert (outcome.kind, outcome.stage, outcome.amount_minor) == (OutcomeKind.SUCCEEDED, Stage.REFUNDED, 3334)
    assert outcome.provider_ref
    assert outcome.provider_ref != asked.provider_ref


def test_a_saved_card_is_charged_while_the_shopper_is_away(common):
    _, saved = paid(common)
    outcome = common.provider.charge(later(saved))
    assert (outcome.kind, outcome.stage, outcome.amount_minor) == (OutcomeKind.SUCCEEDED, Stage.CAPTURED, 3333)
    assert outcome.provider_ref


def test_a_card_that_asks_is_pending_until_three_d_secure_is_passed(common):
    asked = instruction()
    begun = common.provider.begin(asked)
    common.present(begun, card="asks")
    known = replace(asked, provider_ref=begun.provider_ref)
    assert common.provider.look_up(known).kind is OutcomeKind.PENDING
    common.authenticate(begun)
    assert common.provider.look_up(known).stage is Stage.AUTHORISED


def test_a_failed_three_d_secure_declines_for_good(common):
    asked = instruction()
    begun = common.provider.begin(asked)
    common.present(begun, card="asks")
    common.authenticate(begun, approve=False)
    known = replace(asked, provider_ref=begun.provider_ref)
    for _ in range(2):
        outcome = common.provider.look_up(known)
        assert (outcome.kind, outcome.decline_code) == (OutcomeKind.DECLINED, DeclineCode.AUTHENTICATION_FAILED)


def test_a_card_that_asks_off_session_is_declined_with_its_reference(common):
    _, saved = paid(common, card="asks_later")
    outcome = common.provider.charge(later(saved))
    assert (outcome.kind, outcome.decline_code) == (OutcomeKind.DECLINED, DeclineCode.AUTHENTICATION_REQUIRED)
    assert outcome.provider_ref


# refusals -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("card", "code"), [("declined", DeclineCode.CARD_DECLINED), ("poor", DeclineCode.INSUFFICIENT_FUNDS)]
)
def test_a_refused_card_declines_with_its_reason_and_no_other_card_can_finish_it(case, card, code):
    asked, outcome = paid(case, card=card)
    assert (outcome.kind, outcome.decline_code) == (OutcomeKind.DECLINED, code)
    with suppress(stripe.InvalidRequestError):
        case.present(outcome, card="good")
    assert case.provider.look_up(asked).decline_code is code
    assert case.held_minor() == 0


def test_a_card_refused_later_declines_that_charge(case):
    _, saved = paid(case, card="fails_later", minor=0)
    asked = later(saved)
    outcome = case.provider.charge(asked)
    assert outcome.kind is OutcomeKind.DECLINED
    assert outcome.decline_code in (DeclineCode.CARD_DECLINED, DeclineCode.INSUFFICIENT_FUNDS)
    assert case.provider.look_up(asked).decline_code is outcome.decline_code
    assert case.taken() == 0


def test_a_card_that_is_not_known_cannot_be_charged(case):
    _, saved = paid(case)
    outcome = case.provider.charge(replace(later(saved), method_ref="pm_never_seen"))
    assert (outcome.kind, outcome.decline_code) == (OutcomeKind.DECLINED, DeclineCode.INVALID_CARD)


def test_more_than_was_authorised_is_not_captured(case):
    asked, _ = paid(case)
    outcome = case.provider.capture(replace(asked, amount=instruction(3335).amount))
    assert (outcome.kind, outcome.decline_code) == (OutcomeKind.DECLINED, DeclineCode.PROVIDER_REFUSED)
    assert case.held_minor() == 3334


def test_less_than_was_authorised_is_captured_and_the_rest_is_free(case):
    asked, _ = paid(case)
    assert case.provider.capture(replace(asked, amount=instruction(3000).amount)).amount_minor == 3000
    assert case.provider.look_up(asked).amount_minor == 3000
    assert case.held_minor() == 0


def test_more_than_was_captured_is_not_refunded(case):
    asked, _ = paid(case)
    case.provider.capture(asked)
    case.provider.refund(next_of(asked))
    outcome = case.provider.refund(next_of(asked))
    assert (outcome.kind, outcome.decline_code) == (OutcomeKind.DECLINED, DeclineCode.PROVIDER_REFUSED)
    assert case.given_back_minor() == 3334


def test_an_authorisation_that_lapsed_cannot_be_captured(case):
    asked, _ = paid(case)
    case.advance(days=40)
    assert case.provider.capture(asked).kind is OutcomeKind.DECLINED
    gone = case.provider.look_up(asked)
    assert (gone.kind, gone.decline_code) == (OutcomeKind.DECLINED, DeclineCode.ABANDONED)
    assert case.provider.void(asked).stage is Stage.VOIDED
    assert case.taken() == 0


# nothing due today ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("card", ["good", "asks"])
def test_with_nothing_due_the_card_is_only_saved_and_can_be_charged(case, card):
    _, saved = paid(case, card=card, minor=0)
    assert (saved.kind, saved.stage, saved.amount_minor) == (OutcomeKind.SUCCEEDED, Stage.SAVED, 0)
    assert case.held_minor() == 0
    assert case.provider.charge(later(saved)).stage is Stage.CAPTURED


def test_a_saved_card_that_is_voided_cannot_be_charged(case):
    asked, saved = paid(case, minor=0)
    assert case.provider.void(asked).stage is Stage.VOIDED
    assert case.provider.charge(later(saved)).kind is OutcomeKind.DECLINED
    assert case.taken() == 0


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


# what pages need ------------------------------------------------------------------------------------------------------
def test_a_form_tells_the_page_where_to_come_back(case):
    action = case.provider.begin(instruction()).next_action
    assert action.kind == "redirect" or action.client["return_url"] == RETURN_URL


def test_content_sources_are_directives_with_origins(case):
    for directive, origins in case.provider.content_sources.items():
        assert directive.endswith("-src")
        assert all(origin.startswith(("https://", "http://127.0.0.1")) for origin in origins)
