"""The register's tables (SQLAlchemy Core, GeoAlchemy2).

Every table of facts has the same frame around its keys and values:

- ``valid``: when the fact is so, half-open dates; ``known``: between which changes we hold it so,
  half-open change numbers. No two facts about one subject overlap in both: a trigger checks every
  statement (docs/decisions/0006). Closing ``known`` is the only update ever made
  (`geo.register.merge`).
- ``change``, ``sheet``, ``row``: where it comes from; ``inherited`` names another source for
  single values that an earlier import brought: ``{column: [change, sheet, row]}``.
- ``access_division``: the division whose people may see it; not a fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import (
    ARRAY,
    DATERANGE,
    INT8RANGE,
    JSONB,
)

from geo import terms
from geo.codes import WIDTHS

SRID: Final = 4490

metadata = MetaData()

change = Table(
    "change",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("author", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("file", Text),
    Column("sha256", Text),
    Column("made_up", Boolean, nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("counts", JSONB, nullable=False),
    Column("undoes", BigInteger, ForeignKey("change.number")),
    Index("change_sha256", "sha256"),
)
"""A write: an import, a correction, an undo, a case's step. Numbered in order of commit."""


Meets = Literal["standing", "period", "timeline"]


@dataclass(frozen=True)
class Facts:
    """A table of facts: its key and value columns, and how a new fact meets the old ones.

    *standing* facts hold until told otherwise, and a new one corrects the latest state, column by
    column. *period* facts have dates of their own. A *timeline* states one thing for all time, in
    pieces, and a new one replaces whatever it covers.
    """

    table: Table
    keys: tuple[str, ...]
    values: tuple[str, ...]
    meets: Meets


FACTS: dict[str, Facts] = {}


def _facts(
    name: str, keys: Sequence[Column[Any]], values: Sequence[Column[Any]], *, meets: Meets,
    checks: Sequence[CheckConstraint] = (),
) -> Table:  # fmt: skip
    geometries = [column.name for column in values if isinstance(column.type, Geometry)]
    table = Table(
        name,
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        *keys,
        *values,
        Column("valid", DATERANGE, nullable=False),
        Column("known", INT8RANGE, nullable=False),
        Column("change", BigInteger, nullable=False),
        Column("sheet", Text),
        Column("row", Integer),
        Column("inherited", JSONB),
        Column("access_division", Text),
        CheckConstraint("not isempty(valid)", name=f"{name}_valid_some_time"),
        CheckConstraint("not isempty(known) and not lower_inf(known)", name=f"{name}_known"),
        *checks,
        *(
            CheckConstraint(
                f"{geom} is null or (st_isvalid({geom}) and not st_isempty({geom}))",
                name=f"{name}_{geom}_valid",
            )
            for geom in geometries
        ),
        Index(f"{name}_key", *[column.name for column in keys]),
        *(Index(f"{name}_{geom}", geom, postgresql_using="gist") for geom in geometries),
    )
    FACTS[name] = Facts(table, tuple(c.name for c in keys), tuple(c.name for c in values), meets)
    return table


def _key(name: str = "code") -> Column[str]:
    return Column(name, Text, nullable=False)


def _geometry(kind: str = "MULTIPOLYGON", *, nullable: bool = False) -> Column[Any]:
    return Column("geom", Geometry(kind, srid=SRID, spatial_index=False), nullable=nullable)


