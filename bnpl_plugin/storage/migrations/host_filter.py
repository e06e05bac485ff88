"""Keeps a host's ``alembic --autogenerate`` from dropping our tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bnpl_plugin.storage.schema.metadata import PREFIX

IncludeObject = Callable[[Any, str | None, str, bool, Any], bool]


def host_filter(include_object: IncludeObject | None = None) -> IncludeObject:
    """Return an ``include_object`` for the host's ``env.py`` that overlooks our tables, indexes and constraints.

    A table of the host's own whose name happens to begin with ``bnpl_`` stays included, because the host's metadata
    knows it.

    Args:
        include_object: the host's own filter, asked for everything else.
    """

    def include(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:  # noqa: FBT001
        table = item if kind == "table" else getattr(item, "table", None)
        ours = str(getattr(table, "name", "")).startswith(PREFIX)
        if ours and reflected and compare_to is None:
            return False
        return include_object is None or include_object(item, name, kind, reflected, compare_to)

    return include
