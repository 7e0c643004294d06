"""The register and its snapshots, as of version 0.1.

The SQL stands frozen in the file beside this one; a test holds it against `geo.register.tables`.
"""

from importlib.resources import files

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything."""
    sql = files(__package__ or "geo.register.migrations.versions").joinpath("m0001_register.sql")
    op.get_bind().exec_driver_sql(sql.read_text("utf-8"))


def downgrade() -> None:
    """Refuse: the first migration holds all facts, and dropping them is no downgrade."""
    raise RuntimeError("the first migration can't be taken back; drop the database instead")
