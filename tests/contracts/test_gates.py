"""What every gate promises, played against each of them: one claim after the other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bnpl_plugin.errors import GateLost, InvalidInput
from bnpl_plugin.ports.gate import (
    Admitted,
    AllotmentGone,
    Already,
    ClaimState,
    Ended,
    GateSale,
    ItemFigures,
    NotOpen,
    Paused,
    Place,
    SaleState,
    SoldOut,
    TooManyUnits,
    Wish,
)
from bnpl_plugin.registry import leaves
from tests.contracts.gates import CASES, END, PRICE, START, phones, sale, states, wish

MINUTE = timedelta(minutes=1)
LATER = START + 5 * MINUTE


def test_every_leaf_has_a_case():
    assert set(leaves("GATE")) == set(CASES.values())


def opened(gate, *items, **changes):
    gate.open(sale(*items, **changes))
    return gate


def test_units_go_in_order_then_places_then_sold_out(gate):
    opened(gate, phones(2, line=2))
    said = [gate.ask(wish(n), now=START) for n in range(5)]
    assert [type(answer) for answer in said] == [Admitted, Admitted, Place, Place, SoldOut]
    assert said[0].claim.until == START + MINUTE
    assert said[0].claim.ceiling_at == START + 10 * MINUTE
    assert [answer.number for answer in said[2:4]] == [1, 2]
    assert said[4] == SoldOut(free=0, final=False)
    assert gate.figures("sal_1").items["phone"] == ItemFigures(total=2, free=0, held=2, booked=0, waiting=2)
    assert gate.figures("sal_1").left_minor == 10**9 - 2 * PRICE


def test_asking_twice_is_one_claim_whatever_its_id(gate):
    opened(gate, phones(2))
    first = gate.ask(wish(1), now=START)
    assert gate.ask(wish(1), now=START) == Already(first.claim)
    assert gate.ask(wish(1, claim="clm_other"), now=START) == Already(first.claim)
    waiting = [gate.ask(wish(n), now=START) for n in (2, 3)][1]
    assert gate.ask(wish(3, claim="clm_third"), now=START) == Already(waiting.claim, 1)
    assert gate.figures("sal_1").claims == 3


def test_another_shoppers_claim_id_is_refused(gate):
    opened(gate, phones(5), phones(5, item_id="case"))
    gate.ask(wish(1), now=START)
    thief = Wish("clm_1_phone", "sal_1", "phone", "shp_2", 1, PRICE)
    with pytest.raises(InvalidInput, match="another"):
        gate.ask(thief, now=START)
    with pytest.raises(InvalidInput, match="another"):
        gate.ask(wish(1, item_id="case", claim="clm_1_phone"), now=START)
    for act in (gate.release, gate.book, lambda w, now: gate.keep(w, now=now, until=LATER)):
        with pytest.raises(InvalidInput, match="another"):
            act(thief, now=START)
    with pytest.raises(InvalidInput, match="another"):
        gate.stretch(thief, until=LATER)
    assert gate.figures("sal_1").items["phone"].held == 1


def test_the_allowance_counts_what_was_booked_and_frees_what_was_released(gate):
    opened(gate, phones(9, per=2))
    assert gate.ask(wish(1, units=3), now=START) == TooManyUnits(allowed=2, has=0)
    gate.ask(wish(1), now=START)
    gate.book(wish(1), now=START)
    assert gate.ask(wish(1, units=2, claim="b"), now=START) == TooManyUnits(allowed=2, has=1)
    assert isinstance(gate.ask(wish(1, claim="c"), now=START), Admitted)
    gate.book(wish(1, claim="c"), now=START)
    assert gate.ask(wish(1, claim="d"), now=START) == TooManyUnits(allowed=2, has=2)
    gate.release(wish(1, claim="c"), now=START)
    assert isinstance(gate.ask(wish(1, claim="e"), now=START), Admitted)


def test_the_allotment_is_exact_to_the_cent_and_says_what_is_missing(gate):
    opened(gate, phones(9), allotment=2 * PRICE - 1)
    assert isinstance(gate.ask(wish(1), now=START), Admitted)
    assert gate.ask(wish(2), now=START) == AllotmentGone(missing_minor=1)
    assert isinstance(gate.ask(wish(3, minor=PRICE - 1), now=START), Admitted)
    assert gate.figures("sal_1").left_minor == 0
    assert gate.add_allotment("sal_1", minor=PRICE, ref="top_1", now=START) == PRICE
    assert isinstance(gate.ask(wish(2), now=START), Admitted)


def test_a_change_counts_once_and_takes_back_only_what_is_there(gate):
    opened(gate, phones(3), allotment=3 * PRICE)
    gate.ask(wish(1), now=START)
    for _ in range(2):
        assert gate.add_units("sal_1", "phone", units=5, ref="a", now=START) == 5
        assert gate.add_units("sal_1", "phone", units=-9, ref="b", now=START) == -7
        assert gate.add_allotment("sal_1", minor=-(10**9), ref="c", now=START) == -2 * PRICE
    figures = gate.figures("sal_1")
    assert (figures.items["phone"].total, figures.items["phone"].free) == (1, 0)
    assert (figures.allotment_minor, figures.left_minor) == (PRICE, 0)


@pytest.mark.parametrize(("ref", "amount"), [("", 1), ("a|b", 1), ("a", 10**16), ("a", -(10**16))])
def test_a_change_that_cannot_be_is_refused(gate, ref, amount):
    opened(gate)
    for act in (
        lambda: gate.add_units("sal_1", "phone", units=amount, ref=ref, now=START),
        lambda: gate.add_allotment("sal_1", minor=amount, ref=ref, now=START),
    ):
        with pytest.raises(InvalidInput):
            act()
    assert gate.figures("sal_1").items["phone"].total == 2


def test_a_released_unit_goes_to_the_first_in_line_in_the_same_step(gate):
    opened(gate, phones(1))
    for n in range(3):
        gate.ask(wish(n), now=START)
    assert gate.place("sal_1", "phone", shopper_id="shp_2", now=START).number == 2
    assert gate.release(wish(0), now=LATER).state is ClaimState.RELEASED
    first = gate.place("sal_1", "phone", shopper_id="shp_1", now=LATER)
    assert (first.claim.state, first.claim.until) == (ClaimState.ADMITTED, LATER + MINUTE)
    assert gate.place("sal_1", "phone", shopper_id="shp_2", now=LATER).number == 1
    assert gate.release(wish(0), now=LATER).state is ClaimState.RELEASED
    assert gate.figures("sal_1").items["phone"] == ItemFigures(total=1, free=0, held=1, booked=0, waiting=1)


def test_who_leaves_the_line_lets_the_others_up(gate):
    opened(gate, phones(1))
    for n in range(4):
        gate.ask(wish(n), now=START)
    gate.release(wish(2), now=START)
    assert [gate.place("sal_1", "phone", shopper_id=f"shp_{n}", now=START).number for n in (1, 3)] == [1, 2]
    assert isinstance(gate.ask(wish(2, claim="again"), now=START), Place)
    assert gate.place("sal_1", "phone", shopper_id="shp_2", now=START).number == 3


def test_who_wants_more_than_there_is_keeps_their_place_and_lets_others_pass(gate):
    opened(gate, phones(2, per=2))
    gate.ask(wish(0), now=START)
    gate.ask(wish(1), now=START)
    assert gate.ask(wish(2, units=2), now=START).number == 1
    assert gate.ask(wish(3), now=START).number == 2
    gate.release(wish(0), now=START)
    assert gate.place("sal_1", "phone", shopper_id="shp_2", now=START).number == 1
    assert gate.place("sal_1", "phone", shopper_id="shp_3", now=START).claim.state is ClaimState.ADMITTED
    gate.release(wish(1), now=START)
    gate.release(wish(3), now=START)
    assert gate.place("sal_1", "phone", shopper_id="shp_2", now=START).claim.state is ClaimState.ADMITTED


def test_sold_out_is_final_once_all_is_booked_and_the_line_is_told(gate):
    opened(gate, phones(2, per=2))
    gate.ask(wish(0), now=START)
    gate.book(wish(0), now=START)
    assert gate.ask(wish(1, units=2), now=START) == SoldOut(free=1, final=True)
    gate.ask(wish(2), now=START)
    gate.ask(wish(3), now=START)
    gate.book(wish(2), now=START)
    assert gate.place("sal_1", "phone", shopper_id="shp_3", now=START) == SoldOut(free=0, final=True)
    assert gate.ask(wish(4), now=START) == SoldOut(free=0, final=True)
    gate.add_units("sal_1", "phone", units=1, ref="a", now=START)
    assert gate.place("sal_1", "phone", shopper_id="shp_3", now=START).claim.state is ClaimState.ADMITTED


def test_an_admitted_claim_expires_and_a_kept_one_does_not(gate):
    opened(gate, phones(2))
    for n in range(3):
        gate.ask(wish(n), now=START)
    kept = gate.keep(wish(1), now=START, until=START + 15 * MINUTE)
    assert (kept.state, kept.until) == (ClaimState.HELD, START + 10 * MINUTE)
    assert states(gate.sweep("sal_1", now=START + MINUTE - timedelta(microseconds=1), limit=9)) == []
    assert states(gate.sweep("sal_1", now=START + MINUTE, limit=9)) == [("shp_0", "expired")]
    assert states(gate.sweep("sal_1", now=START + MINUTE, limit=9)) == []
    assert gate.place("sal_1", "phone", shopper_id="shp_2", now=LATER).claim.state is ClaimState.ADMITTED
    assert gate.keep(wish(0), now=LATER, until=LATER).state is ClaimState.EXPIRED
    assert states(gate.overdue("sal_1", now=LATER, limit=9)) == []
    assert states(gate.overdue("sal_1", now=START + 10 * MINUTE, limit=9)) == [("shp_1", "held")]


def test_stretching_goes_up_to_the_ceiling_and_never_back(gate):
    opened(gate, phones(2))
    gate.ask(wish(1), now=START)
    assert gate.stretch(wish(1), until=LATER).until == LATER
    assert gate.stretch(wish(1), until=START).until == LATER
    assert list(gate.sweep("sal_1", now=START + 2 * MINUTE, limit=9)) == []
    gate.keep(wish(1), now=LATER, until=LATER)
    assert gate.stretch(wish(1), until=END).until == START + 10 * MINUTE
    gate.book(wish(1), now=LATER)
    assert gate.stretch(wish(1), until=END).state is ClaimState.BOOKED
    assert gate.stretch(wish(9), until=END) is None


def test_booking_twice_late_or_out_of_nothing_takes_the_units_once(gate):
    opened(gate, phones(2))
    gate.ask(wish(0), now=START)
    gate.sweep("sal_1", now=LATER, limit=9)
    for _ in range(2):
        assert gate.book(wish(0), now=LATER).state is ClaimState.BOOKED  # the database had committed it after all
        assert gate.book(wish(1), now=LATER).state is ClaimState.BOOKED  # the gate had forgotten it
    assert gate.figures("sal_1").items["phone"] == ItemFigures(total=2, free=0, held=0, booked=2, waiting=0)
    gate.book(wish(2), now=LATER)
    assert gate.figures("sal_1").items["phone"].free == -1
    assert gate.release(wish(0), now=LATER).state is ClaimState.RELEASED
    assert gate.ask(wish(3), now=LATER) == SoldOut(free=0, final=True)


def test_booked_from_the_line_leaves_the_line(gate):
    opened(gate, phones(1))
    for n in range(3):
        gate.ask(wish(n), now=START)
    gate.book(wish(1), now=START)  # the database sold the only unit: what is held for another cannot come back either
    assert gate.place("sal_1", "phone", shopper_id="shp_2", now=START) == SoldOut(free=0, final=True)
    assert gate.figures("sal_1").items["phone"] == ItemFigures(total=1, free=-1, held=1, booked=1, waiting=1)


def test_a_claim_that_is_over_stays_over(gate):
    opened(gate, phones(2))
    gate.ask(wish(0), now=START)
    gate.release(wish(0), now=START)
    late = gate.ask(wish(0), now=START)
    assert late.claim.state is ClaimState.RELEASED
    assert isinstance(gate.ask(wish(0, claim="fresh"), now=START), Admitted)
    assert gate.place("sal_1", "phone", shopper_id="shp_0", now=START).claim.wish.claim_id == "fresh"
    assert gate.release(wish(7), now=START) is None
    assert gate.place("sal_1", "phone", shopper_id="shp_7", now=START) is None


def test_before_after_paused_and_ended_say_so_and_admit_nobody(gate):
    opened(gate, phones(1))
    assert gate.ask(wish(0), now=START - timedelta(microseconds=1)) == NotOpen(START)
    assert gate.ask(wish(0), now=END) == Ended()
    gate.ask(wish(0), now=START)
    gate.ask(wish(1), now=START)
    gate.pause("sal_1")
    assert gate.ask(wish(2), now=START) == Paused()
    gate.release(wish(0), now=START)
    assert gate.place("sal_1", "phone", shopper_id="shp_1", now=START).number == 1
    assert gate.figures("sal_1").items["phone"].free == 1
    gate.resume("sal_1", now=LATER)
    assert gate.place("sal_1", "phone", shopper_id="shp_1", now=START).claim.state is ClaimState.ADMITTED
    gate.ask(wish(3), now=LATER)
    gate.end("sal_1")
    gate.resume("sal_1", now=LATER)
    assert gate.figures("sal_1").state is SaleState.ENDED
    assert gate.place("sal_1", "phone", shopper_id="shp_3", now=LATER) == Ended()
    assert gate.ask(wish(4), now=LATER) == Ended()
    assert gate.keep(wish(1), now=LATER, until=END).state is ClaimState.HELD
    assert gate.book(wish(1), now=LATER).state is ClaimState.BOOKED


def test_released_allotment_reaches_the_line_of_another_item(gate):
    opened(gate, phones(1), phones(1, item_id="case"), allotment=PRICE + 1)
    gate.ask(wish(0), now=START)
    gate.ask(wish(1, item_id="case", minor=1), now=START)
    assert gate.ask(wish(2, item_id="case", minor=2), now=START).number == 1
    gate.release(wish(1, item_id="case"), now=START)
    assert gate.place("sal_1", "case", shopper_id="shp_2", now=START) == AllotmentGone(missing_minor=1)
    gate.release(wish(0), now=START)
    assert gate.place("sal_1", "case", shopper_id="shp_2", now=START).claim.state is ClaimState.ADMITTED


def test_a_sale_nobody_opened_is_lost_and_an_item_it_has_not_is_refused(gate):
    for act in (
        lambda: gate.ask(wish(1), now=START),
        lambda: gate.place("sal_1", "phone", shopper_id="shp_1", now=START),
        lambda: gate.figures("sal_1"),
        lambda: gate.pause("sal_1"),
        lambda: gate.add_units("sal_1", "phone", units=1, ref="a", now=START),
        lambda: gate.sweep("sal_1", now=START, limit=1),
        lambda: gate.keep(wish(1), now=START, until=END),
    ):
        with pytest.raises(GateLost):
            act()
    opened(gate)
    with pytest.raises(InvalidInput, match="item_id"):
        gate.ask(wish(1, item_id="tablet"), now=START)
    with pytest.raises(InvalidInput, match="item_id"):
        gate.add_units("sal_1", "tablet", units=1, ref="a", now=START)


def test_opening_again_changes_nothing(gate):
    opened(gate, phones(1))
    gate.ask(wish(0), now=START)
    gate.open(sale(phones(50)))
    assert gate.figures("sal_1").items["phone"].total == 1


def test_sums_beyond_floats_stay_exact(gate):
    opened(gate, phones(9), allotment=10**15)
    gate.ask(wish(0, minor=10**15 - 1), now=START)
    assert gate.figures("sal_1").left_minor == 1
    assert gate.ask(wish(1, minor=10**15), now=START) == AllotmentGone(missing_minor=10**15 - 1)


def test_a_rebuilt_gate_gives_the_same_answers_in_the_same_order(gate):
    opened(gate, phones(3), allotment=4 * PRICE)
    claims = [gate.ask(wish(n), now=START).claim for n in range(6)]
    booked, held = gate.book(wish(0), now=START), gate.keep(wish(1), now=START, until=LATER)
    gate.add_units("sal_1", "phone", units=1, ref="more", now=START)
    before = gate.figures("sal_1")
    today = sale(phones(4), allotment=4 * PRICE, changes={"more": 1})
    admitted = [gate.place("sal_1", "phone", shopper_id=f"shp_{n}", now=START).claim for n in (2, 3)]
    known = [claims[5], held, claims[4], booked, *admitted, held]  # out of order, and one of them twice
    assert gate.rebuild(today, claims=known, state=SaleState.OPEN, ref="reb_1", now=START)
    after = gate.figures("sal_1")
    assert (after.items, after.left_minor, after.state) == (before.items, before.left_minor, before.state)
    assert [gate.place("sal_1", "phone", shopper_id=f"shp_{n}", now=START).number for n in (4, 5)] == [1, 2]
    assert gate.ask(wish(0), now=START) == Already(booked)
    assert gate.ask(wish(1), now=START) == Already(held)
    assert gate.add_units("sal_1", "phone", units=1, ref="more", now=START) == 1
    assert gate.figures("sal_1").items["phone"].total == 4
    assert gate.ask(wish(8), now=START).number == 3
    assert states(gate.overdue("sal_1", now=LATER, limit=9)) == [("shp_1", "held")]
    assert min(states(gate.sweep("sal_1", now=START + MINUTE, limit=9))) == ("shp_2", "expired")


def test_rebuilt_with_more_than_it_has_it_admits_nobody_until_it_is_made_up(gate):
    gate.rebuild(sale(phones(1)), claims=[], state=SaleState.PAUSED, ref="reb_1", now=START)
    assert gate.ask(wish(0), now=START) == Paused()
    gate.resume("sal_1", now=START)
    for n in range(2):
        gate.book(wish(n), now=START)
    assert gate.ask(wish(3), now=START) == SoldOut(free=0, final=True)
    gate.add_units("sal_1", "phone", units=2, ref="a", now=START)
    assert isinstance(gate.ask(wish(3), now=START), Admitted)


def test_a_drawn_line_is_served_in_the_order_of_the_draw(gate):
    opened(gate, phones(2, line=0))
    drawn = [wish(n) for n in (7, 3, 9, 1, 7)]
    assert gate.line_up([*drawn, wish(5, units=2)], now=START) == 4
    told = {n: gate.place("sal_1", "phone", shopper_id=f"shp_{n}", now=START) for n in (7, 3, 9, 1)}
    assert [told[n].claim.state for n in (7, 3)] == [ClaimState.ADMITTED] * 2
    assert [told[n].number for n in (9, 1)] == [1, 2]
    assert gate.line_up(drawn, now=START) == 0


@pytest.mark.parametrize("field", ["sale_id", "claim_id", "shopper_id", "item_id"])
@pytest.mark.parametrize("bad", ["", "a|b", "{x}", "emoji🙂", "x" * 121, "a b"])
def test_ids_that_could_break_a_key_are_refused(field, bad):
    good = {"claim_id": "c", "sale_id": "s", "item_id": "i", "shopper_id": "p", "units": 1, "principal_minor": 1}
    with pytest.raises(InvalidInput, match=field):
        Wish(**{**good, field: bad})


@pytest.mark.parametrize(("field", "bad"), [("units", 0), ("units", -1), ("units", 10**9), ("principal_minor", -1)])
def test_counts_out_of_range_are_refused(field, bad):
    good = {"claim_id": "c", "sale_id": "s", "item_id": "i", "shopper_id": "p", "units": 1, "principal_minor": 1}
    with pytest.raises(InvalidInput, match=field):
        Wish(**{**good, field: bad})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": ()}, "items"), ({"items": (phones(), phones())}, "items"), ({"allotment_minor": -1}, "allotment"),
        ({"ends_at": START}, "ends_at"), ({"shards": 0}, "shards"), ({"ceiling_seconds": 59}, "ceiling"),
    ],
)  # fmt: skip
def test_a_sale_that_cannot_be_is_refused(changes, field):
    good = {name: getattr(sale(), name) for name in GateSale.__slots__}
    with pytest.raises(InvalidInput, match=field):
        GateSale(**{**good, **changes})
