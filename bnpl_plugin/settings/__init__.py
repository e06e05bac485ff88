"""The deployment's settings: read once from ``BNPL_*`` keys, checked, then frozen.

A key comes from Flask's ``app.config`` or from the environment; text and native values are both understood. A wrong
value, a missing secret or a misspelt key raises ``ConfigurationError`` that names the key, its fault and what is
accepted; secrets are never repeated. Callables (order, customer, operator …) are not settings: they are arguments of
``Bnpl(...)``.

May import: ``errors``. Must never: read a file or the clock. Add a file here: nothing but the keys and how their values
are read lives here; add a key below, with its parser and its meaning.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, NamedTuple

from bnpl_plugin.errors import ConfigurationError
from bnpl_plugin.settings.parsing import (
    Parse,
    Unusable,
    address,
    channels,
    languages,
    names,
    prefix,
    rising_days,
    sums,
    text,
    whole,
    yes_or_no,
)

PREFIX = "BNPL_"

#: The value of ``BNPL_OPEN_TO`` that asks for no segment.
EVERYONE = "everyone"

#: Keys that belong to our own tests and never reach a deployment.
TEST_PREFIX = "BNPL_TEST_"

#: Stands in for ``BNPL_DATA_KEY`` while debugging or testing; refused anywhere else.
DEVELOPMENT_KEY = "development key, known to everybody: never for real shoppers"


class _Key(NamedTuple):
    """What is known of one key beside its field's name, type and default."""

    parse: Parse
    accepted: str
    meaning: str
    secret: bool = False


def _key(parse: tuple[Parse, str], *, default: Any, meaning: str, secret: bool = False) -> Any:
    """Return a dataclass field that carries its documentation and its parser."""
    return field(default=default, metadata={"key": _Key(parse[0], parse[1], meaning, secret)})


