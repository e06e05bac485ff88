"""Time, ids, secrets and an outgoing line."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadData, URLSafeSerializer

from bnpl_plugin.errors import OfferTampered

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_POST_SECONDS = 10


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)


class MovableClock:
    """A clock ahead of the machine's by an offset kept in a file, so that all processes of a demo move together."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def now(self) -> datetime:
        """Return the moved instant in UTC."""
        return datetime.now(UTC) + self.offset

    @property
    def offset(self) -> timedelta:
        """How far ahead of the machine the clock runs."""
        try:
            return timedelta(seconds=int(self._path.read_text()))
        except (FileNotFoundError, ValueError):
            return timedelta(0)

    def advance(self, by: timedelta) -> datetime:
        """Move forward (never back) and return the new instant."""
        if by < timedelta(0):
            raise ValueError("a clock that has run is never put back")
        beside = self._path.with_suffix(f".{os.getpid()}.tmp")
        beside.write_text(str(int((self.offset + by).total_seconds())))
        beside.replace(self._path)
        return self.now()


class SystemIds:
    """Ids of 48 bits of milliseconds and 80 random bits, in 26 characters that sort by time."""

    def new(self, prefix: str) -> str:
        """Return a new id with a prefix: ``chk_06f…``."""
        number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
        letters = [_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5)]
        return f"{prefix}_{''.join(letters)}"

    def digits(self, *, count: int) -> str:
        """Return random decimal digits."""
        return "".join(secrets.choice("0123456789") for _ in range(count))


class KeySeal:
    """Encrypts with Fernet, hashes and signs with keys derived from the operator's data key (HKDF-SHA256, RFC 5869)."""

    def __init__(self, data_key: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derived(data_key, "personal data")))
        self._hash_key = _derived(data_key, "keyed hash")
        self._sign_key = _derived(data_key, "signature")
        self._serializers: dict[str, URLSafeSerializer] = {}

    def seal(self, data: Mapping[str, Any]) -> str:
        """Return an encrypted text of a JSON object."""
        return self._fernet.encrypt(json.dumps(data, ensure_ascii=False).encode()).decode()

    def unseal(self, sealed: str) -> dict[str, Any]:
        """Return the object that was sealed."""
        found: dict[str, Any] = json.loads(self._fernet.decrypt(sealed.encode()))
        return found

    def keyed_hash(self, text: str) -> str:
        """Return a hex HMAC-SHA256."""
        return hmac.digest(self._hash_key, text.encode(), "sha256").hex()

    def sign(self, data: Mapping[str, Any], *, purpose: str) -> str:
        """Return a URL-safe signed token."""
        return str(self._serializer(purpose).dumps(dict(data)))

    def unsign(self, token: str, *, purpose: str) -> dict[str, Any]:
        """Return a token's data. Raises ``OfferTampered``."""
        try:
            found: dict[str, Any] = self._serializer(purpose).loads(token)
        except BadData as error:
            raise OfferTampered from error
        return found

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        made = self._serializers.get(purpose)
        if made is None:
            made = self._serializers[purpose] = URLSafeSerializer(
                self._sign_key, salt=f"bnpl:{purpose}", signer_kwargs={"digest_method": hashlib.sha256}
            )
        return made


class HttpCourier:
    """Posts webhooks over HTTP(S), following no redirect."""

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> int:
        """Return the answer's status; raises ``OSError`` without an answer in ten seconds.

        The answer's body is never read: a shop that sends it for ever, or drop by drop, must not hold up the worker.
        """
        with requests.post(
            url, data=body, headers=dict(headers), timeout=_POST_SECONDS, allow_redirects=False, stream=True
        ) as answer:
            return answer.status_code


def _derived(data_key: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"bnpl", info=purpose.encode()).derive(data_key.encode())