def _one_of(table: str, column: str, values: Sequence[str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=f"{table}_{column}_known_term")


def _division_code(table: str, column: str) -> CheckConstraint:
    return CheckConstraint(
        f"{column} ~ '^[1-9][0-9]*$' and length({column}) in (2, 4, 6, 9, 12)",
        name=f"{table}_{column}_code",
    )


def _at_least(table: str, column: str, least: int, most: int | None = None) -> CheckConstraint:
    upper = "" if most is None else f" and {column} <= {most}"
    return CheckConstraint(f"{column} >= {least}{upper}", name=f"{table}_{column}_range")


division = _facts(
    "division",
    [_key()],
    [Column("name", Text, nullable=False), _geometry(nullable=True)],
    meets="period",
    checks=[_division_code("division", "code")],
)
for _width in WIDTHS:  # a point is sought level by level
    Index(
        f"division_geom_{_width}",
        division.c.geom,
        postgresql_using="gist",
        postgresql_where=text(f"length(code) = {_width}"),
    )

compound = _facts(
    "compound",
    [_key()],
    [
        Column("name", Text),
        Column("aliases", Text),
        Column("division", Text),
        Column("address", Text),
        Column("built_year", SmallInteger),
        Column("delivered_on", Date),
        Column("demolished_on", Date),
        Column("floor_area_m2", Numeric(14, 2)),
        Column("households", Integer),
        Column("urban", Boolean),
        Column("walled", Boolean),
        Column("area", Text),
        Column("committee_state", Text),
        Column("in_ledger", Boolean),
        Column("notes", JSONB),
    ],
    meets="standing",
    checks=[
        _division_code("compound", "division"),
        _at_least("compound", "built_year", 1840, 2100),
        _at_least("compound", "floor_area_m2", 0),
        _at_least("compound", "households", 0),
    ],
)

compound_shape = _facts("compound_shape", [_key()], [_geometry()], meets="standing")

management_area = _facts(
    "management_area",
    [_key()],
    [
        Column("name", Text),
        Column("filing_no", Text),
        Column("filed_on", Date),
        Column("notes", JSONB),
        _geometry(),
    ],
    meets="standing",
)

company = _facts(
    "company",
    [_key("uscc")],
    [
        Column("name", Text),
        Column("kind", Text),
        Column("division", Text),
        Column("party_members", Integer),
        Column("stars", SmallInteger),
        Column("rated_on", Date),
        Column("notes", JSONB),
    ],
    meets="standing",
    checks=[
        CheckConstraint("uscc ~ '^[0-9A-HJ-NP-RTUWXY]{18}$'", name="company_uscc_code"),
        _one_of("company", "kind", terms.COMPANY_KINDS),
        _division_code("company", "division"),
        _at_least("company", "party_members", 0),
        _at_least("company", "stars", 0, 5),
    ],
)

party_organisation = _facts(
    "party_organisation",
    [_key("uscc")],
    [Column("form", Text, nullable=False)],
    meets="timeline",
    checks=[_one_of("party_organisation", "form", terms.PARTY_FORMS)],
)

party_instructor = _facts(
    "party_instructor",
    [_key("uscc")],
    [Column("assigned", Boolean, nullable=False)],
    meets="timeline",
)

project = _facts(
    "project",
    [_key()],
    [
        Column("name", Text),
        Column("uscc", Text),
        Column("areas", ARRAY(Text)),
        Column("contract_from", Date),
        Column("contract_to", Date),
        Column("staff", Integer),
        Column("spare_floor_area_m2", Numeric(14, 2)),
        Column("fee_yuan_m2_month", Numeric(8, 2)),
        Column("collection_share", Numeric(5, 4)),
        Column("notes", JSONB),
    ],
    meets="standing",
    checks=[
        _at_least("project", "staff", 0),
        _at_least("project", "spare_floor_area_m2", 0),
        _at_least("project", "fee_yuan_m2_month", 0),
        _at_least("project", "collection_share", 0, 1),
    ],
)

service_status = _facts(
    "service_status",
    [_key()],
    [
        Column("mode", Text),
        Column("project", Text),
        Column("evidence", Text),
        Column("evidence_on", Date),
        Column("reported_on", Date),
    ],
    meets="period",
    checks=[_one_of("service_status", "mode", terms.MODES)],
)

committee = _facts(
    "committee",
    [_key("subject_kind"), _key("subject"), _key("kind")],
    [
        Column("filed_on", Date),
        Column("term_from", Date),
        Column("term_to", Date),
        Column("ended_on", Date),
        Column("seats", SmallInteger),
        Column("party_seats", SmallInteger),
        Column("community_seats", SmallInteger),
    ],
    meets="period",
    checks=[
        _one_of("committee", "subject_kind", ("compound", "area")),
        _one_of("committee", "kind", terms.COMMITTEE_KINDS),
        _at_least("committee", "seats", 0),
        _at_least("committee", "party_seats", 0),
        _at_least("committee", "community_seats", 0),
    ],
)

barrier = _facts(
    "barrier",
    [_key()],
    [Column("kind", Text, nullable=False), Column("name", Text), _geometry("GEOMETRY")],
    meets="standing",
    checks=[_one_of("barrier", "kind", terms.BARRIER_KINDS[1:])],
)

road = _facts(
    "road",
    [_key()],
    [Column("kind", Text), Column("name", Text), Column("walked", Boolean), _geometry("GEOMETRY")],
    meets="standing",
)
"""A line that people walk along, unless its kind or ``walked`` says that they don't."""

gate = _facts(
    "gate",
    [_key("compound"), _key()],
    [Column("name", Text), _geometry("GEOMETRY")],
    meets="standing",
)
"""A point where one gets into a compound; ``code`` is a hash of what it is, as a barrier's is."""

compound_alias = _facts(
    "compound_alias",
    [_key(), _key("alias")],
    [Column("accepted", Boolean, nullable=False), Column("division", Text)],
    meets="standing",
    checks=[_division_code("compound_alias", "division")],
)
"""A name, normalised, that somebody said is (or is not) a compound's; within a division."""

compound_code = _facts(
    "compound_code",
    [_key()],
    [Column("same_as", Text, nullable=False)],
    meets="standing",
)
"""Another file's code for a compound that the register knows by its own."""

held_row = Table(
    "held_row",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("digest", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("change", BigInteger, ForeignKey("change.number"), nullable=False),
    Column("file", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("subject", Text),
    Column("cells", JSONB, nullable=False),
    Column("shape", LargeBinary),
    Column("problems", JSONB, nullable=False),
    Column("closed_by", BigInteger, ForeignKey("change.number")),
    Column("closed_as", Text),
    Column("access_division", Text),
    CheckConstraint(
        "closed_as in ('released', 'dismissed', 'superseded', 'undone')"
        " and closed_by is not null or closed_as is null and closed_by is null",
        name="held_row_closed",
    ),
    Index("held_row_digest", "digest", unique=True, postgresql_where=text("closed_by is null")),
    Index("held_row_subject", "kind", "subject", postgresql_where=text("closed_by is null")),
)
"""A row of a file that an import held back: known cells as they were written, its shape as WKB in
EPSG:4490, and what was wrong. Open until a change releases, dismisses, supersedes or undoes it.
``digest`` is a hash of kind, cells and shape, so the same row is held open once."""

snapshot = Table(
    "snapshot",
    metadata,
    Column("id", Text, primary_key=True),
    Column("as_of", Date, nullable=False),
    Column("made_up", Boolean, nullable=False),
    Column("join_version", Integer, nullable=False),
    Column("compounds", Integer, nullable=False),
)
"""The join, frozen; its id is a hash of the facts in it."""

snapshot_request = Table(
    "snapshot_request",
    metadata,
    Column("as_of", Date, primary_key=True),
    Column("known_change", BigInteger, primary_key=True, autoincrement=False),
    Column("join_version", Integer, primary_key=True, autoincrement=False),
    Column("snapshot", Text, ForeignKey("snapshot.id"), nullable=False),
)
"""Which snapshot shows a date as known after a change."""

snapshot_compound = Table(
    "snapshot_compound",
    metadata,
    Column("snapshot", Text, ForeignKey("snapshot.id"), nullable=False),
    Column("prefecture", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text),
    Column("division", Text),
    Column("built_year", Integer),
    Column("standing", Boolean, nullable=False),
    Column("urban", Boolean, nullable=False),
    Column("floor_area_m2", Numeric(14, 2)),
    Column("floor_area_imputed", Boolean, nullable=False),
    Column("land_area_m2", Numeric(14, 2)),
    Column("mode", Text, nullable=False),
    Column("evidenced", Boolean, nullable=False),
    Column("area", Text),
    Column("project", Text),
    Column("company", Text),
    Column("committee", SmallInteger, nullable=False),
    Column("interim", Boolean, nullable=False),
    Column("party", SmallInteger, nullable=False),
    Column("flags", ARRAY(Text), nullable=False),
    _geometry(nullable=True),
    postgresql_partition_by="LIST (prefecture)",
)
"""A snapshot's compounds as rows, for SQL and OGC clients; one partition a prefecture."""
