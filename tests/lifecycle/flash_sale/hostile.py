"""A gate or a store that loses calls, or something that happens in the middle of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.lifecycle.world import World


class Hostile:
    """Stands before the real one; its next calls of a verb are lost before or after the work is done.

    Args:
        real: the gate or the store.
        lost: the error of a call that is lost.
    """

    def __init__(self, real: Any, *, lost: type[Exception]) -> None:
        self.real, self.lost = real, lost
        self.planned: dict[str, list[str | Callable[[], object]]] = {}

    def lose(self, verb: str, *moments: str) -> None:
        """Plan what becomes of the next calls: ``before``, ``after`` or ``well``."""
        self.planned.setdefault(verb, []).extend(moments)

    def meanwhile(self, verb: str, act: Callable[[], object]) -> None:
        """Have something happen just before the next call of a verb reaches the real one."""
        self.planned.setdefault(verb, []).append(act)

    def __getattr__(self, verb: str) -> Any:
        real = getattr(self.real, verb)
        if verb not in self.planned:
            return real

        def call(*given: Any, **named: Any) -> Any:
            plan = self.planned[verb].pop(0) if self.planned[verb] else "well"
            if plan == "before":
                raise self.lost("lost")
            if callable(plan):
                plan()
            answer = real(*given, **named)
            if plan == "after":
                raise self.lost("lost")
            return answer

        return call


def between(world: World, part: str, *, lost: type[Exception]) -> Hostile:
    """Put a hostile one before a world's gate or store and return it."""
    made = Hostile(getattr(world.house, part), lost=lost)
    changed: dict[str, Any] = {part: made}
    world.house = replace(world.house, **changed)
    world.courier.house = world.house
    world.app.extensions["bnpl"] = world.house
    return made
