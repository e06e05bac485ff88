"""Where providers report: verify, store, answer. The worker acts on it; nothing else happens here."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from bnpl_plugin.errors import BnplError, WebhookInvalid
from bnpl_plugin.lifecycle import provider_events
from bnpl_plugin.web import current
from bnpl_plugin.web.frame import STATUS

LONGEST_BODY = 1 << 20

blueprint = Blueprint("bnpl_webhooks", __name__)


@blueprint.post("/<provider>")
def receive(provider: str) -> Response:
    """Take a provider's webhook: 200 when it is stored, a repeat included, 400 when it cannot be verified."""
    body = request.stream.read(LONGEST_BODY + 1)  # not all of it: it may not say how long it is
    if len(body) > LONGEST_BODY:
        raise WebhookInvalid("the body is too long", provider=provider)
    new = provider_events.receive(current.house(), provider=provider, headers=dict(request.headers), body=body)
    return jsonify(received=True, new=new)


@blueprint.errorhandler(BnplError)
def refuse(error: BnplError) -> Response:
    """Tell an error of ours as an RFC 9457 problem document."""
    status = STATUS[error.kind]
    response = jsonify(
        type="about:blank", title=error.code.replace("_", " "), status=status, detail=error.public_message(),
        code=error.code, kind=str(error.kind),
    )  # fmt: skip
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response
