"""The policies as use cases read them: each version parsed once, the roles looked up on every decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.ports.clock import Clock
from bnpl_plugin.ports.policy import Policy, read_policy
from bnpl_plugin.ports.records import PolicyVersion
from bnpl_plugin.ports.store import Changeset, Move, Store

#: How long a quotation may go on with the roles that it knows; a decision always looks.
_SHORT = timedelta(seconds=5)
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Roles:
    """Who decides: the champion, and the challenger with its share of shoppers in hundredths of a percent."""

    champion: Policy
    challenger: Policy | None = None
    share_bps: int = 0


def digest_of(body: Any) -> str:
    """Return SHA-256 of a document's canonical text: sorted keys, no spaces, UTF-8."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def row_of(policy: Policy, *, state: str, at: datetime) -> PolicyVersion:
    """Return a new policy as it is stored."""
    return PolicyVersion(policy.version, state, 0, digest_of(policy.body), policy.body, at, at)


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
        rows = self._store.policy_roles()
        if fresh and not any(row.state == "champion" for row in rows):
            self.seed()  # a decision rests on a stored policy
            rows = self._store.policy_roles()
        for row in rows:
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

    def seed(self) -> None:
        """Store the release's own policies; the default becomes champion while there is none. Twice is once."""
        led = any(row.state == "champion" for row in self._store.policy_roles())
        for version, policy in self.leaves.items():
            row = self._store.policy_version(version)
            chosen = not led and policy is self.default
            now = self._clock.now()
            if row is None:
                new = row_of(policy, state="champion" if chosen else "draft", at=now)
                self._store.write(Changeset(rows=(new,)))
            elif chosen and row.state == "draft":
                change = {"state": "champion", "changed_at": now}
                self._store.write(Changeset(moves=(Move("policy_version", {"version": version}, ("draft",), change),)))
        self.forget()

    def forget(self) -> None:
        """Look again at the next question: the roles have just been changed here."""
        self._roles = None
