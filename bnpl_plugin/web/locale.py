"""The language of a page: which one, its words, and how it writes money, percentages, dates and times.

Pure: no Flask, no Flask-Babel, no global state. A page is rendered with ``translator(locale).context()`` merged into
its variables, so a host's own ``_``, filters and translation domain stay untouched.

Currency fractions follow ISO 4217 (``bnpl_plugin.money``), not CLDR's display digits, which differ for some currencies.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.support import Translations

from bnpl_plugin.money import currency as iso_currency

LocaleName = Literal["en", "fr", "zh_Hans"]
DateLength = Literal["short", "medium", "long", "full"]

LOCALES: Final[tuple[LocaleName, ...]] = ("en", "fr", "zh_Hans")
DOMAIN: Final = "bnpl"
TRANSLATIONS: Final = Path(__file__).resolve().parent.parent / "translations"
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


@dataclass(frozen=True, slots=True)
class Translator:
    """One locale's words and number forms. Made by :func:`translator`."""

    locale: LocaleName
    catalogue: NullTranslations = field(repr=False)

    @property
    def lang(self) -> str:
        """The BCP 47 tag for ``<html lang>``."""
        return self.locale.replace("_", "-")

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``, for ``<html dir>``."""
        return str(Locale.parse(self.locale).text_direction)

    def gettext(self, message: str, **values: object) -> str:
        """The message in this locale (English when untranslated), its ``%(name)s`` places filled from ``values``.

        Raises KeyError when a place has no value.
        """
        text = self.catalogue.gettext(message) if message else ""
        return text % values if values else text

    def ngettext(self, singular: str, plural: str, n: int, **values: object) -> str:
        """The form of the message that fits the count ``n``; ``%(n)s`` is the count."""
        return self.catalogue.ngettext(singular, plural, n) % {"n": n, **values}

    def money(self, minor: int, currency: str) -> str:
        """An amount in words of the locale: ``minor`` in ISO 4217 minor units of ``currency``.

        Raises TypeError for anything but an integer, and UnknownCurrency.

        >>> translator("en").money(3333, "EUR"), translator("en").money(500, "JPY")
        ('€33.33', '¥500')
        """
        if type(minor) is not int:
            msg = f"money is an integer count of minor units, not {type(minor).__name__}"
            raise TypeError(msg)
        digits = iso_currency(currency).minor_units or 0
        locale = Locale.parse(self.locale)
        pattern = copy.copy(locale.currency_formats["standard"])
        pattern.frac_prec = (digits, digits)
        return str(pattern.apply(Decimal(minor).scaleb(-digits), locale, currency=currency, currency_digits=False))

    def percent(self, value: Decimal | int) -> str:
        """A percentage: ``value`` in percent (21.9 is 21.9 %), written with the decimals that it has; zero is 0 %.

        >>> translator("en").percent(Decimal("21.90")), translator("en").percent(Decimal("0.0"))
        ('21.90%', '0%')
        """
        number = Decimal(value)
        exponent = number.as_tuple().exponent
        digits = -exponent if number and isinstance(exponent, int) and exponent < 0 else 0
        locale = Locale.parse(self.locale)
        pattern = copy.copy(locale.percent_formats[None])
        pattern.frac_prec = (digits, digits)
        return str(pattern.apply(number.scaleb(-2), locale))

    def day(self, when: date, length: DateLength = "medium") -> str:
        """A calendar date. A datetime is refused (TypeError): which day it is depends on the time zone."""
        if isinstance(when, datetime):
            msg = "day() takes a date; use instant() for a datetime"
            raise TypeError(msg)
        return format_date(when, format=length, locale=self.locale)

    def month_day(self, when: date) -> str:
        """Day and month without the year, short."""
        return str(format_skeleton("MMMd", datetime(when.year, when.month, when.day), locale=self.locale))  # noqa: DTZ001

    def clock(self, at: datetime, tz: str) -> str:
        """The time of day of the aware instant ``at`` in the IANA zone ``tz``. Raises ValueError for a naive one."""
        return format_time(_aware(at), format="short", tzinfo=ZoneInfo(tz), locale=self.locale)

    def instant(self, at: datetime, tz: str) -> str:
        """Date and time of the aware instant ``at`` in the IANA zone ``tz``. Raises ValueError when ``at`` is naive."""
        local = _aware(at).astimezone(ZoneInfo(tz))
        return f"{self.day(local.date())} {self.clock(at, tz)}"

    def context(self) -> dict[str, object]:
        """The names that every template of ours expects besides its own."""
        forms: dict[str, Callable[..., str]] = {
            "_": self.gettext,
            "ngettext": self.ngettext,
            "money": self.money,
            "percent": self.percent,
            "day": self.day,
            "month_day": self.month_day,
            "clock": self.clock,
            "instant": self.instant,
        }
        return {**forms, "lang": self.lang, "direction": self.direction}


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        msg = "an instant must carry its time zone"
        raise ValueError(msg)
    return at


@lru_cache(maxsize=len(LOCALES))
def translator(locale: LocaleName) -> Translator:
    """The translator of one of ``LOCALES``. Raises ValueError for any other, FileNotFoundError for a lost catalogue."""
    if locale not in LOCALES:
        msg = f"no catalogue for locale {locale!r}; there are {', '.join(LOCALES)}"
        raise ValueError(msg)
    if locale == "en":
        return Translator(locale, NullTranslations())
    with (TRANSLATIONS / locale / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return Translator(locale, Translations(file, DOMAIN))