_MINUTES = whole(1, 24 * 60)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of one deployment; ``read`` builds it, ``describe`` documents it.

    Units are last in a name; the days of ``retry_days`` are counted from an instalment's due date.
    """

    database_url: str = _key(
        text(5, 2000, empty="SQLite in the instance folder"),
        default="",
        secret=True,
        meaning="SQLAlchemy address of the database that our tables live in; may be the host's own",
    )
    url_prefix: str = _key(prefix(), default="/bnpl", meaning="path under which our pages and the API live")
    public_url: str = _key(
        address(empty="links stay relative to the shop's own address"),
        default="",
        meaning="address of the shop as shoppers and providers see it, without our prefix",
    )
    lender_name: str = _key(
        text(2, 200),
        default="Sample lender (debugging)",
        meaning="the creditor's name on every disclosure and agreement",
    )
    lender_address: str = _key(
        text(5, 400), default="1 Sample Street, Sampletown", meaning="the creditor's postal address"
    )
    lender_contact: str = _key(
        text(3, 200), default="help@lender.example", meaning="phone number or mail address that shoppers can reach"
    )
    data_key: str = _key(
        text(32, 500),
        default="",
        secret=True,
        meaning="secret from which personal data are encrypted and offers signed",
    )
    code_tries: int = _key(whole(1, 20), default=5, meaning="wrong entries allowed for one phone code")
    code_minutes: int = _key(whole(1, 60), default=10, meaning="minutes that a phone code is good for")
    codes_per_browser: int = _key(
        whole(1, 1000), default=15, meaning="phone codes that one browser may ask for in an hour, whatever the numbers"
    )
    codes_per_address: int = _key(
        whole(1, 1_000_000), default=300, meaning="phone codes that one network address may ask for in an hour"
    )
    notify_urls: tuple[str, ...] = _key(
        channels(),
        default=(),
        secret=True,
        meaning="where messages to shoppers go (extra `notify`), tried in their order",
    )
    trust_host_phone: bool = _key(
        yes_or_no(),
        default=False,
        meaning="whether a phone number that our host vouches for needs no code of ours; never for other shops",
    )
    segments: tuple[str, ...] = _key(
        names(20), default=(), meaning="groups of shoppers that the host may name in `Customer.segments`"
    )
    open_to: str = _key(
        text(2, 32), default=EVERYONE, meaning=f"who may be served: {EVERYONE}, or one of BNPL_SEGMENTS"
    )
    codes_per_hour: int = _key(whole(1, 100), default=5, meaning="phone codes sent to one number in an hour")
    review_hours: int = _key(
        whole(1, 720), default=48, meaning="hours in which a person answers a referred or contested decision"
    )
    four_eyes_above: tuple[str, ...] = _key(
        sums(),
        default=(),
        meaning="sums per currency, in minor units, above which two operators must approve what a review asks for",
    )
    offer_minutes: int = _key(_MINUTES, default=30, meaning="minutes that a signed offer is good for")
    checkout_hours: int = _key(whole(1, 720), default=24, meaning="hours after which an unfinished checkout expires")
    hold_minutes: int = _key(_MINUTES, default=15, meaning="minutes that stock, credit line and capital are held")
    hold_ceiling_minutes: int = _key(
        _MINUTES, default=60, meaning="the longest that a hold may be stretched while a decision or 3-D Secure runs"
    )
    retry_days: tuple[int, ...] = _key(
        rising_days(6), default=(3, 7), meaning="days after the due date on which a declined instalment is tried again"
    )
    remind_days: int = _key(
        whole(0, 30), default=3, meaning="days before a due date on which a reminder is sent (0: on it)"
    )
    default_after_days: int = _key(whole(30, 365), default=90, meaning="days past due after which a loan is defaulted")
    limit_notice_days: int = _key(
        whole(0, 365), default=14, meaning="days between telling a shopper of a lower limit and its taking effect"
    )
    raise_days: int = _key(whole(1, 90), default=14, meaning="days that an offered higher limit may be accepted")
    freeze_after_days: int = _key(
        whole(1, 365), default=7, meaning="days past due after which a credit line is frozen until all is paid"
    )
    pass_hours: int = _key(
        whole(1, 2160), default=720, meaning="hours that a prequalification stands, and its facts may be used again"
    )
    provider: str = _key(text(2, 40), default="sandbox", meaning="code of the payment provider's leaf")
    stripe_secret_key: str = _key(
        text(8, 300, empty="no Stripe"), default="", secret=True, meaning="Stripe's secret API key"
    )
    stripe_publishable_key: str = _key(
        text(8, 300, empty="no Stripe"), default="", meaning="Stripe's key for the card form in the browser"
    )
    stripe_webhook_secret: str = _key(
        text(8, 300, empty="Stripe's webhooks are refused; the worker asks Stripe instead"),
        default="",
        secret=True,
        meaning="secret that Stripe signs its webhooks with",
    )
    stripe_api_url: str = _key(
        address(), default="https://api.stripe.com", meaning="address of Stripe's API, or of a stand-in for it"
    )
    stripe_script_url: str = _key(
        address(slash=True),
        default="https://js.stripe.com/v3/",
        meaning="address of Stripe's script for the card form",
    )
    sandbox_path: str = _key(
        text(1, 1000, empty="a file in the instance folder"), default="", meaning="file of the sandbox's test bank"
    )
    sandbox_slow_seconds: int = _key(
        whole(0, 86_400), default=20, meaning="seconds that the sandbox's slow card stays pending"
    )
    console_password: str = _key(
        text(12, 200, empty="the console opens only through the host's operator callback"),
        default="",
        secret=True,
        meaning="password of the lender's console when the host gives no operator callback",
    )
    lending_target: str = _key(
        text(5, 80, empty="the console asks for one"),
        default="",
        meaning="what is to be lent, from which month to which: 2000000000CNY 2027-01 2027-06",
    )
    claims_per_shopper: int = _key(
        whole(1, 1000), default=3, meaning="times in a second that one shopper may ask a flash sale's gate"
    )
    claims_per_address: int = _key(
        whole(0, 1_000_000),
        default=0,
        meaning="times in a second that one network address may ask a flash sale's gate; 0: as often as it likes",
    )
    gate: str = _key(
        text(2, 40), default="sql", meaning="where a flash sale's rush is decided: code of a gate's leaf (sql, redis)"
    )
    gate_url: str = _key(
        text(5, 2000, empty="BNPL_GATE=sql needs none"),
        default="",
        secret=True,
        meaning="address of the Redis or Valkey server, or of one node of its Cluster (redis+cluster://)",
    )
    board_streams: int = _key(
        whole(0, 1000),
        default=2,
        meaning="operators' live boards of flash sales that one process serves at once; each takes one of its threads",
    )
    board_seconds: int = _key(
        whole(1, 60), default=60, meaning="seconds after which a live board's stream ends and the browser comes again"
    )
    sale_commits: int = _key(
        whole(1, 1000),
        default=2,
        meaning="winners of a flash sale that one process commits at once; fewer than its threads, for losers' sake",
    )
    worker_chunk: int = _key(whole(1, 1000), default=50, meaning="jobs that a worker claims at once")
    job_tries: int = _key(
        whole(1, 100), default=12, meaning="tries after which a job is dead and an operator must look"
    )
    lease_seconds: int = _key(
        whole(5, 3600), default=60, meaning="seconds after which a claimed job may be claimed again"
    )
    api_rate_per_minute: int = _key(
        whole(1, 1_000_000), default=6000, meaning="API requests allowed for one merchant's key in a minute"
    )
    locales: tuple[str, ...] = _key(
        languages(("en", "fr", "zh_Hans")),
        default=("en", "fr", "zh_Hans"),
        meaning="languages that pages may be shown in",
    )

    @classmethod
    def read(cls, source: Mapping[str, Any], *, debug: bool | None = None) -> Settings:
        """Read the ``BNPL_*`` keys of a mapping; other keys are left alone, an absent or None key means its default.

        Args:
            source: ``app.config`` or ``os.environ``.
            debug: whether development defaults may stand in for required keys; None asks ``DEBUG`` and ``TESTING``.

        Raises:
            ConfigurationError: an unusable value, an unknown or a missing key, or two values that do not fit together.
        """
        _refuse_unknown(source)
        given = {key: value for key, value in source.items() if key.startswith(PREFIX) and value is not None}
        relaxed = bool(source.get("DEBUG") or source.get("TESTING")) if debug is None else debug
        values = {part.name: _value(part, given) for part in fields(cls) if _name(part) in given}
        settings = cls(**values)
        _refuse_gaps(settings, given=values, relaxed=relaxed)
        _refuse_misfits(settings)
        return settings if settings.data_key else _with_development_key(settings)

    def to_mapping(self) -> Mapping[str, str]:
        """Return all settings as text under their ``BNPL_*`` keys, as a provider's leaf reads them."""
        return {_name(part): _told(getattr(self, part.name)) for part in fields(self)}

    def __repr__(self) -> str:
        told = (f"{p.name}={'…' if _facts(p).secret else repr(getattr(self, p.name))}" for p in fields(self))
        return f"Settings({', '.join(told)})"


