"""Jobs, uploads, and the queue that jobs wait in, as of version 0.3.

Our tables stand frozen in the file beside this one; a test holds them against
`geo.register.job_tables`. The queue's are procrastinate's own, as the locked version brings them;
which one that was is written on its table, for the migration that a later version will need.
"""

from importlib.metadata import version
from importlib.resources import files

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    own = files(__package__ or "geo.register.migrations.versions").joinpath("m0005_jobs.sql")
    for sql in (own.read_text("utf-8"), SchemaManager.get_schema()):
        op.get_bind().exec_driver_sql(sql.replace("%", "%%"))
    op.get_bind().exec_driver_sql(
        f"comment on table procrastinate_jobs is 'procrastinate {version('procrastinate')}'"
    )


def downgrade() -> None:
    """Refuse: dropping work that waits is no downgrade."""
    raise RuntimeError("jobs and uploads would be lost; restore a backup instead")
