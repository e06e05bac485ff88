"""The annual rate of charge, one module or folder per law, the law's formula in its docstring.

For: `apr_by(method)`, which a country leaf names, and the laws `eu`, `us`, `uk`, `cn` behind it. Each has `apr` for
dated flows, `rate` for flows in exact time, `schedule_apr`, `printed`, and `reading`, with which `working` lays an APR
open.
May import: the modules of `bnpl_plugin.credit` above this folder, `bnpl_plugin.errors`, the standard library.
Must never: hold a float, answer with a rate it has not checked by a change of sign.
To add a file: a module with `schedule_apr(schedule) -> Apr` and its law's text, one line in `METHODS` below and one in
`working`, a test with published examples and their source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bnpl_plugin.credit.apr import cn, eu, uk, us
from bnpl_plugin.credit.apr.result import Apr, Flow
from bnpl_plugin.credit.apr.working import Row, residual, working
from bnpl_plugin.credit.schedule import Schedule
from bnpl_plugin.errors import InvalidInput

METHODS: Mapping[str, Callable[[Schedule], Apr]] = MappingProxyType(
    {"eu": eu.schedule_apr, "us": us.schedule_apr, "uk": uk.schedule_apr, "cn": cn.schedule_apr}
)
"""Every law's APR of a schedule, by the short name that a country leaf uses."""


def apr_by(method: str) -> Callable[[Schedule], Apr]:
    """Return the function that computes the APR of a schedule by a law.

    Args:
        method: "eu", "us", "uk" or "cn".

    Raises:
        InvalidInput: no such law here.
    """
    if method not in METHODS:
        raise InvalidInput(field="apr_method", fault=f"is {method!r}", accepted=", ".join(METHODS))
    return METHODS[method]


__all__ = ["METHODS", "Apr", "Flow", "Row", "apr_by", "residual", "working"]
