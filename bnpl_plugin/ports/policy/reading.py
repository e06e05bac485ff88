"""A policy's document, read strictly: every key known, every range checked, every fault named by its path.

A document that reads is a policy that can judge anybody: bins leave no gap, ratings catch every score, a better rating
never has the lower limit or the higher price.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, TypeVar

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.ports.policy.allowed import scorable_name
from bnpl_plugin.ports.policy.document import (
    Attribute,
    Bin,
    Policy,
    Refer,
    RuleCall,
    Scorecard,
    SourceCall,
    Unavailable,
)

V = TypeVar("V")

_MOST_POINTS: Final = 100_000
_MOST_MINOR: Final = 10**12
_MOST_VALUE: Final = 10**15
_DEEPEST: Final = 20
_NEEDED: Final = ("version", "rules", "scorecard", "ratings", "limit_bps", "caps_minor")
_OPTIONAL: Final = ("prices", "refer", "sources", "about")


def read_policy(body: Any) -> Policy:
    """Return the policy that a document says.

    ``about`` is free text or an object of the author's (a validation report): never looked at, but stored, and hashed
    with the rest; so it holds only what every database gives back as it was (fractions are written as text).

    Raises:
        InvalidInput: its ``field`` is the path of the fault, such as ``policy.scorecard.attributes[2].bins[0].below``.
        ForbiddenInput: an attribute that the law keeps out.
    """
    told = _object(body, "policy", needed=_NEEDED, optional=_OPTIONAL)
    _keepable(told.get("about"), "policy.about")
    ratings = _ratings(told["ratings"])
    names = [rating for _, rating in ratings]
    scorecard = _scorecard(told["scorecard"])
    if ratings[-1][0] > scorecard.lowest:
        _refuse("policy.ratings", f"leaves scores below {ratings[-1][0]} without one", f"down to {scorecard.lowest}")
    return Policy(
        version=_word(told["version"], "policy.version"),
        rules=_rules(told["rules"]),
        scorecard=scorecard,
        ratings=ratings,
        limit_bps=_limits(told["limit_bps"], names),
        caps_minor=_sums(told["caps_minor"], "policy.caps_minor", least=1, empty=False),
        prices=_prices(told.get("prices", {}), names),
        refer=_refer(told.get("refer", {})),
        sources=_sources(told.get("sources", [])),
        body=body,
    )


# the parts of a document --------------------------------------------------------------------------------------------
def _rules(told: Any) -> tuple[RuleCall, ...]:
    calls = []
    for at, one in _items(told, "policy.rules"):
        call = _object(one, at, needed=("code",), optional=("params",))
        params = _map(call.get("params", {}), f"{at}.params")
        known = {
            _word(name, f"{at}.params"): _whole(value, f"{at}.params.{name}", 0, _MOST_VALUE)
            for name, value in params.items()
        }
        calls.append(RuleCall(_word(call["code"], f"{at}.code"), known))
    _once([call.code for call in calls], "policy.rules")
    return tuple(calls)


def _scorecard(told: Any) -> Scorecard:
    at = "policy.scorecard"
    card = _object(told, at, needed=("attributes",), optional=("start_points", "floor_points"))
    attributes = tuple(_attribute(one, here) for here, one in _items(card["attributes"], f"{at}.attributes", least=0))
    _once([one.name for one in attributes], f"{at}.attributes")
    floor = card.get("floor_points")
    return Scorecard(
        start_points=_points(card.get("start_points", 0), f"{at}.start_points"),
        attributes=attributes,
        floor_points=None if floor is None else _points(floor, f"{at}.floor_points"),
    )


def _attribute(told: Any, at: str) -> Attribute:
    one = _object(told, at, needed=("name", "bins"), optional=("missing_points",))
    if not isinstance(one["name"], str):
        _refuse(f"{at}.name", "is no text", "the name of a figure")
    bins = tuple(_bin(part, here) for here, part in _items(one["bins"], f"{at}.bins"))
    if bins[0].from_value is not None or bins[-1].below is not None:
        _refuse(f"{at}.bins", "do not reach every value", "no from in the first, no below in the last")
    for left, right in pairwise(bins):
        if left.below is None or left.below != right.from_value:
            _refuse(f"{at}.bins", "leave a gap or overlap", "each from is the below of the bin before it")
    for part in bins:
        if part.from_value is not None and part.below is not None and part.from_value >= part.below:
            _refuse(f"{at}.bins", f"hold nothing from {part.from_value}", "from lower than below")
    missing = _points(one.get("missing_points", 0), f"{at}.missing_points")
    return Attribute(scorable_name(one["name"]), bins, missing)


def _bin(told: Any, at: str) -> Bin:
    one = _object(told, at, needed=("points",), optional=("from", "below"))
    ends = [
        None if one.get(end) is None else _whole(one[end], f"{at}.{end}", -_MOST_VALUE, _MOST_VALUE)
        for end in ("from", "below")
    ]
    return Bin(ends[0], ends[1], _points(one["points"], f"{at}.points"))


def _ratings(told: Any) -> tuple[tuple[int, str], ...]:
    ratings = []
    for at, one in _items(told, "policy.ratings"):
        pair = _object(one, at, needed=("from", "rating"))
        ratings.append((_whole(pair["from"], f"{at}.from", -(10**8), 10**8), _word(pair["rating"], f"{at}.rating")))
    _once([rating for _, rating in ratings], "policy.ratings")
    if any(left[0] <= right[0] for left, right in pairwise(ratings)):
        _refuse("policy.ratings", "are not best first", "each from lower than the one before it")
    return tuple(ratings)


def _limits(told: Any, names: list[str]) -> Mapping[str, int]:
    at = "policy.limit_bps"
    shares = _of_ratings(told, at, names, lambda value, here: _whole(value, here, 0, 10_000))
    if any(shares[better] < shares[worse] for better, worse in pairwise(names)):
        _refuse(at, "gives a better rating the lower limit", "never less for a better rating")
    return shares


def _prices(told: Any, names: list[str]) -> Mapping[str, Mapping[str, Decimal]]:
    prices = {}
    for plan, grid in _map(told, "policy.prices").items():
        at = f"policy.prices.{_word(plan, 'policy.prices')}"
        rates = _of_ratings(grid, at, names, _rate)
        if any(rates[better] > rates[worse] for better, worse in pairwise(names)):
            _refuse(at, "makes a better rating the dearer one", "never more for a better rating")
        prices[plan] = rates
    return prices


def _refer(told: Any) -> Refer:
    at = "policy.refer"
    one = _object(told, at, optional=("score_from", "score_below", "principal_from_minor"))
    ends = [
        None if one.get(end) is None else _whole(one[end], f"{at}.{end}", -(10**8), 10**8)
        for end in ("score_from", "score_below")
    ]
    if (ends[0] is None) != (ends[1] is None) or (None not in ends and ends[0] >= ends[1]):  # type: ignore[operator]
        _refuse(at, "has no band of scores", "score_from lower than score_below, or neither")
    return Refer(ends[0], ends[1], _sums(one.get("principal_from_minor", {}), f"{at}.principal_from_minor"))


def _sources(told: Any) -> tuple[SourceCall, ...]:
    calls = []
    for at, one in _items(told, "policy.sources", least=0):
        call = _object(
            one, at, needed=("source", "principal_from_minor", "when_unavailable"),
            optional=("timeout_seconds", "reuse_hours", "without_limit_bps"),
        )  # fmt: skip
        if call["when_unavailable"] not in list(Unavailable):
            _refuse(f"{at}.when_unavailable", f"is {str(call['when_unavailable'])[:40]!r}", ", ".join(Unavailable))
        calls.append(
            SourceCall(
                source=_word(call["source"], f"{at}.source"),
                principal_from_minor=_sums(call["principal_from_minor"], f"{at}.principal_from_minor", empty=False),
                timeout_seconds=_whole(call.get("timeout_seconds", 3), f"{at}.timeout_seconds", 1, 30),
                reuse_hours=_whole(call.get("reuse_hours", 24), f"{at}.reuse_hours", 0, 24 * 90),
                when_unavailable=Unavailable(call["when_unavailable"]),
                without_limit_bps=_whole(call.get("without_limit_bps", 5_000), f"{at}.without_limit_bps", 1, 9_999),
            )
        )
    _once([call.source for call in calls], "policy.sources")
    return tuple(calls)


# the shapes of values ------------------------------------------------------------------------------------------------
def _refuse(path: str, fault: str, accepted: str) -> None:
    raise InvalidInput(field=path, fault=fault, accepted=accepted)


def _object(told: Any, path: str, *, needed: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> Mapping[str, Any]:
    found = _map(told, path)
    known = (*needed, *optional)
    for key in found:
        if key not in known:
            _refuse(f"{path}.{str(key)[:40]}", "is not a key of a policy", ", ".join(known))
    for key in needed:
        if key not in found:
            _refuse(f"{path}.{key}", "is missing", "a value")
    return found


def _map(told: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(told, Mapping):
        raise InvalidInput(field=path, fault="is no object", accepted="a JSON object")
    return told


def _items(told: Any, path: str, *, least: int = 1) -> list[tuple[str, Any]]:
    if not isinstance(told, (list, tuple)) or not least <= len(told) <= 100:
        raise InvalidInput(field=path, fault="is no such list", accepted=f"{least} to 100 entries")
    return [(f"{path}[{number}]", one) for number, one in enumerate(told)]


def _whole(told: Any, path: str, least: int, most: int) -> int:
    if type(told) is not int or not least <= told <= most:
        raise InvalidInput(field=path, fault=f"is {str(told)[:40]!r}", accepted=f"a whole number, {least} to {most}")
    return told


def _points(told: Any, path: str) -> int:
    return _whole(told, path, -_MOST_POINTS, _MOST_POINTS)


def _word(told: Any, path: str) -> str:
    if not isinstance(told, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", told):
        raise InvalidInput(
            field=path, fault=f"is {str(told)[:40]!r}", accepted="1 to 40 latin letters, digits, dots, dashes"
        )
    return told


def _rate(told: Any, path: str) -> Decimal:
    if not isinstance(told, str) or not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,8})?", told):
        raise InvalidInput(
            field=path, fault=f"is {str(told)[:40]!r}", accepted='a yearly fraction as text, such as "0.0790"'
        )
    return Decimal(told)


def _sums(told: Any, path: str, *, least: int = 0, empty: bool = True) -> Mapping[str, int]:
    sums = {}
    for currency, minor in _map(told, path).items():
        if not re.fullmatch("[A-Z]{3}", str(currency)):
            _refuse(path, f"names {str(currency)[:40]!r}", "ISO 4217 codes")
        sums[currency] = _whole(minor, f"{path}.{currency}", least, _MOST_MINOR)
    if not sums and not empty:
        _refuse(path, "is empty", "a sum for at least one currency")
    return sums


def _of_ratings(told: Any, path: str, names: list[str], read: Callable[[Any, str], V]) -> dict[str, V]:
    found = _object(told, path, needed=tuple(names))
    return {name: read(found[name], f"{path}.{name}") for name in names}


def _keepable(told: Any, path: str, *, depth: int = 0) -> None:
    """Refuse what a database would not give back bit for bit: ``verify`` compares a policy with its hash for ever."""
    if isinstance(told, str) and re.search("[\0\ud800-\udfff]", told):
        _refuse(path, "holds characters that cannot be stored", "text in Unicode, without NUL")
    elif isinstance(told, float) or (type(told) is int and abs(told) > _MOST_VALUE):
        _refuse(path, f"is {str(told)[:40]!r}", "a whole number up to 10**15, or text")
    elif isinstance(told, (Mapping, list, tuple)):
        if depth == _DEEPEST:
            _refuse(path, "is too deep", f"{_DEEPEST} levels")
        parts = told.items() if isinstance(told, Mapping) else enumerate(told)
        for name, part in parts:
            _keepable(str(name), path)
            _keepable(part, f"{path}.{name}"[:120], depth=depth + 1)


def _once(names: list[str], path: str) -> None:
    if len(set(names)) != len(names):
        _refuse(path, "names one twice", "each once")
