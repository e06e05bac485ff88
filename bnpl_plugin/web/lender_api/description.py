"""The served OpenAPI 3.1 document of the lender's API, made from the table of routes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Response, jsonify

from bnpl_plugin.web.api import requests
from bnpl_plugin.web.api.description import KEY_HEADER
from bnpl_plugin.web.lender_api.route import Route

_NOTHING = {"type": "object", "maxProperties": 0, "description": "An empty object."}


def describe(routes: Sequence[Route]) -> Callable[[], Response]:
    """Return the view that serves the description of these routes."""

    def served() -> Response:
        base = f"{requests.house().settings.public_url}{requests.house().settings.url_prefix}/lender/v1"
        return jsonify(document(routes, base=base))

    return served


def document(routes: Sequence[Route], *, base: str) -> dict[str, Any]:
    """Return the document."""
    spec = APISpec(
        title="The lender's API", version="1.0.0", openapi_version="3.1.0", servers=[{"url": base}],
        plugins=[MarshmallowPlugin()], security=[{"key": []}],
    )  # fmt: skip
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    for route in routes:
        names = re.findall(r"<(?:[a-z]+:)?([a-z_]+)>", route.path)
        told: dict[str, Any] = {
            "operationId": route.name,
            "summary": route.summary,
            "parameters": [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in names],
            "responses": {str(route.status): {"description": "Done"}, "default": {"description": "A problem document"}},
        }
        if route.method == "post":
            told["parameters"].append(KEY_HEADER)
            body = route.schema or _NOTHING
            told["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
        elif route.schema is not None:
            told["parameters"].append({"in": "query", "schema": route.schema})
        path = re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", route.path)
        spec.path(path=path, operations={route.method: told})
    return spec.to_dict()
