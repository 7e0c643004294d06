"""Roads and gates, as of version 0.3.

The tables stand frozen in the file beside this one; a test holds them against
`geo.register.tables`. Registers without either show the snapshots that they showed before
(`geo.snapshot.identity.YOUNGER`).
"""

from importlib.resources import files

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, under the register's law."""
    own = files(__package__ or "geo.register.migrations.versions").joinpath("m0006_ways.sql")
    op.get_bind().exec_driver_sql(own.read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    """Refuse: dropping facts is no downgrade."""
    raise RuntimeError("roads and gates would be lost; restore a backup instead")
