"""The policies as use cases read them: each version parsed once, the roles looked up on every decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.ports.clock import Clock
from bnpl_plugin.ports.policy import Policy, read_policy
from bnpl_plugin.ports.store import Store

#: How long a quotation may go on with the roles that it knows; a decision always looks.
_SHORT = timedelta(seconds=5)
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Roles:
    """Who decides: the champion, and the challenger with its share of shoppers in hundredths of a percent."""

    champion: Policy
    challenger: Policy | None = None
    share_bps: int = 0


class Policies:
    """Reads policies from the store.

    Args:
        store: where they are.
        clock: the house's.
        leaves: the policies that came with the release, by version: good before they are stored.
        default: of these, the one that decides while the table has no champion.
    """

    def __init__(self, store: Store, *, clock: Clock, leaves: Mapping[str, Policy], default: str) -> None:
        self._store, self._clock, self.leaves, self.default = store, clock, leaves, leaves[default]
        self._read: dict[str, Policy] = {}
        self._roles: tuple[datetime, Roles] | None = None

    def roles(self, *, fresh: bool = False) -> Roles:
        """Return who decides; ``fresh`` looks into the table, so that a withdrawal acts at once."""
        now = self._clock.now()
        known = self._roles
        if not fresh and known is not None and known[0] <= now < known[0] + _SHORT:
            return known[1]
        champion, challenger, share_bps = self.default, None, 0
        for row in self._store.policy_roles():
            if row.state == "champion":
                champion = self.version(row.version)
            else:
                challenger, share_bps = self.version(row.version), row.share_bps
        roles = Roles(champion, challenger, share_bps)
        self._roles = (now, roles)
        return roles

    def version(self, version: str) -> Policy:
        """Return a policy by its version. Raises ``InvalidInput`` when there is none."""
        known = self._read.get(version)
        if known is not None:
            return known
        row = self._store.policy_version(version)
        if row is None and version not in self.leaves:
            raise InvalidInput(field="version", fault="is not known", accepted="a version of `policy list`")
        policy = self.leaves[version] if row is None else read_policy(row.body)
        if len(self._read) >= _KEPT:
            self._read.clear()
        self._read[version] = policy
        return policy

    def forget(self) -> None:
        """Look again at the next question: the roles have just been changed here."""
        self._roles = None
