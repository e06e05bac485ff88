"""One call to Stripe, and what it means when a call fails: refused, never sent, or lost.

Source: https://docs.stripe.com/error-handling and https://docs.stripe.com/error-low-level: a 4xx says that nothing was
done, a 429 was not looked at, and after a broken connection or a 5xx nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import stripe

API_URL: Final = "https://api.stripe.com"
CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 25

Json = dict[str, Any]

_NO_CONNECTION: Final = frozenset({"NewConnectionError", "ConnectTimeoutError", "NameResolutionError"})


class Refused(Exception):
    """Stripe has said no and done nothing more than it says.

    Attributes:
        error: the error object of the answer, plain.
        by_card: whether the card's issuer (or Stripe on its behalf) said no, rather than the request being wrong.
    """

    def __init__(self, error: Json, *, by_card: bool) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.error = error
        self.by_card = by_card


class NotSent(Exception):
    """Stripe has not looked at the request."""


class Lost(Exception):
    """Nobody knows whether Stripe has done it."""


class StripeCalls:
    """The calls that the adapter needs; each returns plain data or raises ``Refused``, ``NotSent`` or ``Lost``.

    Args:
        secret_key: Stripe's secret key.
        api_url: Stripe's address, or a stand-in's.
        http_client: an HTTP client of the SDK; by default one that waits 5 s for a connection and 25 s for an answer.
    """

    def __init__(self, secret_key: str, *, api_url: str = API_URL, http_client: Any = None) -> None:
        self.api_url = api_url
        self._http = http_client or stripe.new_default_http_client(timeout=(CONNECT_SECONDS, ANSWER_SECONDS))
        self._client = stripe.StripeClient(
            secret_key, base_addresses={"api": api_url}, max_network_retries=0, http_client=self._http
        )

    def customer(self, params: Mapping[str, Any], *, key: str) -> Json:
        """Create a customer."""
        return self._create(self._client.v1.customers, params, key)

    def create(self, kind: str, *, params: Mapping[str, Any], key: str) -> Json:
        """Create a ``payment_intents``, ``setup_intents`` or ``refunds`` object.

        An answer replayed by the key tells the past, so the object is then asked for again
        (https://docs.stripe.com/api/idempotent_requests).
        """
        created = self._create(self._service(kind), params, key)
        return self.retrieve(kind, ref=str(created["id"])) if created.pop("replayed") else created

    def retrieve(self, kind: str, *, ref: str) -> Json:
        """Ask for an object; an intent comes with its payment method."""
        params: Any = {} if kind == "refunds" else {"expand": ["payment_method"]}
        return _plain(_call(lambda: self._service(kind).retrieve(ref, params)))

    def act(self, kind: str, *, verb: str, ref: str, params: Mapping[str, Any], key: str | None) -> Json:
        """Do ``confirm``, ``capture`` or ``cancel`` to an intent; no key where twice is once."""
        doing = getattr(self._service(kind), verb)
        given = {**params, "expand": ["payment_method"]}
        options = {"idempotency_key": key} if key else {}
        return _plain(_call(lambda: doing(ref, given, options)))

    def find(self, kind: str, *, attempt_id: str, params: Mapping[str, Any]) -> Json | None:
        """Return the newest object of an attempt among those listed (lists are up to date, unlike search), or None."""
        listed: Any = {**params, "limit": 100}
        answer = _plain(_call(lambda: self._service(kind).list(listed)))
        mine = (each for each in answer["data"] if (each.get("metadata") or {}).get("attempt_id") == attempt_id)
        first = next(mine, None)
        return None if first is None else self.retrieve(kind, ref=str(first["id"]))

    def detach(self, method_ref: str) -> None:
        """Forget a saved card."""
        _call(lambda: self._client.v1.payment_methods.detach(method_ref))

    def close(self) -> None:
        """Close the connections of this thread."""
        self._http.close()

    def _service(self, kind: str) -> Any:
        return getattr(self._client.v1, kind)

    def _create(self, service: Any, params: Mapping[str, Any], key: str) -> Json:
        made = _call(lambda: service.create(dict(params), {"idempotency_key": key}))
        headers = getattr(made.last_response, "headers", None) or {}
        replayed = any(name.lower() == "idempotent-replayed" and value == "true" for name, value in headers.items())
        return {**_plain(made), "replayed": replayed}


def _plain(answer: Any) -> Json:
    content: Json = answer.to_dict()
    return content


def _call(work: Callable[[], Any]) -> Any:
    """Make a call and sort its failure."""
    try:
        return work()
    except stripe.CardError as error:
        raise Refused(_error_of(error), by_card=True) from error
    except (stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError) as error:
        raise NotSent(f"{type(error).__name__}: {error.code}") from error
    except stripe.InvalidRequestError as error:
        raise Refused(_error_of(error), by_card=False) from error
    except stripe.APIConnectionError as error:
        if _never_left(error):
            raise NotSent("no connection to Stripe") from error
        raise Lost("the connection broke") from error
    except stripe.StripeError as error:
        # 5xx, and an idempotency key that is in use or names another request: what it named may have been done
        raise Lost(f"{type(error).__name__}: {error.http_status}") from error


def _error_of(error: stripe.StripeError) -> Json:
    body = error.json_body if isinstance(error.json_body, dict) else {}
    content = body.get("error")
    return dict(content) if isinstance(content, dict) else {"code": error.code, "message": "no error object"}


def _never_left(error: BaseException | None) -> bool:
    """Tell whether no connection was made, so that no byte can have arrived."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        names = {type(error).__name__, type(reason).__name__}
        if names & _NO_CONNECTION:
            return True
        error = error.__cause__ or error.__context__
    return False
