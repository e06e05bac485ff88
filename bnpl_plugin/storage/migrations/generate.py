"""Makes the migration of a release that is not out yet: ``python -m bnpl_plugin.storage.migrations.generate``.

The result is frozen: explicit ``op`` calls for tables and indexes in ``versions/``, functions and triggers beside them
as SQL.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from bnpl_plugin.storage.migrations.creation import programmes
from bnpl_plugin.storage.schema.columns import POSTGRESQL, Document, Instant
from bnpl_plugin.storage.schema.metadata import metadata

VERSIONS = Path(__file__).parent / "versions"
NAME = "0001_release_0_1_0"
SEPARATOR = "\n--;;\n"

_HEAD = '''"""All tables of release 0.1.0. Made by ``generate``; frozen once the release is out.

Functions and triggers stand beside this file as SQL, one statement after each ``--;;``.
"""
# ruff: noqa: E501, PLR0915

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def instant() -> sa.types.TypeEngine[str]:
    """An instant: with time zone on PostgreSQL, ISO 8601 text elsewhere."""
    return sa.String(32).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def document() -> sa.types.TypeEngine[str]:
    """A JSON object: JSONB on PostgreSQL, text elsewhere."""
    return sa.Text().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Create everything."""
    create_tables()
    here = Path(__file__)
    text = here.with_name(f"{here.stem}.{op.get_bind().dialect.name}.sql").read_text(encoding="utf-8")
    for statement in text.split("\\n--;;\\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Refuse: a ledger is not dropped by a migration."""
    raise NotImplementedError("release 0.1.0 is the first; its tables hold a ledger and are never dropped by us")


def create_tables() -> None:
    """Create tables and indexes."""
'''


def _types(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Render our column types as the frozen makers in the migration itself."""
    if kind == "type" and isinstance(item, Instant):
        return "instant()"
    return "document()" if kind == "type" and isinstance(item, Document) else False


def tables() -> str:
    """Return the ``op`` calls for all tables and indexes."""
    steps: list[ops.MigrateOperation] = []
    for table in metadata.sorted_tables:
        steps.append(ops.CreateTableOp.from_table(table))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        steps += [ops.CreateIndexOp.from_index(index) for index in indexes]
    code = render_python_code(ops.UpgradeOps(ops=steps), render_item=_types)
    lines = [line for line in code.splitlines() if not line.strip().startswith("#")]
    # Alembic's rendering drops that the ledger's foreign key is SQLite's only
    return "\n".join(
        f'{line.rstrip(",")}.ddl_if(dialect="sqlite"),' if "ForeignKeyConstraint" in line else line for line in lines
    )


def main() -> None:
    """Write the migration and its SQL."""
    VERSIONS.mkdir(exist_ok=True)
    (VERSIONS / f"{NAME}.py").write_text(f"{_HEAD}{tables().lstrip(chr(10))}\n", encoding="utf-8")
    for dialect in (POSTGRESQL, "sqlite"):
        text = SEPARATOR.join(programmes(dialect))
        (VERSIONS / f"{NAME}.{dialect}.sql").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
