"""The console's password cannot be guessed at leisure."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from bnpl_plugin.web.console import doors
from tests.web.browsing import Browser, house_of

SIGN_IN = "/bnpl/console/sign-in"


def test_after_ten_wrong_passwords_even_the_right_one_waits(browser: Browser, shop: Flask) -> None:
    browser.get(SIGN_IN)
    for _ in range(doors.ONE_ADDRESS):
        browser.post(SIGN_IN, name="Op", password="a guess")
        assert browser.answer.status_code == 403
    browser.post(SIGN_IN, name="Op", password="console password")
    assert browser.answer.status_code == 429
    assert "Too many attempts" in browser.words
    house_of(shop).clock.advance(doors.SPAN)  # type: ignore[attr-defined]
    browser.post(SIGN_IN, name="Op", password="console password")
    assert browser.answer.request.path == "/bnpl/console"


def test_a_session_of_the_console_ends(browser: Browser, shop: Flask) -> None:
    browser.get(SIGN_IN)
    browser.post(SIGN_IN, name="Op", password="console password")
    assert browser.get("/bnpl/console").request.path == "/bnpl/console"
    house_of(shop).clock.advance(timedelta(hours=12))  # type: ignore[attr-defined]
    assert browser.get("/bnpl/console").request.path == SIGN_IN
