"""Which language a page is in: what the shopper asked for, else the checkout's, else the browser's."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Literal

LocaleName = Literal["en", "fr", "zh_Hans"]

LOCALES: Final[tuple[LocaleName, ...]] = ("en", "fr", "zh_Hans")
OWN_NAMES: Final[Mapping[LocaleName, str]] = {"en": "English", "fr": "Français", "zh_Hans": "简体中文"}

_LONGEST_HEADER: Final = 500
_TRADITIONAL: Final = frozenset({"hant", "tw", "hk", "mo"})


def matching_locale(tag: str) -> LocaleName | None:
    """The locale that serves a language tag, or None.

    ``tag`` is BCP 47 or POSIX in any case (``fr-CA``, ``zh_CN``). Traditional Chinese is not served by the simplified
    catalogue.

    >>> matching_locale("fr-CA"), matching_locale("zh-CN"), matching_locale("zh-TW"), matching_locale("de")
    ('fr', 'zh_Hans', None, None)
    """
    parts = tag.strip().lower().replace("_", "-").split("-")
    match parts[0]:
        case "en":
            return "en"
        case "fr":
            return "fr"
        case "zh":
            return None if _TRADITIONAL.intersection(parts[1:]) else "zh_Hans"
        case _:
            return None


def accepted_tags(header: str) -> tuple[str, ...]:
    """The tags of an ``Accept-Language`` header, the most wanted first; refused (q=0) and malformed ones left out.

    Source: RFC 9110, section 12.5.4. Only the first 500 characters are read.
    """
    wanted: list[tuple[Decimal, int, str]] = []
    for position, item in enumerate(header[:_LONGEST_HEADER].split(",")):
        tag, _, parameters = item.partition(";")
        name, _, weight = parameters.partition("=")
        text = weight.strip() if name.strip().lower() == "q" else "1"
        if not tag.strip() or not text.replace(".", "", 1).isascii() or not text.replace(".", "", 1).isdigit():
            continue
        quality = Decimal(text)
        if 0 < quality <= 1:
            wanted.append((-quality, position, tag.strip()))
    return tuple(tag for _, _, tag in sorted(wanted))


def choose_locale(
    *, checkout: str | None = None, query: str | None = None, accept_language: str = "", fallback: LocaleName = "en"
) -> LocaleName:
    """The page's locale: ``?lang=``, else the checkout's, else the browser's, else the fallback.

    A candidate that no catalogue serves is passed over, never an error.
    """
    for candidate in (query or "", checkout or "", *accepted_tags(accept_language)):
        found = matching_locale(candidate)
        if found is not None:
            return found
    return fallback
