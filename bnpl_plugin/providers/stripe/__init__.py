"""Stripe, through its own SDK: PaymentIntents with manual capture, cards saved for the later instalments.

For: the ``Provider`` verbs on Stripe. ``adapter``: what is asked in which order; ``translate``: what an answer means;
``transport``: what a failed call means; ``amounts``: how Stripe counts money; ``webhook``: whom to believe.
May import: ``ports``, ``money``, ``errors``; the SDK, but not in this file: importing the leaf must cost nothing.
Must never: import a neighbour, see a card number, log or store a client secret elsewhere than on the attempt.
Add a file: one question about Stripe per file; every behaviour cites the page of Stripe's documentation it relies on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bnpl_plugin.errors import ConfigurationError
from bnpl_plugin.ports.provider import Provider, ProviderLeaf

__all__ = ["PROVIDER", "make_stripe"]


def make_stripe(settings: Mapping[str, str], *, now: Callable[[], datetime]) -> Provider:
    """Build the Stripe provider of one app.

    Args:
        settings: ``BNPL_STRIPE_SECRET_KEY`` and ``BNPL_STRIPE_PUBLISHABLE_KEY`` (needed),
            ``BNPL_STRIPE_WEBHOOK_SECRET`` (without it webhooks are refused and the worker asks),
            ``BNPL_STRIPE_API_URL`` and ``BNPL_STRIPE_SCRIPT_URL`` (Stripe's own when empty).
        now: the instant by which a webhook's age is judged. Stripe's clock cannot be moved, so this one should not be.

    Raises:
        ConfigurationError: a key is missing.
    """
    for name in ("BNPL_STRIPE_SECRET_KEY", "BNPL_STRIPE_PUBLISHABLE_KEY"):
        if not settings.get(name):
            raise ConfigurationError(f"{name} is missing: Stripe cannot be used without it")
    from bnpl_plugin.providers.stripe.adapter import StripeProvider
    from bnpl_plugin.providers.stripe.transport import API_URL, StripeCalls

    api_url = (settings.get("BNPL_STRIPE_API_URL") or API_URL).rstrip("/")
    return StripeProvider(
        StripeCalls(settings["BNPL_STRIPE_SECRET_KEY"], api_url=api_url),
        publishable_key=settings["BNPL_STRIPE_PUBLISHABLE_KEY"],
        webhook_secret=settings.get("BNPL_STRIPE_WEBHOOK_SECRET", ""),
        script_url=settings.get("BNPL_STRIPE_SCRIPT_URL") or "https://js.stripe.com/v3/",
        now=now,
    )


PROVIDER = ProviderLeaf(code="stripe", make=make_stripe)
