"""The shortest way to a server: connections of the client's own pool, kept for the next call, without its ceremony.

A client's ordinary call locks its pool, asks the socket whether it is still alive, and counts and times what it does:
more work than the gate's decision itself. Here a call takes a connection that lies idle, or has the pool make one (with
its address, password, TLS and time-outs), sends and reads. Whatever goes wrong on the way, that connection is given
back closed, and the call is made again as the client would: a gate's calls may all be repeated.
"""

from __future__ import annotations

import os
from collections import deque
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as LateAnswer


class Wire:
    """Calls to one server; a Cluster's client is used as it is.

    Args:
        client: the client whose pool makes the connections. Threads and forked processes may share this object.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self._pool = client.connection_pool if isinstance(client, Redis) else None
        self._idle: deque[tuple[int, Any]] = deque()  # process and connection; pop and append are atomic

    def call(self, *command: object) -> Any:
        """Run a command. Raises ``redis.RedisError``."""
        if self._pool is None:
            return self.client.execute_command(*command)
        connection = self._taken()
        try:
            connection.send_command(*command)
            reply = connection.read_response()
        except ResponseError:
            self._idle.append((os.getpid(), connection))
            raise
        except (LostConnection, LateAnswer):
            self._given_up(connection)
            return self.client.execute_command(*command)
        except BaseException:  # its answer is still on the way, and must not be read as another call's
            self._given_up(connection)
            raise
        self._idle.append((os.getpid(), connection))
        return reply

    def _taken(self) -> Any:
        assert self._pool is not None
        while True:
            try:
                process, connection = self._idle.pop()
            except IndexError:
                return self._pool.get_connection()
            if process == os.getpid():  # one that was opened before a fork is the parent's
                return connection

    def _given_up(self, connection: Any) -> None:
        assert self._pool is not None
        connection.disconnect()
        self._pool.release(connection)
