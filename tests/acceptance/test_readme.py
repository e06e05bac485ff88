"""The README tells the truth: its snippet is what runs, and what it says the snippet prints is printed."""

import doctest
import re
from pathlib import Path

import pytest

from bnpl_plugin.lifecycle import quotation
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.testing import ShopBook, make_app
from examples.demo_shop.sample_law import SAMPLE_LAW

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SNIPPET = (ROOT / "examples/minimal_shop/app.py").read_text(encoding="utf-8")


def test_the_snippet_is_the_minimal_shop_and_has_at_most_thirty_lines():
    first = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert first is not None
    assert first[1] == SNIPPET
    assert len(SNIPPET.splitlines()) <= 30


def test_the_schedule_in_the_readme_is_what_is_offered_on_that_day(tmp_path: Path):
    app = make_app(tmp_path, law=SAMPLE_LAW)
    book: ShopBook = app.extensions["shop"]
    order: Order = book.add(total_minor=299_00, currency="EUR")
    house = app.extensions["bnpl"]
    offer = quotation.quote_plan(
        house, order=order, country="FR", merchant_id=house.host_merchant_id, plan_code="pay_in_3", rating=None,
        language="en",
    )  # fmt: skip
    told = re.findall(r"^\| (\d) \| (\d{4}-\d\d-\d\d)[^|]*\| €([\d.]+) \|$", README, re.MULTILINE)
    owed = [
        (str(part.number), part.due_on.isoformat(), str(Money(part.total_minor, "EUR")).split()[0].strip("EUR €"))
        for part in offer.schedule.instalments
    ]
    house.store.engine.dispose()
    assert told == owed


def test_the_mathematics_in_the_readme_say_what_they_say():
    told = doctest.DocTestParser().get_doctest(README, {}, "README.md", "README.md", 0)
    assert len(told.examples) > 5
    assert doctest.DocTestRunner().run(told).failed == 0


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(((?!http)[^)#]+)\)", README))))
def test_every_link_leads_somewhere(target: str):
    assert (ROOT / target).exists()
