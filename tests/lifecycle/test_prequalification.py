"""Prequalification: how much could be financed, without an order and without a mark; and the pass that it gives."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import credit_line, identification, means, passes, policies, prequalification
from bnpl_plugin.lifecycle.evidence import Facts
from bnpl_plugin.lifecycle.prequalification import Prequalified
from bnpl_plugin.ports.records import Pass
from bnpl_plugin.ports.rule import Evidence
from bnpl_plugin.rules.standard import POLICY
from bnpl_plugin.testing import Walker
from tests.lifecycle.test_credit_line import LATER_POOR, ask_again, shopper_of
from tests.lifecycle.world import World, world_in


def known(world: World, *, phone: str = "+33612345678") -> str:
    """A shopper who has proved a phone number, and nothing else; returns the id."""
    identification.send_code(world.house, purpose_ref=f"sin_{phone}", phone=phone, country="FR", locale="en")
    return identification.enter_code(world.house, purpose_ref=f"sin_{phone}", code=_code(world))


def _code(world: World) -> str:
    text = world.house.notifier.sent[-1].text  # type: ignore[attr-defined]
    return next(str(word).strip(".") for word in text.split() if word.strip(".").isdigit())


def facts(**told: Any) -> Facts:
    given = {
        "full_name": "Camille Martin", "birth_date": date(1990, 5, 17), "income_minor": 300_000,
        "outgoings_minor": 80_000, "consent": True, **told,
    }  # fmt: skip
    return Facts(**given)


def prequalify(
    world: World, shopper_id: str, *, country: str = "FR", of: str | None = None, **told: Any
) -> Prequalified:
    return prequalification.prequalify(
        world.house, shopper_id=shopper_id, country=country, facts=facts(**told), prequalification_id=of
    )


def test_it_says_up_to_how_much_without_an_order_a_hold_or_a_mark(world):
    shopper_id = known(world)
    found = prequalify(world, shopper_id)
    assert (found.outcome, found.reasons, found.decision.checkout_id) == ("approved", (), None)
    assert found.given is not None
    assert 0 < found.given.limit_minor <= found.decision.limit_minor
    assert found.given.expires_at == world.clock.now() + timedelta(hours=720)
    assert world.count("checkout") == world.count("hold") == world.count("credit_line") == 0
    assert world.count("enquiry", "kind = 'bureau'") == 0
    assert world.events(f"pass_{shopper_id}") == ["prequalification.approved", "pass.issued"]


def test_what_it_says_is_approved_and_a_cent_more_is_not(world):
    """The sum told is the highest price that some plan turns into an approval: asked for it, the policy says yes."""
    shopper_id = known(world)
    found = prequalify(world, shopper_id, income_minor=130_000, outgoings_minor=90_000)
    assert found.given is not None
    plan_code, up_to_minor = found.given.details["plan_code"], found.given.limit_minor
    evidence = Evidence.from_json(found.decision.inputs)
    asked = means.asked(
        world.house, evidence, plan_code=plan_code, price_minor=up_to_minor, decision=found.decision
    )
    assert asked is not None
    assert asked.monthly_due_minor == found.given.details["monthly_due_minor"] <= 20_000
    walker = world.shopper(income_minor=130_000, outgoings_minor=90_000)
    offers = []
    for total_minor in (up_to_minor, up_to_minor + 50_000):
        checkout = walker.open(world.shop.add(total_minor=total_minor))
        walker.choose(checkout, plan_code=plan_code)
        walker.identify(checkout)
        assert walker.decide(checkout) == "approved"
        offers.append(world.purchase(checkout.checkout_id).checkout.offer)
    assert [offer["down_payment_minor"] for offer in offers if offer] == [0, 50_000]  # what is above is paid at once


def test_a_policys_own_ratings_and_prices_say_how_much(world):
    """Quoted as a checkout is: at the policy's prices, within the law's, whatever the policy calls its ratings."""
    metals = dict(zip("ABCD", ("gold", "silver", "bronze", "tin"), strict=True))
    body = POLICY.body
    dear = {plan: dict.fromkeys(metals.values(), "0.99") for plan in ("instalments_6", "instalments_12")}
    policies.add(world.house, {
        **body, "version": "metals-1", "prices": dear,
        "ratings": [{**one, "rating": metals[one["rating"]]} for one in body["ratings"]],
        "limit_bps": {metals[rating]: share for rating, share in body["limit_bps"].items()},
    })  # fmt: skip
    policies.make_champion(world.house, version="metals-1")
    found = prequalify(world, known(world))
    assert found.given is not None
    assert found.given.rating in metals.values()
    assert found.given.details["plan_code"] not in dear  # above the law's cap: nobody is offered it


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"income_minor": 100_000, "outgoings_minor": 100_000}, "affordability"),
        ({"income_minor": 100_000, "outgoings_minor": 99_900}, "affordability"),
        ({"birth_date": date(2015, 1, 1)}, "age"),
    ],
)
def test_a_rejection_has_its_reason_and_no_pass(world, told, reason):
    found = prequalify(world, known(world), **told)
    assert (found.outcome, found.reasons, found.given) == ("rejected", (reason,), None)
    assert world.count("pass") == 0


def test_nothing_left_of_the_line_is_said(world):
    shopper_id = shopper_of(world, world.buy())
    credit_line.freeze(world.house, shopper_id=shopper_id, reason="risk_changed")
    found = prequalify(world, shopper_id)
    assert (found.outcome, found.reasons) == ("rejected", ("exposure",))


def test_what_is_already_used_counts(world):
    shopper_id = shopper_of(world, world.buy(world.shop.add(total_minor=200_000)))
    line = credit_line.of_shopper(world.house, shopper_id)
    found = prequalify(world, shopper_id)
    assert found.given is not None
    assert found.given.limit_minor == line.available_minor


def test_a_second_currency_is_rejected_while_the_first_line_is_open(world):
    shopper_id = shopper_of(world, world.buy())
    assert prequalify(world, shopper_id, country="US").reasons == ("country",)


def test_a_country_without_its_law_offers_nothing(tmp_path, migrated_sqlite_url):
    with world_in(tmp_path, migrated_sqlite_url, law={}) as world:
        with pytest.raises(errors.LawMissing):
            prequalify(world, known(world))
        with pytest.raises(errors.UnsupportedCountry):
            prequalify(world, known(world, phone="+33612345679"), country="XX")


def test_nobody_is_not_prequalified(world):
    with pytest.raises(errors.NotYours):
        prequalification.prequalify(world.house, shopper_id="shp_nobody", country="FR", facts=facts())


def test_a_second_prequalification_replaces_the_pass(world):
    shopper_id = known(world)
    first, second = prequalify(world, shopper_id), prequalify(world, shopper_id, income_minor=250_000)
    assert first.given is not None
    assert second.given is not None
    states = {p.pass_id: p.state for p in world.house.store.lines.passes(shopper_id=shopper_id)}
    assert states == {first.given.pass_id: "replaced", second.given.pass_id: "valid"}


def test_a_rejection_ends_the_pass_given_before(world):
    shopper_id = known(world)
    prequalify(world, shopper_id)
    prequalify(world, shopper_id, outgoings_minor=300_000)
    assert passes.valid(world.house, shopper_id=shopper_id) is None


def test_two_at_once_leave_one_valid_pass(world):
    shopper_id, answers = known(world), []

    def ask() -> None:
        with world.app.app_context():
            answers.append(prequalify(world, shopper_id).outcome)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["approved"] * 3
    assert world.count("pass", "state = 'valid'") == 1


# the pass at a checkout ----------------------------------------------------------------------------------------------
def to_facts(world: World, walker: Walker, *, total_minor: int = 29_900, plan_code: str = "pay_in_3") -> str:
    """A checkout that would now ask for the facts."""
    checkout = walker.open(world.shop.add(total_minor=total_minor))
    walker.choose(checkout, plan_code=plan_code)
    walker.identify(checkout)
    return str(checkout.checkout_id)


def test_a_pass_saves_telling_the_facts_twice(world):
    prequalify(world, known(world))
    checkout_id = to_facts(world, world.shopper())
    decision = prequalification.decide_by_pass(world.house, checkout_id=checkout_id)
    assert decision is not None
    assert decision.outcome == "approved"
    assert decision.inputs["income_minor"] == 300_000
    assert world.state(checkout_id) == "approved"
    assert prequalification.decide_by_pass(world.house, checkout_id=checkout_id) is None  # decided already


@pytest.mark.parametrize("ended", ["none", "expired", "revoked", "another's", "another country's"])
def test_without_a_valid_pass_of_ones_own_the_facts_are_asked(world, ended):
    if ended != "none":
        phone = "+33612345679" if ended == "another's" else "+33612345678"
        shopper_id = known(world, phone=phone)
        country = "US" if "country" in ended else "FR"
        assert prequalify(world, shopper_id, country=country, income_minor=500_000).outcome == "approved"
        if ended == "revoked":
            passes.revoke(world.house, shopper_id=shopper_id, reason="fraud_suspected")
        if ended == "expired":
            world.clock.advance(timedelta(hours=721))
    checkout_id = to_facts(world, world.shopper())
    assert prequalification.decide_by_pass(world.house, checkout_id=checkout_id) is None
    assert world.state(checkout_id) == "opened"


def test_a_score_that_dropped_since_is_told_with_its_reasons(world):
    checkout_id = world.buy(card=LATER_POOR)
    world.work()
    shopper_id = shopper_of(world, checkout_id)
    world.later(days=20)
    assert prequalify(world, shopper_id).outcome == "approved"
    world.later(days=12)  # the second instalment has not been paid
    again = to_facts(world, world.shopper())
    decision = prequalification.decide_by_pass(world.house, checkout_id=again)
    assert decision is not None
    assert (decision.outcome, decision.reasons["codes"]) == ("declined", ["open_arrears"])


def test_a_revoked_pass_is_revoked_once(world):
    shopper_id = known(world)
    prequalify(world, shopper_id)
    with pytest.raises(errors.InvalidInput):
        passes.revoke(world.house, shopper_id=shopper_id, reason="because")
    passes.revoke(world.house, shopper_id=shopper_id, reason="lender_decision", by="ann")
    with pytest.raises(errors.NotYours):
        passes.revoke(world.house, shopper_id=shopper_id, reason="lender_decision")


def test_a_purchase_above_the_pass_is_decided_on_its_own(world):
    found = prequalify(world, known(world))
    assert isinstance(found.given, Pass)
    checkout_id = to_facts(
        world, world.shopper(), total_minor=found.given.limit_minor + 1_000, plan_code="instalments_24"
    )
    decision = prequalification.decide_by_pass(world.house, checkout_id=checkout_id)
    assert decision is not None
    assert decision.outcome == "approved"  # because the gap is paid down
    offer = world.purchase(checkout_id).checkout.offer
    assert offer is not None
    assert offer["down_payment_minor"] >= 1_000


def test_a_prequalified_shopper_buys_and_the_line_is_the_decided_one(world):
    prequalify(world, known(world))
    assert ask_again(world) == "approved"
    assert world.count("credit_line") == 1


# a shop's question ---------------------------------------------------------------------------------------------------
def question(world: World, **options: Any) -> str:
    asked = prequalification.ask(world.house, merchant_id="host", country="FR", **options)
    return asked.prequalification_id


def state(world: World, prequalification_id: str) -> tuple[str, int]:
    row = world.house.store.lines.prequalification(prequalification_id)
    assert row is not None
    return prequalification.state_of(world.house, row), row.up_to_minor


def test_a_shop_learns_yes_and_no_more_than_it_asked_for(world):
    asked, other = question(world, asked_minor=50_000), question(world)
    shopper_id = known(world)
    assert state(world, asked) == ("pending", 0)
    found = prequalify(world, shopper_id, of=asked)
    assert found.given is not None
    assert found.given.limit_minor > 50_000
    assert state(world, asked) == ("approved", 50_000)
    assert state(world, other) == ("pending", 0)
    with pytest.raises(errors.OfferExpired):  # answered already
        prequalify(world, shopper_id, of=asked)
    world.clock.advance(timedelta(hours=721))
    assert state(world, asked)[0] == state(world, other)[0] == "expired"


def test_a_shop_learns_no(world):
    asked = question(world)
    prequalify(world, known(world), of=asked, outgoings_minor=300_000)
    assert state(world, asked) == ("rejected", 0)


def test_a_question_about_one_phone_is_answered_by_it_alone(world):
    asked = question(world, phone_hash=world.house.seal.keyed_hash("+33612345678"))
    with pytest.raises(errors.NotYours):
        prequalify(world, known(world, phone="+33612345679"), of=asked)
    with pytest.raises(errors.NotYours):
        prequalify(world, known(world), of="pre_nothing")
    with pytest.raises(errors.NotYours):
        prequalify(world, known(world), of=asked, country="US")
    assert prequalify(world, known(world), of=asked).outcome == "approved"


def test_an_old_question_is_not_answered(world):
    asked = question(world)
    world.clock.advance(timedelta(hours=25))
    with pytest.raises(errors.OfferExpired):
        prequalify(world, known(world), of=asked)


@pytest.mark.parametrize("asked_minor", [-1, 10**12 + 1])
def test_a_shop_asks_for_a_sum_that_can_be(world, asked_minor):
    with pytest.raises(errors.InvalidInput, match="amount_minor"):
        question(world, asked_minor=asked_minor)
