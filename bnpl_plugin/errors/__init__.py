"""The one tree of exceptions.

Every error the house raises on purpose is a `BnplError`. Each class has a stable snake_case `code` (never edited after
a release), a `kind` (what the client should do next) and a translatable English `message` with {placeholders} that are
filled from `details`. `details` are safe to show to anyone; `diagnostic` is for logs only.

    BnplError
    ├── InvalidInput              a field, its fault, what is accepted
    ├── ForbiddenInput            a fact that no credit decision may see
    ├── UnknownCurrency           not an ISO 4217 code we can compute with
    ├── CurrencyMismatch          two currencies in one sum
    ├── AmountOutOfRange          beyond 10**15 minor units
    ├── UnsupportedCountry        no leaf for the country
    ├── LawMissing                the country's legal value is missing or expired
    ├── OfferExpired · OfferTampered · OfferUnavailable · CartChanged
    ├── CheckoutNotFound · CheckoutExpired · NotYours
    ├── IllegalTransition         the state table has no such move
    ├── GuardFailed               a guard inside the write said no
    │   ├── CreditLineExceeded · CapitalExhausted · ConcentrationExceeded · SubsidyExhausted
    │   │   └── AllotmentExhausted    (of CapitalExhausted) the capital set aside for a sale
    │   ├── SoldOut · UnitsPerShopperExceeded
    │   └── StateMoved · OrderAlreadyFinanced
    ├── SaleNotOpen               too early, too late, or another shop's sale
    ├── SalePaused · InLine · ClaimedElsewhere · ChallengeFailed
    ├── DecisionMissing · DisclosuresMissing
    ├── CodeWrong · CodeExpired · TooManyAttempts
    │   └── BrowserCrowded        (of TooManyAttempts) enough shoppers are ready in this browser
    ├── CreditDeclined · OrderRefused · ServiceNotOpen
    ├── HostTransactionOpen · StorageUnavailable · ProviderUnavailable · MessageUndelivered · WebhookInvalid
    ├── GateUnavailable           a flash sale's gate did not answer
    │   └── GateLost              it does not know the sale: rebuild it
    ├── IdempotencyMismatch · IdempotencyRunning · Unauthenticated
    ├── LeverageExceeded          the law's ceiling on borrowings
    └── ConfigurationError · LedgerImbalance · SolverFailed

May import: nothing of ours. Must never: hold what only an operator may see in ``details``. Add a file here: a group of
errors that one kind of reader meets; enter each in the picture above and in ``__all__``.
"""

from __future__ import annotations

from bnpl_plugin.errors.given import (
    AmountOutOfRange,
    CurrencyMismatch,
    ForbiddenInput,
    InvalidInput,
    LawMissing,
    UnknownCurrency,
    UnsupportedCountry,
)
from bnpl_plugin.errors.guards import (
    GUARDS,
    AllotmentExhausted,
    CapitalExhausted,
    ConcentrationExceeded,
    CreditLineExceeded,
    GuardFailed,
    OrderAlreadyFinanced,
    SoldOut,
    StateMoved,
    SubsidyExhausted,
    UnitsPerShopperExceeded,
    refusal,
)
from bnpl_plugin.errors.house import (
    ConfigurationError,
    GateLost,
    GateUnavailable,
    HostTransactionOpen,
    IdempotencyMismatch,
    IdempotencyRunning,
    LedgerImbalance,
    LeverageExceeded,
    MessageUndelivered,
    ProviderUnavailable,
    SolverFailed,
    StorageUnavailable,
    Unauthenticated,
    WebhookInvalid,
)
from bnpl_plugin.errors.purchase import (
    BrowserCrowded,
    CartChanged,
    ChallengeFailed,
    CheckoutExpired,
    CheckoutNotFound,
    ClaimedElsewhere,
    CodeExpired,
    CodeWrong,
    CreditDeclined,
    DecisionMissing,
    DisclosuresMissing,
    IllegalTransition,
    InLine,
    NotYours,
    OfferExpired,
    OfferTampered,
    OfferUnavailable,
    OrderRefused,
    SaleNotOpen,
    SalePaused,
    ServiceNotOpen,
    TooManyAttempts,
)
from bnpl_plugin.errors.root import (
    BnplError,
    ErrorKind,
)

__all__ = [
    "GUARDS",
    "AllotmentExhausted",
    "AmountOutOfRange",
    "BnplError",
    "BrowserCrowded",
    "CapitalExhausted",
    "CartChanged",
    "ChallengeFailed",
    "CheckoutExpired",
    "CheckoutNotFound",
    "ClaimedElsewhere",
    "CodeExpired",
    "CodeWrong",
    "ConcentrationExceeded",
    "ConfigurationError",
    "CreditDeclined",
    "CreditLineExceeded",
    "CurrencyMismatch",
    "DecisionMissing",
    "DisclosuresMissing",
    "ErrorKind",
    "ForbiddenInput",
    "GateLost",
    "GateUnavailable",
    "GuardFailed",
    "HostTransactionOpen",
    "IdempotencyMismatch",
    "IdempotencyRunning",
    "IllegalTransition",
    "InLine",
    "InvalidInput",
    "LawMissing",
    "LedgerImbalance",
    "LeverageExceeded",
    "MessageUndelivered",
    "NotYours",
    "OfferExpired",
    "OfferTampered",
    "OfferUnavailable",
    "OrderAlreadyFinanced",
    "OrderRefused",
    "ProviderUnavailable",
    "SaleNotOpen",
    "SalePaused",
    "ServiceNotOpen",
    "SoldOut",
    "SolverFailed",
    "StateMoved",
    "StorageUnavailable",
    "SubsidyExhausted",
    "TooManyAttempts",
    "Unauthenticated",
    "UnitsPerShopperExceeded",
    "UnknownCurrency",
    "UnsupportedCountry",
    "WebhookInvalid",
    "refusal",
]
