"""Events reach the host signed and until answered with 2xx; on request late, out of order, twice or never."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from tests.stripe_stand_in.driving import pay


class Host:
    """A webhook endpoint that verifies each event with the real SDK and answers what it is told to."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.answers: list[int] = []
        self.events: list[stripe.Event] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                signed = self.headers["Stripe-Signature"]
                host.events.append(stripe.Webhook.construct_event(body, signed, host.secret))
                self.send_response(host.answers.pop(0) if host.answers else 204)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks?from=stripe"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def host(stand_in) -> Iterator[Host]:
    running = Host(stand_in.webhook_secret)
    stand_in.register(running.url)
    yield running
    running.close()


PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_events_arrive_signed_in_order_with_their_object(client, stand_in, host):
    intent = pay(client, metadata={"attempt": "a-1"})
    assert stand_in.flush()
    assert host.types == PAID
    told = host.events[-1].data.object
    assert (told["id"], told["status"], told["metadata"]["attempt"]) == (intent.id, "succeeded", "a-1")
    assert [each["pending_webhooks"] for each in stand_in.objects("event")] == [0, 0, 0]


def test_another_secret_does_not_verify(client, stand_in, host):
    pay(client)
    assert stand_in.flush()
    payload, signature = b'{"id": "evt_1", "object": "event"}', "t=1,v1=00"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload, signature, host.secret)


@pytest.mark.parametrize("refusal", [500, 400, 302])
def test_anything_but_2xx_is_tried_again(client, stand_in, host, refusal):
    stand_in.unregister_all()
    stand_in.register(host.url, enabled_events=("payment_intent.succeeded",))
    host.answers = [refusal, refusal]
    pay(client)
    assert stand_in.flush()
    assert [each.status for each in stand_in.deliveries] == [refusal, refusal, 204]
    assert len({event.id for event in host.events}) == 1


def test_retries_end_and_an_event_can_be_sent_again(client, stand_in, host):
    stand_in.unregister_all()
    stand_in.register(host.url, enabled_events=("payment_intent.succeeded",))
    stand_in.manners(retries=1)
    host.answers = [503, 503]
    pay(client)
    assert stand_in.flush()
    assert [each.attempt for each in stand_in.deliveries] == [1, 2]
    stand_in.resend(host.events[0].id)
    assert stand_in.flush()
    assert stand_in.deliveries[-1].status == 204


def test_events_can_come_in_reverse(client, stand_in, host):
    stand_in.manners(held=True, order="reversed")
    pay(client)
    assert host.events == []
    assert stand_in.flush()
    assert host.types == PAID[::-1]


def test_events_can_come_twice(client, stand_in, host):
    stand_in.manners(copies=2)
    pay(client)
    assert stand_in.flush()
    assert sorted(host.types) == sorted(PAID * 2)


def test_events_can_be_lost_but_the_api_still_has_them(client, stand_in, host):
    stand_in.manners(drop=("payment_intent.*",))
    pay(client)
    assert stand_in.flush()
    assert host.types == ["charge.succeeded"]
    assert [event.type for event in client.v1.events.list().data] == PAID[::-1]


def test_events_can_come_late(client, stand_in, host):
    stand_in.manners(delay_seconds=60)
    pay(client)
    assert host.events == []
    assert stand_in.flush()
    assert host.types == PAID


def test_an_endpoint_that_is_gone_is_given_up(client, stand_in, host):
    stand_in.unregister_all()
    stand_in.register("http://127.0.0.1:9/hooks", enabled_events=("charge.succeeded",))
    pay(client)
    assert stand_in.flush()
    assert [(each.attempt, each.status) for each in stand_in.deliveries] == [(1, 0), (2, 0), (3, 0), (4, 0)]


def test_a_lapsed_authorisation_is_told(client, stand_in, host):
    pay(client, capture_method="manual")
    stand_in.advance(8 * 86_400)
    assert stand_in.flush()
    assert host.types[-2:] == ["charge.expired", "payment_intent.canceled"]
