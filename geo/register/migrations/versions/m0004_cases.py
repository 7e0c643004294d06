"""Saved plans, takeover cases and their steps, as of version 0.2.

The SQL stands frozen in the file beside this one; a test holds it against
`geo.register.case_tables`.
"""

from importlib.resources import files

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the three tables."""
    sql = files(__package__ or "geo.register.migrations.versions").joinpath("m0004_cases.sql")
    op.get_bind().exec_driver_sql(sql.read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    """Refuse: dropping recorded decisions is no downgrade."""
    raise RuntimeError("cases and saved plans would be lost; restore a backup instead")
