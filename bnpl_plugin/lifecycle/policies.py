"""Policies as the risk officer handles them: added, made champion or challenger, withdrawn, replayed, reported on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.appetite import digest_of, row_of
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.judgement import Judgement, again, weigh
from bnpl_plugin.ports.policy import Policy, allowed_name, allowed_report, read_policy
from bnpl_plugin.ports.policy.allowed import REPORTED
from bnpl_plugin.ports.policy.figures import NEEDS
from bnpl_plugin.ports.records import Decision, PolicyVersion
from bnpl_plugin.ports.rule import Evidence
from bnpl_plugin.ports.store import Changeset, Move

#: Below this a distribution counts as stable; above twice and a half of it as another one (the usual reading of PSI).
STABLE, SHIFTED = Decimal("0.10"), Decimal("0.25")
_SHARE = Decimal("0.0001")

_WORDS = ("country", "currency")
_NOTHING: Mapping[str, Any] = {
    "country": None, "currency": None, "age_years": None, "income_minor": None, "outgoings_minor": None,
    "principal_minor": 0, "first_today_minor": 0, "monthly_due_minor": 0, "line_limit_minor": None,
    "line_used_minor": 0, "product_cap_minor": 0, "other_currency_open": False, "open_loans": 0,
    "instalments_in_arrears": 0, "decisions_last_day": 0, "loans_settled": 0,
}  # fmt: skip


def seed(house: House) -> None:
    """Store the release's own policies; the default becomes champion while there is none. Twice is once."""
    house.policies.seed()


def every(house: House) -> tuple[PolicyVersion, ...]:
    """Return every stored version, and behind them the release's own that nothing has stored yet, as ``seed`` would."""
    stored = tuple(house.store.policies())
    versions, led = {row.version for row in stored}, any(row.state == "champion" for row in stored)
    own = house.policies
    return stored + tuple(
        row_of(policy, state="champion" if not led and policy is own.default else "draft", at=house.clock.now())
        for version, policy in own.leaves.items()
        if version not in versions
    )


def add(house: House, body: Any) -> Policy:
    """Store a new version as a draft; the same document again is no change.

    Raises ``InvalidInput`` (a fault by its path, a rule that is not there, another document of that version),
    ``ForbiddenInput``.
    """
    policy = read_policy(body)
    for number, call in enumerate(policy.rules):
        rule = house.rules.get(call.code)
        at = f"policy.rules[{number}]"
        if rule is None:
            raise InvalidInput(field=f"{at}.code", fault=f"is {call.code!r}", accepted=", ".join(house.rules))
        for name in call.params:
            if name not in rule.params:
                known = ", ".join(rule.params) or "none"
                raise InvalidInput(field=f"{at}.params", fault=f"names {name!r}", accepted=known)
    for plan in policy.prices:
        if plan not in house.plans:
            raise InvalidInput(field="policy.prices", fault=f"names {plan!r}", accepted=", ".join(house.plans))
    known_row = house.store.policy_version(policy.version)
    if known_row is not None:
        if known_row.sha256 != digest_of(body):
            raise InvalidInput(
                field="policy.version", fault=f"{policy.version} is another document", accepted="a new version"
            )
        return policy
    house.commit(Changeset(rows=(_row(house, policy, state="draft"),)))
    return policy


def make_champion(house: House, *, version: str) -> None:
    """Have a version decide; the one before it becomes a draft. Raises ``InvalidInput``, ``StateMoved``."""
    row = _known(house, version, but="withdrawn")
    _must_be_answerable(house, version=version)
    old = next((one for one in house.store.policy_roles() if one.state == "champion"), None)
    if old is not None and old.version == version:
        return
    moves = [_to(house, row, state="champion", share_bps=0)]
    if old is not None:
        moves.append(_to(house, old, state="draft", share_bps=0))
    _change(house, *moves)


def make_challenger(house: House, *, version: str, share_bps: int) -> None:
    """Have a version decide for a share of the shoppers. Raises ``InvalidInput``, ``StateMoved``."""
    if not 1 <= share_bps <= 5_000:
        raise InvalidInput(field="share", fault=f"is {share_bps} hundredths of a percent", accepted="0.01 to 50 %")
    row = _known(house, version, but="withdrawn")
    if row.state == "champion":
        raise InvalidInput(field="version", fault="is the champion", accepted="another version")
    _must_be_answerable(house, version=version)
    old = next((one for one in house.store.policy_roles() if one.state == "challenger"), None)
    if old is not None and old.version != version:  # first: the table has room for one, whoever appoints at once
        _change(house, _to(house, old, state="draft", share_bps=0))
    _change(house, _to(house, row, state="challenger", share_bps=share_bps))


