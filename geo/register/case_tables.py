"""Tables of what becomes of plans: saved plans, cases and their steps.

A case and its steps are written once and never altered: like a fact, each row is held from the
change that states it (``known``), and closing ``known`` is the only update ever made, by an undo.
They are no facts of a snapshot: what a case changes in the world is stated in `service_status`.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import INT8RANGE, JSONB

from geo import terms
from geo.register.tables import metadata

_HELD: Final = "not isempty(known) and not lower_inf(known)"
_NOW: Final = text("upper_inf(known)")
_STATES: Final = ", ".join(f"'{state}'" for state in terms.CASE_STATES)

takeover_case = Table(
    "takeover_case",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("compound", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("plan", Text),
    Column("suggestion", JSONB),
    Column("known", INT8RANGE, nullable=False),
    Column("change", BigInteger, ForeignKey("change.number"), nullable=False),
    Column("access_division", Text),
    CheckConstraint(_HELD, name="takeover_case_known"),
    Index("takeover_case_number", "number", unique=True, postgresql_where=_NOW),
    Index("takeover_case_compound", "compound"),
)
"""A suggestion that somebody follows up: one compound, one host. ``number`` is given once, in
order, under the write lock; ``suggestion`` is the plan's own entry, as it was."""

case_step = Table(
    "case_step",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_number", BigInteger, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Date, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text),
    Column("evidence", Text),
    Column("figures", JSONB, nullable=False),
    Column("known", INT8RANGE, nullable=False),
    Column("change", BigInteger, ForeignKey("change.number"), nullable=False),
    Column("access_division", Text),
    CheckConstraint(f"state in ({_STATES})", name="case_step_state_known_term"),
    CheckConstraint(
        "state not in ('否决', '搁置') or reason is not null", name="case_step_has_reason"
    ),
    CheckConstraint(_HELD, name="case_step_known"),
    Index("case_step_place", "case_number", "place", unique=True, postgresql_where=_NOW),
)
"""A step of a case: the state it brings, on which day, by whom, on what evidence. ``place`` counts
a case's steps from 0."""

plan = Table(
    "plan",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("snapshot", Text, nullable=False),
    Column("division", Text),
    Column("parameters", JSONB, nullable=False),
    Column("result", JSONB, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("plan_at", "at"),
)
"""A plan that was worth keeping. ``id`` is a hash of what it was made from, ``digest`` of what came
out: a search that a time limit stopped may end elsewhere when it is run again. Like a snapshot it
is made from facts and is none, so no change records it."""
