"""Many at once at one gate: from threads and from processes, exact to the unit and to the cent."""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from bnpl_plugin.ports.gate import (
    Admitted,
    AllotmentGone,
    Already,
    ClaimState,
    ItemFigures,
    Place,
    SoldOut,
    TooManyUnits,
)
from tests.contracts.gates import PRICE, START, phones, sale, wish

THREADS = 16
LATER = START + timedelta(minutes=5)


def rush(ask, wishes):
    with ThreadPoolExecutor(THREADS) as crowd:
        return list(crowd.map(ask, wishes))


def test_a_thousand_askers_for_a_hundred_units_and_as_many_places(gate):
    gate.open(sale(phones(100, line=100)))
    wishes = [wish(n) for n in range(1000)]
    random.Random(20_261_125).shuffle(wishes)
    said = rush(lambda each: gate.ask(each, now=START), wishes)
    assert Counter(map(type, said)) == {Admitted: 100, Place: 100, SoldOut: 800}
    turns = sorted((answer.claim.turn, answer.number) for answer in said if isinstance(answer, Place))
    assert [number for _, number in turns] == list(range(1, 101))
    figures = gate.figures("sal_1")
    assert figures.items["phone"] == ItemFigures(total=100, free=0, held=100, booked=0, waiting=100)
    assert figures.left_minor == 10**9 - 100 * PRICE
    admitted = [answer.claim.wish for answer in said if isinstance(answer, Admitted)]
    rush(lambda each: gate.book(each, now=START), [*admitted[:60], *admitted[:60]])
    rush(lambda each: gate.release(each, now=LATER), [*admitted[60:], *admitted[60:]])
    figures = gate.figures("sal_1")
    assert figures.items["phone"] == ItemFigures(total=100, free=0, held=40, booked=60, waiting=60)
    assert figures.left_minor == 10**9 - 100 * PRICE
    served = [gate.place("sal_1", "phone", shopper_id=each.claim.wish.shopper_id, now=LATER)
              for each in sorted((answer for answer in said if isinstance(answer, Place)),
                                 key=lambda answer: answer.claim.turn)]  # fmt: skip
    assert all(answer.claim.state is ClaimState.ADMITTED for answer in served[:40])
    assert [answer.number for answer in served[40:]] == list(range(1, 61))


def test_one_shopper_from_sixteen_devices_gets_what_one_may_have(gate):
    gate.open(sale(phones(50, per=2)))
    said = rush(lambda n: gate.ask(wish("greedy", claim=f"try_{n}"), now=START), range(64))
    assert Counter(map(type, said)) == {Admitted: 1, Already: 63}
    gate.book(wish("greedy", claim=said[0].claim.wish.claim_id), now=START)
    said = rush(lambda n: gate.ask(wish("greedy", units=2, claim=f"more_{n}"), now=START), range(64))
    assert set(said) == {TooManyUnits(allowed=2, has=1)}


def test_an_allotment_is_used_to_the_last_cent_and_topped_up_once(gate):
    gate.open(sale(phones(500), allotment=37 * PRICE + PRICE - 1))
    said = rush(lambda n: gate.ask(wish(n), now=START), range(200))
    assert Counter(map(type, said)) == {Admitted: 37, AllotmentGone: 163}
    assert {answer.missing_minor for answer in said if isinstance(answer, AllotmentGone)} <= {1, *range(2, PRICE)}
    rush(lambda n: gate.add_allotment("sal_1", minor=1 + PRICE, ref=f"top_{n % 2}", now=START), range(32))
    said = rush(lambda n: gate.ask(wish(n), now=START), range(200, 300))
    assert Counter(map(type, said)) == {Admitted: 3, AllotmentGone: 97}
    assert gate.figures("sal_1").left_minor == 1


def test_released_and_wanted_at_once_no_unit_is_lost_or_given_twice(gate):
    gate.open(sale(phones(10, line=1000)))

    def come_and_go(n):
        own = wish(n)
        said = gate.ask(own, now=START)
        if n % 3 == 0:
            gate.release(own, now=START)
        elif n % 3 == 1 and isinstance(said, Admitted):
            gate.keep(own, now=START, until=LATER)
        return said

    rush(come_and_go, range(300))
    item = gate.figures("sal_1").items["phone"]
    assert (item.free, item.held, item.booked) == (0, 10, 0)
    assert item.waiting > 0
    live = [gate.place("sal_1", "phone", shopper_id=f"shp_{n}", now=START) for n in range(300)]
    assert sum(answer.claim.state.has_units for answer in live if isinstance(answer, Already)) == 10
    assert sorted(answer.number for answer in live if isinstance(answer, Place)) == list(range(1, item.waiting + 1))


def many_asks(address, numbers, told):
    gate, close = address.gate()
    told.put(Counter(type(gate.ask(wish(n), now=START)).__name__ for n in numbers))
    close()


def test_processes_that_know_nothing_of_one_another_share_one_gate(gate, gate_address):
    gate.open(sale(phones(50, line=20)))
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    crowd = [context.Process(target=many_asks, args=(gate_address, range(k, 400, 2), told)) for k in range(2)]
    for process in crowd:
        process.start()
    total: Counter[str] = sum((told.get(timeout=60) for _ in crowd), Counter())
    for process in crowd:
        process.join()
    assert total == {"Admitted": 50, "Place": 20, "SoldOut": 330}
    assert gate.figures("sal_1").items["phone"] == ItemFigures(total=50, free=0, held=50, booked=0, waiting=20)
