"""The HTTP side: keys, idempotency, faults, and the order in which they answer."""

import base64
import json
import secrets
import time
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import control, pages, routes
from .book import API_VERSION, Book
from .errors import Refusal, rate_limited, server_error, unauthorised
from .faults import Fault, Faults
from .forms import Json, parse_form
from .idempotency import Keys

if TYPE_CHECKING:
    from .stand_in import StandIn

DROPPED = 0


@dataclass(slots=True)
class CallRecord:
    """One call to `/v1`: `status` 0 means that the connection was dropped without an answer."""

    method: str
    path: str
    params: Json
    idempotency_key: str | None
    at: int
    api_version: str | None = None
    status: int = DROPPED
    replayed: bool = False
    fault: str | None = None


@dataclass(slots=True)
class Answer:
    """What goes back: status, headers and body; `dropped` closes the connection instead."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False


@dataclass(slots=True)
class Service:
    """Everything that a request needs."""

    book: Book
    keys: Keys
    faults: Faults
    stand_in: "StandIn"
    secret_key: str
    publishable_key: str
    calls: list[CallRecord] = field(default_factory=list)

    def api(self, method: str, *, path: str, raw: str, headers: Any) -> Answer:
        """Answer one call to `/v1`.

        The order is the documented one: limits and keys first, then idempotency, then the work
        (https://docs.stripe.com/error-low-level).
        """
        key = headers.get("Idempotency-Key") if method == "POST" else None
        params = parse_form(raw)
        record = CallRecord(method, path, params, key, self.book.now(), headers.get("Stripe-Version"))
        self.calls.append(record)
        fault = self.faults.strike(method, path=path)
        record.fault = fault.kind if fault else None
        if fault and fault.kind == "timeout_before":
            return Answer(DROPPED, b"", dropped=True)
        try:
            if fault and fault.kind == "rate_limit":
                raise rate_limited()
            publishable = self._is_publishable(headers, params=params)
            answer = self._once(record, raw=raw, fault=fault, publishable=publishable)
        except Refusal as refusal:
            answer = Answer(refusal.status, _json(refusal.body))
        answer.headers |= {"Request-Id": f"req_{secrets.token_hex(7)}", "Stripe-Version": API_VERSION}
        if key:
            answer.headers["Idempotency-Key"] = key
        answer.dropped = bool(fault and fault.kind == "timeout_after_charge")
        record.status = DROPPED if answer.dropped else answer.status
        record.replayed = "Idempotent-Replayed" in answer.headers
        return answer

    def _is_publishable(self, headers: Any, *, params: Json) -> bool:
        """Tell whose key a call carries: bearer, basic, or a browser's `key` parameter.

        Source: https://docs.stripe.com/api/authentication and https://docs.stripe.com/keys.
        """
        scheme, _, given = (headers.get("Authorization") or "").partition(" ")
        if scheme.lower() == "basic":
            given = base64.b64decode(given).decode(errors="replace").partition(":")[0]
        given = given.strip() or params.get("key", "")
        if given == self.publishable_key:
            return True
        if given != self.secret_key:
            raise unauthorised()
        return False

    def _once(self, record: CallRecord, *, raw: str, fault: Fault | None, publishable: bool) -> Answer:
        key = record.idempotency_key
        if key:
            fingerprint = (record.method, record.path, json.dumps(record.params, sort_keys=True))
            saved = self.keys.begin(key, fingerprint=fingerprint, now=record.at)
            if saved:
                return Answer(saved.status, saved.body, headers={"Idempotent-Replayed": "true"})
        status, body = 500, _json(server_error().body)  # what a twin is told if the work below breaks off
        try:
            answer = self._work(record, fault=fault, publishable=publishable)
            status, body = answer.status, answer.body
            return answer
        finally:
            if key:
                self.keys.end(key, status=status, body=body)

    def _work(self, record: CallRecord, *, fault: Fault | None, publishable: bool) -> Answer:
        kind = fault.kind if fault else ""
        if fault and kind == "slow":
            time.sleep(fault.seconds)
        try:
            if kind == "http_500":
                raise server_error()
            with self.book.lock:
                self.book.request = {
                    "id": f"req_{secrets.token_hex(7)}", "idempotency_key": record.idempotency_key
                }  # fmt: skip
                done = routes.perform(
                    self.book, method=record.method, path=record.path, params=record.params, publishable=publishable
                )
            if kind == "http_500_after_charge":
                raise server_error()
        except Refusal as refusal:
            return Answer(refusal.status, _json(refusal.body))
        return Answer(200, _json(done))


class StripeServer(ThreadingHTTPServer):
    """One thread per request; it ends with the process."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], service: Service) -> None:
        super().__init__(address, _Handler)
        self.service = service


class _Handler(BaseHTTPRequestHandler):
    """Read one request, let the right room answer, write the answer, close (HTTP/1.0: nothing is left open)."""

    server: StripeServer

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def do_OPTIONS(self) -> None:
        self._write(Answer(204, b""))

    def _answer(self, method: str) -> None:
        service, parts = self.server.service, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        try:
            if parts.path.startswith("/v1/"):
                raw = parts.query if method == "GET" else body
                answer = service.api(method, path=parts.path, raw=raw, headers=self.headers)
            elif parts.path.startswith("/_control/"):
                done = control.perform(service.stand_in, method=method, path=parts.path, body=body)
                answer = Answer(200, _json(done))
            else:
                page = pages.answer(service.book, method=method, path=parts.path, query=parts.query, form=body)
                answer = Answer(page.status, page.body, page.content_type, page.headers)
        except Refusal as refusal:
            answer = Answer(refusal.status, _json(refusal.body))
        self._write(answer)

    def _write(self, answer: Answer) -> None:
        if answer.dropped:
            self.close_connection = True
            return
        self.send_response(answer.status)
        headers = {
            "Content-Type": answer.content_type,
            "Content-Length": str(len(answer.body)),
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Stripe-Version",
            **answer.headers,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Stay silent: `calls` is the log."""


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, default=asdict).encode()
