"""Who the shopper is: numbers that no code goes to, numbers that change hands, segments, students, the host's word."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bnpl_plugin.errors import InvalidInput, NotYours, ServiceNotOpen
from bnpl_plugin.lifecycle import (
    access,
    identification,
    persons,
    prequalification,
    resolution,
    reviews,
    told_facts,
    underwriting,
)
from bnpl_plugin.ports.platform import Customer
from tests.lifecycle.world import World, world_in

OWNER = Customer(
    customer_ref="c-1", phone="+33612345678", country="FR", phone_verified=True, segments=("device_owner",)
)
OPEN_TO_OWNERS = {"BNPL_SEGMENTS": "device_owner,staff", "BNPL_OPEN_TO": "device_owner"}
TRUSTING = {"BNPL_TRUST_HOST_PHONE": "yes"}


# numbers ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("+33 899 70 12 34", "FR"), ("0899 701 234", "FR"), ("+33 800 12 34 56", "FR"), ("3631", "FR"), ("112", "FR"),
        ("+44 909 879 0000", "GB"), ("+1 900 555 0123", "US"), ("12345", "CN"), ("🙂🙂🙂🙂", "FR"),
        ("", "FR"), ("+", "FR"), ("9" * 400, "FR"),
    ],
)  # fmt: skip
def test_no_code_goes_to_a_premium_or_short_number_or_to_none_at_all(typed: str, country: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        identification.normal_phone(typed, country=country)
    assert refused.value.details["field"] == "phone"


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"), ("131 2345 6789", "CN", "+8613123456789"),
        ("2015550123", "US", "+12015550123"),
    ],
)  # fmt: skip
def test_a_number_is_kept_in_one_form(typed: str, country: str, number: str) -> None:
    assert identification.normal_phone(typed, country=country) == number


def to_facts(world: World, **told: Any) -> tuple[Any, str]:
    walker = world.shopper(**told)
    checkout = walker.open(world.shop.add())
    walker.choose(checkout)
    walker.identify(checkout)
    return walker, checkout.checkout_id


def inputs(world: World, checkout_id: str) -> Any:
    decision = world.purchase(checkout_id).decision
    assert decision is not None
    return decision.inputs


def test_a_number_of_another_country_is_a_fact_and_no_refusal(small_world: World) -> None:
    walker, checkout_id = to_facts(small_world, phone="+12015550123")
    assert walker.decide(small_world.purchase(checkout_id).checkout) == "approved"
    assert inputs(small_world, checkout_id)["phone_abroad"] is True


# a number that changes hands -----------------------------------------------------------------------------------------
def known(world: World, checkout_id: str) -> Any:
    person = world.house.store.person(world.purchase(checkout_id).checkout.shopper_id or "")
    assert person is not None
    return world.house.seal.unseal(person.sealed)


def recycled(world: World) -> str:
    """A number known with one date of birth, and a checkout of somebody who tells another."""
    world.buy()
    walker, checkout_id = to_facts(world, full_name="Noé Petit", birth_date=date(2001, 2, 3))
    assert walker.decide(world.purchase(checkout_id).checkout) == "referred"
    return checkout_id


def test_another_date_of_birth_for_a_known_number_goes_to_a_person_and_writes_nothing_over(world: World) -> None:
    checkout_id = recycled(world)
    decision = world.purchase(checkout_id).decision
    assert decision is not None
    assert decision.reasons["codes"] == ["identity_mismatch"]
    told = known(world, checkout_id)
    assert (told["birth_date"], told["full_name"]) == ("1990-05-17", "Camille Martin")
    assert told["claimed"]["birth_date"] == "2001-02-03"
    assert "2001" not in str(decision.inputs)


@pytest.mark.parametrize(("outcome", "born"), [("approved", "2001-02-03"), ("declined", "1990-05-17")])
def test_a_persons_answer_settles_who_it_is(world: World, outcome: str, born: str) -> None:
    checkout_id = recycled(world)
    decision = world.purchase(checkout_id).decision
    assert decision is not None
    review = reviews.review_of(world.house, decision=decision)
    assert review is not None
    resolution.resolve(world.house, review_id=review.review_id, operator="Ada", outcome=outcome, note="Seen the card.")
    told = known(world, checkout_id)
    assert told["birth_date"] == born
    assert "claimed" not in told


def test_the_one_known_before_is_not_referred(world: World) -> None:
    recycled(world)
    walker, checkout_id = to_facts(world)
    assert walker.decide(world.purchase(checkout_id).checkout) == "approved"
    assert "claimed" not in known(world, checkout_id)


# students -----------------------------------------------------------------------------------------------------------
def chinese(world: World, *, student: bool | None) -> str:
    walker = replace(world.shopper(phone="+8613123456789", income_minor=2_000_000), student=student)  # type: ignore[arg-type]
    checkout = walker.open(world.shop.add(total_minor=300_000, currency="CNY"))
    walker.choose(checkout)
    walker.identify(checkout)
    return walker.decide(checkout)


def test_a_declared_student_gets_nothing_in_china(small_world: World) -> None:
    assert chinese(small_world, student=True) == "declined"
    assert chinese(small_world, student=False) == "approved"


def test_nobody_is_decided_in_china_without_having_said_whether_they_study(small_world: World) -> None:
    with pytest.raises(InvalidInput, match="student"):
        chinese(small_world, student=None)


def test_elsewhere_it_is_nobodys_business(small_world: World) -> None:
    walker, checkout_id = to_facts(small_world)
    replace(walker, student=True).decide(small_world.purchase(checkout_id).checkout)
    assert inputs(small_world, checkout_id)["student"] is None
    assert not persons.asks_student(small_world.house.country("FR"), day=date(2026, 11, 24))


def test_a_review_does_not_overrule_the_law_on_students(small_world: World) -> None:
    assert chinese(small_world, student=True) == "declined"
    (decision,) = small_world.house.reads.decisions_of(_only_shopper(small_world))
    review = reviews.request(small_world.house, shopper_id=decision.shopper_id, decision_id=decision.decision_id)
    with pytest.raises(InvalidInput, match="student"):
        resolution.resolve(
            small_world.house, review_id=review.review_id, operator="Ada", outcome="approved", note="A good student."
        )


def _only_shopper(world: World) -> str:
    person = world.house.store.person_by_phone(world.house.seal.keyed_hash("+8613123456789"))
    assert person is not None
    return person.shopper_id


# segments and who is served -------------------------------------------------------------------------------------------
def test_only_allowed_names_of_segments_are_taken(tmp_path: Path, migrated_sqlite_url: str) -> None:
    with world_in(tmp_path, migrated_sqlite_url, config={"BNPL_SEGMENTS": "device_owner,staff"}) as world:
        told = replace(OWNER, segments=("device_owner", "has a dog", "STAFF", "🙂", "x" * 10_000))
        segments = access.segments_told(world.house, told)
        assert segments == ("device_owner",)
        walker = world.shopper()
        checkout = walker.open(world.shop.add())
        walker.choose(checkout)
        shopper_id = walker.identify(checkout)
        assert access.segments_of(world.house, shopper_id) == ()
        checkout = walker.open(world.shop.add())
        walker.choose(checkout)
        identification.bind(
            world.house, checkout_id=checkout.checkout_id, shopper_id=shopper_id, segments=segments, by="host"
        )
        assert access.segments_of(world.house, shopper_id) == ("device_owner",)
        walker.decide(checkout)
        assert inputs(world, checkout.checkout_id)["segments"] in (["device_owner"], ("device_owner",))
        assert "device_owner" not in str(world.house.store.person(shopper_id))
        world.sound()


def test_a_service_for_owners_is_closed_to_others_at_every_door(tmp_path: Path, migrated_sqlite_url: str) -> None:
    with world_in(tmp_path, migrated_sqlite_url, config=OPEN_TO_OWNERS) as world:
        walker = world.shopper()
        for channel in ("embedded", "api"):
            checkout = walker.open(world.shop.add(), channel=channel)
            walker.choose(checkout)
            with pytest.raises(ServiceNotOpen):
                walker.identify(checkout)
            assert world.purchase(checkout.checkout_id).checkout.shopper_id is None
        with pytest.raises(ServiceNotOpen):
            access.check(world.house, segments=())
        access.check(world.house, segments=("staff", "device_owner"))


def test_an_owner_known_once_is_known_at_other_shops_until_the_host_says_no_more(
    tmp_path: Path, migrated_sqlite_url: str
) -> None:
    with world_in(tmp_path, migrated_sqlite_url, config={**OPEN_TO_OWNERS, **TRUSTING}) as world:
        walker = world.shopper()
        shopper_id = identification.vouched(world.house, OWNER, country="FR")
        assert shopper_id is not None

        def opened(channel: str, segments: tuple[str, ...] | None) -> None:
            checkout = walker.open(world.shop.add(), channel=channel)
            walker.choose(checkout)
            bound = checkout.checkout_id
            identification.bind(world.house, checkout_id=bound, shopper_id=shopper_id or "", segments=segments)

        opened("embedded", ("device_owner",))
        opened("api", None)
        with pytest.raises(ServiceNotOpen):
            opened("embedded", ("staff",))
        with pytest.raises(ServiceNotOpen):
            opened("api", None)


# the host's word ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "said",
    [
        None, replace(OWNER, phone_verified=False), replace(OWNER, customer_ref=""), replace(OWNER, phone=""),
        replace(OWNER, phone="not a number"), replace(OWNER, phone="+33899701234"),
    ],
)  # fmt: skip
def test_the_host_must_say_it_of_a_customer_it_can_name(
    tmp_path: Path, migrated_sqlite_url: str, said: Customer | None
) -> None:
    with world_in(tmp_path, migrated_sqlite_url, config=TRUSTING) as world:
        assert identification.vouched(world.house, said, country="FR") is None
        assert world.count("person") == 0


def test_the_hosts_word_is_not_taken_unless_the_lender_says_so(small_world: World) -> None:
    assert identification.vouched(small_world.house, OWNER, country="FR") is None


def test_the_host_and_a_code_name_the_same_shopper(tmp_path: Path, migrated_url: str) -> None:
    with world_in(tmp_path, migrated_url, config=TRUSTING) as world:
        found: list[str | None] = []
        start = threading.Barrier(4)

        def ask() -> None:
            start.wait()
            found.append(identification.vouched(world.house, OWNER, country="FR"))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        walker, checkout_id = to_facts(world)
        assert walker.phone == OWNER.phone
        assert {*found} == {world.purchase(checkout_id).checkout.shopper_id}
        world.sound()


def test_a_vouched_checkout_is_bound_as_a_code_would_and_says_by_whom(tmp_path: Path, migrated_sqlite_url: str) -> None:
    with world_in(tmp_path, migrated_sqlite_url, config=TRUSTING) as world:
        walker = world.shopper()
        checkout = walker.open(world.shop.add())
        walker.choose(checkout)
        shopper_id = identification.vouched(world.house, OWNER, country="FR") or ""
        identification.bind(world.house, checkout_id=checkout.checkout_id, shopper_id=shopper_id, by="host")
        (told,) = [e for e in world.house.reads.events(checkout.checkout_id) if e.kind == "checkout.identified"]
        assert told.payload["by"] == "host"
        with pytest.raises(NotYours):
            identification.bind(world.house, checkout_id=checkout.checkout_id, shopper_id="shp_other", by="host")
        facts = underwriting.Facts("Camille Martin", date(1990, 5, 17), 300_000, 80_000, consent=True)
        assert underwriting.decide(world.house, checkout_id=checkout.checkout_id, facts=facts).outcome == "approved"
        world.clock.advance(timedelta(hours=1))
        world.sound()


# before there is an order ---------------------------------------------------------------------------------------------
def facts_told(*, born: date = date(1990, 5, 17), student: bool | None = None) -> underwriting.Facts:
    return underwriting.Facts("Camille Martin", born, 300_000, 80_000, consent=True, student=student)


def test_a_prequalification_is_for_those_who_are_served(tmp_path: Path, migrated_sqlite_url: str) -> None:
    with world_in(tmp_path, migrated_sqlite_url, config={**OPEN_TO_OWNERS, **TRUSTING}) as world:
        shopper_id = identification.vouched(world.house, OWNER, country="FR") or ""
        ask = {"shopper_id": shopper_id, "country": "FR", "facts": facts_told()}
        for segments in (None, (), ("staff",)):
            with pytest.raises(ServiceNotOpen):
                prequalification.prequalify(world.house, **ask, segments=segments)  # type: ignore[arg-type]
        assert world.count("decision") == 0
        prequalification.prequalify(world.house, **ask, segments=("device_owner",))  # type: ignore[arg-type]
        assert access.segments_of(world.house, shopper_id) == ("device_owner",)
        world.sound()


def test_a_prequalification_writes_no_other_date_of_birth_over_the_known_one(small_world: World) -> None:
    checkout_id = small_world.buy()
    shopper_id = small_world.purchase(checkout_id).checkout.shopper_id or ""
    found = prequalification.prequalify(
        small_world.house, shopper_id=shopper_id, country="FR", facts=facts_told(born=date(2001, 2, 3))
    )
    assert found.outcome == "referred"
    assert known(small_world, checkout_id)["birth_date"] == "1990-05-17"
    review = reviews.review_of(small_world.house, decision=found.decision)
    assert review is not None
    resolution.resolve(
        small_world.house, review_id=review.review_id, operator="Ada", outcome="approved", note="Seen the card."
    )
    assert known(small_world, checkout_id)["birth_date"] == "2001-02-03"
    small_world.work()
    assert small_world.messages()[-1] == "review_passed"


def test_who_studies_is_kept_for_the_purchase_that_follows(small_world: World) -> None:
    assert chinese(small_world, student=False) == "approved"
    (decision,) = small_world.house.reads.decisions_of(_only_shopper(small_world))
    again = told_facts.facts_of(small_world.house, decision)
    assert again is not None
    assert again.facts.student is False
