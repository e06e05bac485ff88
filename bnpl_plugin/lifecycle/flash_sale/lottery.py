"""A draw that anybody can recompute: the seed's hash is published before, the seed after.

The order is by SHA-256 of the seed and the shopper's id, so it depends on nothing but the two: not on when or how often
somebody entered, nor on who runs it. Whoever published ``commitment`` cannot choose another seed afterwards; nobody who
enters without knowing the seed can choose an id that wins. To check a draw: hash the seed and compare it with the
commitment, hash each entrant's line, sort.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from bnpl_plugin.errors import InvalidInput

#: Part of every hash, so that a seed never means anything elsewhere; a change of the rule is a new word here.
_RULE = "bnpl-draw-1"
_LEAST = 32


def commitment(seed: str) -> str:
    """Return what is published before the draw: the SHA-256 of the rule and the seed, in hex.

    >>> commitment("0123456789abcdef0123456789abcdef")
    '1cb95d5f92b847567cfb9c1c60304e5da7f719e1bdc721d264830a16a2b974dc'
    """
    _check(seed)
    return hashlib.sha256(f"{_RULE}:{seed}".encode()).hexdigest()


def keeps_its_word(seed: str, *, published: str) -> bool:
    """Whether a seed is the one whose commitment was published."""
    return hmac.compare_digest(commitment(seed), published.strip().lower())


def lot(seed: str, *, sale_id: str, shopper_id: str) -> str:
    """Return one shopper's lot in one sale, in hex; the smallest comes first."""
    _check(seed)
    return hmac.new(seed.encode(), f"{_RULE}:{sale_id}:{shopper_id}".encode(), hashlib.sha256).hexdigest()


def draw(seed: str, *, sale_id: str, entrants: Iterable[str]) -> tuple[str, ...]:
    """Return the entrants in the order of their lots; whoever entered twice has one lot.

    Args:
        seed: at least 32 characters that nobody could guess before the entries closed.
        sale_id: the sale; another sale with the same seed has another order.
        entrants: the shoppers' ids, in any order.

    Raises:
        InvalidInput: the seed is too short, or an id is empty.
    """
    once = set(entrants)
    if "" in once:
        raise InvalidInput(field="entrants", fault="have one without an id", accepted="shoppers' ids")
    return tuple(sorted(once, key=lambda shopper_id: (lot(seed, sale_id=sale_id, shopper_id=shopper_id), shopper_id)))


def _check(seed: str) -> None:
    if len(seed) < _LEAST:
        raise InvalidInput(field="seed", fault="is too short", accepted=f"at least {_LEAST} characters")
