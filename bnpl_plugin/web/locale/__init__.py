"""The language of a page: which one, its words, and how it writes money, numbers, percentages, dates and times.

For: `choose_locale` (choice), `translator(locale)` (translator), the written forms of any CLDR locale (printing).
May import: Babel, `bnpl_plugin.money`. Must never: know Flask or Flask-Babel, keep global state, compute an amount.
To add a file: what a language decides is a function of a locale here; a new language is a catalogue and a `LocaleName`.
"""

from bnpl_plugin.web.locale.choice import LOCALES, OWN_NAMES, LocaleName, accepted_tags, choose_locale, matching_locale
from bnpl_plugin.web.locale.printing import DateLength, Digits, MoneyForm
from bnpl_plugin.web.locale.translator import DOMAIN, TRANSLATIONS, Translator, translator

__all__ = [
    "DOMAIN",
    "LOCALES",
    "OWN_NAMES",
    "TRANSLATIONS",
    "DateLength",
    "Digits",
    "LocaleName",
    "MoneyForm",
    "Translator",
    "accepted_tags",
    "choose_locale",
    "matching_locale",
    "translator",
]