def withdraw(house: House, *, version: str) -> None:
    """Withdraw a version for good: what it decided and is not yet signed is decided again before it is drawn on.

    Raises ``InvalidInput`` for the champion: appoint another one first, so that somebody decides.
    """
    row = _known(house, version, but="")
    if row.state == "champion":
        raise InvalidInput(field="version", fault="is the champion", accepted="appoint another champion first")
    if row.state != "withdrawn":
        _change(house, _to(house, row, state="withdrawn", share_bps=0))


def _must_be_answerable(house: House, *, version: str) -> None:
    """Refuse a version whose scorecard asks for what neither the checkout nor one of its sources tells.

    Raises ``InvalidInput``: such a figure would be missing in every decision.
    """
    policy = house.policies.version(version)
    sources = [house.sources.get(call.source) for call in policy.sources]
    told = {name for source in sources if source is not None for name in source.figures}
    if None in sources:  # one that is not wired is as one that is down; what it would tell cannot be known
        return
    needed = {NEEDS.get(one.name, one.name) for one in policy.scorecard.attributes}
    lacking = sorted(name for name in needed & REPORTED.keys() if name not in told)
    if lacking:
        raise InvalidInput(
            field="policy.scorecard",
            fault=f"asks for what nobody tells at the checkout: {', '.join(lacking)}",
            accepted="figures of the checkout, or of a source that the policy names",
        )


def _known(house: House, version: str, *, but: str) -> PolicyVersion:
    row = house.store.policy_version(version)
    if row is None or row.state == but:
        fault = "is not known" if row is None else f"is {but}"
        raise InvalidInput(field="version", fault=fault, accepted="a version of `policy list`")
    return row


def _row(house: House, policy: Policy, *, state: str) -> PolicyVersion:
    return row_of(policy, state=state, at=house.clock.now())


def _to(house: House, row: PolicyVersion, *, state: str, share_bps: int) -> Move:
    change = values(state=state, share_bps=share_bps, changed_at=house.clock.now())
    return Move("policy_version", values(version=row.version), (row.state,), change)


def _change(house: House, *moves: Move) -> None:
    house.commit(Changeset(moves=moves))
    house.policies.forget()


# replay -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Replayed:
    """A decision, and what a policy says of the same inputs."""

    decision: Decision
    judgement: Judgement

    @property
    def same(self) -> bool:
        """Whether outcome, rating, limit and reasons are those recorded."""
        told, now = self.decision, self.judgement
        return (told.outcome, told.rating, told.limit_minor) == (now.outcome, now.rating, now.limit_minor) and list(
            told.reasons["codes"]
        ) == [f.code for f in now.findings]


@dataclass(slots=True)
class Swaps:
    """The swap set of a replay: how many decisions another policy would have made otherwise."""

    decisions: int = 0
    same: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    ratings: Counter[tuple[str, str]] = field(default_factory=Counter)
    limits_raised: int = 0
    limits_lowered: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "decisions": self.decisions,
            "same": self.same,
            "outcomes": {f"{old} to {new}": n for (old, new), n in sorted(self.outcomes.items())},
            "ratings": {f"{old} to {new}": n for (old, new), n in sorted(self.ratings.items())},
            "limits_raised": self.limits_raised,
            "limits_lowered": self.limits_lowered,
        }


def replay(house: House, decision: Decision, *, policy: Policy) -> Replayed:
    """Return what a policy says of a decision's own inputs: on its own version, the same, bit for bit."""
    return Replayed(decision, again(decision, policy=policy, rules=house.rules))


def replayed(
    house: House, *, version: str | None = None, decision_id: str | None = None, since: datetime | None = None
) -> Iterator[Replayed]:
    """Yield recorded decisions of policies, replayed on a version (None: each on its own).

    Raises ``InvalidInput`` for a version that is not known, also when there is no decision to replay.
    """
    if version is not None:
        house.policies.version(version)
    for decision in house.store.decisions(decision_id=decision_id, since=since):
        if decision.decided_by == "policy":
            policy = house.policies.version(version or decision.policy_version)
            yield replay(house, decision, policy=policy)


