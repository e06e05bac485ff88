"""A lender with its API, shops that call it, and a shopper who finishes a shop's checkout."""

from __future__ import annotations

import itertools
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from bnpl_plugin.lifecycle import disclosure, holds, merchants, reconciliation, signature
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.testing import Walker, make_app
from examples.demo_shop.sample_law import SAMPLE_LAW

BASE = "/bnpl/api/v1"
SECRET = "whsec_" + b64encode(b"a secret of twenty-four b").decode()
APPROVED = "4242424242424242"
_phones = itertools.count(10_000_000)


@dataclass
class Post:
    """Keeps outgoing webhooks, and answers them as told (the last answer stands; None: no answer at all)."""

    answers: list[int | None] = field(default_factory=lambda: [204])
    sent: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> int:
        if not url.endswith("/hook"):  # the sandbox bank's own webhooks to us
            return 200
        self.sent.append((url, dict(headers), body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise ConnectionRefusedError
        return answer


def make_lender(folder: Path, **options: Any) -> Flask:
    return make_app(folder, law=SAMPLE_LAW, **{"courier": Post(), **options})


@dataclass(frozen=True)
class Caller:
    """A shop with a key."""

    app: Flask
    merchant_id: str
    key: str

    def get(self, path: str, **options: Any) -> Any:
        return self._call("GET", path, **options)

    def post(self, path: str, body: Any = None, *, key: str = "", **options: Any) -> Any:
        headers = {**options.pop("headers", {}), **({"Idempotency-Key": key} if key else {})}
        return self._call("POST", path, headers=headers, **({"json": body} if body is not None else {}), **options)

    def _call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return self.app.test_client().open(BASE + path, method=method, headers=headers, **options)

    def open(self, order_ref: str = "A-1", *, key: str = "", **changes: Any) -> dict[str, Any]:
        answer = self.post("/checkouts", order(order_ref, **changes), key=key or f"key-{order_ref}")
        assert answer.status_code == 201, answer.json
        return dict(answer.json)

    def sell(self, order_ref: str = "A-1", **changes: Any) -> dict[str, Any]:
        """Open a checkout and let a new shopper finish it."""
        made = self.open(order_ref, **changes)
        finish(self.app, made["id"])
        return dict(self.get(f"/checkouts/{made['id']}").json)


def register(app: Flask, *, name: str = "Atelier", webhook_url: str | None = "https://shop.example/hook") -> Caller:
    house: House = app.extensions["bnpl"]
    shop = merchants.register(house, name=name, mdr_bps=290, webhook_url=webhook_url, webhook_secret=SECRET)
    return Caller(app, shop.merchant_id, merchants.issue_key(house, merchant_id=shop.merchant_id, label="till"))


def cart(**changes: Any) -> dict[str, Any]:
    line = {"kind": "goods", "name": "Casque Brume", "quantity": 1, "unit_minor": 29_900, "sku": "brume"}
    return {"currency": "EUR", "total_minor": 29_900, "country": "FR", "lines": [line], **changes}


def order(order_ref: str = "A-1", **changes: Any) -> dict[str, Any]:
    where = {"return_url": "https://shop.example/back", "cancel_url": "https://shop.example/left"}
    return {**cart(), "order_ref": order_ref, "locale": "fr", **where, **changes}


def without(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def finish(app: Flask, checkout_id: str, *, plan_code: str = "pay_in_3") -> str:
    """Walk a new shopper through a checkout, from the plan to the confirmed order; returns the state reached."""
    house: House = app.extensions["bnpl"]
    walker = Walker(house, phone=f"+336{next(_phones)}")
    checkout = house.purchase(checkout_id).checkout
    walker.choose(checkout, plan_code=plan_code)
    walker.identify(checkout)
    assert walker.decide(checkout) == "approved"
    holds.take(house, checkout_id=checkout_id)
    disclosure.present(house, checkout_id=checkout_id, language="fr")
    signature.sign(house, checkout_id=checkout_id, typed_name=walker.full_name, accepted=True)
    walker.pay(checkout_id, card=APPROVED)
    return reconciliation.settle_checkout(house, checkout_id=checkout_id).state
