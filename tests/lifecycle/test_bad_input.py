"""What cannot be financed is refused with a clear answer, and nothing is written."""

from datetime import date, timedelta

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import disclosure, holds, identification, payment, quotation, signature, underwriting
from bnpl_plugin.ports.platform import LineKind, Order, OrderLine
from tests.lifecycle.world import World


def order_of(minor: int, *, currency: str = "EUR") -> Order:
    line = OrderLine(kind=LineKind.GOODS, name="Phone", quantity=1, unit_minor=minor)
    return Order(order_ref="o-1", currency=currency, total_minor=minor, lines=(line,))


@pytest.mark.parametrize("minor", [0, 10**12 + 1, 10**30])
def test_amount_zero_or_huge_names_its_field_and_range(minor):
    with pytest.raises(errors.InvalidInput) as refused:
        order_of(minor)
    assert refused.value.details["field"] == "total_minor"
    assert "1 to" in str(refused.value.details["accepted"])


def test_negative_amount_is_refused_on_its_line():
    with pytest.raises(errors.InvalidInput) as refused:
        order_of(-1)
    assert refused.value.details["field"] == "lines.unit_minor"


def test_total_that_is_not_the_sum_of_its_lines_is_refused():
    line = OrderLine(kind=LineKind.GOODS, name="Phone", quantity=1, unit_minor=100)
    with pytest.raises(errors.InvalidInput, match="the lines sum to 100"):
        Order(order_ref="o-1", currency="EUR", total_minor=99, lines=(line,))


@pytest.mark.parametrize("code", ["XXX", "EURO", "eur", ""])
def test_unknown_currency_is_named(code):
    with pytest.raises(errors.UnknownCurrency):
        order_of(100, currency=code)


def test_amount_above_every_plan_has_no_offer_and_says_why(small_world):
    found = quotation.quote(
        small_world.house, order=order_of(10**12), country="FR", merchant_id=small_world.house.host_merchant_id
    )
    assert found.offers == ()
    assert {refusal.code for refusal in found.refusals} == {"amount_too_high"}


def test_currency_of_another_country_is_refused(small_world):
    with pytest.raises(errors.InvalidInput, match="currency"):
        small_world.shopper().open(small_world.shop.add(currency="USD"), country="FR")
    assert small_world.count("checkout") == 0


@pytest.mark.parametrize("country", ["DE", "", "fr", "XX"])
def test_country_without_a_law_is_refused(small_world, country):
    with pytest.raises(errors.UnsupportedCountry):
        small_world.shopper().open(small_world.shop.add(), country=country)
    assert small_world.count("checkout") == 0


def offer_token(world: World, order: Order, *, merchant_id: str = "host") -> str:
    offer = quotation.quote_plan(
        world.house,
        order=order,
        country="FR",
        merchant_id=merchant_id,
        plan_code="pay_in_3",
        rating=None,
        language="en",
    )
    return quotation.sign_offer(world.house, offer=offer)


def test_expired_offer_is_refused(small_world):
    order = small_world.shop.add()
    checkout = small_world.shopper().open(order)
    token = offer_token(small_world, order)
    small_world.clock.advance(timedelta(minutes=31))
    with pytest.raises(errors.OfferExpired):
        checkouts.choose_plan(small_world.house, checkout_id=checkout.checkout_id, token=token)
    assert small_world.purchase(checkout.checkout_id).checkout.offer is None


@pytest.mark.parametrize("change", [lambda t: t[:-2] + "xx", lambda t: "x" + t, lambda t: "", lambda t: t + t])
def test_tampered_offer_is_refused(small_world, change):
    order = small_world.shop.add()
    checkout = small_world.shopper().open(order)
    with pytest.raises(errors.OfferTampered):
        checkouts.choose_plan(
            small_world.house, checkout_id=checkout.checkout_id, token=change(offer_token(small_world, order))
        )


def test_offer_of_another_cart_or_shop_is_refused(small_world):
    order, other = small_world.shop.add(), small_world.shop.add(total_minor=5_000)
    checkout = small_world.shopper().open(order)
    for token in (offer_token(small_world, other), offer_token(small_world, order, merchant_id="mer_other")):
        with pytest.raises(errors.OfferTampered):
            checkouts.choose_plan(small_world.house, checkout_id=checkout.checkout_id, token=token)


def test_token_signed_for_another_purpose_is_no_offer(small_world):
    checkout = small_world.shopper().open(small_world.shop.add())
    token = small_world.house.seal.sign({"plan_code": "pay_in_3"}, purpose="cookie")
    with pytest.raises(errors.OfferTampered):
        checkouts.choose_plan(small_world.house, checkout_id=checkout.checkout_id, token=token)


def change_cart(world: World, order: Order) -> None:
    world.shop.add(total_minor=order.total_minor + 100, order_ref=order.order_ref)