class Described(NamedTuple):
    """One line of the settings' table; ``required`` means outside debugging and testing."""

    key: str
    default: str
    accepted: str
    meaning: str
    required: bool


#: Keys without which nothing is started outside debugging and testing.
REQUIRED = ("data_key", "lender_name", "lender_address", "lender_contact")


def describe() -> tuple[Described, ...]:
    """Return the table of all keys, for the README and ``flask bnpl settings``."""
    return tuple(
        Described(
            key=_name(part),
            default="" if part.name in REQUIRED else _told(part.default),
            accepted=_facts(part).accepted,
            meaning=_facts(part).meaning,
            required=part.name in REQUIRED,
        )
        for part in fields(Settings)
    )


def _facts(part: Field[Any]) -> _Key:
    facts: _Key = part.metadata["key"]
    return facts


def _name(part: Field[Any]) -> str:
    return PREFIX + part.name.upper()


def _told(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _refuse(key: str, *, fault: str, accepted: str) -> ConfigurationError:
    return ConfigurationError(f"{key} {fault}. Accepted: {accepted}.", key=key, fault=fault, accepted=accepted)


def _value(part: Field[Any], given: Mapping[str, Any]) -> Any:
    """Return one parsed value; a secret's own text never reaches the message."""
    facts = _facts(part)
    try:
        return facts.parse(given[_name(part)])
    except Unusable as fault:
        raise _refuse(_name(part), fault=str(fault), accepted=facts.accepted) from None


def _refuse_unknown(source: Mapping[str, Any]) -> None:
    """Refuse a misspelt key: otherwise its default would silently stand."""
    known = [_name(part) for part in fields(Settings)]
    for key in source:
        if key.startswith(PREFIX) and not key.startswith(TEST_PREFIX) and key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            raise _refuse(key, fault="is not a setting", accepted=near[0] if near else "the keys that describe() lists")


def _refuse_gaps(settings: Settings, *, given: Mapping[str, Any], relaxed: bool) -> None:
    if relaxed:
        return
    for part in fields(settings):
        if part.name in REQUIRED and part.name not in given:
            raise _refuse(_name(part), fault="is missing", accepted=_facts(part).accepted)
    if settings.data_key == DEVELOPMENT_KEY:
        raise _refuse("BNPL_DATA_KEY", fault="is the development key", accepted="a secret of your own")


def _refuse_misfits(settings: Settings) -> None:
    """Refuse values that are each right but do not fit together."""
    if settings.hold_ceiling_minutes < settings.hold_minutes:
        accepted = f"at least BNPL_HOLD_MINUTES, which is {settings.hold_minutes}"
        raise _refuse("BNPL_HOLD_CEILING_MINUTES", fault=f"is {settings.hold_ceiling_minutes}", accepted=accepted)
    if settings.open_to != EVERYONE and settings.open_to not in settings.segments:
        accepted = f"{EVERYONE}, or one of BNPL_SEGMENTS: {', '.join(settings.segments) or 'none'}"
        raise _refuse("BNPL_OPEN_TO", fault=f"is {settings.open_to!r}", accepted=accepted)
    last_retry = max(settings.retry_days, default=0)
    if settings.default_after_days <= last_retry:
        accepted = f"more than the last of BNPL_RETRY_DAYS, which is {last_retry}"
        raise _refuse("BNPL_DEFAULT_AFTER_DAYS", fault=f"is {settings.default_after_days}", accepted=accepted)
    if settings.provider == "stripe":
        for key in ("stripe_secret_key", "stripe_publishable_key"):
            if not getattr(settings, key):
                raise _refuse(
                    PREFIX + key.upper(), fault="is missing", accepted="Stripe's key, as BNPL_PROVIDER is stripe"
                )


def _with_development_key(settings: Settings) -> Settings:
    return Settings(
        **{part.name: getattr(settings, part.name) for part in fields(settings)} | {"data_key": DEVELOPMENT_KEY}
    )
