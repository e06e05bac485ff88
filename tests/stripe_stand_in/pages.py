"""What a browser sees: the stand-in of Stripe.js and the issuer's 3-D Secure page. No inline script anywhere.

Source: https://docs.stripe.com/js (the calls that the script answers), https://docs.stripe.com/payments/3d-secure.
"""

import contextlib
import html
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

from . import authentication, payment_intents, setup_intents
from .amounts import said
from .book import Book
from .errors import Refusal, invalid
from .forms import Json

SCRIPT = Path(__file__).with_name("stripe_js.js")
STYLE = Path(__file__).with_name("three_d_secure.css")
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors *"

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>3-D Secure (stand-in)</title><link rel="stylesheet" href="/3ds.css"></head>
<body><main>
<p class="label">Stand-in for the card issuer — no real money</p>
<h1>3-D Secure</h1>
{content}
</main></body></html>
"""
_QUESTION = """<p>{what}</p>
<form method="post" action="/3ds/{ident}">
<input type="hidden" name="secret" value="{secret}">
<button name="outcome" value="approve" id="approve">Complete authentication</button>
<button name="outcome" value="fail" id="fail" class="second">Fail authentication</button>
</form>
"""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a browser."""

    status: int
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Security-Policy": POLICY})


def answer(book: Book, *, method: str, path: str, query: str, form: str) -> Page:
    """Return the script, its style, or the 3-D Secure page of an intent."""
    if path.rstrip("/") in {"/js.stripe.com/v3", "/v3"}:
        return Page(200, SCRIPT.read_bytes(), "text/javascript; charset=utf-8", {"Cache-Control": "no-store"})
    if path == "/3ds.css":
        return Page(200, STYLE.read_bytes(), "text/css; charset=utf-8", {"Cache-Control": "no-store"})
    if path.startswith("/3ds/"):
        given = {name: values[0] for name, values in parse_qs(form if method == "POST" else query).items()}
        with book.lock:
            intent = _intent_of(book, ident=path.removeprefix("/3ds/"), secret=given.get("secret", ""))
            return _decide(book, intent=intent, outcome=given.get("outcome")) if method == "POST" else _ask(intent)
    raise invalid("No such page.", status=404)


def _intent_of(book: Book, *, ident: str, secret: str) -> Json:
    intent = book.get("setup_intent" if ident.startswith("seti_") else "payment_intent", ident=ident)
    if secret != authentication.secret_of(intent):
        raise invalid("This page needs the intent's secret.", status=403)
    return intent


def _ask(intent: Json) -> Page:
    if intent["status"] != "requires_action":
        return _said("Nothing to authenticate any more.")
    what = "Saving this card needs your approval."
    if intent["object"] == "payment_intent":
        what = f"A payment of {said(intent['amount'], currency=intent['currency']).upper()} needs your approval."
    secret = html.escape(authentication.secret_of(intent))
    return _page(_QUESTION.format(what=html.escape(what), ident=html.escape(intent["id"]), secret=secret))


def _decide(book: Book, *, intent: Json, outcome: str | None) -> Page:
    if outcome not in {"approve", "fail"}:
        raise invalid("outcome: approve or fail", param="outcome")
    if intent["status"] == "requires_action":
        acting = setup_intents if intent["object"] == "setup_intent" else payment_intents
        with contextlib.suppress(Refusal):  # it is on the intent; the shopper goes back with redirect_status=failed
            acting.complete_challenge(book, intent=intent, approved=outcome == "approve")
    back = authentication.way_back(book, intent=intent)
    if back is None:
        return _said("You can close this page.")
    return Page(303, b"", headers={"Location": back, "Content-Security-Policy": POLICY})


def _said(sentence: str) -> Page:
    return _page(f"<p>{html.escape(sentence)}</p>")


def _page(content: str) -> Page:
    return Page(200, _PAGE.format(content=content).encode())
