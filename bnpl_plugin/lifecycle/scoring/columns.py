"""What each column of a CSV is: an input by its allow-listed name, a group held aside, the target, or ignored.

A column that nobody named and that is no allow-listed figure is an error: nothing is dropped in silence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from bnpl_plugin.errors import ForbiddenInput, InvalidInput
from bnpl_plugin.ports.policy.allowed import forbid, scorable_name

MOST_COLUMNS = 500
_KEYS = ("input", "group", "ignore", "times", "classes", "missing", "cuts", "groups")
_HINT = "an allow-listed figure, or name the column as input, group, target or ignore (--map, --group, --ignore)"


class Role(StrEnum):
    """What a column is for."""

    INPUT = "input"
    GROUP = "group"  # held aside for the report on fairness; never seen by the score
    TARGET = "target"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's part. ``label``: an input's figure, a group's name, or why it is ignored.

    An input's text is a whole number once multiplied by ``times``, or the place of its class in ``classes`` (from 0);
    ``missing`` texts are not known. A group's text is renamed by ``names``, or a number banded at ``cuts``.
    """

    name: str
    role: Role
    label: str
    times: int = 1
    classes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    missing: frozenset[str] = frozenset()
    cuts: tuple[int, ...] = ()
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Told:
    """What the operator said of the columns; ``bad`` is the target's text for a loan that went bad."""

    columns: Mapping[str, Column]
    bad: str | None = None


def read_columns(text: str) -> Told:
    """Return what a columns file (TOML) says. Raises ``InvalidInput`` with the path of its fault."""
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise InvalidInput(field="columns", fault=f"cannot be read: {fault}", accepted="TOML") from None
    for key in body:
        if key not in {"target", "bad", "columns"}:
            raise InvalidInput(field=f"columns: {key[:40]}", fault="is not known", accepted="target, bad, columns")
    columns = {}
    for name, parts in _table(body.get("columns", {}), "columns").items():
        columns[name] = _column(name, _table(parts, f"columns.{name}"))
    if "target" in body:
        target = _text(body["target"], "target")
        columns[target] = Column(target, Role.TARGET, "target")
    return Told(columns, _text(body["bad"], "bad") if "bad" in body else None)


def with_options(
    told: Told, *, target: str | None = None, bad: str | None = None, groups: Iterable[str] = (),
    maps: Mapping[str, str] = MappingProxyType({}), ignored: Iterable[str] = (),
) -> Told:  # fmt: skip
    """Return what was told, with the command line's words over it."""
    columns = dict(told.columns)
    columns |= {name: Column(name, Role.INPUT, figure) for name, figure in maps.items()}
    columns |= {name: columns.get(name, Column(name, Role.GROUP, name)) for name in groups}
    columns |= {name: Column(name, Role.IGNORE, "by the operator") for name in ignored}
    if target is not None:
        columns = {name: one for name, one in columns.items() if one.role is not Role.TARGET}
        columns[target] = Column(target, Role.TARGET, "target")
    for name in groups:
        if columns[name].role is not Role.GROUP:
            raise InvalidInput(field=name[:60], fault=f"is a group and {columns[name].role}", accepted="one part")
    return Told(columns, bad or told.bad)


def assigned(header: Sequence[str], told: Told, *, needs_target: bool = True) -> tuple[Column, ...]:
    """Return each column's part, in the file's order.

    Raises:
        ForbiddenInput: an input that the law keeps out of a credit decision.
        InvalidInput: a column that is unknown, doubled or missing.
    """
    if len(header) > MOST_COLUMNS:
        raise InvalidInput(field="header", fault=f"has {len(header)} columns", accepted=f"at most {MOST_COLUMNS}")
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise InvalidInput(field="header", fault=f"names {_shown(doubled)} twice", accepted="each column once")
    absent = [
        one.name for one in told.columns.values()
        if one.name not in header and (needs_target or one.role is Role.INPUT)
    ]  # fmt: skip
    if absent:
        raise InvalidInput(field="header", fault=f"has no column {_shown(absent)}", accepted=_shown(header))
    columns = tuple(_part(name, told) for name in header)
    if needs_target and not any(one.role is Role.TARGET for one in columns):
        raise InvalidInput(field="target", fault="is not named", accepted="a column of the file")
    figures = [one.label for one in columns if one.role is Role.INPUT]
    twice = sorted({label for label in figures if figures.count(label) > 1})
    if twice or not figures:
        raise InvalidInput(
            field="header", fault=f"has two columns for {_shown(twice)}" if twice else "has no input",
            accepted="one column for each figure",
        )  # fmt: skip
    return columns


