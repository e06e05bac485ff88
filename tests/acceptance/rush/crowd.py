"""Shoppers who tap, sign and pay over HTTP, come back when nobody answers, and write down all that they are told."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.rush.ground import Shopper

#: What a tap may be answered when nothing is decided yet.
_AGAIN = ("reserving", "unavailable", "too_fast", "paused", "no_credit")
_PATIENCE = 60.0  # seconds that a shopper asks before giving up: only then the run is broken


@dataclass(slots=True)
class Diary:
    """What one shopper meant to do and was told, in order."""

    shopper: Shopper
    means: str
    told: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Crowd:
    """The shoppers of a run.

    Args:
        shoppers: who is ready.
        ports: the web processes.
        seed: of who comes when, asks where, and means to buy, to leave it or to cancel.
    """

    shoppers: Sequence[Shopper]
    ports: Sequence[int]
    seed: int
    answered: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rush(self, *, threads: int, at: Callable[[int], None]) -> list[Diary]:
        """Let all of them come, ``threads`` at a time; ``at`` is told how many taps were answered after each one."""
        dice = random.Random(self.seed)
        order = list(self.shoppers)
        dice.shuffle(order)
        diaries = [Diary(one, dice.choices(("buy", "leave", "cancel"), (8, 1, 2))[0]) for one in order]
        seeds = [dice.randrange(2**32) for _ in diaries]
        for once_more in (False, True):
            with ThreadPoolExecutor(threads) as pool:
                acts = [
                    pool.submit(self._come, diary, random.Random(seed + once_more), at, once_more=once_more)
                    for diary, seed in zip(diaries, seeds, strict=True)
                ]
                for act in acts:
                    act.result()
        return diaries

    def _come(self, diary: Diary, dice: random.Random, at: Callable[[int], None], *, once_more: bool) -> None:
        """Tap; who has it does as they meant. ``once_more``: everybody looks again when the rush is over."""
        said = self._insisting("/bnpl/sale/claim", {"ticket": diary.shopper.ticket}, dice, diary=diary)
        with self._lock:
            self.answered += 1
            count = self.answered
        at(count)
        if said != "held" or diary.means == "leave" or (once_more and diary.means == "cancel"):
            return
        verb = "buy" if diary.means == "buy" else "cancel"
        self._insisting(f"/rush/{verb}", {"checkout_id": diary.shopper.checkout_id}, dice, diary=diary)

    def _insisting(self, path: str, body: dict[str, str], dice: random.Random, *, diary: Diary) -> str:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            answer = self._ask(dice.choice(self.ports), path, body)
            said = str(answer.get("state", "unavailable"))
            if said == "sold_out":
                said = "sold_out_final" if answer["final"] else "sold_out"
            if "error" in answer or said in _AGAIN:
                time.sleep(0.05 + 0.2 * dice.random())
                continue
            if not diary.told or diary.told[-1] != said:
                diary.told.append(said)
            return said
        diary.told.append("nothing")
        return "nothing"

    def _ask(self, port: int, path: str, body: dict[str, str]) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read()
            self.statuses[str(response.status)] += 1
            found: dict[str, Any] = json.loads(text) if response.status in (200, 400, 409) else {"error": "status"}
        except (OSError, http.client.HTTPException, ValueError) as lost:
            self.statuses[type(lost).__name__] += 1
            return {"error": "lost"}
        else:
            return found
        finally:
            connection.close()
