"""No indexes over when facts became known or ceased to be, as of version 0.3.

Only undoing a change asked for them, which scans do in tenths of a second for 600,000 facts; each
import paid as much to build them, for every table (docs/decisions/0018).
"""

from importlib.resources import files

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the indexes."""
    own = files(__package__ or "geo.register.migrations.versions").joinpath("m0007_scans.sql")
    op.get_bind().exec_driver_sql(own.read_text("utf-8"))


def downgrade() -> None:
    """Refuse: an older version would find its own tables, but no newer facts."""
    raise RuntimeError("going back a version is restoring a backup")
