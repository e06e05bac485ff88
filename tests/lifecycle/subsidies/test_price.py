"""Who is offered the cheaper price, and what it costs whoever pays for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import merchants, quotation
from bnpl_plugin.lifecycle.subsidies import budgets
from bnpl_plugin.ports.plan import Offer
from tests.lifecycle.subsidies.giving import zero_percent
from tests.lifecycle.world import World


def offered(world: World, *, plan_code: str = "instalments_6", rating: str | None = None, **options) -> Offer:
    order = world.shop.add(total_minor=options.pop("total_minor", 60_000))
    given = {"country": "FR", "merchant_id": "host", "language": "en", **options}
    return quotation.quote_plan(world.house, order=order, plan_code=plan_code, rating=rating, **given)


def test_the_fee_is_exactly_what_the_lender_gives_up(world):
    own = offered(world)
    budget = zero_percent(world.house)
    cheap = offered(world)
    assert (own.subsidy_id, own.subsidy_minor) == (None, 0)
    assert (cheap.subsidy_id, cheap.subsidised_by) == (budget.subsidy_id, "host")
    assert cheap.nominal_rate == cheap.apr == 0
    assert cheap.schedule.finance_charge_minor == 0
    assert cheap.subsidy_minor == own.schedule.finance_charge_minor > 0


def test_a_lower_rate_that_is_not_zero_costs_the_difference(small_world):
    own = offered(small_world)
    zero_percent(small_world.house, rate="0.02")
    cheap = offered(small_world)
    assert cheap.nominal_rate == Decimal("0.02")
    assert 0 < cheap.apr < own.apr
    assert cheap.subsidy_minor == own.schedule.finance_charge_minor - cheap.schedule.finance_charge_minor


def test_a_better_rating_costs_the_budget_less_and_pays_the_same(small_world):
    zero_percent(small_world.house)
    best, unknown, worst = (offered(small_world, rating=rating) for rating in ("A", None, "D"))
    assert best.subsidy_minor < unknown.subsidy_minor == worst.subsidy_minor
    assert best.schedule == worst.schedule
    assert not best.personalised  # everybody is given this price


def test_a_price_that_a_good_rating_beats_is_still_a_personal_one(small_world):
    zero_percent(small_world.house, rate="0.08")  # A and B have less
    best, worst = (offered(small_world, rating=rating) for rating in ("A", "D"))
    assert (best.nominal_rate, best.subsidy_id) == (Decimal("0.059"), None)
    assert (worst.nominal_rate, best.personalised, worst.personalised) == (Decimal("0.08"), True, True)


def test_the_cheapest_for_the_shopper_wins_then_the_older(small_world):
    house = small_world.house
    zero_percent(house, rate="0.03")
    first = zero_percent(house)
    small_world.clock.advance(timedelta(seconds=1))
    zero_percent(house)
    assert offered(small_world).subsidy_id == first.subsidy_id


def test_where_the_cheapest_has_no_room_the_next_pays(small_world):
    zero_percent(small_world.house, minor=5)
    second = zero_percent(small_world.house, rate="0.03")
    assert offered(small_world).subsidy_id == second.subsidy_id


@pytest.mark.parametrize(
    "terms",
    [
        {"plan_codes": ("instalments_12",)},
        {"lowest_minor": 60_001},
        {"highest_minor": 59_999},
        {"rate": "0.5"},
        {"country": "CN", "currency": "CNY"},
        {"minor": 1},
    ],
    ids=["another plan", "price too low", "price too high", "not cheaper", "another country", "no room"],
)
def test_a_budget_for_something_else_changes_nothing(small_world, terms):
    own = offered(small_world)
    zero_percent(small_world.house, **terms)
    found = offered(small_world)
    assert (found.schedule, found.subsidy_id) == (own.schedule, None)


def test_only_the_shops_that_a_budget_names_are_served(small_world):
    house = small_world.house
    shop = merchants.register(house, name="Third")
    zero_percent(house, for_merchants=(shop.merchant_id,))
    assert offered(small_world).subsidy_id is None
    assert offered(small_world, merchant_id=shop.merchant_id).subsidy_id is not None


def test_a_budget_is_on_offer_from_its_start_until_its_end_or_a_stop(small_world):
    house = small_world.house
    budget = zero_percent(house, days=2)
    assert offered(small_world).subsidy_id
    budgets.stop(house, subsidy_id=budget.subsidy_id)
    assert offered(small_world).subsidy_id is None
    budgets.resume(house, subsidy_id=budget.subsidy_id)
    assert offered(small_world).subsidy_id
    small_world.clock.advance(timedelta(days=2))  # no worker has been by
    assert offered(small_world).subsidy_id is None


def test_the_offer_is_signed_with_its_subsidy_and_an_old_one_reads_as_none(small_world):
    zero_percent(small_world.house)
    offer = offered(small_world)
    told = offer.to_json()
    assert Offer.from_json(told) == offer
    old = {name: value for name, value in told.items() if not name.startswith("subsid")}
    assert Offer.from_json(old).subsidy_id is None
    token = quotation.sign_offer(small_world.house, offer=offer)
    assert quotation.read_offer(small_world.house, token=token) == offer


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "a\nb"}),
        ("budget", {"minor": 0}),
        ("budget", {"minor": -5}),
        ("budget", {"minor": 10**14 + 1}),
        ("budget", {"currency": "USD"}),
        ("warn_bps", {"warn_bps": 0}),
        ("warn_bps", {"warn_bps": 10_001}),
        ("plan_codes", {"plan_codes": ("no_such",)}),
        ("for_merchants", {"for_merchants": ("mer_nobody",)}),
        ("merchant_id", {"merchant_id": "mer_nobody"}),
        ("nominal_rate", {"rate": "-0.01"}),
        ("nominal_rate", {"rate": "1"}),
        ("nominal_rate", {"rate": "NaN"}),
        ("lowest_minor", {"lowest_minor": -1}),
        ("highest_minor", {"lowest_minor": 10, "highest_minor": 9}),
        ("recipients", {"recipients": ("two words",)}),
        ("recipients", {"recipients": ("mailto://me:secret@mail.example",)}),
        ("recipients", {"recipients": ("0612345678",)}),
        ("recipients", {"recipients": ("a@b.example",) * 11}),
        ("ends_at", {"days": 0}),
        ("ends_at", {"days": -3}),
    ],
)
def test_what_cannot_be_a_budget_is_named_and_nothing_is_written(small_world, field, given):
    with pytest.raises(errors.InvalidInput) as caught:
        zero_percent(small_world.house, **given)
    assert caught.value.details["field"] == field
    assert small_world.count("subsidy") == 0
