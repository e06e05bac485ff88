"""The pages that only a demo has: the guide, the make-believe phone, the clock, the three customers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, redirect, request, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from bnpl_plugin.environment import MovableClock
from bnpl_plugin.ext import current_bnpl
from bnpl_plugin.providers.sandbox import TEST_CARDS
from examples.demo_shop.desk import CONSOLE_PASSWORD, PEOPLE, crowd_command
from examples.demo_shop.models import InboxMessage
from examples.demo_shop.pages import blueprint, shop, show
from examples.demo_shop.seeding import sale_ids

JUMPS = (1, 7, 14, 31)
NEWEST = 30


@blueprint.get("/demo")
def guide() -> Any:
    """Where everything is."""
    sales = sale_ids(current_app)
    commands = {country: crowd_command(sale_id, url=request.host_url.rstrip("/")) for country, sale_id in sales.items()}
    return show(
        "guide.html", cards=TEST_CARDS, console_password=CONSOLE_PASSWORD, sales=sales, commands=commands,
        console_url=f"{current_bnpl.settings.url_prefix}/console",
    )  # fmt: skip


@blueprint.get("/demo/inbox")
def inbox() -> Any:
    """The make-believe phone: the newest messages to anybody."""
    with shop().sessions() as database:
        newest = select(InboxMessage).order_by(InboxMessage.message_id.desc()).limit(NEWEST)
        messages = database.scalars(newest).all()
    return show("inbox.html", messages=messages)


@blueprint.get("/demo/clock")
def clock() -> Any:
    """The demo's date, and buttons that move it."""
    return show("clock.html", now=shop().clock.now(), jumps=JUMPS)


@blueprint.post("/demo/clock")
def jump() -> Response:
    """Move the clock of all processes forward by 1 to 400 days."""
    typed = request.form.get("days", "")
    found = shop().clock
    if isinstance(found, MovableClock) and typed.isascii() and typed.isdigit() and 1 <= int(typed[:4]) <= 400:
        found.advance(timedelta(days=int(typed)))
    return redirect(url_for("shop.clock"), 303)


@blueprint.get("/sign-in")
def sign_in() -> Any:
    """The three demo customers, or none."""
    return show("sign_in.html", people=PEOPLE)


@blueprint.post("/sign-in")
def enter() -> Response:
    """Sign a demo customer in, or out."""
    session.pop("person", None)
    if (who := request.form.get("who", "")) in PEOPLE:
        session["person"] = who
    return redirect(url_for("shop.home"), 303)
