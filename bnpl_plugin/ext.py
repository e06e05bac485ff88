"""The doorway: ``Bnpl(app, …)``.

The only wiring; it keeps one frozen record in ``app.extensions["bnpl"]`` and holds no logic.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, appcontext_pushed, current_app
from werkzeug.local import LocalProxy

from bnpl_plugin import cli, registry, signals
from bnpl_plugin.environment import AppriseNotifier, ConsoleNotifier, HttpCourier, KeySeal, SystemClock, SystemIds
from bnpl_plugin.errors import ConfigurationError
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle.appetite import Policies
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.logs import log_of
from bnpl_plugin.ports.clock import Clock, IdSource
from bnpl_plugin.ports.jurisdiction import Country, Value
from bnpl_plugin.ports.platform import Courier, Customer, Notifier, Order
from bnpl_plugin.ports.provider import Provider
from bnpl_plugin.ports.records import Checkout
from bnpl_plugin.ports.store import Event
from bnpl_plugin.settings import Settings
from bnpl_plugin.storage import (
    SqlGate,
    SqlReads,
    SqlStore,
    SqlVerifier,
    build_engine,
    host_filter,
    install_sqlite_hooks,
)
from bnpl_plugin.web import blueprints as web_blueprints
from bnpl_plugin.web import locale
from bnpl_plugin.web.sale.claim import open_door

if TYPE_CHECKING:
    from sqlalchemy import Engine

HOST_MERCHANT = "host"

log = log_of("ext")

#: An operator's law: country → (dated values by name, dated texts by (name, language)).
Law = Mapping[str, tuple[Mapping[str, tuple[Value, ...]], Mapping[tuple[str, str], tuple[Value, ...]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """The host's side, as ``ports.platform.Host`` wants it; what a shop leaves out means "nothing of the kind here"."""

    on_order: Callable[[str], Order | None] = lambda _ref: None
    on_customer: Callable[[], Customer | None] = lambda: None
    on_confirm: Callable[..., None] = lambda _ref, _session: None
    on_refused: Callable[[str, str], None] = lambda _ref, _reason: None

    def order(self, order_ref: str) -> Order | None:
        """Return the present order."""
        return self.on_order(order_ref)

    def customer(self) -> Customer | None:
        """Return who the host says is here."""
        return self.on_customer()

    def confirm_order(self, order_ref: str, session: Any) -> None:
        """Have the host place its order."""
        self.on_confirm(order_ref, session)

    def order_refused(self, order_ref: str, reason: str) -> None:
        """Tell the host that the order must not be delivered."""
        self.on_refused(order_ref, reason)


@dataclass(slots=True, kw_only=True)
class Wiring:
    """Everything but settings that a host may hand over; see ``Bnpl``."""

    order: Callable[[str], Order | None] | None = None
    customer: Callable[[], Customer | None] | None = None
    confirm_order: Callable[..., None] | None = None
    order_refused: Callable[[str, str], None] | None = None
    sessions: Callable[[], Any] | None = None
    session_open: Callable[[], bool] | None = None
    engine: Engine | None = None
    operator: Callable[[], str | None] | None = None
    law: Law = field(default_factory=dict)
    clock: Clock | None = None
    ids: IdSource | None = None
    notifier: Notifier | None = None
    courier: Courier | None = None
    plans: Iterable[Any] = ()
    rules: Iterable[Any] = ()
    countries: Iterable[Any] = ()
    providers: Iterable[Provider] = ()
    sources: Iterable[Any] = ()
    challenge: Callable[[], bool] | None = None
    policy: str = ""


