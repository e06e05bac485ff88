"""Shops and their API keys. A key is shown once and kept only as a hash."""

from __future__ import annotations

import hashlib

from bnpl_plugin.errors import InvalidInput, NotYours, Unauthenticated
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.ports.records import ApiKey, Merchant
from bnpl_plugin.ports.store import Changeset, Move

#: Owner of the keys that open the lender's own API; no shop.
LENDER = "lender"


def register(
    house: House, *, name: str, mdr_bps: int = 0, webhook_url: str | None = None, webhook_secret: str | None = None,
    merchant_id: str | None = None,
) -> Merchant:  # fmt: skip
    """Make a merchant known.

    ``mdr_bps`` is 0 to 3000 (hundredths of a percent); ``webhook_secret`` is a ``whsec_…`` text.
    """
    if not 0 <= mdr_bps <= 3_000:
        raise InvalidInput(field="mdr_bps", fault=f"is {mdr_bps}", accepted="0 to 3000")
    if webhook_url is not None and not webhook_url.startswith(("https://", "http://")):
        raise InvalidInput(field="webhook_url", fault="is not a web address", accepted="http:// or https://")
    merchant = Merchant(
        merchant_id=merchant_id or house.ids.new("mer"),
        name=name,
        mdr_bps=mdr_bps,
        webhook_url=webhook_url,
        webhook_secret=house.seal.seal({"secret": webhook_secret}) if webhook_secret else None,
        created_at=house.clock.now(),
    )
    house.commit(Changeset(rows=(merchant,)))
    return merchant


def register_host(house: House, *, name: str) -> None:
    """Make the host itself known as a merchant, once."""
    if house.store.merchant(house.host_merchant_id) is None:
        register(house, name=name, merchant_id=house.host_merchant_id)


def issue_lender_key(house: House, *, label: str) -> str:
    """Return a new secret key for the lender's own API, making the lender known as the owner of keys, once."""
    if house.store.merchant(LENDER) is None:
        register(house, name=house.settings.lender_name, merchant_id=LENDER)
    return issue_key(house, merchant_id=LENDER, label=label)


def key_hash(key: str) -> str:
    """Return the stored form of an API key."""
    return hashlib.sha256(key.encode()).hexdigest()


def issue_key(house: House, *, merchant_id: str, label: str) -> str:
    """Return a new secret API key of a merchant; it cannot be read again. Raises ``NotYours``."""
    if house.store.merchant(merchant_id) is None:
        raise NotYours
    key = house.ids.new("sk").replace("sk_", "bnpl_sk_") + house.ids.new("x")[2:]
    row = ApiKey(key_hash(key), merchant_id, label, house.clock.now(), None)
    house.commit(Changeset(rows=(row,)))
    return key


def revoke_key(house: House, *, merchant_id: str, hashed: str) -> None:
    """Make a key worthless from now on. Raises ``StateMoved`` when there is no such live key of the merchant."""
    now = house.clock.now()
    move = Move(
        "api_key", values(key_hash=hashed), (), values(revoked_at=now), values(merchant_id=merchant_id, revoked_at=None)
    )
    house.commit(Changeset(moves=(move,)))


def authenticate(house: House, *, key: str) -> Merchant:
    """Return the merchant of a live key. Raises ``Unauthenticated``."""
    merchant = house.store.merchant_by_key(key_hash(key)) if key else None
    if merchant is None:
        raise Unauthenticated
    return merchant
