"""A board in words: the same texts on the page as it comes and in each event that renews it, by the names of places."""

from __future__ import annotations

from bnpl_plugin.lifecycle.flash_sale.watching.board import Board, ItemBoard
from bnpl_plugin.web import wording
from bnpl_plugin.web.locale import Translator


def told(t: Translator, board: Board, *, rate: int | None) -> dict[str, str]:
    """Return the board's texts by place; ``rate``: wishes a second, None where not known."""
    sale, counts, known = board.sale, board.counts, t.number
    whole = max(sum(one.item.total_units for one in board.items), 1)
    given = board.sold_units * 100 / whole
    texts = {
        "phase": str(board.phase),
        "state": t.gettext(wording.SALE_PHASES[board.phase]),
        "gate": t.gettext(wording.SALE_GATES[board.gate]) if board.gate in wording.SALE_GATES else "",
        "at": t.clock_with_seconds(board.at, "UTC"),
        "free": known(board.free_units),
        "held": known(board.held_units),
        "sold": known(board.sold_units),
        "paid": known(counts.sold),
        "released": known(counts.ended),
        "ready": known(counts.ready),
        "waiting": _maybe(t, board.waiting),
        "rate": _maybe(t, rate),
        "left": t.money(board.left_minor, sale.currency),
        "aside": t.money(sale.ceiling_minor, sale.currency),
        "sold_width": f"{min(given, 100):.3f}%",
        "taken_width": f"{min(given + max(board.held_units, 0) * 100 / whole, 100):.3f}%",
    }
    for one in board.items:
        texts |= _item(t, one)
    return texts


def _item(t: Translator, one: ItemBoard) -> dict[str, str]:
    place = one.item.sale_item_id
    return {
        f"{place}.free": t.number(one.free_units),
        f"{place}.held": t.number(one.held_units),
        f"{place}.sold": t.number(one.sold_units),
        f"{place}.returned": t.number(one.item.returned_units),
        f"{place}.total": t.number(one.item.total_units),
        f"{place}.waiting": _maybe(t, one.waiting),
    }


def _maybe(t: Translator, value: int | None) -> str:
    return "–" if value is None else t.number(value)
