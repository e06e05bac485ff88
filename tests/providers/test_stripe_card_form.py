"""A shopper types a card into Stripe's form: our template, our script, a strict Content-Security-Policy, Chromium."""

from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

import pytest
from flask import Flask, Response, render_template, request
from werkzeug.serving import WSGIRequestHandler, make_server

from bnpl_plugin.ports.provider import DeclineCode, Outcome, OutcomeKind, Stage
from bnpl_plugin.web.locale import TRANSLATIONS, translator
from tests.providers.cases import StandInCase, instruction
from tests.servers.browser import screenshot

PACKAGE = TRANSLATIONS.parent


class Quiet(WSGIRequestHandler):
    """A handler that writes no log."""

    def log(self, type, message, *args):  # noqa: A002
        pass


@pytest.fixture
def case():
    made = StandInCase()
    yield made
    made.close()


@contextmanager
def shop(case, begun, *, due_minor):
    """Serve the card page as the house does: everything but our own files and the provider's sources is forbidden."""
    app = Flask("shop", template_folder=str(PACKAGE / "templates"), static_folder=str(PACKAGE / "static"))
    seen = []
    page = {"merchant_name": "Phone shop", "order_ref": "7", "back_url": "", "lender_name": "", "languages": []}

    @app.get("/pay")
    def pay():
        html = render_template(
            f"bnpl/{begun().next_action.template}", **translator("en").context(), client=begun().next_action.client,
            asset=lambda name: f"/static/{name}", csrf_token="", page=page, summary=None, due_minor=due_minor,
            currency="EUR", next_due=None, error="", reserved_until=None, tz="UTC",
        )  # fmt: skip
        policy = {"default-src": ["'self'"], "img-src": ["'self'", "data:"]}
        for directive, origins in case.provider.content_sources.items():
            policy[directive] = ["'self'", *origins]
        told = "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())
        return Response(html, headers={"Content-Security-Policy": told})

    @app.get("/back")
    def back():
        seen.append(request.args.to_dict())
        return "<title>Back</title><p>Back in the shop</p>"

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def walked(case, phone, *, minor=3334):
    """Open the card page of a movement just begun; yield the instruction to ask after it."""
    begun: list[Outcome] = []
    with shop(case, lambda: begun[0], due_minor=minor) as (address, _):
        asked = instruction(minor, return_url=f"{address}/back")
        begun.append(case.provider.begin(asked))
        phone.goto(f"{address}/pay")
        yield replace(asked, provider_ref=begun[0].provider_ref), address


def type_card(phone, number):
    phone.get_by_label("Card number").fill(number)
    phone.get_by_label("Expiry").fill("12/34")
    phone.get_by_label("CVC").fill("123")
    phone.locator("#stripe-card button").click()


def test_a_good_card_is_authorised_and_the_shopper_comes_back(case, phone):
    with walked(case, phone) as (asked, address):
        assert phone.locator("#stripe-card button").inner_text() == "Pay €33.34"
        screenshot(phone, name="stripe-card-form")
        type_card(phone, "4242 4242 4242 4242")
        phone.wait_for_url(f"{address}/back?**")
        assert case.provider.look_up(asked).stage is Stage.AUTHORISED


def test_a_card_is_saved_when_nothing_is_due(case, phone):
    with walked(case, phone, minor=0) as (asked, address):
        assert phone.locator("#stripe-card button").inner_text() == "Save your card"
        type_card(phone, "4242 4242 4242 4242")
        phone.wait_for_url(f"{address}/back?**")
        assert case.provider.look_up(asked).stage is Stage.SAVED


def test_a_refused_card_sends_the_shopper_back_to_hear_why(case, phone, complaints):
    complaints.expect("402")
    with walked(case, phone) as (asked, address):
        type_card(phone, "4000 0000 0000 9995")
        phone.wait_for_url(f"{address}/back")
        told = case.provider.look_up(asked)
        assert (told.kind, told.decline_code) == (OutcomeKind.DECLINED, DeclineCode.INSUFFICIENT_FUNDS)


@pytest.mark.parametrize(("button", "stage"), [("approve", Stage.AUTHORISED), ("fail", None)])
def test_three_d_secure_leads_back_to_the_shop(case, phone, button, stage):
    with walked(case, phone) as (asked, address):
        type_card(phone, "4000 0027 6000 3184")
        phone.click(f"#{button}")
        phone.wait_for_url(f"{address}/back?**")
        assert case.provider.look_up(asked).stage is stage


def test_a_slip_of_typing_is_told_on_the_page_and_nothing_is_sent(case, phone):
    with walked(case, phone) as (asked, address):
        type_card(phone, "4242")
        assert phone.locator("#stripe-card-fault").inner_text() == "Your card details are incomplete."
        assert phone.locator("#stripe-card button").is_enabled()
        assert phone.url == f"{address}/pay"
        assert case.provider.look_up(asked).kind is OutcomeKind.PENDING


def test_without_stripe_s_script_the_page_says_so(case, phone, complaints):
    complaints.expect("ERR_FAILED")
    phone.route("**/js.stripe.com/**", lambda route: route.abort())
    with walked(case, phone):
        told = phone.locator("#stripe-card-fault").inner_text()
        assert told == "The payment service cannot be reached at the moment."
        assert phone.locator("#stripe-card button").is_disabled()
