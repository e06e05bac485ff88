"""The checkout's pages, in the order in which a shopper meets them.

For: ``entry`` opens a checkout and finds whose it is, ``steps`` says which page is true for a purchase as it stands,
``show`` turns it into that page, ``act`` takes what was posted and calls one use case. Every address leads to the
truthful page: an old tab, the back button, a double click and a refresh are redirected to the step that the purchase
has reached.
``keeping`` stores a card ahead of a flash sale.
May import: what ``web`` may.
Must never: decide; a page that is not true for the purchase's state is never shown.
Add a page here: a step in ``steps``, how to show it in ``show``, what it posts in ``act``, its template.
"""

from __future__ import annotations

from flask import Blueprint

from bnpl_plugin.web.checkout import act, entry, keeping, show
from bnpl_plugin.web.frame import TOKENLESS

blueprint = Blueprint("checkout", __name__, url_prefix="/checkout")
blueprint.add_url_rule("", "open", entry.open_for_order, methods=["POST"])
blueprint.add_url_rule("/<checkout_id>", "enter", entry.enter)
blueprint.add_url_rule("/<checkout_id>/return", "back", entry.back)
blueprint.add_url_rule("/<checkout_id>/agreement", "agreement", show.agreement)
blueprint.add_url_rule("/<checkout_id>/restart", "restart", entry.restart, methods=["POST"])
blueprint.add_url_rule("/<checkout_id>/cancel", "cancel", act.cancel, methods=["POST"])
blueprint.add_url_rule("/<checkout_id>/review", "review", act.review, methods=["POST"])
blueprint.add_url_rule("/<checkout_id>/resend", "resend", act.resend, methods=["POST"])
blueprint.add_url_rule("/<checkout_id>/keep-card", "keep", keeping.keep, methods=["POST"])
blueprint.add_url_rule("/<checkout_id>/keep-card", "keep_form", keeping.form)
blueprint.add_url_rule("/<checkout_id>/kept", "kept", keeping.kept)
blueprint.add_url_rule(f"/<checkout_id>/<any({','.join(act.ACTIONS)}):step>", "act", act.act, methods=["POST"])
blueprint.add_url_rule("/<checkout_id>/<step>", "show", show.show)

#: The host's page posts the order's reference signed by us; it is no form of ours.
TOKENLESS.add("bnpl.checkout.open")