def _part(name: str, told: Told) -> Column:
    said = told.columns.get(name)
    if said is not None and said.role is not Role.INPUT:
        return said
    with suppress(InvalidInput):  # a name that is no latin words cannot be searched; its figure's name still is
        forbid(name)
    if said is not None:
        return Column(name, Role.INPUT, scorable_name(said.label), said.times, said.classes, said.missing)
    try:
        return Column(name, Role.INPUT, scorable_name(name))
    except InvalidInput as fault:
        raise InvalidInput(field=_shown([name]), fault=str(fault.details["fault"]), accepted=_HINT) from None


def refused(columns: Iterable[Column]) -> dict[str, str]:
    """Return the columns held aside or ignored that could never have been inputs, each with the law's sentence."""
    found = {}
    for one in columns:
        if one.role in {Role.GROUP, Role.IGNORE}:
            try:
                with suppress(InvalidInput):
                    scorable_name(one.name)
            except ForbiddenInput as fault:
                found[one.name] = str(fault.details["law"])
    return found


def _column(name: str, parts: Mapping[str, Any]) -> Column:
    roles = [role for role in (Role.INPUT, Role.GROUP, Role.IGNORE) if role in parts]
    unknown = [key for key in parts if key not in _KEYS]
    if len(roles) != 1 or unknown:
        fault = f"has the key {unknown[0][:40]!r}" if unknown else "has not one part"
        raise InvalidInput(field=f"columns.{name[:60]}", fault=fault, accepted=f"input, group or ignore; {_KEYS[3:]}")
    at = f"columns.{name[:60]}"
    times = parts.get("times", 1)
    if type(times) is not int or not 1 <= times <= 1_000_000:
        raise InvalidInput(field=f"{at}.times", fault=f"is {times!r:.40}", accepted="1 to 1000000")
    cuts = parts.get("cuts", [])
    if not isinstance(cuts, list) or any(type(cut) is not int for cut in cuts) or sorted(set(cuts)) != cuts:
        raise InvalidInput(field=f"{at}.cuts", fault="is no such list", accepted="rising whole numbers")
    classes = _texts(parts.get("classes", []), f"{at}.classes")
    named = _table(parts.get("groups", {}), f"{at}.groups")
    return Column(
        name, roles[0], _text(parts[roles[0]], f"{at}.{roles[0]}"), times,
        classes={text: place for place, text in enumerate(classes)},
        missing=frozenset(_texts(parts.get("missing", []), f"{at}.missing")), cuts=tuple(cuts),
        names={text: group for group, texts in named.items() for text in _texts(texts, f"{at}.groups.{group}")},
    )  # fmt: skip


def _table(told: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise InvalidInput(field=path[:80], fault="is no table", accepted="a TOML table")
    return told


def _text(told: Any, path: str) -> str:
    if not isinstance(told, str) or not told.strip():
        raise InvalidInput(field=path[:80], fault=f"is {told!r:.40}", accepted="text")
    return told


def _texts(told: Any, path: str) -> list[str]:
    if not isinstance(told, list) or any(not isinstance(one, str) for one in told) or len(set(told)) != len(told):
        raise InvalidInput(field=path[:80], fault="is no such list", accepted="texts, each once")
    return told


def _shown(names: Iterable[str]) -> str:
    listed = [repr(name[:60]) for name in names]
    return ", ".join(listed[:20]) + (f" and {len(listed) - 20} more" if len(listed) > 20 else "")
