"""One locale's words, and its numbers and dates as a page shows them.

A page is rendered with ``translator(locale).context()`` merged into its variables, so a host's own ``_``, filters and
translation domain stay untouched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time
from babel.support import Translations

from bnpl_plugin.web.locale import printing
from bnpl_plugin.web.locale.choice import LOCALES, LocaleName
from bnpl_plugin.web.locale.printing import DateLength

DOMAIN: Final = "bnpl"
TRANSLATIONS: Final = Path(__file__).resolve().parents[2] / "translations"


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
        return str(self._cldr.text_direction)

    @property
    def _cldr(self) -> Locale:
        return Locale.parse(self.locale)

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
        return printing.money(minor, currency=currency, locale=self._cldr)

    def number(self, value: int) -> str:
        """A whole number, grouped as the locale does.

        >>> translator("en").number(100000)
        '100,000'
        """
        return printing.number(Decimal(value), locale=self._cldr)

    def percent(self, value: Decimal | int) -> str:
        """A percentage: ``value`` in percent (21.9 is 21.9 %), written with the decimals that it has; zero is 0 %.

        >>> translator("en").percent(Decimal("21.90")), translator("en").percent(Decimal("0.0"))
        ('21.90%', '0%')
        """
        return printing.percent(Decimal(value), locale=self._cldr)

    def day(self, when: date, length: DateLength = "medium") -> str:
        """A calendar date. A datetime is refused (TypeError): which day it is depends on the time zone."""
        return printing.day(when, length=length, locale=self._cldr)

    def month_day(self, when: date) -> str:
        """Day and month without the year, short."""
        return str(format_skeleton("MMMd", datetime(when.year, when.month, when.day), locale=self.locale))  # noqa: DTZ001

    def clock(self, at: datetime, tz: str) -> str:
        """The time of day of the aware instant ``at`` in the IANA zone ``tz``. Raises ValueError for a naive one."""
        return format_time(_aware(at), format="short", tzinfo=ZoneInfo(tz), locale=self.locale)

    def clock_with_seconds(self, at: datetime, tz: str) -> str:
        """The time of day of the aware instant ``at`` in the IANA zone ``tz``, to the second."""
        return format_time(_aware(at), format="medium", tzinfo=ZoneInfo(tz), locale=self.locale)

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
            "number": self.number,
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
