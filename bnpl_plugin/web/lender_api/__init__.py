"""The lender's own API, version 1, at ``<prefix>/lender/v1``: what a risk officer's and a treasurer's systems call.

Only keys of the lender itself open it (``flask bnpl lender key``); a merchant's key finds nothing here. Routes are a
table (``route.Route``): each says its schema, its view and what it is for, and the served description is made from it.
A POST wants an ``Idempotency-Key``. Errors are problem documents as in ``web.api``.

For: calling one use case and telling its outcome. May import: what ``web.api`` may, and ``web.api`` itself.
Must never: show a name or a phone number; decide.
Add a file here: a matter (pools, policies …) with its ``ROUTES``, named in ``MATTERS`` below.
"""

from __future__ import annotations

from flask import Blueprint
from werkzeug.exceptions import HTTPException

from bnpl_plugin.errors import BnplError
from bnpl_plugin.web.api import problems
from bnpl_plugin.web.api.problems import Refused
from bnpl_plugin.web.lender_api import funders, lines, policies, pools, reviews, subsidies
from bnpl_plugin.web.lender_api.description import describe
from bnpl_plugin.web.lender_api.flash_sales import running
from bnpl_plugin.web.lender_api.route import Route, know_the_lender, put_on

NAME = "bnpl_lender_api"
MATTERS = (pools, policies, funders, lines, reviews, subsidies, running)
ROUTES: tuple[Route, ...] = tuple(route for matter in MATTERS for route in matter.ROUTES)

blueprint = Blueprint(NAME, __name__)
blueprint.before_request(know_the_lender)
for one in ROUTES:
    put_on(blueprint, one)
blueprint.add_url_rule("/openapi.json", "openapi", describe(ROUTES))
blueprint.register_error_handler(BnplError, problems.of_ours)
blueprint.register_error_handler(Refused, problems.of_refused)
blueprint.register_error_handler(HTTPException, problems.of_http)
blueprint.register_error_handler(Exception, problems.of_anything)
