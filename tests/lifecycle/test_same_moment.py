"""Two deeds in the same moment, on PostgreSQL: whichever is first, the books agree and nobody pays twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bnpl_plugin.errors import BnplError, StateMoved
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import collection, early_settlement, holds, identification, policies, refund
from bnpl_plugin.ports.records import Hold
from bnpl_plugin.ports.store import Changeset
from tests.lifecycle.test_policies import another
from tests.lifecycle.world import GOOD, World, world_in

ROUNDS = 6


@pytest.fixture
def busy(tmp_path: Path, migrated_postgres_url: str) -> Iterator[World]:
    with world_in(tmp_path, migrated_postgres_url) as world:
        yield world
        for _ in range(6):
            world.later(minutes=11)
        world.settled()


def at_once(world: World, *deeds: Callable[[], object]) -> list[object]:
    """Do all deeds at once, each in its own thread; a refusal of ours is an answer, anything else is a failure."""
    gate, answers, faults = threading.Barrier(len(deeds)), {}, []

    def run(place: int, deed: Callable[[], object]) -> None:
        with world.app.app_context():
            gate.wait()
            try:
                answers[place] = deed()
            except BnplError as refused:
                answers[place] = refused
            except Exception as fault:  # noqa: BLE001 (told by the test's own thread)
                faults.append(fault)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [], faults
    return [answers[place] for place in range(len(deeds))]


def phone(number: int) -> str:
    return f"+336124{number:05d}"


@pytest.mark.parametrize("everything", [False, True])
def test_paying_early_and_the_due_charge(busy: World, everything: bool) -> None:
    for number in range(ROUNDS):
        checkout_id = busy.buy(busy.shop.add(order_ref=f"o-{number}"), walker=busy.shopper(phone=phone(number)))
        busy.work()
        loan = busy.book(checkout_id).loan
        due = busy.book(checkout_id).instalments[1].due_at
        busy.clock.advance(due - busy.clock.now())
        book = busy.book(checkout_id)
        shown = early_settlement.figure(busy.house, book=book, everything=everything).payable_minor
        at_once(
            busy,
            partial(
                early_settlement.pay, busy.house, loan_id=loan.loan_id, shopper_id=loan.shopper_id,
                everything=everything, expected_minor=shown,
            ),
            partial(collection.charge_due, busy.house, limit=10),
            partial(collection.charge_due, busy.house, limit=10),
        )  # fmt: skip
        busy.work()
        paid = [row for row in busy.book(checkout_id).instalments if row.state == "paid"]
        assert len(paid) in ((2,) if not everything else (2, 3)), [r.state for r in busy.book(checkout_id).instalments]
        busy.settled()


def test_a_refund_and_the_first_capture(busy: World) -> None:
    for number in range(ROUNDS):
        checkout_id = busy.buy(busy.shop.add(order_ref=f"o-{number}"), walker=busy.shopper(phone=phone(number)))
        attempt_id = busy.purchase(checkout_id).checkout.attempt_id
        loan_id = busy.book(checkout_id).loan.loan_id
        at_once(
            busy,
            partial(refund.request, busy.house, loan_id=loan_id, reason="test"),
            partial(collection.capture, busy.house, attempt_id=attempt_id or ""),
            partial(refund.request, busy.house, loan_id=loan_id, reason="test"),
        )
        for _ in range(4):
            busy.later(minutes=11)
        assert busy.state(checkout_id) == "reversed"
        busy.settled()
    assert busy.bank_books() == {}


def test_paying_early_and_a_refund(busy: World) -> None:
    for number in range(ROUNDS):
        checkout_id = busy.buy(busy.shop.add(order_ref=f"o-{number}"), walker=busy.shopper(phone=phone(number)))
        busy.work()
        loan = busy.book(checkout_id).loan
        shown = early_settlement.figure(busy.house, book=busy.book(checkout_id), everything=True).payable_minor
        pay = partial(
            early_settlement.pay, busy.house, loan_id=loan.loan_id, shopper_id=loan.shopper_id, everything=True,
            expected_minor=shown,
        )  # fmt: skip
        at_once(
            busy,
            pay,
            partial(refund.request, busy.house, loan_id=loan.loan_id, reason="test"),
            pay,
        )
        for _ in range(4):
            busy.later(minutes=11)
        assert busy.state(checkout_id) == "reversed"
        busy.settled()
    assert busy.bank_books() == {}


def test_a_payment_given_up_and_then_taken_up_again_is_not_lifted(world: World) -> None:
    walker = world.shopper()
    checkout_id = walker.to_signed(world.shop.add())
    walker.pay(checkout_id, card=GOOD)
    world.clock.advance(timedelta(hours=25))
    checkouts.expire_due(world.house, limit=10)
    assert world.settle(checkout_id).state == "confirmed"
    world.work()
    assert [row.state for row in world.book(checkout_id).instalments] == ["paid", "scheduled", "scheduled"]
    assert world.statement() == [("authorisation", 9_967), ("capture", 9_967)]
    world.settled()


@pytest.mark.parametrize("undone", [False, True])
def test_an_outcome_that_another_write_kept_from_being_written_is_written_later(
    small_world: World, monkeypatch: pytest.MonkeyPatch, undone: bool
) -> None:
    world, store = small_world, small_world.house.store
    checkout_id = world.buy()
    if undone:
        world.work()
        refund.request(world.house, loan_id=world.book(checkout_id).loan.loan_id, reason="test")
    real, faster = type(store).write, ["somebody"]

    def write(self: object, changeset: Changeset) -> None:
        if changeset.entries and faster:
            faster.pop()
            raise StateMoved(guard="state")
        real(self, changeset)  # type: ignore[arg-type]

    monkeypatch.setattr(type(store), "write", write)
    world.work()
    world.later(minutes=1)
    assert not faster, "no money was written at all"
    assert world.bank_books() == ({} if undone else {"EUR": 9_967})
    world.settled()


@pytest.mark.parametrize("deed", ["cancel", "expire", "hold_ends"])
def test_the_end_of_a_checkout_and_its_payment(busy: World, deed: str) -> None:
    for number in range(ROUNDS):
        walker = busy.shopper(phone=phone(number))
        checkout_id = walker.to_signed(busy.shop.add(order_ref=f"o-{number}"))
        walker.pay(checkout_id, card=GOOD)
        if deed == "expire":
            busy.clock.advance(timedelta(hours=25))
        elif deed == "hold_ends":
            busy.clock.advance(timedelta(hours=2))
        ends: dict[str, Callable[[], object]] = {
            "cancel": partial(checkouts.cancel, busy.house, checkout_id=checkout_id),
            "expire": partial(checkouts.expire_due, busy.house, limit=10),
            "hold_ends": partial(holds.expire_due, busy.house, limit=10),
        }
        at_once(busy, ends[deed], partial(busy.settle, checkout_id), partial(busy.settle, checkout_id))
        for _ in range(4):
            busy.later(minutes=11)
        assert busy.state(checkout_id) in ("confirmed", "cancelled", "refused", "expired", "reversed")
        assert busy.lying_authorisations() == []
        busy.settled()


def test_codes_asked_for_at_once_stay_within_the_hours_allowance(busy: World) -> None:
    def send(number: int) -> Callable[[], object]:
        return lambda: identification.send_code(
            busy.house, purpose_ref=f"chk_{number}", phone="+33612345678", country="FR", locale="fr"
        )

    at_once(busy, *(send(number) for number in range(20)))
    sent = [m for m in busy.house.notifier.sent if m.kind == "phone_code"]  # type: ignore[attr-defined]
    assert len(sent) <= busy.house.settings.codes_per_hour, len(sent)


def test_a_plan_chosen_in_the_midst_of_a_hold_is_the_one_held(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held (the funder's part, the budget's fee, the down payment) hangs on the offer: it is decided anew."""
    walker = world.shopper()
    checkout = walker.open(world.shop.add(total_minor=60_000))
    walker.choose(checkout)
    walker.identify(checkout)
    assert walker.decide(checkout) == "approved"
    write = world.house.store.write
    tries: list[Changeset] = []

    def late(changeset: Changeset) -> None:
        if any(isinstance(row, Hold) for row in changeset.rows):
            tries.append(changeset)
            if len(tries) == 1:
                world.clock.advance(timedelta(seconds=1))
                walker.choose(checkout, plan_code="instalments_6")
        write(changeset)

    monkeypatch.setattr(world.house.store, "write", late)
    hold = holds.take(world.house, checkout_id=checkout.checkout_id)
    assert len(tries) == 2
    purchase = world.purchase(checkout.checkout_id)
    assert purchase.hold == hold
    assert (purchase.checkout.offer or {})["plan_code"] == "instalments_6"
    world.sound()


