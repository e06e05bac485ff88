"""The API's checkout creation over granian with PostgreSQL.

Reference: a Flask view in the same server process that writes the same rows (checkout, event, recorded answer, for the
merchant of the key) by one SQL call on a connection of its own. Both get the same requests from the same clients:
raw sockets that are kept open, so that the client costs next to nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from flask import Flask, Response, request

from bnpl_plugin.ext import Bnpl
from bnpl_plugin.lifecycle import merchants
from bnpl_plugin.testing import FrozenClock
from examples.demo_shop.sample_law import SAMPLE_LAW
from tests.benchmarks.figure import Figure, Rate, Size, measured
from tests.benchmarks.purchases import open_app, plain_url
from tests.servers.postgres import PostgresServer
from tests.servers.web import WebServer

CLIENTS = 4
API = "/bnpl/api/v1/checkouts"
BY_HAND = "/by-hand/checkouts"

OPEN = """
CREATE OR REPLACE FUNCTION by_hand_open(
  key text, asked jsonb, new_checkout text, new_event text, idem text, fingerprint text, asked_hash text,
  told jsonb, moment timestamptz, until timestamptz
) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  shop text;
BEGIN
  SELECT merchant_id INTO shop FROM bnpl_api_key WHERE key_hash = key AND revoked_at IS NULL;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such key'; END IF;
  INSERT INTO bnpl_checkout (checkout_id, merchant_id, order_ref, channel, state, country, time_zone, locale, currency,
    total_minor, cart, cart_fingerprint, units, return_url, cancel_url, opened_at, expires_at, changed_at)
  VALUES (new_checkout, shop, asked->>'order_ref', 'api', 'opened', asked->>'country', 'Europe/Paris',
    coalesce(asked->>'locale', 'en'), asked->>'currency', (asked->>'total_minor')::bigint,
    jsonb_build_object('order_ref', asked->'order_ref', 'currency', asked->'currency',
      'total_minor', asked->'total_minor', 'ship_to', '', 'sale_item_id', NULL, 'units', 0, 'metadata', '{}'::jsonb,
      'lines', asked->'lines'),
    fingerprint, 0, asked->>'return_url', asked->>'cancel_url', moment, until, moment);
  INSERT INTO bnpl_idempotency (owner, idempotency_key, request_hash, state, resource_id, status, body, lease_until,
    created_at)
  VALUES (shop, idem, asked_hash, 'done', new_checkout, 201, told, moment, moment);
  INSERT INTO bnpl_event (stream, seq, event_id, kind, shopper_id, merchant_id, payload, at, job_id)
  VALUES (new_checkout, 1, new_event, 'checkout.opened', '', shop,
    jsonb_build_object('checkout_id', new_checkout, 'order_ref', asked->'order_ref',
      'total_minor', asked->'total_minor', 'currency', asked->'currency'), moment, NULL);
