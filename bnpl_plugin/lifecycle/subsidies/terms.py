"""What a budget says once and for all: which carts it makes cheaper and by how much, and who is warned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.ports.platform import MAX_TOTAL_MINOR
from bnpl_plugin.ports.records import Json

MOST_RECIPIENTS = 10
HIGHEST_RATE = Decimal(1)
_ADDRESS = re.compile(r"\+[0-9]{6,15}|[^@\s:/]+@[^@\s:/]+\.[^@\s:/]+")


@dataclass(frozen=True, slots=True)
class SubsidyTerms:
    """The form of ``Subsidy.terms``.

    Args:
        plan_codes: the plans that become cheaper; empty: every plan with interest.
        nominal_rate: what the shopper pays, a fraction a year; 0 for nothing.
        lowest_minor: the lowest price that is served, in minor units of the budget's currency.
        highest_minor: the highest; 0: whatever the plan allows.
        for_merchants: the shops whose carts are served; empty: every shop.
        sale_ids: the flash sales whose items are served, and nothing else; empty: every cart, on sale or not.
        recipients: who is warned: mail addresses or E.164 phone numbers, as far as the notifier has a channel for
            them; never a channel's own address, which may hold a secret.

    Raises:
        InvalidInput: names the field.
    """

    plan_codes: tuple[str, ...] = ()
    nominal_rate: Decimal = Decimal(0)
    lowest_minor: int = 0
    highest_minor: int = 0
    for_merchants: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    sale_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        rate = self.nominal_rate
        if type(rate) is not Decimal or not rate.is_finite() or not 0 <= rate < HIGHEST_RATE or rate != round(rate, 9):
            accepted = "0 to below 1, a fraction a year with at most nine decimals"
            raise InvalidInput(field="nominal_rate", fault=f"is {rate}", accepted=accepted)
        for field in ("lowest_minor", "highest_minor"):
            minor = getattr(self, field)
            if type(minor) is not int or not 0 <= minor <= MAX_TOTAL_MINOR:
                raise InvalidInput(field=field, fault=f"is {minor}", accepted=f"0 to {MAX_TOTAL_MINOR}")
        if self.highest_minor and self.highest_minor < self.lowest_minor:
            raise InvalidInput(
                field="highest_minor", fault=f"is {self.highest_minor}", accepted=f"{self.lowest_minor} or more"
            )
        if len(self.recipients) > MOST_RECIPIENTS or not all(_is_address(text) for text in self.recipients):
            raise InvalidInput(
                field="recipients",
                fault="cannot be used",
                accepted=f"at most {MOST_RECIPIENTS} mail addresses or phone numbers like +33612345678",
            )

    def serves(self, *, plan_code: str, merchant_id: str, price_minor: int, sale_id: str | None = None) -> bool:
        """Say whether a cart is one of those that become cheaper; ``sale_id`` is the sale that its item is in."""
        return (
            (not self.plan_codes or plan_code in self.plan_codes)
            and (not self.for_merchants or merchant_id in self.for_merchants)
            and (not self.sale_ids or sale_id in self.sale_ids)
            and self.lowest_minor <= price_minor
            and (not self.highest_minor or price_minor <= self.highest_minor)
        )

    def to_json(self) -> dict[str, Any]:
        """Return the plain form that a budget keeps."""
        return {
            "plan_codes": list(self.plan_codes),
            "nominal_rate": str(self.nominal_rate),
            "lowest_minor": self.lowest_minor,
            "highest_minor": self.highest_minor,
            "for_merchants": list(self.for_merchants),
            "recipients": list(self.recipients),
            "sale_ids": list(self.sale_ids),
        }

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Read the plain form back. Raises ``InvalidInput`` for what no budget of ours says."""
        try:
            rate = Decimal(str(data.get("nominal_rate", "0")))
        except InvalidOperation:
            raise InvalidInput(field="nominal_rate", fault="is not a number", accepted="0 to below 1") from None
        return cls(
            plan_codes=tuple(data.get("plan_codes", ())),
            nominal_rate=rate,
            lowest_minor=data.get("lowest_minor", 0),
            highest_minor=data.get("highest_minor", 0),
            for_merchants=tuple(data.get("for_merchants", ())),
            recipients=tuple(data.get("recipients", ())),
            sale_ids=tuple(data.get("sale_ids", ())),
        )


def _is_address(text: str) -> bool:
    return len(text) <= 254 and text.isprintable() and _ADDRESS.fullmatch(text) is not None
