"""The law of the register as a check of each statement, as of version 0.2.

The SQL stands frozen in the file beside this one; a test holds it against `geo.register.tables`.
"""

from importlib.resources import files

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Replace exclusion constraints and row-wise foreign keys by triggers."""
    sql = files(__package__ or "geo.register.migrations.versions").joinpath("m0003_law.sql")
    op.get_bind().exec_driver_sql(sql.read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    """Refuse: there is no version of the program that would use it."""
    raise RuntimeError("the law can't be loosened; restore a backup instead")
