"""The gate in the house's own database, PostgreSQL or SQLite: the default, and nothing to install or to drain."""

from __future__ import annotations

from collections.abc import Mapping

from bnpl_plugin.ports.gate import Gate, GateLeaf


def make(settings: Mapping[str, str], *, at_home: Gate) -> Gate:  # noqa: ARG001 (the port's)
    """Return the gate that keeps its claims in our tables."""
    return at_home


GATE = GateLeaf(code="sql", make=make)
