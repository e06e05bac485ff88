"""Every payment provider keeps the port's contract: the same facts, played by each provider's own shopper.

The sandbox plays itself. Stripe's adapter is driven with the real SDK against our stand-in, and for the part that it
knows against localstripe, which was written by other people.
"""

from contextlib import suppress
from dataclasses import replace

import pytest
import stripe

from bnpl_plugin.ports.provider import DeclineCode, OutcomeKind, Stage
from bnpl_plugin.registry import leaves
from tests.providers.acts import later, next_of, paid
from tests.providers.cases import MAKERS, RETURN_URL, instruction


def test_every_provider_has_a_case():
    assert set(leaves("PROVIDER")) == set(MAKERS)


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


def test_a_card_stored_before_pays_at_once_with_the_shopper_present(case):
    _, stored = paid(case, minor=0)
    assert (stored.stage, case.held_minor()) == (Stage.SAVED, 0)
    asked = instruction(customer_ref=stored.customer_ref, method_ref=stored.method_ref)
    outcome = case.provider.begin(asked)
    assert (outcome.kind, outcome.stage, outcome.amount_minor) == (OutcomeKind.SUCCEEDED, Stage.AUTHORISED, 3334)
    assert case.provider.begin(asked).provider_ref == outcome.provider_ref
    known = replace(asked, provider_ref=outcome.provider_ref)
    assert case.provider.capture(known).stage is Stage.CAPTURED
    assert case.provider.charge(later(outcome)).stage is Stage.CAPTURED


def test_a_stored_card_whose_bank_asks_is_pending_until_the_shopper_has_answered(case):
    _, stored = paid(case, card="asks", minor=0)
    asked = instruction(customer_ref=stored.customer_ref, method_ref=stored.method_ref)
    begun = case.provider.begin(asked)
    assert (begun.kind, begun.next_action.kind) == (OutcomeKind.PENDING, "redirect")
    case.authenticate(begun)
    assert case.provider.look_up(replace(asked, provider_ref=begun.provider_ref)).stage is Stage.AUTHORISED


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


# what pages need ------------------------------------------------------------------------------------------------------
def test_a_form_tells_the_page_where_to_come_back(case):
    action = case.provider.begin(instruction()).next_action
    assert action.kind == "redirect" or action.client["return_url"] == RETURN_URL


def test_content_sources_are_directives_with_origins(case):
    for directive, origins in case.provider.content_sources.items():
        assert directive.endswith("-src")
        assert all(origin.startswith(("https://", "http://127.0.0.1")) for origin in origins)