END
$body$"""
_CALL = "SELECT by_hand_open(%s, %s::jsonb, %s, %s, %s, %s, %s, %s::jsonb, %s, %s)"


def create_app() -> Flask:
    """Return the server's app (granian's factory): the extension with its pages, and the view by hand."""
    app = Flask("shop", instance_path=os.environ["BENCH_FOLDER"])
    app.config.update(TESTING=True, SECRET_KEY="for benchmarks", BNPL_DATABASE_URL=os.environ["BENCH_URL"])
    app.config.update(BNPL_API_RATE_PER_MINUTE=1_000_000)  # one shop asks for all of them
    Bnpl(app, clock=FrozenClock(), law=SAMPLE_LAW)
    local = threading.local()
    house = app.extensions["bnpl"]

    @app.post(BY_HAND)
    def by_hand() -> Response:
        asked = request.get_json()
        if not hasattr(local, "connection"):
            local.connection = psycopg.connect(plain_url(os.environ["BENCH_URL"]), autocommit=True)
        now, until = FrozenClock().now(), FrozenClock().now().replace(day=25)
        checkout_id, event_id = house.ids.new("chk"), house.ids.new("evt")
        text = json.dumps(asked)
        hashed = hashlib.sha256(text.encode()).hexdigest()
        told = {
            **{name: asked[name] for name in ("order_ref", "currency", "total_minor", "country", "return_url",
                                              "cancel_url")},
            "id": checkout_id, "state": "opened", "locale": "en", "sale_item_id": None, "units": 0,
            "checkout_url": f"http://localhost/bnpl/checkout/{checkout_id}?t={hashed}", "plan_code": None,
            "loan_id": None, "reason": None, "opened_at": now.isoformat(), "expires_at": until.isoformat(),
        }  # fmt: skip
        answer = json.dumps(told)
        key = hashlib.sha256(request.headers["Authorization"].removeprefix("Bearer ").encode()).hexdigest()
        idem = request.headers["Idempotency-Key"]
        values = (key, text, checkout_id, event_id, idem, hashed, hashed, answer, now, until)
        local.connection.execute(_CALL, values, prepare=True)
        return Response(answer, status=201, mimetype="application/json")

    return app


def http_request(path: str, *, key: str, order_ref: str) -> bytes:
    """Return one request's bytes."""
    asked = {
        "order_ref": order_ref, "currency": "EUR", "total_minor": 29_900, "country": "FR",
        "lines": [{"kind": "goods", "name": "Phone", "quantity": 1, "unit_minor": 29_900, "sku": "P1"}],
        "return_url": "http://shop.example/return", "cancel_url": "http://shop.example/cancel",
    }  # fmt: skip
    body = json.dumps(asked).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: {order_ref}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def ask(line: socket.socket, asked: bytes) -> bytes:
    """Send one request on an open connection and return the whole answer."""
    line.sendall(asked)
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(line)
    head, _, body = got.partition(b"\r\n\r\n")
    length = next(int(h.split(b":")[1]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length"))
    while len(body) < length:
        body += _more(line)
    return head + b"\r\n\r\n" + body


def _more(line: socket.socket) -> bytes:
    got = line.recv(65_536)
    if not got:
        raise ConnectionError("the server closed the connection")
    return got


def serve(line: socket.socket, *, requests: Sequence[bytes], refused: list[bytes]) -> None:
    """Send requests one after the other; keep answers that are not 201."""
    for asked in requests:
        answer = ask(line, asked)
        if b" 201 " not in answer[:32]:
            refused.append(answer)


@contextmanager
def server_on(url: str, *, folder: Path) -> Iterator[WebServer]:
    """Run granian with one worker."""
    told = {"BENCH_URL": url, "BENCH_FOLDER": str(folder)}
    with WebServer(
        "tests.benchmarks.checkout_http:create_app", log=folder / "granian.log", env=told, threads=CLIENTS,
        ready_path="/bnpl/api/v1/openapi.json",
    ) as web:  # fmt: skip
        yield web


def rate_of(lines: Sequence[socket.socket], *, path: str, key: str, requests: int) -> Rate:
    """Return a round: every client sends its share of fresh orders at once; requests a second."""
    sent = 0
    share = -(-requests // len(lines))

    def once() -> float:
        nonlocal sent
        refused: list[bytes] = []
        threads = []
        for line in lines:
            refs = [f"{path.strip('/').partition('/')[0]}-{sent + k}" for k in range(share)]
            sent += share
            prepared = [http_request(path, key=key, order_ref=ref) for ref in refs]
            told = {"requests": prepared, "refused": refused}
            threads.append(threading.Thread(target=serve, args=(line,), kwargs=told))
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - began
        if refused:
            raise RuntimeError(f"{len(refused)} refused, the first: {refused[0]!r}")
        return share * len(lines) / seconds

    return once


def figures(size: Size) -> list[Figure]:
    """Measure both addresses of one server in turns."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bnpl-bench-")))
        postgres = PostgresServer().start()
        stack.callback(postgres.close)
        url = postgres.create_database()
        house = open_app(folder, url=url).extensions["bnpl"]
        shop = merchants.register(house, name="Third party")
        key = merchants.issue_key(house, merchant_id=shop.merchant_id, label="benchmark")
        house.store.engine.dispose()
        with psycopg.connect(plain_url(url), autocommit=True) as connection:
            connection.execute(OPEN)
        web = stack.enter_context(server_on(url, folder=folder))
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", web.port), timeout=60)) for _ in range(CLIENTS)
        ]
        product, reference = (rate_of(lines, path=path, key=key, requests=size.requests) for path in (API, BY_HAND))
        product()
        reference()
        params = {"clients": CLIENTS, "workers": 1}
        return [
            measured(
                "checkout_http", params=params, unit="checkouts/s", product=product, reference=reference,
                rounds=size.rounds,
            )
        ]  # fmt: skip
