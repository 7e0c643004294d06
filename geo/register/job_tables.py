"""Tables of long work: jobs with their progress, and files that were sent to be imported.

They are no facts and no part of a change: what a job writes into the register is. A job that does
so names the change in the transaction that makes it, so that a job taken up again after a crash
knows whether it was done.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from geo.register.tables import metadata

JOB_STATES: Final = ("waiting", "running", "done", "failed", "cancelled")
ENDED: Final = ("done", "failed", "cancelled")
UPLOAD_STATES: Final = ("checking", "asking", "checked", "importing", "done", "failed")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(word) for word in words)})"


job = Table(
    "job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("of", BigInteger, nullable=False),
    Column("words", JSONB, nullable=False),
    Column("result", JSONB),
    Column("problem", JSONB),
    Column("author", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("started_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("cancel", Boolean, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("task", BigInteger),
    Column("change", BigInteger, ForeignKey("change.number")),
    CheckConstraint(_one_of("state", JOB_STATES), name="job_state_known_term"),
    CheckConstraint(
        f"(ended_at is not null) = ({_one_of('state', ENDED)})", name="job_ended_when_it_ended"
    ),
    Index("job_number", "number", unique=True),
)
"""A piece of long work. ``done`` of ``of`` steps; ``words`` say in two languages what it is at;
``version`` counts its updates, each of which is notified on the channel ``wuye_job``; ``task`` is
the queue's number for it; ``change`` is the change that it made."""

upload = Table(
    "upload",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("file", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("kind", Text),
    Column("options", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("job", Text, ForeignKey("job.id")),
    Column("result", Text),
    Column("summary", JSONB),
    Column("question", JSONB),
    Column("problem", JSONB),
    Column("known_change", BigInteger),
    Column("change", BigInteger, ForeignKey("change.number")),
    CheckConstraint(_one_of("state", UPLOAD_STATES), name="upload_state_known_term"),
    Index("upload_number", "number", unique=True),
)
"""A file that was sent to be imported: it lies in the data folder, is tried out, and imported when
somebody confirms. ``job`` is the last job about it; ``result`` names the folder of what that job
found; ``known_change`` is the last change that its dry run knew of."""