def test_of_policies_appointed_at_once_one_is_the_champion_and_one_the_challenger(busy: World) -> None:
    versions = [f"v-{number}" for number in range(6)]
    for version in versions:
        policies.add(busy.house, another(version))
    for share_bps in (100, 200):
        at_once(
            busy,
            *(partial(policies.make_challenger, busy.house, version=version, share_bps=share_bps)
              for version in versions),
        )  # fmt: skip
        assert busy.count("policy_version", "state = 'challenger'") == 1
    at_once(busy, *(partial(policies.make_champion, busy.house, version=version) for version in versions))
    assert busy.count("policy_version", "state = 'champion'") == 1
    at_once(busy, *(partial(policies.withdraw, busy.house, version=version) for version in versions))
    busy.sound()


@pytest.mark.parametrize("currencies", [("EUR", "EUR", "EUR"), ("EUR", "USD")])
def test_checkouts_of_one_shopper_decided_at_once_are_all_decided_and_open_one_line(
    busy: World, currencies: tuple[str, ...]
) -> None:
    """In a second currency the answer is no, with its reason: not an error, and never a second line."""
    for number in range(3):
        walker, checkouts_at_once = busy.shopper(phone=phone(number), income_minor=3_000_000), []
        for place, currency in enumerate(currencies):
            checkout = walker.open(busy.shop.add(order_ref=f"o-{number}-{place}", currency=currency))
            walker.choose(checkout, plan_code="pay_in_4" if currency == "USD" else "pay_in_3")
            walker.identify(checkout)
            checkouts_at_once.append(checkout)
        answers = at_once(busy, *(partial(walker.decide, checkout) for checkout in checkouts_at_once))
        second = ["approved"] * (len(currencies) - 1) if len(set(currencies)) == 1 else ["declined"]
        assert sorted(map(str, answers)) == ["approved", *second]
        assert set(answers) <= {"approved", "declined"}
        assert busy.count("credit_line") == number + 1
    busy.sound()
