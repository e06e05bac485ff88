"""The pages, the widget and the webhooks: the only room that knows Flask requests.

For: turning a request into one call of a use case and its answer into a page. ``current`` knows who is asking (our
own signed cookies, the form token, the language), ``frame`` renders and guards every answer, ``forms`` reads what
was typed, ``figures`` and ``wording`` turn records into what a page prints; ``checkout``, ``account`` and
``console`` hold the pages, ``api`` the merchants' API.
May import: ``lifecycle`` and what lies below it, flask, marshmallow, babel.
Must never: import ``storage`` or a provider's SDK; decide about money or credit; touch the host's session cookie,
its error handlers or any address outside our prefix.
Add a file here: a view reads with a form, calls one use case and answers in about ten lines; its texts go through
``gettext``.
"""

from __future__ import annotations

import copy

from flask import Blueprint

from bnpl_plugin.settings import Settings


def blueprints(settings: Settings) -> tuple[Blueprint, ...]:
    """Return our blueprints for one app.

    Pages (``bnpl``), the merchants' API (``bnpl_api``), the lender's (``bnpl_lender_api``), provider webhooks
    (``bnpl_webhooks``), a flash sale's gate (``bnpl_gate``). A host with CSRF protection of its own exempts all five:
    pages carry a form token of ours, the others are no forms.
    """
    from bnpl_plugin.web import account, checkout, console, frame, sandbox, webhooks, widget
    from bnpl_plugin.web.api import blueprint as api_blueprint
    from bnpl_plugin.web.lender_api import blueprint as lender_blueprint
    from bnpl_plugin.web.sale import gate_blueprint, room

    pages = Blueprint(
        "bnpl", __name__, url_prefix=settings.url_prefix, template_folder="../templates", static_folder="../static",
        static_url_path="/static",
    )  # fmt: skip
    frame.guard(pages)
    for part in (
        checkout.blueprint,
        account.blueprint,
        account.prequalify.blueprint,
        console.blueprint,
        widget.blueprint,
        room.blueprint,
    ):
        pages.register_blueprint(part)
    if settings.provider == "sandbox":
        pages.register_blueprint(sandbox.blueprint)
    pages.record_once(widget.install)
    api = copy.copy(api_blueprint)
    api.url_prefix = f"{settings.url_prefix}/api/v1"
    lender = copy.copy(lender_blueprint)
    lender.url_prefix = f"{settings.url_prefix}/lender/v1"
    hooks = copy.copy(webhooks.blueprint)
    hooks.url_prefix = f"{settings.url_prefix}/webhooks"
    gate = copy.copy(gate_blueprint)
    gate.url_prefix = f"{settings.url_prefix}/sale"
    return pages, api, lender, hooks, gate
