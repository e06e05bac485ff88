"""P5 at the gate: what it counts is what its claims say, and so is the allotment; a drawn lottery kept its word."""
# ruff: noqa: S608 (every piece of this SQL is our own constant)

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.flash_sale import lottery
from bnpl_plugin.ports.reads import Finding
from bnpl_plugin.storage.schema.sales.selling import sale_draw
from bnpl_plugin.storage.verify.findings import broken

_COUNTED = {
    "held_units": ("sum(units)", "state IN ('admitted', 'held')"),
    "booked_units": ("sum(units)", "state = 'booked'"),
    "waiting": ("count(*)", "state = 'waiting'"),
}
_HAS_UNITS = "state IN ('admitted', 'held', 'booked')"


def gates_hold(connection: sa.Connection) -> Iterator[Finding]:
    """P5: the gate's figures are its claims, and no shopper has more than is allowed.

    Free units below zero are no finding: the database had sold more than the gate knew, and the gate says so.
    """
    yield from broken(
        connection,
        "P5",
        """SELECT sale_id, item_id, free_units, held_units, booked_units, total_units FROM bnpl_gate_item
            WHERE free_units + held_units + booked_units <> total_units ORDER BY sale_id, item_id""",
        "gate: {2} free, {3} held and {4} booked of {1} are not {5}",
    )
    for column, (sum_of, where) in _COUNTED.items():
        yield from broken(
            connection,
            "P5",
            f"""SELECT i.sale_id, i.item_id, i.{column}, coalesce(c.n, 0) FROM bnpl_gate_item i
                  LEFT JOIN (SELECT sale_id, item_id, {sum_of} AS n FROM bnpl_gate_claim WHERE {where}
                              GROUP BY sale_id, item_id) c ON c.sale_id = i.sale_id AND c.item_id = i.item_id
                 WHERE i.{column} <> coalesce(c.n, 0) ORDER BY i.sale_id, i.item_id""",
            f"gate: {column} of {{1}} is {{2}}, its claims say {{3}}",
        )
    yield from broken(
        connection,
        "P5",
        f"""SELECT s.sale_id, s.left_minor, s.allotment_minor, coalesce(c.minor, 0) FROM bnpl_gate_sale s
              LEFT JOIN (SELECT sale_id, sum(principal_minor) AS minor FROM bnpl_gate_claim WHERE {_HAS_UNITS}
                          GROUP BY sale_id) c ON c.sale_id = s.sale_id
             WHERE s.left_minor + coalesce(c.minor, 0) <> s.allotment_minor ORDER BY s.sale_id""",
        "gate: {1} left and {3} claimed are not the allotment of {2}",
    )
    yield from broken(
        connection,
        "P5",
        """SELECT c.sale_id, c.shopper_id, sum(c.units), min(i.units_per_shopper) FROM bnpl_gate_claim c
             JOIN bnpl_gate_item i ON i.sale_id = c.sale_id AND i.item_id = c.item_id
            WHERE c.state IN ('admitted', 'held') OR c.state = 'booked'
            GROUP BY c.sale_id, c.item_id, c.shopper_id HAVING sum(c.units) > min(i.units_per_shopper)
            ORDER BY c.sale_id, c.shopper_id""",
        "gate: shopper {1} has {2} units of an allowed {3}",
    )
    yield from broken(
        connection,
        "P5",
        """SELECT c.sale_id, c.claim_id, c.item_id FROM bnpl_gate_claim c WHERE NOT EXISTS
             (SELECT 1 FROM bnpl_gate_item i WHERE i.sale_id = c.sale_id AND i.item_id = c.item_id)
            ORDER BY c.sale_id, c.claim_id""",
        "gate: claim {1} is of {2}, which is no item of the sale",
    )


def lotteries_keep_their_word(connection: sa.Connection) -> Iterator[Finding]:
    """P5: a lottery was drawn by the seed whose hash was published, and in the order that this seed gives."""
    shown = sa.text("SELECT sale_id, fairness, seed, seed_hash FROM bnpl_sale WHERE seed IS NOT NULL ORDER BY sale_id")
    seeds: dict[str, str] = {}
    for sale_id, fairness, seed, published in connection.execute(shown):
        seeds[sale_id] = str(seed)
        if fairness != "lottery" or not _fits(str(seed), published=str(published or "")):
            yield Finding("P5", sale_id, "the seed shown is not the one whose hash was published")
    for draw in connection.execute(sa.select(sale_draw).order_by(sale_draw.c.sale_item_id)):
        if not _in_order(draw.entries["entries"], seed=seeds.get(draw.sale_id, ""), item_id=draw.sale_item_id):
            yield Finding("P5", draw.sale_item_id, "the entries are not in the order of the seed")


def _fits(seed: str, *, published: str) -> bool:
    try:
        return lottery.keeps_its_word(seed, published=published)
    except InvalidInput:  # too short to be one
        return False


def _in_order(entries: Sequence[str], *, seed: str, item_id: str) -> bool:
    try:
        return list(lottery.draw(seed, sale_id=item_id, entrants=entries)) == list(entries)
    except InvalidInput:
        return False
