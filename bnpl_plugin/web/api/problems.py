"""Errors as RFC 9457 problem documents: what is wrong, with which field, what is accepted, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from flask import Response, current_app, got_request_exception, json
from werkzeug.exceptions import HTTPException

from bnpl_plugin.errors import (
    BnplError,
    ErrorKind,
    IdempotencyRunning,
    InvalidInput,
    SaleNotOpen,
    TooManyAttempts,
    Unauthenticated,
    UnknownCurrency,
    UnsupportedCountry,
)

STATUS: Final[Mapping[ErrorKind, int]] = {
    ErrorKind.FIX_INPUT: 422,
    ErrorKind.RETRY_LATER: 503,
    ErrorKind.NOT_ALLOWED: 403,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.GONE: 410,
    ErrorKind.INTERNAL: 500,
}
TITLES: Final[Mapping[ErrorKind, str]] = {
    ErrorKind.FIX_INPUT: "The request cannot be used as it is",
    ErrorKind.RETRY_LATER: "Not possible at the moment",
    ErrorKind.NOT_ALLOWED: "Not allowed",
    ErrorKind.NOT_FOUND: "There is nothing here",
    ErrorKind.CONFLICT: "Not possible in the present state",
    ErrorKind.GONE: "Over",
    ErrorKind.INTERNAL: "Something went wrong on our side",
}
_HTTP_KINDS: Final[Mapping[int, ErrorKind]] = {
    400: ErrorKind.FIX_INPUT,
    404: ErrorKind.NOT_FOUND,
    405: ErrorKind.FIX_INPUT,
    411: ErrorKind.FIX_INPUT,
    413: ErrorKind.FIX_INPUT,
    415: ErrorKind.FIX_INPUT,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One field of a request, what is wrong with it, and what would be accepted."""

    field: str
    fault: str
    accepted: str


class Refused(Exception):
    """A request that cannot be read: each field with its fault. ``status`` is 400 (not even readable) or 422."""

    def __init__(self, *faults: Fault, status: int = 422, code: str = "invalid_input") -> None:
        super().__init__(code)
        self.faults = faults
        self.status = status
        self.code = code


def problem(
    *,
    status: int,
    code: str,
    kind: ErrorKind,
    detail: str,
    faults: Iterable[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem document. ``type`` is an URN that ends in the stable code."""
    document: dict[str, Any] = {
        "type": f"urn:bnpl:problem:{code}",
        "title": TITLES[kind],
        "status": status,
        "detail": detail,
        "code": code,
        "kind": str(kind),
        "errors": [asdict(fault) for fault in faults],
    }
    answer = Response(json.dumps(document), status=status, mimetype="application/problem+json")
    answer.headers.update(headers or {})
    return answer


def of_ours(error: BnplError) -> Response:
    """Answer an error of the house by its kind."""
    kind, status, headers = error.kind, STATUS[error.kind], {}
    match error:
        case Unauthenticated():
            status, headers = 401, {"WWW-Authenticate": 'Bearer realm="bnpl"'}
        case TooManyAttempts():
            status, headers = 429, {"Retry-After": "60"}
        case IdempotencyRunning():
            headers = {"Retry-After": "1"}
        case SaleNotOpen():  # over: what could come before a start, a merchant does not ask
            kind = ErrorKind.CONFLICT
            status = STATUS[kind]
        case _ if error.kind is ErrorKind.RETRY_LATER:
            headers = {"Retry-After": "5"}
    return problem(
        status=status,
        code=error.code,
        kind=kind,
        detail=error.public_message(),
        faults=_faults(error),
        headers=headers,
    )


def of_refused(refused: Refused) -> Response:
    """Answer a request that could not be read."""
    told = "; ".join(f"{fault.field}: {fault.fault.rstrip('.')}" for fault in refused.faults)
    return problem(
        status=refused.status, code=refused.code, kind=ErrorKind.FIX_INPUT, detail=f"{told}.", faults=refused.faults
    )


def of_http(error: HTTPException) -> Response:
    """Answer an error of HTTP itself (405, 413 …), keeping its headers such as ``Allow``."""
    status = error.code or 500
    kept = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return problem(
        status=status,
        code=error.name.lower().replace(" ", "_"),
        kind=_HTTP_KINDS.get(status, ErrorKind.INTERNAL),
        detail=error.description or error.name,
        headers=kept,
    )


def of_anything(error: Exception) -> Response:
    """Answer a fault of our own without its inside; the host's error watchers are told, tests see it raised."""
    app = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
    if app.testing or app.debug:
        raise error
    got_request_exception.send(app, exception=error)
    app.log_exception((type(error), error, error.__traceback__))
    return problem(
        status=500,
        code="internal_error",
        kind=ErrorKind.INTERNAL,
        detail="Nothing is known to have been lost. Ask again.",
    )


def _faults(error: BnplError) -> tuple[Fault, ...]:
    match error:
        case InvalidInput():
            told = error.details
            return (Fault(str(told["field"]), str(told["fault"]), str(told["accepted"])),)
        case UnknownCurrency():
            return (Fault("currency", f"is {error.details['currency']}", "an ISO 4217 code with a minor unit"),)
        case UnsupportedCountry():
            return (Fault("country", f"is {error.details['country']}", "a country in which we lend"),)
        case _:
            return ()
