"""Reading a merchant's request: who asks, which JSON, which key; strictly, so that nothing is ever half-understood."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

from flask import current_app, g, request
from marshmallow import Schema, ValidationError, fields
from werkzeug.exceptions import LengthRequired, RequestEntityTooLarge, UnsupportedMediaType

from bnpl_plugin.errors import NotYours, TooManyAttempts, Unauthenticated
from bnpl_plugin.lifecycle import merchants
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.idempotency import Claim, fingerprint
from bnpl_plugin.ports.records import Merchant
from bnpl_plugin.web.api.problems import Fault, Refused
from bnpl_plugin.web.guards.allowance import Allowance

MOST_BYTES: Final = 256 * 1024
MOST_FAULTS: Final = 50
_KEY: Final = re.compile(r"[!-~]{1,255}")
_IDENT: Final = re.compile(r"[a-z]{1,12}_[0-9a-z_]{1,60}")


@dataclass(frozen=True, slots=True)
class Body:
    """A request's JSON object, and its canonical bytes (sorted keys, no spaces)."""

    data: Mapping[str, Any]
    canonical: bytes


def house() -> House:
    """Return this app's house."""
    return cast(House, current_app.extensions["bnpl"])


def authenticate() -> Merchant:
    """Find the merchant of the ``Authorization: Bearer …`` header.

    Raises ``Unauthenticated``, ``TooManyAttempts`` above ``BNPL_API_RATE_PER_MINUTE``.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _KEY.fullmatch(key):
        raise Unauthenticated
    found = g.bnpl_merchant = merchants.authenticate(house(), key=key)
    if not _asked().take(found.merchant_id, now=house().clock.now()):
        raise TooManyAttempts(accepted=f"{house().settings.api_rate_per_minute} requests a minute")
    return found


def _asked() -> Allowance:
    known = current_app.extensions.get("bnpl.api_asked")
    if known is None:
        most = house().settings.api_rate_per_minute
        known = current_app.extensions.setdefault("bnpl.api_asked", Allowance(most, span=timedelta(minutes=1)))
    return cast(Allowance, known)


def merchant() -> Merchant:
    """Return the merchant who asks; ``authenticate`` has found it before any view runs."""
    return cast(Merchant, g.bnpl_merchant)


def ident(text: str) -> str:
    """Return an id from a path if it can be one of ours. Raises ``NotYours``."""
    if not _IDENT.fullmatch(text):
        raise NotYours
    return text


def read_body() -> Body:
    """Return the request's JSON object.

    Raises ``Refused`` (no JSON, not an object, not UTF-8, a number that is none), ``UnsupportedMediaType``,
    ``RequestEntityTooLarge`` above 256 KiB, ``LengthRequired`` for a body that does not say how long it is.
    """
    if "chunked" in request.headers.get("Transfer-Encoding", ""):
        raise LengthRequired
    if (request.content_length or 0) > MOST_BYTES:
        raise RequestEntityTooLarge(f"The body has more than {MOST_BYTES} bytes.")
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send application/json.")
    try:
        data = json.loads(request.get_data(cache=True), object_pairs_hook=_unique)
        canonical = json.dumps(
            data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()
    except (ValueError, RecursionError) as error:
        fault = Fault("body", "is not JSON that can be read", "one JSON object in UTF-8, no member twice, no NaN")
        raise Refused(fault, status=400, code="malformed_json") from error
    if not isinstance(data, dict):
        raise Refused(Fault("body", f"is a JSON {_json_name(data)}", "one JSON object"))
    return Body(data, canonical)


def load(schema: Schema, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a schema reads. Raises ``Refused`` with every faulty field (the first fifty)."""
    try:
        return cast("dict[str, Any]", schema.load(data))
    except ValidationError as error:
        messages = cast("Mapping[str, Any]", error.messages)
        found = list(dict.fromkeys(_faults(messages, schema=schema, path=())))
        raise Refused(*found[:MOST_FAULTS]) from error


def read_query(schema: Schema) -> dict[str, Any]:
    """Return the query's parameters; one that is unknown, or given twice, is refused."""
    twice = [name for name, told in request.args.lists() if len(told) > 1]
    if twice:
        raise Refused(*(Fault(name, "is given twice", "one value") for name in twice[:MOST_FAULTS]))
    return load(schema, request.args.to_dict())


def read_claim(body: Body) -> Claim:
    """Return the claim of this request's ``Idempotency-Key``. Raises ``Refused`` (400) without a usable one."""
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        fault = "is missing" if not key else "is not usable"
        raise Refused(
            Fault("Idempotency-Key", fault, "a header of 1 to 255 visible ASCII characters, new for each purchase"),
            status=400,
            code="idempotency_key_invalid" if key else "idempotency_key_missing",
        )
    asked = fingerprint(method=request.method, path=request.path, body=body.canonical)
    return Claim(owner=merchant().merchant_id, idempotency_key=key, request_hash=asked)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is given twice")
    return found


def _json_name(data: Any) -> str:
    names = {list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(data), "number")


def _faults(messages: Any, *, schema: Schema, path: tuple[str, ...]) -> Iterator[Fault]:
    """Yield the faults of marshmallow's nested messages with their dotted paths (``lines.0.quantity``)."""
    for name, told in messages.items():
        here = (*path, str(name)) if name != "_schema" else path
        field = schema.fields.get(str(name))
        inner = _inner(field)
        if isinstance(told, dict) and isinstance(field, fields.List):
            for index, member in told.items():
                yield from _member(member, field=field, inner=inner or schema, path=(*here, str(index)))
        elif isinstance(told, dict) and inner is not None:
            yield from _faults(told, schema=inner, path=here)
        else:
            for text in told if isinstance(told, list) else [str(told)]:
                yield Fault(".".join(here) or "body", str(text), _accepted(schema, field, name=str(name)))


def _member(told: Any, *, field: fields.Field[Any] | None, inner: Schema, path: tuple[str, ...]) -> Iterator[Fault]:
    if isinstance(told, dict):
        yield from _faults(told, schema=inner, path=path)
    else:
        for text in told:
            yield Fault(".".join(path), str(text), _accepted(inner, field, name=""))


def _inner(field: fields.Field[Any] | None) -> Schema | None:
    if isinstance(field, fields.List):
        return _inner(field.inner)
    return field.schema if isinstance(field, fields.Nested) else None


def _accepted(schema: Schema, field: fields.Field[Any] | None, *, name: str) -> str:
    if field is not None:
        return str(field.metadata.get("accepted", "see the description"))
    if name in ("_schema", ""):
        return "an object"
    return f"only {', '.join(schema.fields)}"
