"""The crowd gets ready: every one an identified shopper with an approved checkout and a reserved credit line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from bnpl_plugin.errors import BnplError, InvalidInput, SaleNotOpen
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import identification, persons, quotation, underwriting
from bnpl_plugin.lifecycle.flash_sale import readiness
from bnpl_plugin.lifecycle.flash_sale.allotment import RUNNING
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.gate import Wish
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.platform import Customer, LineKind, Order, OrderLine
from bnpl_plugin.ports.records import Checkout, Hold, Sale, SaleItem
from bnpl_plugin.ports.store import SaleView
from bnpl_plugin.settings import EVERYONE
from bnpl_plugin.simulation.crowd import people
from bnpl_plugin.simulation.crowd.gathering import Gathering, gathering_house
from bnpl_plugin.simulation.people import Market
from bnpl_plugin.web.sale import tickets

#: How many shoppers' steps are committed together.
BATCH = 200

#: Orders of the crowd that no host knows: never asked about, never placed.
MAKE_BELIEVE = "make_believe"

#: Writes a host's real orders for the crowd: ``(item, count)`` → the orders, as ``Bnpl(order=…)`` would return them.
OrderMaker = Callable[[SaleItem, int], Sequence[Order]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a crowd is to be. ``orders``: the host's own; None: orders that no host knows.

    Raises ``InvalidInput`` naming the field.
    """

    shoppers: int
    seed: int = 1
    orders: OrderMaker | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.shoppers <= people.MOST:
            raise InvalidInput(field="shoppers", fault=f"is {self.shoppers}", accepted=f"1 to {people.MOST:,}")


@dataclass(frozen=True, slots=True)
class Ready:
    """A shopper at the door: what is brought to the claim endpoint, and the name to sign with."""

    checkout_id: str
    ticket: str
    full_name: str


@dataclass(slots=True)
class _Coming:
    """A shopper on the way to being ready."""

    face: people.Face
    order: Order
    offer: Offer
    checkout: Checkout | None = None
    shopper_id: str = ""
    hold: Hold | None = None

    @property
    def checkout_id(self) -> str:
        """The checkout's id."""
        assert self.checkout is not None
        return self.checkout.checkout_id