class Bnpl:
    """Adds "finance this purchase" to a Flask app.

    Args:
        app: the host; or call ``init_app`` later.
        order: ``order_ref → Order | None``: what is to be financed, as it stands now.
        customer: ``() → Customer | None``: who the host knows; None lets the phone code identify.
        confirm_order: ``(order_ref, session) → None``: place the order, writing only through ``session`` (None in
            own-database mode); raise ``OrderRefused`` when it cannot be placed.
        order_refused: ``(order_ref, reason) → None``: told after a compensation.
        sessions: host mode: makes a fresh SQLAlchemy session on the host's database; order and loan commit together.
        session_open: host mode: says whether the host's present session is in a transaction.
        engine: for our own short transactions (default: ``BNPL_DATABASE_URL``, else in host mode the host's database,
            else SQLite in the instance folder).
        operator: ``() → str | None``: the name of the signed-in operator of the console.
        law: an operator's dated legal values, per country.
        clock, ids, notifier, courier: replace the machine's.
        plans, rules, countries, providers: leaves of the shop's own, beside ours.
        sources: credit bureaus and open-banking services of the shop's own (``ports.credit_source``).
        challenge: ``() → bool``: whether a person is here (a captcha's token, a device check); asked inside the request
            when a shopper gets ready for a flash sale, or taps without a ticket. Anything but True, an exception too,
            is a refusal; it must come back by itself, within a second or so. Default: nobody is asked.
        policy: the version of the credit policy (default: the newest).
    """

    def __init__(self, app: Flask | None = None, **wiring: Any) -> None:
        self._wiring = Wiring(**wiring)
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, *, register_blueprints: bool = True) -> House:
        """Wire one app.

        Several apps may share this object. Raises ``ConfigurationError`` on a second call for the same app.
        """
        if "bnpl" in app.extensions:
            raise ConfigurationError("init_app was called twice for one app; call it once, where the app is made")
        settings = Settings.read({**_environment(), **app.config}, debug=app.debug or app.testing)
        house = _house(app, settings=settings, wiring=self._wiring)
        app.extensions["bnpl"] = house
        app.extensions["bnpl.operator"] = self._wiring.operator
        app.extensions["bnpl.challenge"] = self._wiring.challenge
        app.cli.add_command(cli.bnpl)
        if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
            appcontext_pushed.connect(_spare_our_tables, app)
        if register_blueprints:
            for blueprint in self.blueprints(settings):
                app.register_blueprint(blueprint)
            open_door(app, house=house)
        return house

    @staticmethod
    def blueprints(settings: Settings) -> Sequence[Blueprint]:
        """Return our blueprints (pages, API, webhooks) for a host that registers them itself."""
        return web_blueprints(settings)

    def open_checkout(self, order: Order, *, country: str, session: Any = None, **options: Any) -> Checkout:
        """Open a checkout for the host's own order.

        With ``session`` it is written on, and commits with, the host's session.
        """
        house: House = current_app.extensions["bnpl"]
        return checkouts.open_checkout(
            house, order=order, merchant_id=house.host_merchant_id, country=country, session=session,
            return_url=options.pop("return_url", "/"), cancel_url=options.pop("cancel_url", "/"), **options,
        )  # fmt: skip


current_bnpl: House = LocalProxy(lambda: current_app.extensions["bnpl"])  # type: ignore[assignment]


def _environment() -> Mapping[str, str]:
    return {key: value for key, value in os.environ.items() if key.startswith("BNPL_")}


