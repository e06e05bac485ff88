"""The shop's app: Flask, the shop's own tables, and the package in host mode."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, has_request_context, session

from bnpl_plugin.environment import MovableClock
from bnpl_plugin.ext import Bnpl
from bnpl_plugin.ports.platform import Customer
from examples.demo_shop import pages
from examples.demo_shop.desk import CONSOLE_PASSWORD, PEOPLE, Desk, Inbox
from examples.demo_shop.models import open_database
from examples.demo_shop.orders import Orders
from examples.demo_shop.sample_law import SAMPLE_LAW


def create_app() -> Flask:
    """Return the shop on ``DATABASE_URL`` (default: an SQLite file); all its processes make it by this function."""
    desk = Desk.open()
    app = Flask(__name__, instance_path=str(desk.folder))
    app.config.update(SECRET_KEY=desk.secret("cookies"), SESSION_COOKIE_NAME="hanami", SESSION_COOKIE_SAMESITE="Lax")
    app.config.update(_settings(desk))
    _, sessions = open_database(desk.database_url)
    clock = MovableClock(desk.folder / "clock")
    orders = Orders(sessions)
    Bnpl(
        app,
        order=orders.order,
        customer=_customer,
        confirm_order=orders.confirm_order,
        order_refused=orders.order_refused,
        sessions=sessions,
        law=SAMPLE_LAW,
        clock=clock,
        notifier=Inbox(sessions, clock=clock),
    )
    app.extensions["bnpl_crowd_orders"] = lambda item, count: orders.crowded(item, count, now=clock.now())
    app.extensions["shop"] = pages.Shop(sessions=sessions, orders=orders, clock=clock)
    app.register_blueprint(pages.blueprint)
    return app


def _settings(desk: Desk) -> dict[str, Any]:
    told = {
        "BNPL_DATA_KEY": desk.secret("data"),
        "BNPL_LENDER_NAME": "Hanami Finance (sample lender)",
        "BNPL_LENDER_ADDRESS": "1 Sample Street, Sampletown",
        "BNPL_LENDER_CONTACT": "help@hanami.example",
        "BNPL_CONSOLE_PASSWORD": CONSOLE_PASSWORD,
        "BNPL_SANDBOX_PATH": str(desk.folder / "bank.sqlite"),
        "BNPL_SEGMENTS": "device_owner",  # Lina has a Hanami phone; BNPL_OPEN_TO=device_owner would serve her alone
        "BNPL_PUBLIC_URL": os.environ.get("PUBLIC_URL", ""),
    }
    if os.environ.get("STRIPE_SECRET_KEY"):
        told["BNPL_PROVIDER"] = "stripe"
        for name in ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"):
            told[f"BNPL_{name}"] = os.environ.get(name, "")
    return told


def _customer() -> Customer | None:
    """Return the demo customer who is signed in; None for a guest, whom the phone code identifies."""
    who = session.get("person") if has_request_context() else None
    return PEOPLE[who][2] if who in PEOPLE else None
