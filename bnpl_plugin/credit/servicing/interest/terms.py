"""How interest is found anew while a loan runs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestTerms:
    annual_rate: Decimal