def _house(app: Flask, *, settings: Settings, wiring: Wiring) -> House:
    clock = wiring.clock or SystemClock()
    notifier = wiring.notifier or (AppriseNotifier(settings.notify_urls) if settings.notify_urls else None)
    if notifier is None and not (app.debug or app.testing):
        log.warning("no notifier was given: messages, one-time codes among them, are printed to stderr")
    engine = wiring.engine or _engine(app, settings=settings, wiring=wiring)
    at_home = SqlGate(engine)
    store = SqlStore(engine, host_sessions=wiring.sessions, host_session_open=wiring.session_open)
    policies, rules = registry.leaves("POLICY"), registry.leaves("RULE", extra=wiring.rules)
    return House(
        settings=settings,
        clock=clock,
        ids=wiring.ids or SystemIds(),
        store=store,
        gate=registry.leaf("GATE", code=settings.gate).make(settings.to_mapping(), at_home=at_home),
        reads=SqlReads(engine),
        verifier=SqlVerifier(engine, rules=rules),
        seal=KeySeal(settings.data_key),
        notifier=notifier or ConsoleNotifier(),
        courier=wiring.courier or HttpCourier(),
        host=_callbacks(wiring),
        host_mode=wiring.sessions is not None,
        host_merchant_id=HOST_MERCHANT,
        providers=_providers(app, settings=settings, wiring=wiring, clock=clock),
        plans=registry.leaves("PLAN", extra=wiring.plans),
        rules=rules,
        policies=Policies(store, clock=clock, leaves=policies, default=wiring.policy or max(policies)),
        sources=registry.leaves("BUREAU", extra=wiring.sources),
        countries=_countries(wiring),
        announce=_announce,
        translate=lambda tag, text: locale.translator(locale.choose_locale(checkout=tag)).gettext(text),
    )


def _engine(app: Flask, *, settings: Settings, wiring: Wiring) -> Engine:
    """Return the engine for our own transactions; in host mode it must reach the host's database."""
    if wiring.sessions is None:
        return build_engine(settings.database_url or _instance_database(app))
    with app.app_context():
        bind = wiring.sessions().get_bind()
    host: Engine = getattr(bind, "engine", bind)
    if host.url.get_backend_name() == "sqlite" and host.url.database in (None, "", ":memory:"):
        raise ConfigurationError(
            "host mode needs a database that two connections can share; SQLite in memory is not one"
        )
    install_sqlite_hooks(host)
    return build_engine(settings.database_url or host.url.render_as_string(hide_password=False))


def _spare_our_tables(app: Flask, *_: Any, **__: Any) -> None:
    """Keep the host's ``flask db migrate`` from proposing anything about our tables; its own filter stays in force."""
    migrate = app.extensions.get("migrate")
    if migrate is None or getattr(migrate, "bnpl_spared", False):
        return
    migrate.configure_args["include_object"] = host_filter(migrate.configure_args.get("include_object"))
    migrate.bnpl_spared = True


def _callbacks(wiring: Wiring) -> Callbacks:
    silent = Callbacks()
    return Callbacks(
        on_order=wiring.order or silent.on_order,
        on_customer=wiring.customer or silent.on_customer,
        on_confirm=wiring.confirm_order or silent.on_confirm,
        on_refused=wiring.order_refused or silent.on_refused,
    )


def _providers(app: Flask, *, settings: Settings, wiring: Wiring, clock: Clock) -> Mapping[str, Provider]:
    """Build the chosen provider, and the hosts' own; a provider that is not chosen is not even imported."""
    made = {provider.code: provider for provider in wiring.providers}
    if settings.provider not in made:
        told = dict(settings.to_mapping())
        told["BNPL_SANDBOX_PATH"] = told["BNPL_SANDBOX_PATH"] or str(_instance(app) / "bnpl_sandbox.sqlite")
        leaf = registry.leaf("PROVIDER", code=settings.provider)
        made[settings.provider] = leaf.make(told, now=clock.now)
    return made


def _countries(wiring: Wiring) -> Mapping[str, Country]:
    found: dict[str, Country] = dict(registry.leaves("COUNTRY", extra=wiring.countries))
    for code, (values, texts) in wiring.law.items():
        if code not in found:
            raise ConfigurationError(f"law was given for {code}, but there is no such country leaf", country=code)
        found[code] = found[code].with_values(values=values, texts=texts)
    return found


def _announce(events: Sequence[Event]) -> None:
    for event in events:
        signals.send(event.kind, merchant_id=event.merchant_id, payload=event.payload)


def _instance(app: Flask) -> Path:
    folder = Path(app.instance_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _instance_database(app: Flask) -> str:
    return f"sqlite:///{_instance(app) / 'bnpl.sqlite'}"
