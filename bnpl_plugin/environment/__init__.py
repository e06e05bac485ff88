"""What the machine gives the house: time, ids, secrets, messages and an outgoing line.

For: ``machine`` (clocks, ids, the seal, the courier) and ``notifiers`` (where messages to shoppers go). Each can be
replaced in ``Bnpl(...)``.
May import: ``ports`` and ``errors``; an optional library only where it is used.
Must never: decide; log a message, a phone number or a secret.
Add a file here: a thing of the outer world that the house asks for by a Protocol of ``ports``; name it below.
"""

from __future__ import annotations

from bnpl_plugin.environment.machine import HttpCourier, KeySeal, MovableClock, SystemClock, SystemIds
from bnpl_plugin.environment.notifiers import AppriseNotifier, ConsoleNotifier

__all__ = [
    "AppriseNotifier",
    "ConsoleNotifier",
    "HttpCourier",
    "KeySeal",
    "MovableClock",
    "SystemClock",
    "SystemIds",
]
