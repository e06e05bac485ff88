"""The credit line: opened by a decision, refilled by what is paid, frozen, closed, opened again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import collection, credit_line, holds
from bnpl_plugin.ports.jurisdiction import Value
from bnpl_plugin.ports.provider import Outcome, OutcomeKind
from bnpl_plugin.ports.records import CreditLine
from bnpl_plugin.providers.sandbox import Behaviour
from examples.demo_shop.sample_law import SAMPLE_LAW
from tests.lifecycle.world import CARDS, World, world_in

#: Authorises the first instalment, has no money for the later ones.
LATER_POOR = CARDS[Behaviour.DECLINES_LATER]


def shopper_of(world: World, checkout_id: str) -> str:
    return world.purchase(checkout_id).checkout.shopper_id or ""


def line_of(world: World, checkout_id: str) -> CreditLine:
    return credit_line.of_shopper(world.house, shopper_of(world, checkout_id))


def line_events(world: World, checkout_id: str) -> list[str]:
    return world.events(credit_line.stream_of(line_of(world, checkout_id)))


def ask_again(world: World, *, total_minor: int = 29_900) -> str:
    """The same shopper asks for one more purchase; returns the outcome."""
    walker = world.shopper()
    checkout = walker.open(world.shop.add(total_minor=total_minor))
    walker.choose(checkout)
    walker.identify(checkout)
    return walker.decide(checkout)


def test_paying_instalments_refills_the_line_to_the_cent(world):
    checkout_id = world.buy()
    whole = line_of(world, checkout_id)
    assert whole.available_minor == whole.limit_minor - 29_900
    world.work()
    first = world.book(checkout_id).instalments[0]
    assert line_of(world, checkout_id).available_minor == whole.limit_minor - 29_900 + first.principal_minor
    world.later(days=31)
    world.later(days=31)
    assert line_of(world, checkout_id).available_minor == whole.limit_minor


def test_a_frozen_line_takes_no_new_draw_and_opens_again(world):
    checkout_id = world.buy()
    shopper_id = shopper_of(world, checkout_id)
    frozen = credit_line.freeze(world.house, shopper_id=shopper_id, reason="fraud_suspected", by="ann")
    assert (frozen.state, frozen.reason, frozen.available_minor) == ("frozen", "fraud_suspected", 0)
    assert ask_again(world) == "declined"
    credit_line.unfreeze(world.house, shopper_id=shopper_id)
    assert ask_again(world) == "approved"
    assert line_events(world, checkout_id) == ["credit_line.frozen", "credit_line.unfrozen"]
    world.work()
    assert world.messages()[-2:] == ["line_frozen", "line_unfrozen"]


def test_a_line_frozen_between_decision_and_draw_refuses_the_draw(world):
    walker = world.shopper()
    checkout = walker.open(world.shop.add())
    walker.choose(checkout)
    shopper_id = walker.identify(checkout)
    assert walker.decide(checkout) == "approved"
    credit_line.freeze(world.house, shopper_id=shopper_id, reason="risk_changed")
    with pytest.raises(errors.CreditLineExceeded):
        holds.take(world.house, checkout_id=checkout.checkout_id)
    assert world.pool() == (0, 0)


def test_a_hold_taken_before_the_freeze_becomes_its_purchase(world):
    walker = world.shopper()
    checkout_id = walker.to_signed(world.shop.add(), plan_code="pay_in_3")
    credit_line.freeze(world.house, shopper_id=shopper_of(world, checkout_id), reason="risk_changed")
    walker.pay(checkout_id, card="4242424242424242")
    assert world.settle(checkout_id).state == "confirmed"


def test_frozen_twice_or_by_an_unknown_reason_is_refused(world):
    shopper_id = shopper_of(world, world.buy())
    for reason in ("", "because", "ARREARS", "🙂"):
        with pytest.raises(errors.InvalidInput):
            credit_line.freeze(world.house, shopper_id=shopper_id, reason=reason)
    credit_line.freeze(world.house, shopper_id=shopper_id, reason="risk_changed")
    with pytest.raises(errors.IllegalTransition):
        credit_line.freeze(world.house, shopper_id=shopper_id, reason="risk_changed")
    with pytest.raises(errors.NotYours):
        credit_line.freeze(world.house, shopper_id="shp_nobody", reason="risk_changed")


def test_arrears_freeze_the_line_and_paying_them_opens_it(world):
    checkout_id = world.buy(card=LATER_POOR)
    world.work()
    world.later(days=31)
    assert line_of(world, checkout_id).state == "open"  # one day late is not yet arrears that freeze
    world.later(days=7)
    assert (line_of(world, checkout_id).state, line_of(world, checkout_id).reason) == ("frozen", "arrears")
    pay_arrears(world, checkout_id)
    world.work()
    assert line_of(world, checkout_id).state == "open"
    assert line_events(world, checkout_id) == ["credit_line.frozen", "credit_line.unfrozen"]


def pay_arrears(world: World, checkout_id: str) -> None:
    """Money for everything overdue arrives."""
    book = world.book(checkout_id)
    late = [row for row in book.instalments if row.state == "overdue"]
    attempt = collection.start(world.house, book, rows=late, purpose="early", waived={})
    assert attempt is not None
    collection.record(world.house, attempt=attempt, outcome=Outcome(OutcomeKind.SUCCEEDED, provider_ref="by_hand"))


def test_a_line_frozen_by_hand_is_not_opened_by_paid_arrears(world):
    checkout_id = world.buy()
    credit_line.freeze(world.house, shopper_id=shopper_of(world, checkout_id), reason="fraud_suspected")
    world.work()
    assert line_of(world, checkout_id).state == "frozen"


def test_closing_with_money_outstanding_takes_no_new_draw_and_is_paid_back(world):
    checkout_id = world.buy()
    shopper_id = shopper_of(world, checkout_id)
    closed = credit_line.close(world.house, shopper_id=shopper_id, reason="shopper_asked")
    assert closed.state == "closed"
    assert closed.drawn_minor == 29_900
    for days in (0, 31, 31):
        world.later(days=days)
    line = line_of(world, checkout_id)
    assert (line.state, line.drawn_minor) == ("closed", 0)
    assert world.book(checkout_id).loan.state == "settled"


def test_a_closed_line_is_opened_again_by_a_new_decision_only(world):
    checkout_id = world.buy()
    shopper_id = shopper_of(world, checkout_id)
    credit_line.close(world.house, shopper_id=shopper_id, reason="shopper_asked")
    for attempt in (credit_line.unfreeze, lambda house, shopper_id: credit_line.close(
        house, shopper_id=shopper_id, reason="unused"
    )):  # fmt: skip
        with pytest.raises(errors.IllegalTransition):
            attempt(world.house, shopper_id=shopper_id)
    assert ask_again(world) == "approved"
    line = line_of(world, checkout_id)
    assert (line.state, line.reason) == ("open", None)
    changes = world.house.store.lines.changes(shopper_id=shopper_id, currency="EUR")
    assert [(change.kind, change.state) for change in changes] == [("reopen", "effective")]


def test_what_is_owed_on_a_closed_line_counts_when_it_is_opened_again(world):
    checkout_id = world.buy(world.shop.add(total_minor=200_000))
    credit_line.close(world.house, shopper_id=shopper_of(world, checkout_id), reason="shopper_asked")
    limit_minor = line_of(world, checkout_id).limit_minor
    assert ask_again(world, total_minor=limit_minor - 200_000 + 10_000) == "declined"
    assert line_of(world, checkout_id).state == "closed"


def test_a_second_currency_waits_until_the_first_line_is_closed(world):
    checkout_id = world.buy()
    shopper_id = shopper_of(world, checkout_id)
    walker = world.shopper(income_minor=900_000, outgoings_minor=100_000)

    def ask_dollars() -> str:
        checkout = walker.open(world.shop.add(currency="USD", total_minor=20_000))
        walker.choose(checkout, plan_code="pay_in_4")
        walker.identify(checkout)
        return str(walker.decide(checkout))

    credit_line.freeze(world.house, shopper_id=shopper_id, reason="risk_changed")
    assert ask_dollars() == "declined"
    credit_line.close(world.house, shopper_id=shopper_id, reason="shopper_asked")
    assert ask_dollars() == "approved"
    assert {line.currency: line.state for line in world.house.store.lines.of_shopper(shopper_id)} == {
        "USD": "open", "EUR": "closed",
    }  # fmt: skip


def test_the_laws_ceiling_bounds_the_line(tmp_path, migrated_url):
    values, texts = SAMPLE_LAW["FR"]
    low = Value(100_000, "EUR minor units", date(2026, 1, 1), "test", "T", sample=True)
    law = {**SAMPLE_LAW, "FR": ({**values, "max_credit": (low,)}, texts)}
    with world_in(tmp_path, migrated_url, law=law) as world:
        checkout_id = world.buy()
        assert line_of(world, checkout_id).limit_minor == 100_000
        assert ask_again(world, total_minor=80_000) == "declined"
        world.sound()


def test_the_lenders_largest_borrower_bounds_the_line(world, monkeypatch):
    monkeypatch.setattr(credit_line, "largest_borrower_minor", lambda house, pool: 50_000)
    checkout_id = world.buy()
    assert line_of(world, checkout_id).limit_minor == 50_000
    decision = world.purchase(checkout_id).decision
    assert decision is not None
    assert (decision.limit_minor, decision.inputs["ceiling_minor"]) == (50_000, 50_000)


def test_china_lets_nobody_owe_more_than_the_household_may(world):
    day = date(2026, 11, 24)
    top = credit_line.ceiling_minor(world.house, country="CN", currency="CNY", day=day)
    assert top == 200_000_00
    assert credit_line.ceiling_minor(world.house, country="XX", currency="EUR", day=day) is None
    assert Decimal(top) > world.house.policy.caps_minor["CNY"]
