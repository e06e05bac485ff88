"""The language of a page: choice, words, number and date forms, and catalogues without a gap."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo

from bnpl_plugin import errors
from bnpl_plugin.web.locale import TRANSLATIONS, Translator, choose_locale, matching_locale, translator
from tests.web.catalogue import TRANSLATED, MessageId, gaps, read, wanted

NARROW, NO_BREAK = "\u202f", "\u00a0"


@pytest.mark.parametrize("locale", TRANSLATED)
def test_no_message_is_untranslated(locale: str) -> None:
    messages = wanted()
    assert len(messages) > 300
    assert gaps(read(locale), messages) == [], "run: python -m tests.web.catalogue"


@pytest.mark.parametrize("locale", TRANSLATED)
def test_no_translation_is_left_over(locale: str) -> None:
    kept = {_key(entry) for entry in read(locale) if entry.id}
    assert kept - wanted() == set(), "run: python -m tests.web.catalogue"


def test_the_gap_check_sees_a_gap() -> None:
    catalogue = Catalog(locale="fr")
    catalogue.add("Pay now", "")
    catalogue.add("Order %(ref)s", "Commande %(reference)s")
    catalogue.add("Cancel", "Annuler", flags=["fuzzy"])
    catalogue.add("Sign in", "Se connecter")
    messages = {"Pay now", "Order %(ref)s", "Cancel", "Sign in", "Absent"}
    assert gaps(catalogue, messages) == ["Absent", "Cancel", "Order %(ref)s", "Pay now"]


@pytest.mark.parametrize("locale", TRANSLATED)
def test_the_compiled_catalogue_is_the_written_one(locale: str) -> None:
    with (TRANSLATIONS / locale / "LC_MESSAGES" / "bnpl.mo").open("rb") as file:
        compiled = {_key(entry): _told(entry) for entry in read_mo(file) if entry.id}
    assert compiled == {_key(entry): _told(entry) for entry in read(locale) if entry.id}


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("en", "en"),
        ("EN-gb", "en"),
        ("fr-CA", "fr"),
        ("zh", "zh_Hans"),
        ("zh-CN", "zh_Hans"),
        ("zh_Hans_SG", "zh_Hans"),
        ("zh-Hant", None),
        ("zh-TW", None),
        ("de", None),
        ("", None),
        ("frankly", None),
        ("../fr", None),
    ],
)
def test_a_tag_finds_its_locale(tag: str, locale: str | None) -> None:
    assert matching_locale(tag) == locale


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.3, zh-CN;q=0.8", "zh_Hans"),
        ("de, fr;q=0.1", "fr"),
        ("fr;q=0, zh", "zh_Hans"),
        ("fr;q=2, zh;q=0.1", "zh_Hans"),
        ("fr;q=1.2.3, zh;q=0.1", "zh_Hans"),
        ("fr;q=½, zh;q=0.1", "zh_Hans"),
        ("*", "en"),
        ("", "en"),
        (";;q=,,=", "en"),
        ("x" * 500 + ", fr", "en"),
    ],
)
def test_the_browser_is_heard(header: str, locale: str) -> None:
    assert choose_locale(accept_language=header) == locale


def test_what_the_shopper_asked_for_comes_before_checkout_and_browser() -> None:
    assert choose_locale(query="zh", checkout="fr", accept_language="en") == "zh_Hans"
    assert choose_locale(query=None, checkout="fr", accept_language="en") == "fr"
    assert choose_locale(query="klingon", checkout=None, accept_language="fr") == "fr"
    assert choose_locale(query="klingon", fallback="fr") == "fr"


@pytest.mark.parametrize(
    ("locale", "minor", "currency", "text"),
    [
        ("en", 3333, "EUR", "€33.33"),
        ("fr", 123456789, "EUR", f"1{NARROW}234{NARROW}567,89{NO_BREAK}€"),
        ("zh_Hans", 3000000, "CNY", "¥30,000.00"),
        ("en", -500, "USD", "-$5.00"),
        ("en", 500, "JPY", "¥500"),
        ("en", 0, "EUR", "€0.00"),
        ("en", 10**15, "USD", "$10,000,000,000,000.00"),
    ],
)
def test_money_is_written_as_the_locale_does(locale: str, minor: int, currency: str, text: str) -> None:
    assert _translator(locale).money(minor, currency) == text


@pytest.mark.parametrize(
    ("currency", "digits"), [("IQD", "1.500"), ("RSD", "15.00"), ("KWD", "1.500"), ("KRW", "1,500")]
)
def test_fractions_are_those_of_iso_4217(currency: str, digits: str) -> None:
    assert _translator("en").money(1500, currency).endswith(digits)


@pytest.mark.parametrize("wrong", [33.33, Decimal("33.33"), True, "3333", None])
def test_only_whole_minor_units_are_money(wrong: object) -> None:
    with pytest.raises(TypeError, match="minor units"):
        _translator("en").money(wrong, "EUR")  # type: ignore[arg-type]


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(errors.UnknownCurrency):
        _translator("en").money(1, "XXX")


@pytest.mark.parametrize(
    ("locale", "value", "text"),
    [
        ("en", Decimal("21.9"), "21.9%"),
        ("fr", Decimal("21.9"), f"21,9{NO_BREAK}%"),
        ("zh_Hans", Decimal(12), "12%"),
        ("en", Decimal("0.0"), "0%"),
        ("en", Decimal("0.05"), "0.05%"),
        ("en", Decimal("1234.5"), "1,234.5%"),
        ("en", 7, "7%"),
    ],
)
def test_a_percentage_keeps_the_decimals_it_has(locale: str, value: Decimal | int, text: str) -> None:
    assert _translator(locale).percent(value) == text


def test_days_are_written_as_the_locale_does() -> None:
    when = date(2026, 12, 24)
    assert _translator("en").day(when) == "Dec 24, 2026"
    assert _translator("fr").day(when, "long") == "24 décembre 2026"
    assert _translator("zh_Hans").day(when) == "2026年12月24日"
    assert _translator("fr").month_day(when) == "24 déc."


def test_an_instant_is_shown_in_the_shoppers_zone() -> None:
    at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert _translator("fr").instant(at, "Europe/Paris") == "1 janv. 2027 00:30"
    assert _translator("fr").clock(at, "Pacific/Kiritimati") == "13:30"


def test_dates_and_instants_are_not_mixed_up() -> None:
    with pytest.raises(TypeError, match="instant"):
        _translator("en").day(datetime(2026, 12, 24, tzinfo=UTC))
    with pytest.raises(ValueError, match="time zone"):
        _translator("en").clock(datetime(2026, 12, 24), "UTC")  # noqa: DTZ001


def test_plurals_follow_the_locale() -> None:
    forms = ("%(n)s attempt left", "%(n)s attempts left")
    french = [_translator("fr").ngettext(*forms, n) for n in (0, 1, 2)]
    assert french == ["0 essai restant", "1 essai restant", "2 essais restants"]
    assert _translator("zh_Hans").ngettext(*forms, 2) == "还可尝试 2 次"
    assert _translator("en").ngettext(*forms, 1) == "1 attempt left"


def test_an_untranslated_message_stays_english_and_an_empty_one_empty() -> None:
    assert _translator("fr").gettext("No such message") == "No such message"
    assert _translator("fr").gettext("") == ""


def test_an_error_speaks_the_shoppers_language() -> None:
    told = errors.OfferExpired().public_message(_translator("fr").gettext)
    assert told == "Cette offre a expiré. Veuillez en demander une nouvelle."


def test_a_missing_value_is_an_error_not_a_hole() -> None:
    with pytest.raises(KeyError):
        _translator("fr").gettext("Order %(ref)s", number="1")


def test_an_unknown_locale_is_refused() -> None:
    with pytest.raises(ValueError, match="no catalogue"):
        translator("de")


def test_a_page_right_to_left_says_so() -> None:
    assert _translator("zh_Hans").lang == "zh-Hans"
    assert _translator("fr").direction == "ltr"
    assert Translator("ar", NullTranslations()).direction == "rtl"  # type: ignore[arg-type]


def test_the_catalogues_are_where_the_package_ships_them() -> None:
    assert {path.name for path in Path(TRANSLATIONS).iterdir() if path.is_dir()} == set(TRANSLATED)


def _key(entry: Message) -> MessageId:
    return entry.id if isinstance(entry.id, str) else tuple(entry.id)


def _told(entry: Message) -> tuple[str, ...]:
    text = entry.string
    return (text,) if isinstance(text, str) else tuple(text or ())


def _translator(locale: str) -> Translator:
    return translator(locale)
