"""Flash sales on the console: listed, made, watched, run.

``pages`` lists them and shows one, ``making`` reads the form of a new one, ``live`` is the board that renews itself,
``figures`` puts a board into words.

For: what ``console`` is for. May import: what ``console`` may. Must never: let a browser that watches hold a thread
for longer than ``BNPL_BOARD_SECONDS``, or more browsers than ``BNPL_BOARD_STREAMS``.
Add a file here: another page of sales; its rules are entered below.
"""

from __future__ import annotations

from flask import Blueprint

from bnpl_plugin.web.console.sales import live, making, pages


def put_on(blueprint: Blueprint) -> None:
    """Add the rules to the console."""
    blueprint.add_url_rule("/sales", "sales", pages.index)
    blueprint.add_url_rule("/sales/new", "new_sale", making.ask)
    blueprint.add_url_rule("/sales/new", "make_sale", making.make, methods=["POST"])
    blueprint.add_url_rule("/sales/<sale_id>", "sale", pages.one)
    blueprint.add_url_rule("/sales/<sale_id>/events", "sale_events", live.events)
    blueprint.add_url_rule("/sales/<sale_id>/<deed>", "act_on_sale", pages.act, methods=["POST"])
