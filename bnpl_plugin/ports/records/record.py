"""What every record is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

Json = Mapping[str, Any]


class Record:
    """Base of all records; ``table`` is the table's name without the prefix ``bnpl_``, ``key`` its primary key."""

    __slots__ = ()
    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls, *, table: str = "", key: tuple[str, ...] = ()) -> None:
        """Keep the table's name and key; ``slots=True`` makes each class twice, the second time without them."""
        if table:
            cls.table, cls.key = table, key
