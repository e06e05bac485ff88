"""What amounts Stripe takes: minima, the ceiling, currencies without and with three decimals.

Source: https://docs.stripe.com/currencies (minimum and maximum charge amounts, zero-decimal, three-decimal).
"""

from .errors import invalid
from .forms import Json, integer, text

ZERO_DECIMAL = frozenset({
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
})  # fmt: skip
THREE_DECIMAL = frozenset({
    "bhd", "jod", "kwd", "omr", "tnd",
})  # fmt: skip
OTHERS = frozenset({
    "aed", "aud", "bgn", "brl", "cad", "chf", "cny", "cop", "czk", "dkk", "eur", "gbp", "hkd", "huf", "idr", "ils",
    "inr", "kes", "mad", "mxn", "myr", "ngn", "nok", "nzd", "php", "pkr", "pln", "qar", "ron", "sar", "sek", "sgd",
    "thb", "try", "twd", "uah", "usd", "zar",
})  # fmt: skip
# Minor units. A currency that the page does not list is only held to one unit here (Stripe converts to the account's).
MINIMUM = {
    "usd": 50, "eur": 50, "gbp": 30, "jpy": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50,
    "czk": 1500, "dkk": 250, "hkd": 400, "huf": 17500, "inr": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
MAXIMUM = 99_999_999  # eight digits


def currency_of(params: Json) -> str:
    """Return the currency in lower case; an unknown one is refused."""
    currency = text(params, "currency").lower()
    if currency not in ZERO_DECIMAL | THREE_DECIMAL | OTHERS:
        raise invalid(f"Invalid currency: {currency}.", param="currency")
    return currency


def amount_of(params: Json, *, currency: str) -> int:
    """Return the amount in minor units; too small, too large or a false third decimal is refused.

    Source: https://docs.stripe.com/error-codes#amount-too-small and #amount-too-large.
    """
    amount = integer(params, "amount", required=True)
    assert amount is not None
    floor = MINIMUM.get(currency, 1)
    if amount < floor:
        message = f"Amount must be at least {said(floor, currency=currency)}"
        raise invalid(message, param="amount", code="amount_too_small")
    if amount > MAXIMUM:
        message = f"Amount must be no more than {said(MAXIMUM, currency=currency)}"
        raise invalid(message, param="amount", code="amount_too_large")
    if currency in THREE_DECIMAL and amount % 10:
        raise invalid("Three-decimal currencies take amounts whose last digit is zero.", param="amount")
    return amount


def said(amount: int, *, currency: str) -> str:
    """Return an amount as a message shows it: `12.50 eur`, `50 jpy`."""
    if currency in ZERO_DECIMAL:
        return f"{amount} {currency}"
    places = 3 if currency in THREE_DECIMAL else 2
    whole, part = divmod(amount, 10**places)
    return f"{whole}.{part:0{places}d} {currency}"
