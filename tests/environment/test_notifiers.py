"""Messages leave over a real channel to a real server; one that fails passes to the next, and no log tells of them."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bnpl_plugin.environment import AppriseNotifier
from bnpl_plugin.errors import ConfigurationError, MessageUndelivered
from bnpl_plugin.ports.platform import Message
from tests.servers.process import free_port
from tests.web.browsing import Browser, make_shop

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated and slated for removal:DeprecationWarning")  # Apprise's

CODE = Message(kind="phone_code", to_phone="+33612345678", locale="fr", text="Your code is 314159.")


class Gateway:
    """A gateway that takes or refuses what is posted to it."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.status = 200
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.taken.append((self.path, body["message"]))
                self.send_response(gateway.status)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"json://user:s3cret@127.0.0.1:{self.server.server_port}/sms/{{phone}}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    yield made
    made.close()


def test_a_message_arrives_with_its_number_and_text(gateway: Gateway) -> None:
    AppriseNotifier([gateway.url]).send(CODE)
    ((path, text),) = gateway.taken
    assert path.replace("%2B", "+").endswith("/sms/+33612345678")
    assert text == CODE.text


def test_a_channel_that_fails_passes_to_the_next(gateway: Gateway) -> None:
    dead = f"json://127.0.0.1:{free_port()}/{{phone}}"
    AppriseNotifier([dead, gateway.url]).send(CODE)
    assert len(gateway.taken) == 1


def test_when_no_channel_takes_it_the_sender_is_told(gateway: Gateway) -> None:
    gateway.status = 500
    with pytest.raises(MessageUndelivered):
        AppriseNotifier([gateway.url]).send(CODE)


def test_no_log_tells_code_number_or_secret(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("apprise").setLevel(logging.DEBUG)
    AppriseNotifier([f"json://127.0.0.1:{free_port()}/{{phone}}", gateway.url]).send(CODE)
    gateway.status = 500
    with pytest.raises(MessageUndelivered) as told:
        AppriseNotifier([gateway.url]).send(CODE)
    for secret in ("314159", "612345678", "s3cret"):
        assert secret not in caplog.text
        assert secret not in str(told.value)
    assert "a channel did not take a message" in caplog.text


def test_the_logs_of_others_go_on_while_nothing_is_sent(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    AppriseNotifier([gateway.url]).send(CODE)
    logging.getLogger("apprise").warning("the host's own")
    assert "the host's own" in caplog.text


def test_an_address_that_apprise_does_not_know_is_refused_when_the_app_is_made() -> None:
    with pytest.raises(ConfigurationError, match="address 2"):
        AppriseNotifier(["json://localhost/{phone}", "carrier-pigeon://tok3n/{phone}"])


def test_a_shop_that_names_a_channel_sends_its_codes_over_it(gateway: Gateway, tmp_path: Path) -> None:
    app = make_shop(tmp_path, config={"BNPL_NOTIFY_URLS": gateway.url}, notifier=None)
    app.extensions["shop"].add(order_ref="order-1")
    browser = Browser(app)
    base = browser.open("order-1")
    browser.choose(base)
    browser.post(f"{base}/phone", phone="+33 6 12 34 56 78")
    assert browser.step == "code"
    ((_, text),) = gateway.taken
    browser.post(f"{base}/code", code=text.split("is ")[1][:6])
    assert browser.step == "facts"
    gateway.status = 500
    other = Browser(app)
    other.get("/bnpl/account/sign-in")
    other.post("/bnpl/account/sign-in", phone="+33612345679")
    assert other.answer.status_code == 503
    assert "We could not send you a message just now." in other.words
    assert "+33612345679" in other.text
