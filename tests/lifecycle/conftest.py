"""A world on each database; when a test is over, every promise must hold in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lifecycle.world import World, world_in


@pytest.fixture
def world(tmp_path: Path, migrated_url: str) -> Iterator[World]:
    """A world on SQLite and on PostgreSQL; sound at the end of every test."""
    with world_in(tmp_path, migrated_url) as made:
        yield made
        made.sound()


@pytest.fixture
def small_world(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[World]:
    """A world on SQLite, for what does not depend on the database; sound at the end of every test."""
    with world_in(tmp_path, migrated_sqlite_url) as made:
        yield made
        made.sound()