def swaps(house: House, *, version: str | None = None, since: datetime | None = None) -> Swaps:
    """Return the swap set against a version, flat in memory."""
    told = Swaps()
    for one in replayed(house, version=version, since=since):
        old, new = one.decision, one.judgement
        told.decisions += 1
        told.same += one.same
        told.outcomes[old.outcome, new.outcome] += old.outcome != new.outcome
        told.ratings[old.rating, new.rating] += old.rating != new.rating
        told.limits_raised += new.limit_minor > old.limit_minor
        told.limits_lowered += new.limit_minor < old.limit_minor
    told.outcomes, told.ratings = +told.outcomes, +told.ratings
    return told


def tried(house: House, told: Mapping[str, Any], *, version: str | None = None) -> Judgement:
    """Return what a policy (None: the champion) says of facts by name; what is not told is nothing or unknown.

    Raises ``ForbiddenInput``, ``InvalidInput``.
    """
    facts: dict[str, Any] = dict(_NOTHING)
    reported: dict[str, Any] = {}
    for name, value in told.items():
        plain = allowed_name(name)
        if plain in REPORTED:
            reported[plain] = value
        elif plain in _WORDS:
            if not isinstance(value, str) or not 2 <= len(value) <= 3 or not value.isalpha():
                raise InvalidInput(field=plain, fault="is no code", accepted="an ISO code")
            facts[plain] = value
        elif plain not in facts or type(value) is not int or not 0 <= value <= 10**12:
            raise InvalidInput(field=plain, fault="cannot be tried", accepted="a whole number, 0 to 10**12")
        else:
            facts[plain] = value
    for name in ("country", "currency", "age_years", "income_minor", "outgoings_minor"):
        if facts.get(name) is None:
            raise InvalidInput(field=name, fault="is missing", accepted="a value")
    policy = house.policy if version is None else house.policies.version(version)
    answered = tuple(call.source for call in policy.sources) if reported else ()
    evidence = Evidence(**facts, reported=allowed_report(reported), sources_answered=answered)
    return weigh(policy, evidence, rules=house.rules)


# report -------------------------------------------------------------------------------------------------------------
def report(house: House, *, base: tuple[datetime, datetime], present: tuple[datetime, datetime]) -> dict[str, Any]:
    """Return the drift report: approvals and ratings by arm and version, and how far the ratings have moved (PSI).

    Two spans, each from (inclusive) to (exclusive). Arrears by arm are those of the present span's decisions.
    """
    before, now = (Counter(_rows(house, span)) for span in (base, present))
    arms: dict[tuple[str, str], dict[str, Any]] = {}
    for (version, arm, outcome, rating, late), count in now.items():
        told = arms.setdefault((version, arm), {"decisions": 0, "approved": 0, "in_arrears": 0, "ratings": Counter()})
        told["decisions"] += count
        told["approved"] += count if outcome == "approved" else 0
        told["in_arrears"] += count if late else 0
        told["ratings"][rating] += count
    index = stability(_by_rating(before), _by_rating(now))
    return {
        "arms": [
            {
                "version": version, "arm": arm, **told, "ratings": dict(sorted(told["ratings"].items())),
                "approval_bps": told["approved"] * 10_000 // told["decisions"],
                "arrears_bps": told["in_arrears"] * 10_000 // max(told["approved"], 1),
            }
            for (version, arm), told in sorted(arms.items())
        ],
        "psi": None if index is None else str(index),
        "reading": "no base" if index is None else "stable" if index < STABLE else
        "moved" if index < SHIFTED else "shifted",
    }  # fmt: skip


def stability(before: Mapping[str, int], now: Mapping[str, int]) -> Decimal | None:
    """Return the population stability index of two counts by class, to four decimals; None without either.

    Σ (share now - share before) x ln(share now / share before); an empty class counts as one in ten thousand.
    """
    if not sum(before.values()) or not sum(now.values()):
        return None
    index = Decimal(0)
    for name in sorted({*before, *now}):
        old = max(Decimal(before.get(name, 0)) / sum(before.values()), _SHARE)
        new = max(Decimal(now.get(name, 0)) / sum(now.values()), _SHARE)
        index += (new - old) * (new / old).ln()
    return index.quantize(_SHARE)


def _rows(house: House, span: tuple[datetime, datetime]) -> dict[tuple[str, str, str, str, bool], int]:
    return {tuple(row[:5]): row[5] for row in house.store.decided(since=span[0], until=span[1])}  # type: ignore[misc]


def _by_rating(counted: Mapping[tuple[str, str, str, str, bool], int]) -> Counter[str]:
    told: Counter[str] = Counter()
    for (_, _, _, rating, _), count in counted.items():
        told[rating] += count
    return told
