"""A simulated business: one seed is one life, every promise holds, and a stop in the middle breaks none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bnpl_plugin.errors import ConfigurationError, InvalidInput
from bnpl_plugin.money import Money
from bnpl_plugin.simulation import Life, Question, furnishing
from bnpl_plugin.simulation.furnishing import LuckyBank
from tests.lifecycle.world import world_in

FIRST = date(2027, 1, 1)
CAPITAL = (Money.of(10_000_000, "CNY"), Money.of(1_000_000, "EUR"), Money.of(1_000_000, "USD"))


@contextmanager
def life_in(folder: Path, **asked: Any) -> Iterator[Life]:
    """Give a life in a shop whose law is the demo's."""
    options = {"folder": folder / "simulation", "database_url": asked.pop("database_url", "")}
    facts = {"shoppers": 60, "days": 50, "seed": 7, "first": FIRST, "capital": CAPITAL, "buying_bps": 5_000, **asked}
    folder.mkdir(exist_ok=True)
    with world_in(folder, f"sqlite:///{folder / 'shop.sqlite'}") as world:
        life = Life(world.house, question=Question(**facts), **options)
        try:
            yield life
        finally:
            furnishing.close(life.house)


def summed(life: Life, name: str) -> int:
    return sum(month.counts.get(name, 0) for month in life.months)


@pytest.mark.timeout(180)
def test_half_a_year_of_business_keeps_every_promise_and_knows_good_and_bad_payers(tmp_path):
    with life_in(tmp_path, shoppers=120, days=190, sales=2) as life:
        assert len(life.live()) == 7
        assert life.house.verifier.findings() == ()
        assert summed(life, "visits") >= 120
        assert not {"invalid_input", "illegal_transition"} & {code for month in life.months for code in month.refusals}
        for name in ("loans", "instalments_paid", "instalments_failed", "settled", "prequalified", "approved",
                     "borrowings", "loans_sold", "loans_bought_back", "remittances"):  # fmt: skip
            assert summed(life, name) > 0, name
        last = life.months[-1]
        for purse in last.purses:
            pool = life.house.store.pool(purse.currency)
            assert pool is not None
            assert purse.outstanding_minor == pool.outstanding_minor
            assert sum(purse.late_minor.values()) <= purse.outstanding_minor
        lent = sum(month.lent_minor for month in life.house.reads.lent_by_month())
        assert 0 < lent <= sum(purse.lent_minor for month in life.months for purse in month.purses)


@pytest.mark.prove
@pytest.mark.timeout(600)
def test_the_same_seed_lives_the_same_life_and_another_seed_another(tmp_path):
    lives = []
    for folder, seed in (("one", 7), ("same", 7), ("other", 8)):
        with life_in(tmp_path / folder, seed=seed, shoppers=30, days=35) as life:
            lives.append([(m.counts, m.refusals, m.ratings, m.purses) for m in life.live()])
    assert lives[0] == lives[1]
    assert lives[0] != lives[2]


@pytest.mark.timeout(120)
def test_a_life_interrupted_in_the_middle_of_a_charge_breaks_no_promise(tmp_path, monkeypatch):
    charges = []

    def charge(bank, instruction, *, through=LuckyBank.charge):
        outcome = through(bank, instruction)
        charges.append(outcome)
        if len(charges) == 5:
            raise KeyboardInterrupt  # the bank has charged, and the house will never hear of it
        return outcome

    monkeypatch.setattr(LuckyBank, "charge", charge)
    with life_in(tmp_path) as life:
        with pytest.raises(KeyboardInterrupt):
            life.live()
        assert life.house.verifier.findings() == ()


@pytest.mark.prove
@pytest.mark.postgres
@pytest.mark.timeout(600)
def test_it_lives_on_postgresql_as_on_sqlite(tmp_path, postgres_url):
    months = []
    for folder, url in (("sqlite", ""), ("postgresql", postgres_url)):
        with life_in(tmp_path / folder, shoppers=20, days=32, database_url=url) as life:
            months.append([(m.counts, m.refusals, m.ratings, m.purses) for m in life.live()])
            assert life.house.verifier.findings() == ()
    assert months[0] == months[1]


def test_a_database_that_holds_a_book_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path / 'shop.sqlite'}"
    with pytest.raises(InvalidInput, match="holds a book"), life_in(tmp_path, database_url=url):
        pass


def test_a_folder_with_an_older_simulation_is_refused(tmp_path):
    with life_in(tmp_path):
        pass
    with pytest.raises(ConfigurationError, match="older simulation"), life_in(tmp_path):
        pass


def test_a_pool_emptied_refuses_and_is_counted(tmp_path):
    with life_in(tmp_path, capital=(Money.of(30_000, "CNY"),), shoppers=120, days=20) as life:
        life.live()
        assert life.countries == ("CN",)
        assert sum(month.refusals.get("capital_exhausted", 0) for month in life.months) > 0
        assert life.house.verifier.findings() == ()
