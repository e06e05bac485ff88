"""The API for third-party shops, version 1, at ``<prefix>/api/v1``: strict in what it reads, plain in what it answers.

``requests`` reads (key, JSON, ``Idempotency-Key``), ``schemas`` says what is accepted, ``answers`` what is told,
``shapes`` in which form, ``problems`` how errors are told (RFC 9457), ``description`` is the served OpenAPI 3.1
document; ``resources`` holds the views. Each answers for the merchant of the key alone: another shop's object does not
exist (404).

May import: ``lifecycle`` and below, flask, marshmallow, apispec. Must never: touch the host's error handlers, cookies
or anything outside its prefix; tell a merchant about a shopper's person, rating or reasons.
Add a file here: one resource, in ``resources``; its paths in ``description.PATHS`` (a test compares the two).
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule

from bnpl_plugin.errors import BnplError
from bnpl_plugin.web.api import problems, requests
from bnpl_plugin.web.api.description import document
from bnpl_plugin.web.api.problems import Refused
from bnpl_plugin.web.api.resources import checkouts, events, loans, offers, prequalifications, sales, subsidies

NAME = "bnpl_api"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

blueprint = Blueprint(NAME, __name__)


@blueprint.before_request
def know_the_merchant() -> None:
    """Ask for a key, except for the description and for what is not there."""
    if request.endpoint not in (f"{NAME}.openapi", f"{NAME}.nothing_here"):
        requests.authenticate()


@blueprint.after_request
def guard(answer: Response) -> Response:
    """Keep answers out of caches and browsers' guesses."""
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Serve the description of this API."""
    answer = Response(document(requests.house(), base=_base()), mimetype="application/json")
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@blueprint.route("/", defaults={"rest": ""}, methods=_METHODS)
@blueprint.route("/<path:rest>", methods=_METHODS)
def nothing_here(rest: str) -> Response:
    """Answer 404, or 405 for a path that knows other methods, as a problem document; only below our prefix."""
    rules = [Rule(rule.rule, endpoint=rule.endpoint, methods=rule.methods) for rule in _own_rules()]
    allowed = Map(rules).bind("").allowed_methods(f"{_base()}/{rest}")
    if allowed:
        raise MethodNotAllowed(valid_methods=sorted(allowed))
    raise NotFound("There is no such address in this API.")


def _own_rules() -> list[Rule]:
    own = [rule for rule in current_app.url_map.iter_rules() if rule.endpoint.startswith(f"{NAME}.")]
    return [rule for rule in own if rule.endpoint != f"{NAME}.nothing_here"]


def _base() -> str:
    return f"{requests.house().settings.url_prefix}/api/v1"


for resource in (offers, prequalifications, checkouts, loans, events, subsidies, sales):
    resource.put_on(blueprint)
blueprint.register_error_handler(BnplError, problems.of_ours)
blueprint.register_error_handler(Refused, problems.of_refused)
blueprint.register_error_handler(HTTPException, problems.of_http)
blueprint.register_error_handler(Exception, problems.of_anything)
