"""The README's snippet, run as the README says and walked to a placed order."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.walking import Demo, Walk
from tests.servers.process import Child, free_port
from tests.servers.web import answers


@dataclass(frozen=True)
class MinimalShop(Demo):
    """A shop without an inbox page: its messages are in the log."""

    def newest_text(self, number: str) -> str:
        """Return the newest message to a phone."""
        found = re.findall(rf"\[to {re.escape(number)}\] (.*)", self.log.read_text(errors="replace"))
        return found[-1] if found else ""


@pytest.mark.timeout(180)
def test_the_readme_s_snippet_sells_a_phone_on_instalments(phone, tmp_path: Path):
    port = free_port()
    env = {
        "PORT": str(port),
        "BNPL_DATABASE_URL": f"sqlite:///{tmp_path / 'bnpl.sqlite'}",
        "BNPL_SANDBOX_PATH": str(tmp_path / "bank.sqlite"),
        "PYTHONUNBUFFERED": "1",
    }
    child = Child([sys.executable, "-m", "examples.minimal_shop"], log=tmp_path / "shop.log", env=env).start()
    shop = MinimalShop(f"http://127.0.0.1:{port}", "", tmp_path / "shop.log")
    try:
        child.wait_until(lambda: answers(shop.url), what="the minimal shop to answer")
        walk = Walk(shop, phone, name="minimal", phone="+33612345678")
        walk.go("/")
        expect(phone.locator(".bnpl-offer-line")).to_have_text("or 3 × €99.67")
        expect(phone.locator(".bnpl-offer-cost")).to_have_text("Total €299.00 · cost €0.00 · APR 0%")
        phone.get_by_role("link", name="Buy").click()
        walk.to_card(3)
        walk.pay()
        walk.placed()
        phone.locator(".actions a.button").first.click()
        expect(phone.locator("body")).to_contain_text("Placed.")
    finally:
        child.stop()
