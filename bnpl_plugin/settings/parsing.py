"""How one value is read: each parser comes with the words for what it accepts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

_NAME = re.compile(r"[a-z][a-z0-9_]{1,31}")

Parse = Callable[[Any], Any]


class Unusable(Exception):
    """A value that its parser cannot read; the text is the fault."""


def whole(low: int, high: int) -> tuple[Parse, str]:
    """Return a parser of whole numbers from ``low`` to ``high``."""

    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise Unusable(f"is a {type(value).__name__}")
        try:
            number = int(value)
        except ValueError:
            raise Unusable(f"is {value!r}") from None
        if not low <= number <= high:
            raise Unusable(f"is {number}")
        return number

    return parse, f"a whole number from {low} to {high}"


def text(low: int, high: int, *, empty: str = "") -> tuple[Parse, str]:
    """Return a parser of text of ``low`` to ``high`` characters, trimmed; ``empty`` says what no text means."""

    def parse(value: Any) -> str:
        if not isinstance(value, str):
            raise Unusable(f"is a {type(value).__name__}")
        told = value.strip()
        if not told and empty:
            return ""
        if not low <= len(told) <= high:
            raise Unusable(f"has {len(told)} characters")
        return told

    return parse, f"text of {low} to {high} characters" + (f" (empty: {empty})" if empty else "")


def address(*, empty: str = "", slash: bool = False) -> tuple[Parse, str]:
    """Return a parser of http(s) addresses; a trailing slash goes unless ``slash`` keeps what was written."""

    def parse(value: Any) -> str:
        told = str(value).strip()
        told = told if slash else told.rstrip("/")
        if not told and empty:
            return ""
        parts = urlsplit(told)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
            raise Unusable(f"is {told!r}")
        return told

    return parse, "an http or https address without query" + (f" (empty: {empty})" if empty else "")


def prefix() -> tuple[Parse, str]:
    """Return a parser of the path that our pages live under."""

    def parse(value: Any) -> str:
        told = str(value).strip()
        steps = told.split("/")[1:]
        plain = all(step and step.replace("-", "").replace("_", "").isalnum() and step.isascii() for step in steps)
        if not told.startswith("/") or not plain:
            raise Unusable(f"is {told!r}")
        return told

    return parse, "a path such as /bnpl: letters, digits, - and _, no slash at its end"


def _listed(value: Any) -> list[Any]:
    """Return the members of a comma-separated text or of a sequence."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, (list, tuple)):
        return list(value)
    raise Unusable(f"is a {type(value).__name__}")


def rising_days(most: int) -> tuple[Parse, str]:
    """Return a parser of rising day counts such as ``3,7``."""
    one, _ = whole(1, 60)

    def parse(value: Any) -> tuple[int, ...]:
        days = tuple(one(part) for part in _listed(value))
        if list(days) != sorted(set(days)) or len(days) > most:
            raise Unusable(f"is {','.join(map(str, days))}")
        return days

    return parse, f"at most {most} rising day counts from 1 to 60, parted by commas"


def languages(known: tuple[str, ...]) -> tuple[Parse, str]:
    """Return a parser of a choice of languages."""

    def parse(value: Any) -> tuple[str, ...]:
        told = tuple(str(part) for part in _listed(value))
        if not told or len(set(told)) != len(told) or not set(told) <= set(known):
            raise Unusable(f"is {','.join(told)!r}")
        return told

    return parse, f"one or more of {', '.join(known)}, the first is the fallback"


def sums() -> tuple[Parse, str]:
    """Return a parser of one sum a currency, such as ``EUR=300000,CNY=2000000``."""

    def parse(value: Any) -> tuple[str, ...]:
        told = tuple(str(part).replace(" ", "") for part in _listed(value))
        codes = [part.partition("=")[0] for part in told]
        fits = all(re.fullmatch(r"[A-Z]{3}=[0-9]{1,12}", part) for part in told)
        if not fits or len(set(codes)) != len(codes):
            raise Unusable(f"is {','.join(told)!r}")
        return told

    return parse, "one sum in minor units a currency, such as EUR=300000,CNY=2000000 (empty: none)"


def names(most: int) -> tuple[Parse, str]:
    """Return a parser of short technical names, each once."""

    def parse(value: Any) -> tuple[str, ...]:
        told = tuple(str(part) for part in _listed(value))
        if len(told) > most or len(set(told)) != len(told) or not all(_NAME.fullmatch(part) for part in told):
            raise Unusable(f"is {','.join(told)!r}")
        return told

    return parse, f"at most {most} names such as device_owner, parted by commas"


def yes_or_no() -> tuple[Parse, str]:
    """Return a parser of a switch."""

    def parse(value: Any) -> bool:
        told = str(value).strip().lower()
        if told not in ("yes", "no", "true", "false", "1", "0"):
            raise Unusable(f"is {value!r}")
        return told in ("yes", "true", "1")

    return parse, "yes or no"


def channels() -> tuple[Parse, str]:
    """Return a parser of Apprise addresses that each say where the phone number goes; secrets are never repeated."""

    def parse(value: Any) -> tuple[str, ...]:
        told = tuple(value.split()) if isinstance(value, str) else tuple(str(part) for part in value)
        for place, url in enumerate(told, start=1):
            if "://" not in url or "{phone}" not in url:
                raise Unusable(f"has no address with {{phone}} at place {place}")
        return told

    return parse, "addresses of Apprise with {phone} in each, parted by spaces (empty: the console)"
