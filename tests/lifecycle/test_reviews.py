"""Decisions in a person's hands: referred or contested, answered once, told, and never beyond what may be approved."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bnpl_plugin.errors import IllegalTransition, InvalidInput, NotYours, StateMoved
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import holds, resolution, reviews
from bnpl_plugin.ports.policy import read_policy
from bnpl_plugin.ports.rule import Evidence, Finding, Rule, Verdict
from bnpl_plugin.rules import standard
from tests.lifecycle.world import GOOD, World, world_in

NOTE = "Pay slips seen."
#: Outgoings that the affordability rule declines.
TIGHT = 299_000


def ask_a_person(evidence: Evidence) -> Finding | None:
    """Refer whoever earns exactly 2,222.22: a stand-in for what a policy refers."""
    return Finding("by_hand", Verdict.REFER, {}) if evidence.income_minor == 222_222 else None


@pytest.fixture
def world(tmp_path: Path, migrated_url: str) -> Iterator[World]:
    """A world whose policy refers one income, on both databases."""
    with world_in(tmp_path, migrated_url, **referring()) as made:
        yield made
        made.sound()


def referring() -> dict[str, object]:
    return {"rules": [Rule(code="by_hand", order=90, reason="A person must look at it.", check=ask_a_person)]}


@pytest.fixture(autouse=True)
def _policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy asks the stand-in too."""
    body = standard.POLICY.body
    policy = read_policy({**body, "rules": [*body["rules"], {"code": "by_hand"}]})
    monkeypatch.setattr(standard, "POLICY", policy)


def referred(world: World, **told: object) -> str:
    walker = world.shopper(income_minor=222_222, **told)  # type: ignore[arg-type]
    checkout = walker.open(world.shop.add())
    walker.choose(checkout)
    walker.identify(checkout)
    assert walker.decide(checkout) == "referred"
    return checkout.checkout_id


def declined(world: World, *, total_minor: int = 29_900, **told: object) -> str:
    walker = world.shopper(outgoings_minor=TIGHT, **told)  # type: ignore[arg-type]
    checkout = walker.open(world.shop.add(total_minor=total_minor))
    walker.choose(checkout)
    walker.identify(checkout)
    assert walker.decide(checkout) == "declined"
    return checkout.checkout_id


def review_id(world: World, checkout_id: str) -> str:
    decision = world.purchase(checkout_id).decision
    assert decision is not None
    found = reviews.review_of(world.house, decision=decision)
    assert found is not None
    return found.review_id


def request(world: World, checkout_id: str, statement: str = "") -> str:
    decision = world.purchase(checkout_id).decision
    assert decision is not None
    asked = reviews.request(
        world.house, shopper_id=decision.shopper_id, decision_id=decision.decision_id, statement=statement
    )
    return asked.review_id


def answer(world: World, found: str, outcome: str = "approved", **options: object) -> object:
    given = {"operator": "Ada", "note": NOTE, **options}
    return resolution.resolve(world.house, review_id=found, outcome=outcome, **given)  # type: ignore[arg-type]


def walk_on(world: World, checkout_id: str) -> None:
    """From the approval to the placed order."""
    from bnpl_plugin.lifecycle import disclosure, signature

    walker = world.shopper()
    holds.take(world.house, checkout_id=checkout_id)
    disclosure.present(world.house, checkout_id=checkout_id, language="en")
    signature.sign(world.house, checkout_id=checkout_id, typed_name=walker.full_name, accepted=True)
    walker.pay(checkout_id, card=GOOD)
    world.settle(checkout_id)


# referred -----------------------------------------------------------------------------------------------------------
def test_what_is_referred_is_in_a_persons_hands_by_a_clock_and_the_checkout_outlives_it(world: World) -> None:
    checkout_id = referred(world)
    review = world.house.store.review(review_id(world, checkout_id))
    assert review is not None
    assert (review.kind, review.state, review.due_at) == ("referred", "open", world.clock.now() + timedelta(hours=48))
    assert world.purchase(checkout_id).checkout.expires_at == review.due_at + timedelta(days=1)
    world.later(hours=71)
    assert world.state(checkout_id) == "referred"


def test_an_approved_referral_goes_on_to_the_placed_order(world: World) -> None:
    checkout_id = referred(world)
    answer(world, review_id(world, checkout_id))
    purchase = world.purchase(checkout_id)
    assert purchase.checkout.state == "approved"
    assert purchase.decision is not None
    assert (purchase.decision.decided_by, purchase.decision.outcome) == ("Ada", "approved")
    assert purchase.decision.reasons["overruled"] == ["by_hand"]
    world.work()
    assert world.messages() == ["review_approved"]
    assert "sign-in?checkout=" + checkout_id in world.house.notifier.sent[-1].text  # type: ignore[attr-defined]
    walk_on(world, checkout_id)
    assert world.state(checkout_id) == "confirmed"
    assert world.line(checkout_id)[1] > 0
    kinds = world.events(checkout_id)
    assert kinds.index("credit.referred") < kinds.index("review.closed") < kinds.index("credit.approved")


