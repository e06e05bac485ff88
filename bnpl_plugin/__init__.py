"""Pay-later for any Flask shop: instalments, credit decision and microloan, booked inside the shop's own database.

For: the public names, loaded when first asked for, so that ``import bnpl_plugin.credit`` needs no Flask.
Must never: import a room of ours at import time.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bnpl_plugin import errors, signals
    from bnpl_plugin.ext import Bnpl, current_bnpl
    from bnpl_plugin.ports.platform import Customer, LineKind, Order, OrderLine

__version__ = "0.1.0"

__all__ = ["Bnpl", "Customer", "LineKind", "Order", "OrderLine", "__version__", "current_bnpl", "errors", "signals"]

_WHERE = {
    "Bnpl": "bnpl_plugin.ext",
    "current_bnpl": "bnpl_plugin.ext",
    "Customer": "bnpl_plugin.ports.platform",
    "LineKind": "bnpl_plugin.ports.platform",
    "Order": "bnpl_plugin.ports.platform",
    "OrderLine": "bnpl_plugin.ports.platform",
}


def __getattr__(name: str) -> Any:
    if name in ("errors", "signals"):
        return importlib.import_module(f"bnpl_plugin.{name}")
    if name in _WHERE:
        return getattr(importlib.import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'bnpl_plugin' has no attribute {name!r}")
