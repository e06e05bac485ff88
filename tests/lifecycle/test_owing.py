"""Life after the signature: charged once on its date, retried, reminded, paid early, undone in full."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bnpl_plugin import errors
from bnpl_plugin.credit.servicing.early_settlement import SettlementPolicy
from bnpl_plugin.lifecycle import early_settlement, owing, refund
from bnpl_plugin.providers.sandbox import Behaviour
from tests.lifecycle.world import CARDS, World


def bought(world: World, **options) -> str:
    checkout_id = world.buy(**options)
    world.work()
    assert world.state(checkout_id) == "confirmed"
    return checkout_id


def states(world: World, checkout_id: str) -> list[str]:
    return [row.state for row in world.book(checkout_id).instalments]


def pay_early(world: World, checkout_id: str, *, everything: bool):
    book = world.book(checkout_id)
    figure = early_settlement.figure(world.house, book=book, everything=everything)
    attempt = early_settlement.pay(
        world.house,
        loan_id=book.loan.loan_id,
        shopper_id=book.loan.shopper_id,
        everything=everything,
        expected_minor=figure.payable_minor,
    )
    return figure, attempt


def undo(world: World, checkout_id: str) -> str:
    return refund.request(world.house, loan_id=world.book(checkout_id).loan.loan_id, reason="returned")


def test_each_instalment_is_charged_once_on_its_date(world):
    checkout_id = bought(world)
    world.later(days=29)
    assert states(world, checkout_id) == ["paid", "scheduled", "scheduled"]
    world.later(days=1)
    world.work()
    assert states(world, checkout_id) == ["paid", "paid", "scheduled"]
    world.later(days=29)
    world.later(days=2)
    assert [minor for _, minor in world.statement()] == [9_967, 9_967, 9_967, 9_966]
    assert world.book(checkout_id).loan.state == "settled"
    assert world.pool() == world.line(checkout_id) == (0, 0)
    assert world.messages().count("reminder") == 2
    world.settled()


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "unavailable"])
def test_charge_whose_answer_was_lost_is_taken_once_and_never_called_a_failure(world, kind):
    checkout_id = bought(world)
    world.bank.set_fault("charge", kind=kind)
    world.later(days=30)
    for _ in range(4):
        world.later(minutes=5)
    assert states(world, checkout_id) == ["paid", "paid", "scheduled"]
    assert world.bank_books() == {"EUR": 2 * 9_967}
    assert "payment_failed" not in world.messages()
    world.settled()


def test_declined_instalment_is_retried_by_the_calendar_and_then_left(world):
    checkout_id = bought(world, card=CARDS[Behaviour.DECLINES_LATER])
    tried: list[int] = []
    for day in range(1, 60):
        before = world.count("attempt")
        world.later(days=1)
        if world.count("attempt") > before:
            tried.append(day)
    assert tried == [30, 33, 37]
    assert states(world, checkout_id) == ["paid", "overdue", "scheduled"]
    assert world.messages().count("payment_failed") == 3
    assert world.pool() == world.line(checkout_id) == (0, 29_900 - 9_967)
    world.settled()


def test_loan_ninety_days_past_due_is_defaulted_once_and_can_still_be_paid(world):
    checkout_id = bought(world, card=CARDS[Behaviour.DECLINES_LATER])
    world.later(days=30)
    world.later(days=89)
    assert world.book(checkout_id).loan.state == "active"
    world.later(days=1)
    world.later(days=1)
    assert world.book(checkout_id).loan.state == "defaulted"
    assert world.events(checkout_id).count("loan.defaulted") == 1
    assert world.pool() == world.line(checkout_id) == (0, 29_900 - 9_967)
    world.settled()


def test_try_by_hand_that_is_declined_takes_nothing_from_the_calendar(world):
    checkout_id = bought(world, card=CARDS[Behaviour.DECLINES_LATER])
    for _ in range(4):
        _, attempt = pay_early(world, checkout_id, everything=False)
        assert attempt.state == "declined"
    assert states(world, checkout_id) == ["paid", "scheduled", "scheduled"]
    world.later(days=30)
    assert world.book(checkout_id).instalments[1].try_at == world.book(checkout_id).instalments[1].due_at + timedelta(
        days=3
    )
    world.settled()


def test_shopper_in_arrears_gets_no_new_credit(world):
    bought(world, card=CARDS[Behaviour.DECLINES_LATER])
    world.later(days=31)
    walker = world.shopper()
    checkout = walker.open(world.shop.add())
    walker.choose(checkout)
    walker.identify(checkout)
    assert walker.decide(checkout) == "declined"


def test_next_instalment_paid_early_is_not_charged_again(world):
    checkout_id = bought(world)
    figure, attempt = pay_early(world, checkout_id, everything=False)
    assert (figure.payable_minor, attempt.state) == (9_967, "captured")
    world.later(days=30)
    world.later(days=40)
    assert [minor for _, minor in world.statement()] == [9_967, 9_967, 9_967, 9_966]
    world.settled()


def test_loan_closed_early_owes_no_interest_of_the_time_left(world):
    checkout_id = bought(world, plan_code="instalments_6")
    loan = world.book(checkout_id).loan
    assert loan.interest_minor > 0
    world.later(days=32)
    figure, _ = pay_early(world, checkout_id, everything=True)
    assert figure.waived_minor > 0
    book = world.book(checkout_id)
    assert book.loan.state == "settled"
    assert world.bank_books() == {"EUR": loan.principal_minor + loan.interest_minor - figure.waived_minor}
    assert world.pool() == world.line(checkout_id) == (0, 0)
    world.settled()


def test_the_countrys_law_says_how_much_closing_early_saves(small_world):
    checkout_id = bought(small_world, plan_code="instalments_6")
    small_world.later(days=45)
    book, house = small_world.book(checkout_id), small_world.house
    saved = {}
    for policy in SettlementPolicy:
        law = replace(house.country("FR"), settlement=policy)
        found = early_settlement.figure(replace(house, countries={"FR": law}), book=book, everything=True)
        assert found.payable_minor + found.waived_minor == owing.asked_of(found.rows).total_minor
        saved[policy] = found.waived_minor
    assert min(saved.values()) > 0
    assert len(set(saved.values())) == len(SettlementPolicy)


def test_second_click_on_pay_early_is_refused_and_charges_once(world):
    checkout_id = bought(world)
    book = world.book(checkout_id)
    figure, _ = pay_early(world, checkout_id, everything=True)
    with pytest.raises((errors.StateMoved, errors.InvalidInput)):
        early_settlement.pay(
            world.house,
            loan_id=book.loan.loan_id,
            shopper_id=book.loan.shopper_id,
            everything=True,
            expected_minor=figure.payable_minor,
        )
    assert world.bank_books() == {"EUR": 29_900}


def test_early_payment_of_another_shoppers_loan_or_of_another_sum_is_refused(small_world):
    checkout_id = bought(small_world)
    loan = small_world.book(checkout_id).loan
    for shopper_id, minor, error in (
        ("shp_other", 19_933, errors.NotYours),
        (loan.shopper_id, 19_932, errors.StateMoved),
    ):
        with pytest.raises(error):
            early_settlement.pay(
                small_world.house, loan_id=loan.loan_id, shopper_id=shopper_id, everything=True, expected_minor=minor
            )
    assert small_world.bank_books() == {"EUR": 9_967}


@pytest.mark.parametrize("kind", ["", "lost_before", "lost_after", "unavailable"])
def test_full_refund_gives_back_every_cent_with_interest(world, kind):
    item = world.sale(units=3, days=400)
    order = world.shop.add(sale_item_id=item.sale_item_id, units=1)
    checkout_id = bought(world, order=order, plan_code="instalments_6")
    world.later(days=31)
    world.later(days=31)
    taken = world.bank_books()["EUR"]
    assert taken > 0
    if kind:
        world.bank.set_fault("refund", kind=kind)
    assert undo(world, checkout_id) == "reversed"
    assert undo(world, checkout_id) == "reversed"
    for _ in range(4):
        world.later(minutes=10)
    assert sum(minor for kind_, minor in world.statement() if kind_ == "refund") == taken
    assert world.bank_books() == {}
    assert world.pool() == world.line(checkout_id) == (0, 0)
    assert world.units(item.sale_item_id) == (2, 0, 0, 1)
    assert set(states(world, checkout_id)) == {"refunded", "cancelled"}
    world.later(days=200)
    assert world.bank_books() == {}
    world.settled()


def test_refund_asked_before_the_capture_waits_for_it(world):
    checkout_id = world.buy()
    assert undo(world, checkout_id) == "pending"
    for _ in range(3):
        world.later(minutes=5)
    assert world.state(checkout_id) == "reversed"
    assert [kind for kind, _ in world.statement()] == ["authorisation", "capture", "refund"]
    world.settled()


def test_refund_while_a_charge_is_unknown_waits_until_it_is_known(world):
    checkout_id = bought(world)
    world.bank.set_fault("charge", kind="lost_after")
    world.courier.losing = True
    world.later(days=30)
    world.courier.losing = False
    assert undo(world, checkout_id) == "pending"
    for _ in range(4):
        world.later(minutes=10)
    assert world.state(checkout_id) == "reversed"
    assert world.bank_books() == {}
    world.settled()


def test_refund_of_another_merchants_loan_is_answered_like_a_missing_one(small_world):
    checkout_id = bought(small_world)
    with pytest.raises(errors.NotYours):
        refund.request(
            small_world.house,
            loan_id=small_world.book(checkout_id).loan.loan_id,
            reason="x",
            merchant_id="mer_other",
        )
    assert small_world.state(checkout_id) == "confirmed"


def test_three_d_secure_asked_on_a_later_charge_leaves_it_overdue(world):
    checkout_id = bought(world, card=CARDS[Behaviour.THREE_D_SECURE_LATER])
    world.later(days=30)
    assert states(world, checkout_id) == ["paid", "overdue", "scheduled"]
    world.settled()


def test_month_end_anchor_is_charged_on_the_last_day_of_a_short_month(tmp_path, migrated_sqlite_url):
    from datetime import UTC, datetime

    from tests.lifecycle.world import world_in

    start = datetime(2026, 12, 31, 9, 0, tzinfo=UTC)
    with world_in(tmp_path, migrated_sqlite_url, start=start) as world:
        checkout_id = bought(world)
        assert [row.due_on.isoformat() for row in world.book(checkout_id).instalments] == [
            "2026-12-31", "2027-01-31", "2027-02-28",
        ]  # fmt: skip
        world.later(days=31)
        world.later(days=28)
        assert world.book(checkout_id).loan.state == "settled"
        world.settled()


def test_second_purchase_in_the_minute_after_the_first_is_not_called_late(world):
    world.buy()
    walker = world.shopper()
    checkout = walker.open(world.shop.add(total_minor=9_900))
    walker.choose(checkout)
    walker.identify(checkout)
    assert walker.decide(checkout) == "approved"