def test_a_declined_referral_is_declined_with_its_reasons(world: World) -> None:
    checkout_id = referred(world)
    answer(world, review_id(world, checkout_id), "declined")
    purchase = world.purchase(checkout_id)
    assert purchase.decision is not None
    assert (purchase.checkout.state, purchase.decision.outcome) == ("declined", "declined")
    assert purchase.decision.reasons["codes"] == ["by_hand"]
    world.work()
    assert world.messages() == ["review_declined"]


def test_the_plan_that_a_person_approved_may_be_chosen_again(world: World) -> None:
    checkout_id = referred(world)
    answer(world, review_id(world, checkout_id))
    world.shopper().choose(world.purchase(checkout_id).checkout)
    assert world.state(checkout_id) == "approved"


def test_a_limit_given_by_the_operator_opens_the_line(world: World) -> None:
    checkout_id = referred(world)
    answer(world, review_id(world, checkout_id), limit_minor=123_456)
    shopper_id = world.purchase(checkout_id).checkout.shopper_id or ""
    line = world.house.store.line(shopper_id=shopper_id, currency="EUR")
    assert line is not None
    assert line.limit_minor == 123_456


@pytest.mark.parametrize("limit_minor", [-1, 0, 29_899, 430_001, 10**15])
def test_a_limit_below_the_purchase_or_above_the_cap_is_refused_and_nothing_is_written(
    world: World, limit_minor: int
) -> None:
    checkout_id = referred(world)
    with pytest.raises(InvalidInput, match="limit_minor"):
        answer(world, review_id(world, checkout_id), limit_minor=limit_minor)
    assert world.state(checkout_id) == "referred"


def test_an_open_line_is_not_raised_by_the_back_door(world: World) -> None:
    world.buy()
    checkout_id = referred(world)
    with pytest.raises(InvalidInput, match="limit_minor"):
        answer(world, review_id(world, checkout_id), limit_minor=430_000)


def test_two_answers_at_once_are_one(world: World) -> None:
    checkout_id = referred(world)
    found, told = review_id(world, checkout_id), []
    start = threading.Barrier(2)

    def say(operator: str, outcome: str) -> None:
        start.wait()
        try:
            answer(world, found, outcome, operator=operator)
            told.append(outcome)
        except StateMoved:
            pass

    threads = [threading.Thread(target=say, args=pair) for pair in (("Ada", "approved"), ("Bob", "declined"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [world.state(checkout_id)] == told
    assert world.count("decision", "decided_by <> 'policy'") == 1


def test_a_second_answer_is_told_that_the_first_stands(world: World) -> None:
    checkout_id = referred(world)
    found = review_id(world, checkout_id)
    answer(world, found, "declined")
    with pytest.raises(StateMoved):
        answer(world, found, operator="Bob")
    assert world.state(checkout_id) == "declined"


def test_a_review_that_is_not_there_is_not_there(world: World) -> None:
    with pytest.raises(NotYours):
        answer(world, "rev_nothing")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"outcome": "maybe"}, "outcome"), ({"note": ""}, "note"), ({"note": "a\x00b\x00c"}, "note"),
        ({"note": "x" * 2001}, "note"), ({"operator": " "}, "operator"), ({"operator": "policy"}, "operator"),
        ({"operator": "A\nda"}, "operator"),
    ],
)  # fmt: skip
def test_a_faulty_answer_is_refused_by_its_field(world: World, wrong: dict[str, str], field: str) -> None:
    checkout_id = referred(world)
    with pytest.raises(InvalidInput) as refused:
        answer(world, review_id(world, checkout_id), **{"outcome": "approved", **wrong})
    assert refused.value.details["field"] == field
    assert world.state(checkout_id) == "referred"


# the shopper gives up, or time passes --------------------------------------------------------------------------------
def test_a_shopper_who_gives_up_takes_the_review_along(world: World) -> None:
    checkout_id = referred(world)
    found = review_id(world, checkout_id)
    checkouts.cancel(world.house, checkout_id=checkout_id)
    with pytest.raises(StateMoved):
        answer(world, found)
    world.work()
    review = world.house.store.review(found)
    assert review is not None
    assert (review.state, review.outcome) == ("closed", "withdrawn")
    assert world.events(checkout_id)[-1] == "review.withdrawn"


