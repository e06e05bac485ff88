"""The refusals that Stripe answers, with their HTTP status and body.

Source: https://docs.stripe.com/api/errors (statuses and types), https://docs.stripe.com/error-codes (codes).
"""

from typing import Any


class Refusal(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, *, error: dict[str, Any]) -> None:
        super().__init__(f"{status} {error.get('code')}: {error.get('message')}")
        self.status = status
        self.error = error

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        return {"error": self.error}


def invalid(message: str, *, param: str | None = None, code: str | None = None, status: int = 400) -> Refusal:
    """Return an `invalid_request_error`, 400 unless said otherwise."""
    error = {"type": "invalid_request_error", "message": message}
    if code:
        error |= {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}
    if param:
        error["param"] = param
    return Refusal(status, error=error)


def missing(kind: str, *, ident: str, param: str) -> Refusal:
    """Return 404 `resource_missing`. Source: https://docs.stripe.com/error-codes#resource-missing."""
    return invalid(f"No such {kind}: '{ident}'", param=param, code="resource_missing", status=404)


def unauthorised() -> Refusal:
    """Return 401: no valid key. Source: https://docs.stripe.com/api/authentication."""
    return invalid("Invalid API Key provided.", status=401)


def rate_limited() -> Refusal:
    """Return 429 `rate_limit`. Source: https://docs.stripe.com/rate-limits."""
    return invalid("Request rate limit exceeded.", code="rate_limit", status=429)


def server_error() -> Refusal:
    """Return 500 `api_error`. Source: https://docs.stripe.com/error-low-level#server-errors."""
    return Refusal(500, error={"type": "api_error", "message": "An unknown error occurred"})


def key_reused(key: str) -> Refusal:
    """Return 400 `idempotency_error`. Source: https://docs.stripe.com/api/idempotent_requests."""
    message = f"Keys for idempotent requests can only be used with the same parameters: {key}"
    return Refusal(400, error={"type": "idempotency_error", "message": message})


def key_in_use(key: str) -> Refusal:
    """Return 409 `idempotency_key_in_use`. Source: https://docs.stripe.com/error-codes#idempotency-key-in-use."""
    message = f"Another request with this idempotency key is in progress: {key}"
    return Refusal(409, error={"type": "idempotency_error", "code": "idempotency_key_in_use", "message": message})
