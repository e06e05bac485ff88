"""What the house asks of a credit bureau or an open-banking service. Leaves: ``bureaus/`` (constant ``BUREAU``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Protocol


class SourceKind(StrEnum):
    """What kind of service it is."""

    BUREAU = "bureau"
    OPEN_BANKING = "open_banking"


@dataclass(frozen=True, slots=True)
class Subject:
    """About whom is asked: no more than the service needs to find the file."""

    phone: str  # E.164
    full_name: str
    birth_date: date
    country: str


class SourceUnavailable(Exception):
    """The service was slow, down, or answered what nobody can use; ``timed_out`` tells which."""

    def __init__(self, fault: str, *, timed_out: bool = False) -> None:
        super().__init__(fault)
        self.fault, self.timed_out = fault, timed_out


class CreditSource(Protocol):
    """One service. It keeps the time itself: ``ask`` ends within ``timeout``, by an answer or by the exception."""

    code: str
    kind: SourceKind
    figures: frozenset[str]  # what its report may hold, by allow-listed names: a policy can use no others

    def ask(self, subject: Subject, *, purpose: str, consent: bool, timeout: timedelta) -> Mapping[str, Any]:
        """Return the report: figures by name, each on the allow-list (``ports.policy.allowed``), a null for unknown.

        ``purpose`` is an opaque reference of the decision, ``consent`` the shopper's recorded yes; without it nothing
        is asked. Raises ``SourceUnavailable``.
        """
        ...
