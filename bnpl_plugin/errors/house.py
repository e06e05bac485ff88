"""The house, its neighbours or its books are not as they must be."""

from __future__ import annotations

from bnpl_plugin.errors.root import BnplError, ErrorKind


class HostTransactionOpen(BnplError, code="host_transaction_open"):
    """A call that commits on its own was made while the host's session is in a transaction."""

    message = "The shop's database session is still in a transaction."


class StorageUnavailable(BnplError, code="storage_unavailable", kind=ErrorKind.RETRY_LATER):
    """The database did not answer, or not in time; nothing was written unless the answer to a commit was lost."""

    message = "We cannot reach our books at the moment."


class GateUnavailable(BnplError, code="gate_unavailable", kind=ErrorKind.RETRY_LATER):
    """A flash sale's gate did not answer, or not in time; whether it decided is not known, and asking again tells."""

    message = "So many people are here that we could not hear you. Please try again."


class GateLost(GateUnavailable, code="gate_lost"):
    """The gate does not know the sale: never opened, or its memory is lost and must be rebuilt from the database."""

    message = "The sale is being set up again. Please try again in a moment."


class ProviderUnavailable(BnplError, code="provider_unavailable", kind=ErrorKind.RETRY_LATER):
    """The payment provider cannot be reached; whether it acted is not known."""

    message = "The payment service cannot be reached at the moment."


class MessageUndelivered(BnplError, code="message_undelivered", kind=ErrorKind.RETRY_LATER):
    """No channel took a message to a shopper."""

    message = "We could not send you a message just now."


class WebhookInvalid(BnplError, code="webhook_invalid", kind=ErrorKind.FIX_INPUT):
    """The webhook's signature, age or body is wrong."""

    message = "This webhook cannot be verified."


class IdempotencyMismatch(BnplError, code="idempotency_mismatch", kind=ErrorKind.FIX_INPUT):
    """The idempotency key was used before with another body."""

    message = "This Idempotency-Key was used with another request."


class IdempotencyRunning(BnplError, code="idempotency_running", kind=ErrorKind.CONFLICT):
    """The first request with this key is still running."""

    message = "The first request with this Idempotency-Key is still running."


class Unauthenticated(BnplError, code="unauthenticated", kind=ErrorKind.NOT_ALLOWED):
    """The caller has not said who it is."""

    message = "Please identify yourself first."


class ConfigurationError(BnplError, code="configuration_error"):
    """The operator's settings do not fit together."""

    message = "The shop's pay-later settings are not right."


class LeverageExceeded(BnplError, code="leverage_exceeded", kind=ErrorKind.NOT_ALLOWED):
    """The law's ceiling on what a lender may borrow would be passed."""

    message = "At most {ceiling} may be owed as {kind} on net assets of {net_assets}; {used} is owed already."

    def __init__(self, diagnostic: str = "", *, kind: str, ceiling: str, net_assets: str, used: str) -> None:
        super().__init__(diagnostic, kind=kind, ceiling=ceiling, net_assets=net_assets, used=used)


class LedgerImbalance(BnplError, code="ledger_imbalance"):
    """A journal entry does not balance, or is not an entry at all (P1)."""

    message = "The booking does not balance."


class SolverFailed(BnplError, code="solver_failed"):
    """The annual rate has no solution, or several; never answered by a guess."""

    message = "The annual rate cannot be computed: {reason}."

    def __init__(self, diagnostic: str = "", *, reason: str) -> None:
        super().__init__(diagnostic, reason=reason)