def test_cart_changed_before_the_signature_ends_the_checkout(world):
    walker, order = world.shopper(), world.shop.add()
    checkout = walker.open(order)
    walker.choose(checkout)
    walker.identify(checkout)
    walker.decide(checkout)
    holds.take(world.house, checkout_id=checkout.checkout_id)
    disclosure.present(world.house, checkout_id=checkout.checkout_id, language="en")
    change_cart(world, order)
    with pytest.raises(errors.CartChanged):
        signature.sign(world.house, checkout_id=checkout.checkout_id, typed_name=walker.full_name, accepted=True)
    assert world.state(checkout.checkout_id) == "cancelled"
    assert world.pool() == world.line(checkout.checkout_id) == (0, 0)


def test_cart_changed_after_the_signature_is_not_paid(world):
    order = world.shop.add()
    checkout_id = world.shopper().to_signed(order)
    change_cart(world, order)
    with pytest.raises(errors.CartChanged):
        payment.begin(world.house, checkout_id=checkout_id, return_url="http://localhost/return")
    assert world.state(checkout_id) == "cancelled"
    assert world.pool() == world.line(checkout_id) == (0, 0)
    assert world.count("attempt") == 0


def test_changed_cart_opens_a_new_checkout_and_ends_the_old_one(small_world):
    order = small_world.shop.add()
    first = small_world.shopper().open(order)
    change_cart(small_world, order)
    second = small_world.shopper().open(small_world.shop.orders[order.order_ref])
    assert second.checkout_id != first.checkout_id
    assert small_world.state(first.checkout_id) == "cancelled"


def test_second_tab_and_back_button_find_the_same_checkout(small_world):
    order = small_world.shop.add()
    assert small_world.shopper().open(order).checkout_id == small_world.shopper().open(order).checkout_id


def test_paid_order_cannot_be_financed_again(world):
    order = world.shop.add()
    world.buy(order)
    with pytest.raises(errors.OrderAlreadyFinanced):
        world.shopper().open(order)


def test_two_tabs_that_both_reach_the_bank_make_one_loan(world):
    """Two checkouts of one order, both opened before either was paid: the second payment is lifted."""
    order, walker = world.shop.add(), world.shopper()
    one, changeset = checkouts.opening(
        world.house, order=order, merchant_id="host", country="FR", return_url="/r", cancel_url="/c"
    )
    first = walker.to_signed(order)
    world.house.commit(changeset)
    walker.choose(one)
    walker.identify(one)
    walker.decide(one)
    holds.take(world.house, checkout_id=one.checkout_id)
    disclosure.present(world.house, checkout_id=one.checkout_id, language="en")
    signature.sign(world.house, checkout_id=one.checkout_id, typed_name=walker.full_name, accepted=True)
    for checkout_id in (first, one.checkout_id):
        walker.pay(checkout_id, card="4242424242424242")
    assert world.settle(first).state == "confirmed"
    assert world.settle(one.checkout_id).state == "refused"
    world.work()
    assert world.count("loan") == 1
    assert world.bank_books() == {"EUR": 9_967}
    assert world.pool() == (0, 29_900 - 9_967)
    world.settled()


def test_another_shoppers_checkout_is_answered_like_a_missing_one(small_world):
    checkout_id = small_world.shopper().to_signed(small_world.shop.add())
    with pytest.raises(errors.NotYours):
        checkouts.check_owner(small_world.purchase(checkout_id), shopper_id="shp_other")
    with pytest.raises(errors.CheckoutNotFound):
        small_world.purchase("chk_nothing")


def test_other_phone_cannot_take_over_a_checkout(small_world):
    checkout = small_world.shopper().open(small_world.shop.add())
    small_world.shopper().identify(checkout)
    with pytest.raises(errors.NotYours):
        small_world.shopper(phone="+33612345679").identify(checkout)


def test_wrong_code_is_counted_and_then_refused(small_world):
    checkout = small_world.shopper().open(small_world.shop.add())
    identification.send_code(
        small_world.house, purpose_ref=checkout.checkout_id, phone="+33612345678", country="FR", locale="en"
    )
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(errors.CodeWrong) as wrong:
            identification.identify(small_world.house, checkout_id=checkout.checkout_id, code="abc")
        assert wrong.value.details["tries_left"] == left
    with pytest.raises(errors.TooManyAttempts):
        identification.identify(small_world.house, checkout_id=checkout.checkout_id, code="abc")


def test_code_of_an_hour_ago_is_refused(small_world):
    checkout = small_world.shopper().open(small_world.shop.add())
    identification.send_code(
        small_world.house, purpose_ref=checkout.checkout_id, phone="+33612345678", country="FR", locale="en"
    )
    small_world.clock.advance(timedelta(minutes=11))
    with pytest.raises(errors.CodeExpired):
        identification.identify(small_world.house, checkout_id=checkout.checkout_id, code="000000")


