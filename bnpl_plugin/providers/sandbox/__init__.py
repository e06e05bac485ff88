"""The sandbox: a test bank shipped with the product, so that the demo needs no key and no network.

For: walking every path of a payment by hand and in tests; ``TEST_CARDS`` says which number does what.
May import: ``ports``, ``errors`` and the standard library.
Must never: share a database with the shop, import a neighbour, be mistaken for a bank.
Add a behaviour: a card in ``cards.py``, what the bank does with it in ``bank.py``, a test of the fact.
"""

from __future__ import annotations

from bnpl_plugin.ports.provider import ProviderLeaf
from bnpl_plugin.providers.sandbox.book import Line
from bnpl_plugin.providers.sandbox.cards import TEST_CARDS, BankCard, Behaviour
from bnpl_plugin.providers.sandbox.provider import CardPage, FaultKind, SandboxProvider, make_sandbox
from bnpl_plugin.providers.sandbox.webhooks import PendingWebhook

__all__ = [
    "PROVIDER",
    "TEST_CARDS",
    "BankCard",
    "Behaviour",
    "CardPage",
    "FaultKind",
    "Line",
    "PendingWebhook",
    "SandboxProvider",
    "make_sandbox",
]

PROVIDER = ProviderLeaf(code="sandbox", make=make_sandbox)
