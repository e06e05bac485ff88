"""The tables of flash sales: ``selling`` those of the house's records, ``gate`` those of the gate's claims.

The gate's tables have no record: only ``storage.gate`` reads and writes them.

For: tables. May import: ``schema.columns``, ``schema.metadata``, ``ports``. Must never: read or write a row.
Add a file here: tables of flash sales that change for another reason; name it below.
"""

from __future__ import annotations

from bnpl_plugin.storage.schema.sales import gate, selling

__all__ = ["gate", "selling"]
