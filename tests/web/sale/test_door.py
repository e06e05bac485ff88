"""The door answers losers as the view would; everybody else goes through it to the view."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask, request

from bnpl_plugin.errors import GateLost
from bnpl_plugin.web.sale import tapping
from bnpl_plugin.web.sale.door import Door
from tests.web.sale.test_claim import ask, make, sale_world, ticket

__all__ = ["sale_world"]
CLAIM = "/bnpl/sale/claim"


@pytest.fixture
def seen(sale_world) -> list[str]:
    """The addresses that a hook of the host's is called for."""
    called: list[str] = []
    sale_world.app.before_request_funcs.setdefault(None, []).append(lambda: called.append(request.path))
    return called


def without_door(app: Flask):
    """The same app, entered behind the door."""
    assert isinstance(app.wsgi_app, Door)
    app.wsgi_app = app.wsgi_app._inner  # type: ignore[method-assign,assignment]
    return app.test_client()


def test_winners_meet_the_hosts_hooks_and_losers_do_not(sale_world, seen):
    item = make(sale_world)
    winner, _, loser = (ticket(sale_world, item, n) for n in (70, 71, 72))
    assert ask(sale_world, winner)["state"] == "held"
    assert seen == [CLAIM]
    ask(sale_world, _)
    assert ask(sale_world, loser)["state"] == "sold_out"
    assert ask(sale_world, "no ticket", status=400)["state"] == "refused"
    assert seen == [CLAIM]


def test_a_loser_is_told_the_same_with_and_without_the_door(sale_world):
    item = make(sale_world)
    texts = [ticket(sale_world, item, n) for n in (70, 71, 72)]
    for text in texts:
        ask(sale_world, text)
    at_door = [sale_world.app.test_client().post(CLAIM, json={"ticket": text}) for text in (*texts[1:], "x")]
    behind = without_door(sale_world.app)
    for first, text in zip(at_door, (*texts[1:], "x"), strict=True):
        second = behind.post(CLAIM, json={"ticket": text})
        assert (first.status_code, first.get_json()) == (second.status_code, second.get_json())
        assert dict(first.headers) == dict(second.headers)


def test_the_gates_forgetting_and_bodies_that_are_no_taps_are_left_to_the_view(sale_world, seen, monkeypatch):
    item = make(sale_world)
    text = ticket(sale_world, item, 70)
    client = sale_world.app.test_client()
    assert client.post(CLAIM, data=b'{"ticket": "' + b"x" * 5000 + b'"}').status_code == 400  # too long to be one
    assert client.put(CLAIM).status_code == 405
    assert seen == [CLAIM, CLAIM]
    no_length = {"CONTENT_LENGTH": "9" * 5000}  # no number that anybody counts to
    assert client.post(CLAIM, environ_overrides=no_length, input_stream=BytesIO(b"{}")).status_code in (400, 413)
    seen.pop()
    asked, known = [], tapping.first_word

    def forgetful(house, body, **where):
        asked.append(body)
        if len(asked) == 1:
            raise GateLost("no sale")
        return known(house, body, **where)

    monkeypatch.setattr(tapping, "first_word", forgetful)
    assert ask(sale_world, text)["state"] == "held"
    assert len(asked) == 2
    assert asked[0] == asked[1]  # the view reads what the door has read