def test_codes_of_one_phone_are_rationed(small_world):
    for count in range(6):
        checkout = small_world.shopper().open(small_world.shop.add())
        if count == 5:
            with pytest.raises(errors.TooManyAttempts):
                small_world.shopper().identify(checkout)
        else:
            small_world.shopper().identify(checkout)


@pytest.mark.parametrize("phone", ["", "12", "hello", "+999123456789"])
def test_phone_that_cannot_be_called_is_named(small_world, phone):
    with pytest.raises(errors.InvalidInput, match="phone"):
        identification.send_code(small_world.house, purpose_ref="x", phone=phone, country="FR", locale="en")


def facts(**change: object) -> underwriting.Facts:
    given = {
        "full_name": "Camille Martin",
        "birth_date": date(1990, 5, 17),
        "income_minor": 300_000,
        "outgoings_minor": 80_000,
        "consent": True,
    }
    return underwriting.Facts(**(given | change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("consent", {"consent": False}),
        ("full_name", {"full_name": " "}),
        ("full_name", {"full_name": "\u200b\u200b"}),  # nothing to be seen
        ("full_name", {"full_name": "Camille\u202eMartin"}),  # the rest is read backwards
        ("full_name", {"full_name": "Camille\x00Martin"}),
        ("full_name", {"full_name": "\N{GRINNING FACE}\N{GRINNING FACE}"}),
        ("income", {"income_minor": -1}),
        ("outgoings", {"outgoings_minor": 10**11}),
    ],
)
def test_facts_that_cannot_be_used_name_their_field(field, change):
    with pytest.raises(errors.InvalidInput) as refused:
        facts(**change)
    assert refused.value.details["field"] == field


def test_birth_date_in_the_future_is_named(small_world):
    walker = small_world.shopper()
    checkout = walker.open(small_world.shop.add())
    walker.choose(checkout)
    walker.identify(checkout)
    with pytest.raises(errors.InvalidInput, match="birth_date"):
        underwriting.decide(
            small_world.house, checkout_id=checkout.checkout_id, facts=facts(birth_date=date(2030, 1, 1))
        )
    assert small_world.count("decision") == 0


def test_minor_is_declined_with_the_reason_recorded(small_world):
    walker = small_world.shopper(birth_date=date(2010, 1, 1))
    checkout = walker.open(small_world.shop.add())
    walker.choose(checkout)
    walker.identify(checkout)
    assert walker.decide(checkout) == "declined"
    decision = small_world.purchase(checkout.checkout_id).decision
    assert decision is not None
    assert decision.reasons["codes"] == ["age"]
    with pytest.raises(errors.CheckoutExpired):
        holds.take(small_world.house, checkout_id=checkout.checkout_id)
    assert small_world.count("hold") == 0


def approved(world: World) -> str:
    walker = world.shopper()
    checkout = walker.open(world.shop.add())
    walker.choose(checkout)
    walker.identify(checkout)
    walker.decide(checkout)
    return checkout.checkout_id


def test_signing_needs_hold_disclosures_name_and_yes(small_world):
    house, checkout_id = small_world.house, approved(small_world)

    def sign(name: str = "camille  MARTIN", *, accepted: bool = True):
        return signature.sign(house, checkout_id=checkout_id, typed_name=name, accepted=accepted)

    with pytest.raises(errors.CheckoutExpired):
        sign()
    holds.take(house, checkout_id=checkout_id)
    with pytest.raises(errors.DisclosuresMissing):
        sign()
    disclosure.present(house, checkout_id=checkout_id, language="en")
    with pytest.raises(errors.InvalidInput, match="typed_name"):
        sign("Somebody Else")
    with pytest.raises(errors.InvalidInput, match="accept"):
        sign(accepted=False)
    assert sign().agreement_id == sign().agreement_id


def test_paying_without_a_signature_is_refused(small_world):
    checkout_id = approved(small_world)
    with pytest.raises(errors.CheckoutExpired):
        payment.begin(small_world.house, checkout_id=checkout_id, return_url="/r")
    assert small_world.count("attempt") == 0


def test_day_that_turns_between_offer_and_signature_asks_for_the_new_offer(small_world):
    house, checkout_id = small_world.house, approved(small_world)
    small_world.clock.advance(timedelta(hours=13, minutes=55))
    holds.take(house, checkout_id=checkout_id)
    disclosure.present(house, checkout_id=checkout_id, language="en")
    small_world.clock.advance(timedelta(minutes=10))
    with pytest.raises(errors.OfferExpired):
        signature.sign(house, checkout_id=checkout_id, typed_name="Camille Martin", accepted=True)
    checkouts.refresh_offer(house, checkout_id=checkout_id)
    disclosure.present(house, checkout_id=checkout_id, language="en")
    signed = signature.sign(house, checkout_id=checkout_id, typed_name="Camille Martin", accepted=True)
    assert signed.body["offer"]["schedule"]["drawdown_on"] == "2026-11-25"
