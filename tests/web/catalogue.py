"""The messages that the package shows, and the catalogues that translate them.

``python -m tests.web.catalogue`` brings every catalogue up to date: it adds what is new (empty: fill it in, run again),
drops what nobody shows any more, and compiles. It exits with 1 and names the gaps while there are any.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from bnpl_plugin import errors, registry
from bnpl_plugin.lifecycle import line_words
from bnpl_plugin.lifecycle.identification import CODE_TEXT
from bnpl_plugin.lifecycle.messages import TEXTS
from bnpl_plugin.lifecycle.reviews import TEXTS as REVIEW_TEXTS
from bnpl_plugin.lifecycle.subsidies.watching import TEXTS as OF_BUDGETS
from bnpl_plugin.ports.policy import figures
from bnpl_plugin.providers.sandbox.cards import TEST_CARDS
from bnpl_plugin.web import forms, wording
from bnpl_plugin.web.locale import DOMAIN, LOCALES, TRANSLATIONS

TRANSLATED = tuple(name for name in LOCALES if name != "en")
TEMPLATES = TRANSLATIONS.parent / "templates"

MessageId = str | tuple[str, ...]
_PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")


def _of_errors(kind: type[errors.BnplError] = errors.BnplError) -> Iterator[str]:
    yield kind.message
    for child in kind.__subclasses__():
        if child.__module__.startswith(f"{errors.__name__}."):
            yield from _of_errors(child)


def _of_leaves() -> Iterator[str]:
    yield from (plan.title for plan in registry.leaves("PLAN").values())
    yield from figures.REASON_TEXTS.values()
    yield from figures.OTHER_TEXTS.values()
    yield from (rule.reason for rule in registry.leaves("RULE").values())
    yield from (clause.head for country in registry.leaves("COUNTRY").values() for clause in country.clauses)
    yield from (card.label for card in TEST_CARDS)


def _of_wording() -> Iterator[str]:
    for table in (wording.KIND_TITLES, wording.KIND_ACTIONS, wording.PLAN_KINDS, wording.DECLINES, wording.FIELDS):
        yield from table.values()
    yield from wording.PROMISES.values()
    yield from wording.TYPED.values()
    yield from wording.SALE_PHASES.values()
    yield from wording.SALE_GATES.values()
    yield from (forms.REQUIRED, forms.CODE, forms.COUNTRY)
    yield from (title for _, title in wording.EVENTS.values())
    yield from wording._ENDINGS.values()


def _of_templates() -> Iterator[MessageId]:
    yield from (found[2] for found in extract_from_dir(TEMPLATES, [("**.html", "jinja2")], {}))


def _of_views() -> Iterator[MessageId]:
    """The texts handed to ``gettext`` and ``ngettext`` in ``web``, those in a fallback or in an either-or included."""
    for path in sorted((TRANSLATIONS.parent / "web").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                if call.func.attr == "gettext" and call.args:
                    yield from _texts(call.args[0])
                elif call.func.attr == "ngettext":
                    forms = tuple(text for argument in call.args[:2] for text in _texts(argument))
                    if forms:
                        yield forms


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=yes, orelse=no):
            yield from chain(_texts(yes), _texts(no))
        case ast.Call(args=[_, fallback]):
            yield from _texts(fallback)
        case _:
            return


def wanted() -> set[MessageId]:
    """Every English message that a page or a message to the shopper can show."""
    called = chain(_of_templates(), _of_views())
    texts = (TEXTS, OF_BUDGETS, REVIEW_TEXTS, line_words.TEXTS, line_words.REASONS)
    sent = chain.from_iterable(of_one.values() for of_one in texts)
    kept = chain(_of_errors(), _of_leaves(), _of_wording(), sent, (CODE_TEXT,))
    return {message for message in chain(called, kept) if message}


def read(locale: str) -> Catalog:
    """The written catalogue of a locale."""
    with (TRANSLATIONS / locale / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=locale)


def gaps(catalogue: Catalog, messages: Iterable[MessageId]) -> list[str]:
    """Every message that is missing, empty, in doubt, or whose places differ from the English ones."""
    return [str(message) for message in sorted(messages, key=str) if not _is_whole(catalogue, message)]


def _is_whole(catalogue: Catalog, message: MessageId) -> bool:
    forms: tuple[str, ...] = (message,) if isinstance(message, str) else message
    entry = catalogue.get(forms[0])
    if entry is None or entry.fuzzy or not entry.string:
        return False
    told = [entry.string] if isinstance(entry.string, str) else list(entry.string)
    places = sorted(_PLACE.findall(forms[-1]))
    return all(text and sorted(_PLACE.findall(text)) == places for text in told)


def rewrite(locale: str) -> list[str]:
    """Bring one catalogue up to date, written and compiled. Returns its gaps."""
    old, messages = read(locale), wanted()
    new = Catalog(locale=locale, domain=DOMAIN, header_comment=old.header_comment, fuzzy=False)
    new.mime_headers = old.mime_headers
    for message in sorted(messages, key=str):
        kept = old.get(message if isinstance(message, str) else message[0])
        new.add(message, kept.string if kept else None, flags=kept.flags if kept else ())
    folder = TRANSLATIONS / locale / "LC_MESSAGES"
    with (folder / f"{DOMAIN}.po").open("wb") as file:
        write_po(file, new, width=120)
    with (folder / f"{DOMAIN}.mo").open("wb") as file:
        write_mo(file, read(locale))
    return gaps(new, messages)


if __name__ == "__main__":
    found = {locale: rewrite(locale) for locale in TRANSLATED}
    for locale, missing in found.items():
        sys.stdout.write("".join(f"{locale}: {message}\n" for message in missing))
    sys.exit(any(found.values()))
