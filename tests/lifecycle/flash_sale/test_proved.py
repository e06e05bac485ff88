"""Every sum that a running sale keeps is broken by raw SQL, and the verifier names it."""
# ruff: noqa: E501 (a table reads across)

from datetime import timedelta

import sqlalchemy as sa

from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import Fairness
from bnpl_plugin.storage.schema.sales.selling import sale_draw
from tests.lifecycle.flash_sale.test_sales import PRICE, make, ready, take
from tests.lifecycle.world import World

#: What somebody with the database's password might do: statements that break it and mend it again; promise, subject, a word of what is said.
BREAKS = {
    "capital used by nobody": ("UPDATE bnpl_sale SET used_minor = used_minor + {0}", 1, "P4", "SALE", "its holds and loans sum to"),
    "capital that the pool did not set aside": ("UPDATE bnpl_sale SET ceiling_minor = ceiling_minor + {0}", 1, "P4", "POOL", "held_minor"),
    "capital that no sale has": ("UPDATE bnpl_capital_pool SET held_minor = held_minor + {0} WHERE pool_id = 'POOL'", 1, "P4", "POOL", "held_minor"),
    "a reserved hold forgotten by the line": ("UPDATE bnpl_credit_line SET held_minor = held_minor - {0} WHERE shopper_id = 'READY'", PRICE, "P3", "READY", "held_minor"),
    "a unit held by nobody": ("UPDATE bnpl_sale_item SET held_units = held_units + {0}, free_units = free_units - {0}", 1, "P5", "ITEM", "held_units"),
    "a unit given back that was sold": ("UPDATE bnpl_sale_item SET sold_units = sold_units - {0}, returned_units = returned_units + {0}", 1, "P5", "ITEM", "sold_units"),
}  # fmt: skip


def running(world: World) -> dict[str, str]:
    """A sale with one unit sold, one held, one shopper who is ready; and the names of its rows."""
    sale, item = make(world, units=4)
    world.buy(world.shop.add(sale_item_id=item.sale_item_id, units=1, total_minor=PRICE))
    take(world, ready(world, item, number=1))
    last = world.purchase(ready(world, item, number=2)).checkout.shopper_id
    return {"SALE": sale.sale_id, "ITEM": item.sale_item_id, "POOL": sale.pool_id, "READY": str(last)}


def run(world: World, statement: str, **names: str) -> None:
    for name, row in names.items():
        statement = statement.replace(f"'{name}'", f"'{row}'")
    with world.house.store.engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(sa.text(statement))


def found(world: World) -> list[tuple[str, str, str]]:
    return [(one.promise, one.subject, one.text) for one in world.house.verifier.findings()]


def test_each_sum_of_a_running_sale_is_proved(world):
    names = running(world)
    world.sound()
    for case, (statement, by, promise, subject, word) in BREAKS.items():
        run(world, statement.format(by), **names)
        named = [text for one, of, text in found(world) if (one, of) == (promise, names[subject])]
        assert any(word in text for text in named), (case, found(world))
        run(world, statement.format(-by), **names)
        world.sound()


#: What is done to a hold and undone; promise, subject, a word of what is said.
MOVED = (
    ("SET state = 'voided' WHERE state = 'reserved'", "SET state = 'reserved' WHERE state = 'voided'", "P3", "READY", "held_minor"),
    ("SET sale_id = NULL WHERE state = 'pending'", "SET sale_id = 'SALE' WHERE state = 'pending'", "P4", "SALE", "its holds and loans sum to"),
    ("SET sale_id = 'sal_x' WHERE state = 'posted'", "SET sale_id = 'SALE' WHERE state = 'posted'", "P4", "sal_x", "set aside"),
)  # fmt: skip


def test_a_hold_that_was_moved_is_named_and_so_is_more_used_than_was_set_aside(small_world):
    names = running(small_world)
    for broken, mended, promise, subject, word in MOVED:
        run(small_world, f"UPDATE bnpl_hold {broken}", **names)
        named = [text for one, of, text in found(small_world) if (one, of) == (promise, names.get(subject, subject))]
        assert any(word in text for text in named), found(small_world)
        run(small_world, f"UPDATE bnpl_hold {mended}", **names)
    with small_world.house.store.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        raw.rollback()
        raw.execute("PRAGMA ignore_check_constraints=ON")
        raw.execute("UPDATE bnpl_sale SET ceiling_minor = 0")
        raw.commit()
        raw.execute("PRAGMA ignore_check_constraints=OFF")
    assert ("P4", names["SALE"], f"{2 * PRICE} is used of the 0 that were set aside") in found(small_world)
    run(small_world, f"UPDATE bnpl_sale SET ceiling_minor = {4 * PRICE}", **names)


def test_a_sale_moved_in_silence_and_a_seed_changed_afterwards_are_named(small_world):
    world = small_world
    sale, item = make(world, units=1, opens_in=10, fairness=Fairness.LOTTERY)
    for number in range(3):
        ready(world, item, number=number)
    world.later(minutes=11)
    seed = world.house.store.sales.sale(sale.sale_id).seed
    for wrong in ("short", "0" * 64):
        run(world, f"UPDATE bnpl_sale SET seed = '{wrong}'")
        assert ("P5", sale.sale_id, "the seed shown is not the one whose hash was published") in found(world)
    run(world, f"UPDATE bnpl_sale SET seed = '{seed}', state = 'paused'")
    assert found(world) == [("P10", sale.sale_id, "the sale is paused, its events say open")]
    run(world, "UPDATE bnpl_sale SET state = 'open'")
    drawn = world.house.store.sales.drawn(item.sale_item_id).entries["entries"]
    for order, word in ((drawn[::-1], "the order of the seed"), (drawn, "")):
        with world.house.store.engine.begin() as connection:
            connection.execute(sale_draw.update().values(entries={"entries": order}))
        assert [text for _, of, text in found(world) if of == item.sale_item_id and word in text] == (
            [f"the entries are not in {word}"] if word else []
        )
    selling.end(world.house, sale_id=sale.sale_id, by="op")
    world.clock.advance(timedelta(hours=2))