@dataclass(slots=True)
class Crowd:
    """Makes shoppers ready for one sale.

    Args:
        house: of the app.
        view: the sale.
        terms: how many, and whose orders.

    Raises:
        InvalidInput: a country that no crowd comes from, more shoppers than it has numbers.
        SaleNotOpen: over, or a lottery that is drawn.
    """

    house: House
    view: SaleView
    terms: Terms
    market: Market = field(init=False)
    refused: Counter[str] = field(default_factory=Counter)
    _luck: Random = field(init=False)
    _faces: Iterator[people.Face] = field(init=False)

    def __post_init__(self) -> None:
        sale, now = self.view.sale, self.house.clock.now()
        drawn = sale.fairness == "lottery" and now >= sale.starts_at
        if sale.state not in RUNNING or now >= sale.ends_at or drawn:
            raise SaleNotOpen(starts_at=sale.starts_at.isoformat(), ends_at=sale.ends_at.isoformat())
        market = people.market_of(sale.country)
        if market is None:
            raise InvalidInput(field="sale", fault=f"is in {sale.country}", accepted="one in CN, FR or US")
        if self.terms.shoppers > people.room_for(sale.country):
            accepted = f"at most {people.room_for(sale.country):,} in {sale.country}"
            raise InvalidInput(field="shoppers", fault=f"is {self.terms.shoppers}", accepted=accepted)
        self.market = market
        self._luck = Random(f"{self.terms.seed}/{sale.sale_id}")  # noqa: S311 - luck, not secrecy
        self._faces = people.faces(market, luck=self._luck)

    def ready(self) -> Iterator[Sequence[Ready]]:
        """Yield the shoppers who are ready, batch by batch; who is refused is counted in ``refused`` by its code."""
        left = self.terms.shoppers
        items, turn = self.view.items, 0
        while left:
            count = min(BATCH, left)
            yield self._batch(items[turn % len(items)], count=count)
            left, turn = left - count, turn + 1

    # a batch ---------------------------------------------------------------------------------------------------------
    def _batch(self, item: SaleItem, *, count: int) -> Sequence[Ready]:
        orders = self._orders(item, count=count)
        quoted = self._quoted(orders[0])
        coming = [
            _Coming(face, order, self._luck.choice(quoted))
            for face, order in zip(self._strangers(), orders, strict=False)
        ]
        house, gathering = gathering_house(self.house, {order.order_ref: order for order in orders})
        for step in (self._open, self._choose, self._vouch, self._bind, self._decide, self._reserve):
            coming = self._stepped(house, gathering, coming, step=step)
        return [self._ticketed(one, item=item) for one in coming]

    def _stepped(
        self, house: House, gathering: Gathering, coming: Sequence[_Coming], *, step: Callable[[House, _Coming], None]
    ) -> list[_Coming]:
        """Let each take one step, then commit; returns who could."""
        gone_on = []
        for one in coming:
            try:
                step(house, one)
            except BnplError as refusal:
                self.refused[refusal.code] += 1
            else:
                gone_on.append(one)
        if gathering.flush():  # somebody's step was refused as it was written: looked at anew, one by one
            gone_on = [one for one in gone_on if self._stands(one)]
        return gone_on

    def _stands(self, one: _Coming) -> bool:
        stands = self.house.store.purchase(one.checkout_id) is not None
        self.refused["state_moved"] += not stands
        return stands

    # the steps -------------------------------------------------------------------------------------------------------
    def _open(self, house: House, one: _Coming) -> None:
        sale = self.view.sale
        one.checkout, opened = checkouts.opening(  # the order is new: there is no older session to look for
            house, order=one.order, merchant_id=sale.merchant_id, country=sale.country, return_url="/", cancel_url="/",
            channel="embedded" if self.terms.orders else MAKE_BELIEVE, locale=self.market.language,
        )  # fmt: skip
        house.commit(opened)

    def _choose(self, house: House, one: _Coming) -> None:
        """Choose among offers that were quoted once: the carts are alike but for their order's number."""
        offer = replace(one.offer, cart_fingerprint=one.order.fingerprint)
        checkouts.choose_plan(house, checkout_id=one.checkout_id, token=quotation.sign_offer(house, offer=offer))

    def _vouch(self, house: House, one: _Coming) -> None:
        country = self.view.sale.country
        known = Customer(f"crowd-{one.face.number}", one.face.phone, country, phone_verified=True)
        shopper_id = identification.vouched(house, known, country=country)
        assert shopper_id is not None, one.face.phone
        one.shopper_id = shopper_id

    def _bind(self, house: House, one: _Coming) -> None:
        open_to = house.settings.open_to
        identification.bind(
            house, checkout_id=one.checkout_id, shopper_id=one.shopper_id, by="host",
            segments=None if open_to == EVERYONE else (open_to,),
        )  # fmt: skip

    def _decide(self, house: House, one: _Coming) -> None:
        face, law = one.face, house.country(self.view.sale.country)
        asked = persons.asks_student(law, day=house.today(law.time_zone))
        facts = underwriting.Facts(
            face.full_name, face.birth_date, face.income_minor, face.outgoings_minor, consent=True,
            student=False if asked else None,
        )  # fmt: skip
        underwriting.decide(house, checkout_id=one.checkout_id, facts=facts)

    def _reserve(self, house: House, one: _Coming) -> None:
        one.hold = readiness.reserve(house, checkout_id=one.checkout_id)

    # around them -----------------------------------------------------------------------------------------------------
    def _ticketed(self, one: _Coming, *, item: SaleItem) -> Ready:
        """Return a shopper with the ticket that ``tickets.issue`` would sign."""
        hold = one.hold
        assert hold is not None
        wish = Wish(hold.hold_id, item.sale_id, item.sale_item_id, hold.shopper_id, hold.units, hold.own_minor)
        ticket = tickets.sign(self.house, tickets.Ticket(wish, one.checkout_id))
        return Ready(one.checkout_id, ticket, one.face.full_name)

    def _strangers(self) -> Iterator[people.Face]:
        """Yield shoppers whose number nobody has given us yet."""
        for face in self._faces:
            if self.house.store.person_by_phone(self.house.seal.keyed_hash(face.phone)) is None:
                yield face

    def _orders(self, item: SaleItem, *, count: int) -> Sequence[Order]:
        if self.terms.orders is not None:
            return self.terms.orders(item, count)
        price_minor = item.price_minor or self.market.sale_minor
        line = OrderLine(LineKind.GOODS, item.name, 1, price_minor, item.sku)
        return [
            Order(
                order_ref=self.house.ids.new("crowd"), currency=self.market.currency, total_minor=price_minor,
                lines=(line,), ship_to=self.market.country, sale_item_id=item.sale_item_id, units=1,
            )
            for _ in range(count)
        ]  # fmt: skip

    def _quoted(self, order: Order) -> Sequence[Offer]:
        sale: Sale = self.view.sale
        found = quotation.quote(
            self.house, order=order, country=sale.country, merchant_id=sale.merchant_id, language=self.market.language
        )
        wanted = sale.plan_codes["codes"]
        offers = [offer for offer in found.offers if not wanted or offer.plan_code in wanted]
        if not offers:
            why = ", ".join(f"{refusal.plan_code}: {refusal.code}" for refusal in found.refusals)
            raise InvalidInput(field="sale", fault=f"has no plan on offer ({why})", accepted="a sale with one")
        return offers
