"""A real Chromium in the shape of a phone, which complains when a page does."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, sync_playwright

from tests.servers.process import REPOSITORY, ServerFailedError

SCREENS = REPOSITORY / ".artifacts" / "screens"
PHONE = ViewportSize(width=390, height=844)
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
]
_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => console.error(
  `CSP violation: ${event.violatedDirective} blocked ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`));
"""


class Complaints:
    """What pages said on the console, threw, or tried against their Content-Security-Policy.

    A test that provokes one on purpose (a page answering 409, say) names it beforehand with `expect`.
    """

    def __init__(self) -> None:
        self._heard: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """Accept complaints that match this regular expression, in this test only."""
        self._expected.append(re.compile(pattern))

    def listen_to(self, page: Page) -> None:
        """Hear the page's errors, and the exceptions that its scripts let through."""

        def hear(message: ConsoleMessage) -> None:
            # a favicon is the browser's own idea, not the page's
            source = message.location.get("url", "")
            if message.type == "error" and not source.endswith("/favicon.ico"):
                self._heard.append(f"{page.url}: {message.text} ({source})")

        page.on("console", hear)
        page.on("pageerror", lambda error: self._heard.append(f"{page.url}: uncaught {error}"))
        page.add_init_script(_REPORT_VIOLATIONS)

    def unexpected(self) -> list[str]:
        """Return every complaint that no `expect` covers."""
        return [text for text in self._heard if not any(pattern.search(text) for pattern in self._expected)]


def find_chromium() -> str:
    """Return the browser's program: `BNPL_TEST_CHROMIUM`, or the system's.

    Raises:
        ServerFailedError: when there is none; it says how to get one.
    """
    names = (os.environ.get("BNPL_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    for name in names:
        if name and (program := shutil.which(name)):
            return program
    message = "no Chromium found: `apt-get install chromium fonts-noto-cjk`, or set BNPL_TEST_CHROMIUM"
    raise ServerFailedError(message)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run one headless Chromium for as long as the block lasts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def phone_page(
    browser: Browser, *, complaints: Complaints, locale: str = "en-GB", dark: bool = False
) -> Iterator[Page]:
    """Open a fresh private phone (390 × 844 points, 2 pixels a point, touch) with one page.

    Args:
        browser: from `chromium()`.
        complaints: hears every page of this phone, pop-ups too.
        locale: what the browser asks for in Accept-Language.
        dark: whether the shopper prefers dark colours.
    """
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=2, has_touch=True, is_mobile=True, locale=locale,
        color_scheme="dark" if dark else "light", reduced_motion="reduce",
    )  # fmt: skip
    context.set_default_timeout(10_000)
    context.on("page", complaints.listen_to)
    try:
        yield context.new_page()
    finally:
        context.close()


def screenshot(page: Page, *, name: str) -> Path:
    """Save the whole page as `.artifacts/screens/<name>.png` and return where."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    target = SCREENS / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name).strip('-')}.png"
    page.screenshot(path=target, full_page=True)
    return target
