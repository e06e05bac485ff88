"""Money: a whole count of minor units that carries its currency."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bnpl_plugin.errors import AmountOutOfRange, CurrencyMismatch, InvalidInput, UnknownCurrency
from bnpl_plugin.money.currency import MINOR_UNITS
from bnpl_plugin.money.rounding import Remainder, Rounding, allocate, divide, split

MAX_MINOR = 10**15
"""The largest amount on either side of zero, in minor units: ten trillion of a two-decimal currency."""

_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_RANGE = f"-{MAX_MINOR} to {MAX_MINOR} minor units"


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount.

    Equal only to the same count in the same currency; sums and comparisons of two currencies raise `CurrencyMismatch`.

    Args:
        minor: whole minor units (cents, yen, fils), within 10**15 either way; never a bool or a float.
        currency: ISO 4217 code with a minor unit.

    Raises:
        InvalidInput: `minor` is not an int.
        AmountOutOfRange: beyond 10**15.
        UnknownCurrency: not an ISO 4217 code that money is counted in.

    >>> Money(1234, "EUR") + Money.of("0.66", "EUR")
    Money(minor=1300, currency='EUR')
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            kind = type(self.minor).__name__
            raise InvalidInput(field="minor", fault=f"is a {kind}", accepted="a whole number of minor units")
        if not -MAX_MINOR <= self.minor <= MAX_MINOR:
            raise AmountOutOfRange(accepted=_RANGE)
        if type(self.currency) is not str or self.currency not in MINOR_UNITS:
            raise UnknownCurrency(currency=str(self.currency)[:8])

    @classmethod
    def of(cls, amount: str | Decimal | int, currency: str) -> Money:
        """Read an amount in major units, exactly.

        Args:
            amount: "12.34", Decimal("12.34") or 12; never a float, never more decimals than the currency has.
            currency: ISO 4217 code.

        Raises:
            InvalidInput: not a number, or finer than the currency's minor unit.

        >>> Money.of("12.34", "EUR").minor, Money.of(12, "JPY").minor
        (1234, 12)
        """
        places = MINOR_UNITS.get(currency)
        if places is None:
            raise UnknownCurrency(currency=str(currency)[:8])
        accepted = f"a decimal number with at most {places} decimals"
        if isinstance(amount, bool) or not isinstance(amount, (str, Decimal, int)):
            raise InvalidInput(field="amount", fault=f"is a {type(amount).__name__}", accepted=accepted)
        if isinstance(amount, str) and not _PLAIN.fullmatch(amount):
            raise InvalidInput(field="amount", fault="is not a number", accepted=accepted)
        exact = Decimal(amount)
        if not exact.is_finite():
            raise InvalidInput(field="amount", fault="is not a finite number", accepted=accepted)
        if exact.adjusted() > 18:
            raise AmountOutOfRange(accepted=_RANGE)
        over, under = exact.as_integer_ratio() if exact.adjusted() > -30 else (0 if exact.is_zero() else 1, 10**30)
        minor, finer = divmod(over * 10**places, under)
        if finer:
            raise InvalidInput(field="amount", fault="has too many decimals", accepted=accepted)
        return cls(minor, currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Return nothing of a currency."""
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], *, currency: str) -> Money:
        """Return the sum of amounts that are all of one currency; zero for none."""
        minor = 0
        for amount in amounts:
            if amount.currency != currency:
                raise CurrencyMismatch(left=currency, right=amount.currency)
            minor += amount.minor
        return cls(minor, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimals.

        >>> str(Money(1230, "EUR").decimal), str(Money(-5, "KWD").decimal)
        ('12.30', '-0.005')
        """
        sign = 1 if self.minor < 0 else 0
        digits = tuple(int(digit) for digit in str(abs(self.minor)))
        return Decimal((sign, digits, -MINOR_UNITS[self.currency]))

    @property
    def is_zero(self) -> bool:
        """Whether nothing is left."""
        return self.minor == 0

    def split(
        self, parts: int, *, remainder: Remainder = Remainder.LAST, rounding: Rounding = Rounding.DOWN
    ) -> tuple[Money, ...]:
        """Split into equal parts that sum to this amount exactly; one named part takes the remainder.

        >>> [part.minor for part in Money(10000, "EUR").split(3)]
        [3333, 3333, 3334]
        """
        shares = split(self.minor, parts=parts, remainder=remainder, rounding=rounding)
        return tuple(Money(share, self.currency) for share in shares)

    def allocate(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Share in proportion to whole weights by the largest remainder; the shares sum to this amount exactly."""
        return tuple(Money(share, self.currency) for share in allocate(self.minor, weights=weights))

    def times(self, factor: Fraction | Decimal | int, *, rounding: Rounding = Rounding.HALF_UP) -> Money:
        """Multiply by an exact factor and round to the minor unit as named.

        >>> Money(999, "EUR").times(Decimal("0.155")).minor
        155
        """
        if isinstance(factor, bool) or not isinstance(factor, (Fraction, Decimal, int)):
            kind = type(factor).__name__
            raise InvalidInput(field="factor", fault=f"is a {kind}", accepted="a whole number, Decimal or Fraction")
        if isinstance(factor, Decimal) and not factor.is_finite():
            raise InvalidInput(field="factor", fault="is not finite", accepted="a finite number")
        over, under = factor.as_integer_ratio()
        return Money(divide(self.minor * over, by=under, rounding=rounding), self.currency)

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)
        return other.minor

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __lt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor >= self._same(other)

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"
