"""A shopper with a browser but no screen: follows redirects, finds fields, looks at each page's guards."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, render_template_string
from werkzeug.test import TestResponse

from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.testing import make_app
from examples.demo_shop.sample_law import SAMPLE_LAW

INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
PHONES = {"EUR": "+33 6 12 34 56 78", "CNY": "+86 131 2345 6789", "USD": "+1 201 555 0123"}
COUNTRIES = {"EUR": "FR", "CNY": "CN", "USD": "US"}
FACTS = {
    "full_name": "Ada Martin",
    "birth_on": "1990-05-17",
    "monthly_income": "25 000",
    "monthly_outgoings": "9000,50",
    "consent": "yes",
}


def make_shop(folder: Path, **options: Any) -> Flask:
    """Return a shop with one cart page that embeds us."""
    app = make_app(folder, law=SAMPLE_LAW, **options)

    @app.get("/cart/<ref>")
    def cart(ref: str) -> str:
        order = app.extensions["shop"].orders[ref]
        return render_template_string("{{ bnpl.offer(order) }}{{ bnpl.button(order) }}", order=order)

    return app


def house_of(app: Flask) -> House:
    """Return the app's house."""
    house: House = app.extensions["bnpl"]
    return house


def clock(app: Flask) -> Any:
    """Return the app's movable clock."""
    return house_of(app).clock


def state(app: Flask, base: str) -> str:
    """Return the state of the checkout at an address."""
    return house_of(app).purchase(checkout_id(base)).checkout.state


class Browser:
    """One browser with its cookies; ``text`` is the page that it shows."""

    def __init__(self, app: Flask, *, lang: str = "en") -> None:
        self.app = app
        self.client = app.test_client()
        self.lang = lang
        self.answer: TestResponse
        self.seen: list[str] = []

    # moving ------------------------------------------------------------------------------------------------------
    def get(self, url: str, **options: Any) -> TestResponse:
        """Go to an address, and on to wherever it leads."""
        return self._follow(self.client.get(url, headers={"Accept-Language": self.lang}, **options))

    def post(self, url: str, **data: Any) -> TestResponse:
        """Send a form with the page's token, and go on to wherever it leads."""
        token = self._token()
        sent = {"csrf_token": token, **data} if token else data
        return self._follow(self.client.post(url, data=sent, headers={"Accept-Language": self.lang}))

    def _follow(self, answer: TestResponse) -> TestResponse:
        for _ in range(8):
            if answer.status_code not in (301, 302, 303):
                break
            answer = self.client.get(answer.headers["Location"], headers={"Accept-Language": self.lang})
        else:
            raise AssertionError("redirected in a circle")
        self.answer = answer
        self.seen.append(answer.request.path)
        if answer.request.path.startswith("/bnpl/") and answer.mimetype == "text/html":
            look_at_the_guards(answer)
        return answer

    def _token(self) -> str:
        cookie = self.client.get_cookie("bnpl_form", path="/bnpl")
        return cookie.value if cookie else ""

    # looking -----------------------------------------------------------------------------------------------------
    @property
    def text(self) -> str:
        """The page as it came."""
        return self.answer.text

    @property
    def words(self) -> str:
        """What a reader sees of the page."""
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.text)).split())

    @property
    def step(self) -> str:
        """The last part of the page's address."""
        return self.answer.request.path.rsplit("/", 1)[1]

    def field(self, name: str) -> str:
        """Return the value of a hidden field or of the first radio button with a name."""
        tag = next(tag for tag in re.findall(r"<input[^>]*>", self.text) if f'name="{name}"' in tag)
        found = re.search(r'value="([^"]*)"', tag)
        assert found is not None
        return html.unescape(found[1])

    def offer(self, plan_code: str) -> str:
        """Return the token of a plan on the page of plans."""
        house = house_of(self.app)
        for tag in re.findall(r'<input[^>]*name="offer"[^>]*>', self.text):
            token = html.unescape(re.search(r'value="([^"]*)"', tag)[1])  # type: ignore[index]
            if house.seal.unsign(token, purpose="offer")["plan_code"] == plan_code:
                return token
        raise AssertionError(f"{plan_code} is not offered")

    # the way of one purchase -----------------------------------------------------------------------------------------
    def open(self, order_ref: str) -> str:
        """Press the button in the host's cart and return the checkout's address."""
        self.get(f"/cart/{order_ref}")
        self.post("/bnpl/checkout", order_ref=self.field("order_ref"))
        assert self.step == "plans", self.words
        return self.answer.request.path.rsplit("/", 1)[0]

    def choose(self, base: str, plan_code: str = "pay_in_3") -> None:
        """Choose a plan."""
        self.post(f"{base}/plans", offer=self.offer(plan_code))

    def prove_phone(self, base: str, *, currency: str = "EUR", number: str = "") -> None:
        """Give the phone number and the code that arrives."""
        self.post(f"{base}/phone", phone=number or PHONES[currency])
        self.post(f"{base}/code", code=last_code(self.app))

    def tell_facts(self, base: str, *, currency: str = "EUR", **facts: str) -> None:
        """Give the facts for the decision."""
        asked = {"student": "no"} if 'name="student"' in self.text else {}
        self.post(f"{base}/facts", **{**FACTS, "country": COUNTRIES[currency], **asked, **facts})

    def to_decision(self, order_ref: str, *, currency: str = "EUR", plan_code: str = "pay_in_3", **facts: str) -> str:
        """Walk as far as the decision and return the checkout's address."""
        base = self.open(order_ref)
        self.choose(base, plan_code)
        self.prove_phone(base, currency=currency)
        self.tell_facts(base, currency=currency, **facts)
        return base

    def to_card(self, order_ref: str, **options: Any) -> str:
        """Walk as far as the card and return the checkout's address."""
        base = self.to_decision(order_ref, **options)
        self.post(f"{base}/decision")
        house_of(self.app).clock.advance(timedelta(seconds=5))  # type: ignore[attr-defined]
        self.post(f"{base}/disclosures", shown=self.field("shown"))
        self.post(f"{base}/sign", signed_name=FACTS["full_name"], accept="yes")
        assert self.step == "card", self.words
        return base

    def pay(self, base: str, *, number: str = "4242424242424242") -> None:
        """Go to the test bank and type a card."""
        self.post(f"{base}/card")
        self.post(self.answer.request.path, number=number, expiry="12/34", cvc="123")

    def enter_console(self, name: str = "Ada") -> None:
        """Sign in as an operator."""
        self.get("/bnpl/console/sign-in")
        self.post("/bnpl/console/sign-in", name=name, password="console password")

    def to_placed(self, order_ref: str, **options: Any) -> str:
        """Walk the whole way and return the checkout's address."""
        base = self.to_card(order_ref, **options)
        self.pay(base)
        assert self.step == "placed", self.words
        return base


def last_code(app: Flask) -> str:
    """Return the one-time code that was sent last."""
    text = house_of(app).notifier.sent[-1].text  # type: ignore[attr-defined]
    found = re.search(r"\b(\d{6})\b", text)
    assert found is not None
    return found[1]


def wrong_code(app: Flask) -> str:
    """Return a code that was not sent."""
    return "000000" if last_code(app) != "000000" else "000001"


def checkout_id(base: str) -> str:
    """Return the id in a checkout's address."""
    return base.rsplit("/", 1)[1]


def look_at_the_guards(answer: TestResponse) -> None:
    """Hold every page of ours to its promises: strict policy, nothing inline, never cached, never framed."""
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert not INLINE.findall(answer.text), INLINE.findall(answer.text)
    assert answer.status_code not in (500, 502), answer.text
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/bnpl" in cookie
