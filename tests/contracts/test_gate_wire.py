"""The short way to the gate's server: connections are kept, lost ones replaced, a parent's never used by its child."""

from __future__ import annotations

import os
import threading

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from bnpl_plugin.gates.redis.wire import Wire
from tests.servers.valkey import ValkeyServer


@pytest.fixture
def client(valkey_server: ValkeyServer):
    with valkey_server.client() as made:
        yield made


def own_id(wire: Wire) -> int:
    return int(wire.call("CLIENT", "ID"))


def test_a_connection_is_kept_for_the_next_call_and_each_thread_under_way_has_its_own(client: Redis):
    wire = Wire(client)
    first = own_id(wire)
    assert own_id(wire) == first
    taken, seen = wire._taken(), []
    other = threading.Thread(target=lambda: seen.append(own_id(wire)))
    other.start()
    other.join()
    assert seen != [first]
    taken.send_command("CLIENT", "ID")
    assert taken.read_response() == first


def test_an_error_leaves_the_connection_in_step(client: Redis):
    wire = Wire(client)
    first = own_id(wire)
    with pytest.raises(ResponseError):
        wire.call("NO-SUCH-COMMAND")
    assert own_id(wire) == first


def test_a_call_on_a_connection_that_the_server_has_closed_is_made_again(client: Redis):
    wire = Wire(client)
    first = own_id(wire)
    client.execute_command("CLIENT", "KILL", "ID", first)
    assert wire.call("PING") in ("PONG", True)
    assert own_id(wire) != first


def test_a_forked_child_opens_its_own(client: Redis):
    wire = Wire(client)
    first = own_id(wire)
    wire._idle[0] = (os.getpid() + 1, wire._idle[0][1])  # as a child sees what its parent had opened
    assert own_id(wire) != first
