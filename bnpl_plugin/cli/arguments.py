"""What the commands read: the app's house, amounts, months, shares and percentages; bad text is told with its form."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import click
from flask import current_app

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money.amount import Money


def shop_house() -> House:
    """Return the house of the app that the command runs in."""
    house: House = current_app.extensions["bnpl"]
    return house


class MoneyType(click.ParamType[Money]):
    """``50000000USD``: an exact amount and an ISO 4217 code."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Money:
        """Return the amount, or fail with what is accepted."""
        if isinstance(value, Money):
            return value
        found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([A-Z]{3})", str(value))
        if not found:
            self.fail(f"{value!r} is not an amount; accepted: 50000000USD, 12.34EUR", param, ctx)
        try:
            return Money.of(found[1], found[2])
        except BnplError as error:
            self.fail(str(error), param, ctx)


class MonthType(click.ParamType[date]):
    """``2027-01``: a month, read as its first day."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the month's first day, or fail with what is accepted."""
        if isinstance(value, date):
            return value
        found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", str(value))
        if not found or not int(found[1]):
            self.fail(f"{value!r} is not a month; accepted: 2027-01", param, ctx)
        return date(int(found[1]), int(found[2]), 1)


class NamedFigures(click.ParamType[dict[str, Decimal]]):
    """``pay_in_3=60,instalments_12=40``: names, each once, with a decimal number from zero."""

    name = "name=number,…"

    def __init__(self, *, accepted: str) -> None:
        self.accepted = accepted

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Decimal]:
        """Return the figures by name, or fail with what is accepted."""
        if isinstance(value, dict):
            return value
        figures: dict[str, Decimal] = {}
        for part in str(value).split(","):
            name, _, figure = (piece.strip() for piece in part.partition("="))
            if not name or name in figures or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", figure):
                self.fail(f"{part!r} cannot be used; accepted: {self.accepted}, each name once", param, ctx)
            figures[name] = Decimal(figure)
        return figures


class BpsType(click.ParamType[int]):
    """``2.5``: a percentage from 0 to ``most`` with at most two decimals, read as hundredths of a percent."""

    name = "percent"

    def __init__(self, *, most: int = 100) -> None:
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return hundredths of a percent, or fail with what is accepted."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", str(value))
        if not found or Decimal(found[0]) > self.most:
            accepted = f"0 to {self.most}, at most two decimals"
            self.fail(f"{value!r} is no such percentage; accepted: {accepted}", param, ctx)
        return int(Decimal(found[0]) * 100)


class RateType(click.ParamType[Decimal]):
    """``7.10``: a decimal number."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the number, or fail."""
        try:
            return Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is not a decimal number; accepted: 7.10", param, ctx)
