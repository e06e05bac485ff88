"""The test bank's cards: a number decides what happens, so that every path can be walked by hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Behaviour(StrEnum):
    """What a card does."""

    SUCCESS = "success"
    DECLINED = "declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    THREE_D_SECURE = "three_d_secure"
    THREE_D_SECURE_LATER = "three_d_secure_later"
    UNKNOWN = "unknown"
    SLOW = "slow"
    DECLINES_LATER = "declines_later"
    CAPTURE_FAILS_ONCE = "capture_fails_once"


@dataclass(frozen=True, slots=True)
class BankCard:
    """A card of the test bank.

    Attributes:
        number: sixteen digits with a right check digit.
        label: what it does, in words (English msgid).
        behaviour: the same for programs.
    """

    number: str
    label: str
    behaviour: Behaviour

    @property
    def spaced(self) -> str:
        """The number in groups of four, as on a card."""
        return " ".join(self.number[i : i + 4] for i in range(0, 16, 4))

    @property
    def method_label(self) -> str:
        """What shoppers and operators see of a saved card."""
        return f"Visa •••• {self.number[-4:]}"


TEST_CARDS: tuple[BankCard, ...] = (
    BankCard("4242424242424242", "Succeeds", Behaviour.SUCCESS),
    BankCard("4000000000000002", "Is declined", Behaviour.DECLINED),
    BankCard("4000000000009995", "Has insufficient funds", Behaviour.INSUFFICIENT_FUNDS),
    BankCard("4000000000003220", "Asks for 3-D Secure", Behaviour.THREE_D_SECURE),
    BankCard("4000002760003184", "Asks for 3-D Secure on every later charge", Behaviour.THREE_D_SECURE_LATER),
    BankCard("4000000000000341", "Succeeds now, declines later charges", Behaviour.DECLINES_LATER),
    BankCard("4000000000001109", "Succeeds, but the bank's answer is lost", Behaviour.UNKNOWN),
    BankCard("4000000000001208", "Takes a while", Behaviour.SLOW),
    BankCard("4000000000001307", "Succeeds, but the first capture fails", Behaviour.CAPTURE_FAILS_ONCE),
)
"""Every card that the bank accepts; any future expiry and any three digits go with it."""

BY_NUMBER = MappingProxyType({card.number: card for card in TEST_CARDS})
"""The cards by their digits."""
