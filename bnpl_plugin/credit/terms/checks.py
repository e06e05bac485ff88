"""How the terms refuse a value: the field, its fault, what is accepted."""

from __future__ import annotations

from bnpl_plugin.errors import InvalidInput


def refusal(field: str, fault: object, *, accepted: str) -> InvalidInput:
    """Return the refusal of a value."""
    return InvalidInput(field=field, fault=f"is {fault}", accepted=accepted)


def whole(field: str, value: object, *, least: int = 0, most: int | None = None) -> None:
    """Refuse what is not a whole number in the range."""
    if type(value) is not int or value < least or (most is not None and value > most):
        accepted = f"a whole number, {least} or more" if most is None else f"{least} to {most}"
        raise refusal(field, repr(value), accepted=accepted)


def member(field: str, value: object, *, of: type) -> None:
    """Refuse what is not exactly of a type; text that only looks like an enum's member would choose nothing."""
    if type(value) is not of:
        raise refusal(field, repr(value), accepted=f"a {of.__name__}")
