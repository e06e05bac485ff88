"""Our log: structured lines under the names `bnpl.…` of the standard library's logging, where the host decides.

A traceback is printed without the values of local variables: they would tell who the shopper is.
"""

from __future__ import annotations

import logging
from typing import cast

import structlog

_PROCESSORS = (
    structlog.stdlib.filter_by_level,
    structlog.processors.format_exc_info,
    structlog.processors.KeyValueRenderer(key_order=["event"]),
)


def log_of(name: str) -> structlog.stdlib.BoundLogger:
    """Return the log of a part of ours: `log_of("worker")` writes to the logger `bnpl.worker`."""
    logger = structlog.wrap_logger(
        logging.getLogger(f"bnpl.{name}"), processors=_PROCESSORS, wrapper_class=structlog.stdlib.BoundLogger
    )
    return cast("structlog.stdlib.BoundLogger", logger)
