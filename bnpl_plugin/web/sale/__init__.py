"""A flash sale's own addresses, under ``/sale``: what a whole crowd asks at once.

For: ``tickets`` is what a shopper who is ready carries to the gate; ``claim`` takes it there and answers. Whoever
loses is answered from the gate alone (``tapping``), without a word to the database, and at the door (``door``).
May import: what ``web`` may.
Must never: say "held" before the hold is committed; do anything for a loser that costs more than asking the gate.
Add a page here: one that a crowd looks at while it waits; what only one shopper sees belongs to ``checkout``.
"""

from __future__ import annotations

from flask import Blueprint

from bnpl_plugin.web.sale import claim

gate_blueprint = Blueprint("bnpl_gate", __name__)
gate_blueprint.add_url_rule("/claim", "claim", claim.claim, methods=["POST"])
