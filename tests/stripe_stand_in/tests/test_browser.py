"""A real Chromium pays with the stand-in of Stripe.js under a strict Content-Security-Policy."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pay</title></head><body
data-key="{key}" data-secret="{secret}" data-redirect="{redirect}">
<form id="pay"><div id="card"></div><button>Pay</button></form><p id="said"></p>
<script src="{api}/js.stripe.com/v3/"></script><script src="/pay.js"></script></body></html>"""

SCRIPT = """
var data = document.body.dataset;
var client = Stripe(data.key);
var elements = client.elements({ clientSecret: data.secret });
elements.create("payment").mount("#card");
document.getElementById("pay").addEventListener("submit", function (event) {
  event.preventDefault();
  var confirm = data.secret.indexOf("seti_") === 0 ? "confirmSetup" : "confirmPayment";
  elements.submit().then(function (checked) {
    if (checked.error) { return checked; }
    return client[confirm]({
      elements: elements, confirmParams: { return_url: location.origin + "/return?order=7" }, redirect: data.redirect
    });
  }).then(function (got) {
    document.getElementById("said").textContent = got.error ? got.error.message : got.paymentIntent.status;
  });
});
"""


class Shop:
    """A checkout page as a host serves it: everything but its own files and the stand-in is forbidden."""

    def __init__(self, api: str, key: str) -> None:
        self.secret, self.redirect = "", "always"
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = PAGE.format(key=key, secret=shop.secret, redirect=shop.redirect, api=api)
                path = urlsplit(self.path).path
                texts = {"/pay.js": (SCRIPT, "text/javascript"), "/pay": (page, "text/html")}
                text, kind = texts.get(path, ("<title>Back</title><p>Back in the shop", "text/html"))
                policy = f"default-src 'none'; script-src 'self' {api}; connect-src {api}; form-action 'self'"
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def shop(stand_in) -> Iterator[Shop]:
    running = Shop(stand_in.url, stand_in.publishable_key)
    yield running
    running.close()


def fill_and_pay(phone, shop, secret: str, number: str) -> None:
    shop.secret = secret
    phone.goto(f"{shop.url}/pay")
    phone.get_by_label("Card number").fill(number)
    phone.get_by_label("Expiry").fill("12/34")
    phone.get_by_label("CVC").fill("123")
    phone.get_by_role("button", name="Pay").click()


def came_back(phone, shop) -> dict[str, str]:
    phone.wait_for_url(f"{shop.url}/return?**")
    return {name: values[0] for name, values in parse_qs(urlsplit(phone.url).query).items()}


@pytest.mark.parametrize("button", ["approve", "fail"])
def test_a_shopper_passes_or_fails_three_d_secure_and_returns(phone, client, stand_in, shop, button):
    status = {"approve": "succeeded", "fail": "failed"}[button]
    intent = client.v1.payment_intents.create({"amount": 1000, "currency": "eur"})
    fill_and_pay(phone, shop, intent.client_secret, "4000 0027 6000 3184")
    phone.wait_for_url(f"{stand_in.url}/3ds/**")
    assert "10.00 EUR" in phone.inner_text("main")
    phone.click(f"#{button}")
    assert came_back(phone, shop) == {
        "order": "7", "payment_intent": intent.id, "payment_intent_client_secret": intent.client_secret,
        "redirect_status": status,
    }  # fmt: skip
    assert len(stand_in.charges()) == (1 if status == "succeeded" else 0)


def test_a_card_without_three_d_secure_returns_at_once(phone, client, stand_in, shop):
    intent = client.v1.payment_intents.create({"amount": 1000, "currency": "eur"})
    fill_and_pay(phone, shop, intent.client_secret, "4242424242424242")
    assert came_back(phone, shop)["redirect_status"] == "succeeded"
    assert len(stand_in.charges()) == 1


def test_a_decline_is_told_on_the_page_and_another_card_pays_there(phone, client, stand_in, shop, complaints):
    complaints.expect("402")
    shop.redirect = "if_required"
    intent = client.v1.payment_intents.create({"amount": 1000, "currency": "eur"})
    fill_and_pay(phone, shop, intent.client_secret, "4000000000009995")
    phone.get_by_text("Your card has insufficient funds.").wait_for()
    phone.get_by_label("Card number").fill("4242424242424242")
    phone.get_by_role("button", name="Pay").click()
    phone.get_by_text("succeeded").wait_for()
    assert len(stand_in.charges()) == 1


def test_a_card_is_saved_for_later(phone, client, stand_in, shop):
    customer = client.v1.customers.create({}).id
    intent = client.v1.setup_intents.create({"customer": customer})
    fill_and_pay(phone, shop, intent.client_secret, "4000002500003155")
    phone.wait_for_url(f"{stand_in.url}/3ds/**")
    phone.click("#approve")
    assert came_back(phone, shop)["setup_intent"] == intent.id
    saved = client.v1.setup_intents.retrieve(intent.id)
    assert json.loads(str(saved.last_response.body))["status"] == "succeeded"
    assert client.v1.payment_methods.retrieve(str(saved.payment_method)).customer == customer
