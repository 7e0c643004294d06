"""Rows held back, and the names and codes that mean one compound, as of version 0.2.

The SQL stands frozen in the file beside this one; a test holds it against `geo.register.tables`.
"""

from importlib.resources import files

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the three tables."""
    sql = files(__package__ or "geo.register.migrations.versions").joinpath("m0002_held.sql")
    op.get_bind().exec_driver_sql(sql.read_text("utf-8"))


def downgrade() -> None:
    """Refuse: dropping recorded decisions is no downgrade."""
    raise RuntimeError("confirmed names and held rows would be lost; restore a backup instead")
