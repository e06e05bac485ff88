"""What came in cannot be used, or not in this country."""

from __future__ import annotations

from bnpl_plugin.errors.root import BnplError, ErrorKind


class InvalidInput(BnplError, code="invalid_input", kind=ErrorKind.FIX_INPUT):
    """A value from outside cannot be used; nothing was written."""

    message = "{field}: {fault}. Accepted: {accepted}."

    def __init__(self, diagnostic: str = "", *, field: str, fault: str, accepted: str) -> None:
        super().__init__(diagnostic, field=field, fault=fault, accepted=accepted)


class ForbiddenInput(BnplError, code="input_forbidden", kind=ErrorKind.FIX_INPUT):
    """A fact was handed in that the law keeps out of credit decisions; nothing was kept of it. ``law``: a sentence."""

    message = "{field} may not be used for a credit decision. {law}"

    def __init__(self, diagnostic: str = "", *, field: str, law: str) -> None:
        super().__init__(diagnostic, field=field, law=law)


class UnknownCurrency(BnplError, code="unknown_currency", kind=ErrorKind.FIX_INPUT):
    """The code is not an active ISO 4217 currency with a minor unit."""

    message = "{currency} is not a currency we can compute with."

    def __init__(self, diagnostic: str = "", *, currency: str) -> None:
        super().__init__(diagnostic, currency=currency)


class CurrencyMismatch(BnplError, code="currency_mismatch", kind=ErrorKind.FIX_INPUT):
    """Two amounts of different currencies met in one operation."""

    message = "{left} and {right} cannot be combined."

    def __init__(self, diagnostic: str = "", *, left: str, right: str) -> None:
        super().__init__(diagnostic, left=left, right=right)


class AmountOutOfRange(BnplError, code="amount_out_of_range", kind=ErrorKind.FIX_INPUT):
    """The amount is beyond what an amount may be here."""

    message = "The amount is out of range. Accepted: {accepted}."

    def __init__(self, diagnostic: str = "", *, accepted: str) -> None:
        super().__init__(diagnostic, accepted=accepted)


class UnsupportedCountry(BnplError, code="unsupported_country", kind=ErrorKind.NOT_ALLOWED):
    """No credit is offered in the country."""

    message = "Paying later is not offered in {country}."

    def __init__(self, diagnostic: str = "", *, country: str) -> None:
        super().__init__(diagnostic, country=country)


class LawMissing(BnplError, code="law_missing", kind=ErrorKind.NOT_ALLOWED):
    """A legal value that the country needs is missing, expired or not sure enough."""

    message = "Paying later is not offered in {country} at the moment."

    def __init__(self, diagnostic: str = "", *, country: str, value: str) -> None:
        super().__init__(diagnostic, country=country, value=value)
