"""The root of the tree, and what a client should do about each kind of error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import ClassVar


class ErrorKind(StrEnum):
    """What the client that receives the error should do."""

    FIX_INPUT = "fix_input"
    RETRY_LATER = "retry_later"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    GONE = "gone"
    INTERNAL = "internal"


def _rebuild(kind: type[BnplError], diagnostic: str, details: dict[str, object]) -> BnplError:
    return kind(diagnostic, **details)


class BnplError(Exception):
    """The root of the tree.

    Args:
        diagnostic: text for the log, never shown to a client.
        details: values safe to show; they fill the placeholders of `message`.
    """

    code: ClassVar[str] = "bnpl_error"
    kind: ClassVar[ErrorKind] = ErrorKind.INTERNAL
    message: ClassVar[str] = "Something went wrong on our side."

    def __init_subclass__(cls, *, code: str = "", kind: ErrorKind | None = None) -> None:
        super().__init_subclass__()
        cls.code = code or cls.code
        cls.kind = kind or cls.kind

    def __init__(self, diagnostic: str = "", **details: object) -> None:
        self.diagnostic = diagnostic
        self.details: Mapping[str, object] = details
        super().__init__(diagnostic)

    def public_message(self, translate: Callable[[str], str] = str) -> str:
        """Return the message for the client: `message` translated, then filled from `details`."""
        return translate(self.message).format_map(_Blanks(self.details))

    def __str__(self) -> str:
        told = self.public_message()
        return f"{told} [{self.diagnostic}]" if self.diagnostic else told

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.diagnostic, dict(self.details)))


class _Blanks(dict[str, object]):
    """Leaves a placeholder without a detail empty, so that telling of an error can never raise another."""

    def __missing__(self, key: str) -> str:
        return ""
