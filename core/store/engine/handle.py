"""What one thread has open."""

import os
import sqlite3
import threading


class Handle:
    """A connection and a descriptor of the lock file, each opened when needed, and how deep in transactions it is.

    `failure` is why SQLite has undone the transaction that is still open here.
    """

    __slots__ = ("__weakref__", "connection", "depth", "failure", "lock", "snapshots", "turn")

    def __init__(self) -> None:
        self.lock = threading.RLock()  # so that closing and forking wait for the statement in hand
        self.connection: sqlite3.Connection | None = None
        self.turn: int | None = None
        self.depth = 0
        self.snapshots = 0
        self.failure: Exception | None = None

    def close(self) -> None:
        """Close both, once the statement in hand is done."""
        with self.lock:
            if self.connection is not None:
                self.connection.close()
                self.connection = None
            if self.turn is not None:
                os.close(self.turn)
                self.turn = None

    def __del__(self) -> None:  # the thread has ended; whoever closes all finds it until this has returned
        self.close()