def test_a_shopper_who_gives_up_while_an_operator_answers_loses_nothing_and_is_never_both(world: World) -> None:
    checkout_id = referred(world)
    found, start, done = review_id(world, checkout_id), threading.Barrier(2), []

    def tried(work: Callable[[], object], name: str) -> None:
        start.wait()
        try:
            work()
            done.append(name)
        except (StateMoved, IllegalTransition):
            pass

    works = {
        "approved": lambda: answer(world, found),
        "cancelled": lambda: checkouts.cancel(world.house, checkout_id=checkout_id),
    }
    threads = [threading.Thread(target=tried, args=(work, name)) for name, work in works.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.state(checkout_id) in done
    world.work()
    assert world.count("review", "state = 'open'") == 0


def test_a_late_review_is_marked_once(world: World) -> None:
    checkout_id = referred(world)
    world.later(hours=47)
    assert "review.overdue" not in world.events(checkout_id)
    world.later(hours=2)
    world.later(hours=2)
    assert world.events(checkout_id).count("review.overdue") == 1
    assert world.state(checkout_id) == "referred"


def test_an_approval_after_the_checkouts_end_gives_a_pass(world: World) -> None:
    checkout_id = referred(world)
    found = review_id(world, checkout_id)
    world.later(hours=73)
    assert world.state(checkout_id) == "expired"
    answer(world, found)
    assert world.state(checkout_id) == "expired"
    given = world.house.store.valid_pass(world.purchase(checkout_id).checkout.shopper_id or "")
    assert given is not None
    assert given.details == {"review_id": found}
    world.work()
    assert world.messages()[-1] == "review_passed"


def test_a_second_pass_replaces_the_first(world: World) -> None:
    for _ in range(2):
        checkout_id = referred(world)
        found = review_id(world, checkout_id)
        world.later(hours=73)
        answer(world, found)
    assert world.count("pass", "state = 'valid'") == 1
    assert world.count("pass", "state IN ('replaced', 'expired')") == 1


# contested ----------------------------------------------------------------------------------------------------------
def test_a_declined_shopper_has_a_person_look_and_goes_on_when_it_is_overturned(world: World) -> None:
    checkout_id = declined(world)
    found = request(world, checkout_id, statement="J'ai été augmentée 🎉\r\nVoir mes fiches.")
    review = world.house.store.review(found)
    assert review is not None
    assert reviews.statement_of(world.house, review) == "J'ai été augmentée 🎉\nVoir mes fiches."
    assert "augment" not in str(review)
    world.later(hours=60)
    answer(world, found)
    walk_on(world, checkout_id)
    assert world.state(checkout_id) == "confirmed"


def test_asked_twice_is_asked_once_and_so_is_asking_again_after_the_answer(world: World) -> None:
    checkout_id = declined(world)
    assert request(world, checkout_id) == request(world, checkout_id, statement="again")
    answer(world, review_id(world, checkout_id), "declined")
    assert request(world, checkout_id) == review_id(world, checkout_id)
    assert world.count("review") == 1
    assert world.state(checkout_id) == "declined"


def test_nobody_contests_anothers_decision_or_an_approval(world: World) -> None:
    decision = world.purchase(declined(world)).decision
    assert decision is not None
    with pytest.raises(NotYours):
        reviews.request(world.house, shopper_id="shp_other", decision_id=decision.decision_id)
    walker = world.shopper(phone="+33612345679")
    checkout = walker.open(world.shop.add())
    walker.choose(checkout)
    walker.identify(checkout)
    walker.decide(checkout)
    approved = world.purchase(checkout.checkout_id).decision
    assert approved is not None
    with pytest.raises(IllegalTransition):
        reviews.request(world.house, shopper_id=approved.shopper_id, decision_id=approved.decision_id)


@pytest.mark.parametrize("statement", ["x" * 10_000, "nul \x00", "bell \x07", "half \ud83d"])
def test_a_statement_that_cannot_be_read_is_refused(world: World, statement: str) -> None:
    checkout_id = declined(world)
    with pytest.raises(InvalidInput, match="statement"):
        request(world, checkout_id, statement=statement)
    assert world.count("review") == 0


def test_what_turns_a_line_round_is_left_out(world: World) -> None:
    found = world.house.store.review(request(world, declined(world), statement="pay \u202eevas\u202c me 👩\u200d💻"))
    assert found is not None
    assert reviews.statement_of(world.house, found) == "pay evas me 👩\u200d💻"


def test_the_law_is_not_overruled(world: World) -> None:
    walker = world.shopper(birth_date=date(2015, 1, 1))
    checkout = walker.open(world.shop.add())
    walker.choose(checkout)
    walker.identify(checkout)
    assert walker.decide(checkout) == "declined"
    found = request(world, checkout.checkout_id)
    with pytest.raises(InvalidInput, match="age"):
        answer(world, found)
    answer(world, found, "declined")


def test_a_request_after_the_checkouts_end_can_still_win_a_pass(world: World) -> None:
    checkout_id = declined(world)
    world.later(hours=25)
    answer(world, request(world, checkout_id))
    assert world.state(checkout_id) == "declined"
    assert world.count("pass", "state = 'valid'") == 1


# four eyes ----------------------------------------------------------------------------------------------------------
def test_above_the_bound_a_second_operator_must_say_the_same(tmp_path: Path, migrated_sqlite_url: str) -> None:
    config = {"BNPL_FOUR_EYES_ABOVE": "EUR=20000"}
    with world_in(tmp_path, migrated_sqlite_url, config=config, **referring()) as world:
        checkout_id = referred(world)
        found = review_id(world, checkout_id)
        for operator, limit in (("Ada", 100_000), ("Ada", 100_000), ("Bob", 90_000), ("Ada", 100_000)):
            answer(world, found, operator=operator, limit_minor=limit)
            assert world.state(checkout_id) == "referred"
        answer(world, found, operator="Bob", limit_minor=100_000)
        assert world.state(checkout_id) == "approved"
        world.sound()
