"""The days: shoppers come, buy, pay, miss, come back; the worker does its rounds; each step is a use case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from bnpl_plugin import worker
from bnpl_plugin.errors import BnplError, InvalidInput
from bnpl_plugin.lifecycle import early_settlement, refund
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.records import SaleItem
from bnpl_plugin.ports.store import Event
from bnpl_plugin.simulation import buying, furnishing
from bnpl_plugin.simulation.counting import Month, Tally
from bnpl_plugin.simulation.demand import arrivals, sale_days
from bnpl_plugin.simulation.people import MARKETS, MISSES, Market, Person, person
from bnpl_plugin.simulation.question import WHOLE_BPS, Question
from bnpl_plugin.simulation.treasury import Treasury

DAY = timedelta(days=1)
ROUNDS_A_DAY = 3  # how often the worker looks in
MOST_PURCHASES = 4  # of one shopper

#: Out of a hundred loans: undone by the shop within days, settled early by the shopper, followed by another purchase.
REFUNDED, SETTLED_EARLY, FOLLOWED = 2, 4, 40

#: Out of a hundred who asked what they could finance: they come back to buy within a month.
COMING_BACK = 40


class Errand(NamedTuple):
    """Something that somebody will do on a later day."""

    what: str  # "visit", "by_hand", "settle", "refund", "unsold"
    number: int  # the shopper's
    visit: int
    subject: str = ""  # a loan's id, or a sale item's


class Life:
    """One simulation, day by day.

    Args:
        house: lends its plans, rules, policy, law and words.
        question: what is lived through.
        folder: where the bank's file is kept (and the database, without an address).
        database_url: a fresh database; default SQLite in the folder.

    Raises:
        InvalidInput: a database that holds a book, or no country whose law allows an offer with the capital given.
    """

    def __init__(self, house: House, *, question: Question, folder: Path, database_url: str = "") -> None:
        self.question = question
        self.clock = furnishing.OwnClock(datetime.combine(question.first, time(), UTC))
        furnishing.fresh_folder(folder)
        self.tally = Tally()
        self.months: list[Month] = []
        self.day = 0
        self._errands: defaultdict[int, list[Errand]] = defaultdict(list)
        self._numbers: dict[str, tuple[int, int]] = {}  # shopper's id → number, day of the first visit
        self._markets = tuple(m for m in MARKETS if _sells(house, market=m, question=question))
        if not self._markets:
            raise InvalidInput(
                field="capital", fault="opens no country", accepted="a currency of a country whose law is complete"
            )
        self.house = furnishing.furnish(
            house, question=question, database_url=database_url or f"sqlite:///{folder / 'simulation.sqlite'}",
            folder=folder, clock=self.clock, declines=self._declines, announce=self._happened,
        )  # fmt: skip
        self._buying = buying.Buying(self.house, clock=self.clock)
        self._treasury = Treasury(self.house)
        self._sale: dict[str, SaleItem] = {}  # by currency, while it runs

    @property
    def countries(self) -> tuple[str, ...]:
        """Where is sold."""
        return tuple(market.country for market in self._markets)

    def live(self, *, told: Callable[[int], None] = lambda _day: None) -> Sequence[Month]:
        """Live through all the days; ``told`` hears of each when it is over. Returns the months."""
        come, crowded, first = arrivals(self.question), sale_days(self.question), 0
        for day, count in enumerate(come):
            self.day = day
            self._live_day(range(first, first + count), sale=day in crowded)
            first += count
            today = self._date(day)
            if day + 1 == self.question.days or self._date(day + 1).month != today.month:
                self._treasury.end_month(today=today, counts=self.tally.counts, refusals=self.tally.refusals)
                self.months.append(self.tally.close(self.house, today=today, day=day + 1))
            told(day + 1)
        return self.months

    # a day -----------------------------------------------------------------------------------------------------------
    def _live_day(self, new: range, *, sale: bool) -> None:
        dawn = datetime.combine(self._date(self.day), time(), UTC)
        luck = self._luck(f"day/{self.day}")
        errands = [Errand("visit", number, 0) for number in new] + self._errands.pop(self.day, [])
        moments = sorted(luck.randrange(24 * 3600) for _ in errands)
        luck.shuffle(errands)
        self.clock.reach(dawn)
        if sale:
            self._open_sale(units=max(len(new) // 20, 1))
        rounds = [dawn + DAY * turn / ROUNDS_A_DAY for turn in range(ROUNDS_A_DAY)]
        for second, errand in zip(moments, errands, strict=True):
            moment = dawn + timedelta(seconds=second)
            while rounds and rounds[0] <= moment:
                self._work(rounds.pop(0))
            self.clock.reach(moment)
            self._run(errand)
        for at in rounds:
            self._work(at)
        if sale:
            self._close_sale()

    def _work(self, at: datetime) -> None:
        self.clock.reach(at)
        worker.run_until_idle(self.house, rounds=10_000)

    def _run(self, errand: Errand) -> None:
        """Let somebody do what they came for; what the house refuses is counted under the refusal's code."""
        luck = self._luck(f"{errand.what}/{errand.number}/{errand.visit}/{errand.subject}")
        try:
            if errand.what == "visit":
                self._visit(errand, luck=luck)
            elif errand.what == "refund":
                refund.request(self.house, loan_id=errand.subject, reason="returned")
            elif errand.what == "unsold":
                selling.return_unsold(self.house, sale_item_id=errand.subject, merchant_id=self.house.host_merchant_id)
            else:
                self._pay(errand)
        except BnplError as refusal:
            self.tally.refusals[refusal.code] += 1

    # what people do --------------------------------------------------------------------------------------------------
    def _visit(self, errand: Errand, *, luck: Random) -> None:
        who = person(seed=self.question.seed, number=errand.number, markets=self._markets)
        item = self._sale.get(who.market.currency) if luck.randrange(2) else None
        wants = errand.visit > 0 or luck.randrange(WHOLE_BPS) < self.question.buying_bps
        self.tally.counts["visits"] += 1
        asked_before = sum(self._buying.prequalified.values())
        shopper_id = self._buying.visit(who, visit=errand.visit, luck=luck, item=item, wants=wants, knows=self._met)
        if (
            sum(self._buying.prequalified.values()) > asked_before
        ):  # they know what they may spend, and come back for it
            self.tally.counts["prequalified"] += 1
            if luck.randrange(100) < COMING_BACK:
                self._later(luck.randrange(1, 25), Errand("visit", errand.number, errand.visit + 1))
        if shopper_id is not None and errand.visit + 1 < MOST_PURCHASES and luck.randrange(100) < FOLLOWED:
            self._later(luck.randrange(20, 100), Errand("visit", errand.number, errand.visit + 1))

    def _met(self, shopper_id: str, who: Person) -> None:
        self._numbers.setdefault(shopper_id, (who.number, self.day))

    def _pay(self, errand: Errand) -> None:
        """Pay what is overdue by hand, or everything that is left."""
        everything = errand.what == "settle"
        book = self.house.store.loan_book(errand.subject)
        if book is None or book.loan.state not in ("active", "defaulted"):
            return
        for row in book.instalments:
            if not everything and row.state != "overdue":
                continue
            book = self.house.store.loan_book(errand.subject)
            assert book is not None
            asked = early_settlement.figure(self.house, book=book, everything=everything)
            attempt = early_settlement.pay(
                self.house, loan_id=errand.subject, shopper_id=book.loan.shopper_id, everything=everything,
                expected_minor=asked.payable_minor,
            )  # fmt: skip
            if everything or attempt.state != "captured":
                return

    def _happened(self, events: Sequence[Event]) -> None:
        """Count what has happened, and let people act on it later."""
        self.tally.take(events)
        for event in events:
            if event.kind not in ("loan.booked", "instalment.failed"):
                continue
            number, _ = self._numbers[event.shopper_id]
            loan_id = event.payload["loan_id"]
            luck = self._luck(f"{event.event_id}")
            if event.kind == "loan.booked":
                drawn = luck.randrange(100)
                if drawn < REFUNDED:
                    self._later(luck.randrange(1, 20), Errand("refund", number, 0, loan_id))
                elif drawn < REFUNDED + SETTLED_EARLY:
                    self._later(luck.randrange(10, 80), Errand("settle", number, 0, loan_id))
            elif person(seed=self.question.seed, number=number, markets=self._markets).pays_by_hand:
                self._later(luck.randrange(2, 50), Errand("by_hand", number, luck.randrange(10**6), loan_id))

    def _declines(self, shopper_id: str, attempt_id: str) -> bool:
        """Whether a later charge of a shopper is refused today."""
        number, met_on = self._numbers[shopper_id]
        who = person(seed=self.question.seed, number=number, markets=self._markets)
        if who.ruined_after_days is not None and self.day >= met_on + who.ruined_after_days:
            return True
        return self._luck(attempt_id).randrange(WHOLE_BPS) < MISSES[who.strained]

    # flash sales -----------------------------------------------------------------------------------------------------
    def _open_sale(self, *, units: int) -> None:
        now = self.clock.now()
        for market in self._markets:
            phone = ItemTerms(sku="flash", name="Flash-sale phone", units=units, price_minor=market.sale_minor)
            terms = SaleTerms(
                name="Flash sale", country=market.country, items=(phone,), starts_at=now, ends_at=now + DAY,
                allotment_minor=0,
            )  # fmt: skip
            view = selling.create(self.house, terms, merchant_id=self.house.host_merchant_id)
            self._sale[market.currency] = view.items[0]

    def _close_sale(self) -> None:
        """End the sale; what was held at its end comes free on the next day, and then the rest goes back."""
        self._later(2, *(Errand("unsold", 0, 0, item.sale_item_id) for item in self._sale.values()))
        self._sale.clear()

    # small things ----------------------------------------------------------------------------------------------------
    def _later(self, days: int, *errands: Errand) -> None:
        if self.day + days < self.question.days:
            self._errands[self.day + days].extend(errands)

    def _luck(self, name: str) -> Random:
        return Random(f"{self.question.seed}/{name}")  # noqa: S311 - luck, not secrecy

    def _date(self, day: int) -> date:
        return self.question.first + DAY * day


def _sells(house: House, *, market: Market, question: Question) -> bool:
    """Whether there is capital in a market's currency and its law is complete on the first day and on the last."""
    law = house.countries.get(market.country)
    if law is None or market.currency not in {amount.currency for amount in question.capital}:
        return False
    days = (question.first, question.first + DAY * (question.days - 1))
    return not any(law.missing(day=day, language=market.language) for day in days)
