"""The columns of a snapshot's file: one table for each kind of thing, spatially sorted.

Conventions, the same in every table:

- Areas are int64 in units of 0.01 m² (1 dm²), named ``*_dm2``; 0 beside a source that says unknown.
- Division codes are int64 (``530102001``), 0 for none.
- Terms are int8 indexes into the tuples of `geo.terms`; index 0 is unknown.
- Yes/no states that may be unknown are int8: `UNKNOWN`, `NO`, `YES`.
- Dates and texts are nullable; numbers are not, and say what stands for "not known".
- ``geometry`` is GeoArrow's interleaved multipolygon in EPSG:4490 (lon, lat), null without one;
  barriers, roads and gates, which are no polygons, carry WKB.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

MULTIPOLYGON: Final = pa.list_(pa.list_(pa.list_(pa.list_(pa.float64(), 2))))

_DIVISIONS = [
    ("province", pa.int64()),
    ("prefecture", pa.int64()),
    ("county", pa.int64()),
    ("street", pa.int64()),
    ("community", pa.int64()),
]

COMPOUNDS: Final = pa.schema(
    [
        ("code", pa.string()),
        ("name", pa.string()),
        ("aliases", pa.string()),
        ("address", pa.string()),
        *_DIVISIONS,
        ("built_year", pa.int32()),  # 0: not known
        ("delivered_on", pa.date32()),
        ("demolished_on", pa.date32()),
        ("standing", pa.bool_()),  # delivered by, and not demolished on, the as-of date
        ("floor_area_dm2", pa.int64()),
        ("floor_area_source", pa.int8()),  # AREA_UNKNOWN, AREA_GIVEN, AREA_IMPUTED
        ("land_area_dm2", pa.int64()),  # 0: no polygon
        ("households", pa.int32()),  # 0: not known
        ("urban", pa.bool_()),  # blank counts as urban, flagged
        ("walled", pa.int8()),
        ("mode", pa.int8()),  # MODES
        ("evidenced", pa.bool_()),  # evidence dated by the as-of date
        ("service_from", pa.date32()),
        ("service_to", pa.date32()),  # first day no longer so
        ("evidence", pa.string()),
        ("evidence_on", pa.date32()),
        ("project", pa.string()),
        ("company", pa.string()),
        ("area", pa.string()),
        ("area_share", pa.float64()),  # of the land polygon inside `area`; NaN: not known
        ("committee", pa.int8()),  # COMMITTEE_*
        ("committee_filed_on", pa.date32()),
        ("committee_term_to", pa.date32()),  # last day of the term
        ("interim", pa.bool_()),  # an interim committee (物业管理委员会) in force
        ("party", pa.int8()),  # of its company: UNKNOWN, NO, YES
        ("flags", pa.int32()),  # bit i: FLAGS[i]
        # Representative point, degrees; without a polygon a placeholder, flagged, or NaN.
        ("x", pa.float64()),
        ("y", pa.float64()),
        ("geometry", MULTIPOLYGON),
    ]
)

FLAGS: Final = (
    "division_disagrees",  # ledger code and polygon speak of different divisions
    "division_unknown",  # the code is in no division of that date
    "area_disagrees",  # the named management area is not the one that holds the polygon
    "delivery_imputed",  # delivery taken from the year built
    "delivery_unknown",  # neither date nor year: counted always
    "urban_blank",
    "floor_area_imputed",
    "floor_area_unknown",
    "contract_over",  # contract over but still served (事实服务)
    "service_undated",  # a state without a first day
    "project_unknown",  # names a project that no project ledger has
    "no_polygon",
    "mode_from_company",
    "placeholder",  # x and y are no place of its own, but somewhere inside its division
)
"""What a reader should know of a compound's row, by bit."""

COMPANIES: Final = pa.schema(
    [
        ("uscc", pa.string()),
        ("name", pa.string()),
        ("kind", pa.int8()),  # COMPANY_KINDS
        *_DIVISIONS,  # of registration
        ("active", pa.bool_()),  # has a project active on the date
        ("party_form", pa.int8()),  # PARTY_FORMS, in force on the date
        ("party", pa.int8()),  # UNKNOWN, NO, YES: an organisation of its own or a joint one
        ("instructor", pa.int8()),  # UNKNOWN, NO, YES
        ("party_members", pa.int32()),  # -1: not known
        ("due", pa.bool_()),  # three members or more and no organisation (应建未建)
        ("stars", pa.int8()),  # 0: not rated
    ]
)

PROJECTS: Final = pa.schema(
    [
        ("code", pa.string()),
        ("name", pa.string()),
        ("uscc", pa.string()),
        ("areas", pa.list_(pa.string())),
        *_DIVISIONS,  # where most of its compounds' floor area lies
        ("contract_from", pa.date32()),
        ("contract_to", pa.date32()),  # last day of the contract
        ("active", pa.bool_()),
        ("staff", pa.int32()),  # -1: not known
        ("spare_floor_area_dm2", pa.int64()),  # -1: blank
        ("managed_floor_area_dm2", pa.int64()),  # of standing compounds it serves on the date
        ("fee_fen", pa.int32()),  # hundredths of yuan a m² and month; -1: not known
        ("collection", pa.float64()),  # share 0-1; NaN: not known
    ]
)

AREAS: Final = pa.schema(
    [
        ("code", pa.string()),
        ("name", pa.string()),
        ("filing_no", pa.string()),
        ("filed_on", pa.date32()),
        ("geometry", MULTIPOLYGON),
    ]
)

DIVISIONS: Final = pa.schema(
    [
        ("code", pa.int64()),
        ("name", pa.string()),
        ("level", pa.int8()),  # index into LEVELS
        ("geometry", MULTIPOLYGON),
    ]
)

BARRIERS: Final = pa.schema(
    [
        ("kind", pa.int8()),  # BARRIER_KINDS
        ("name", pa.string()),
        ("wkb", pa.binary()),
    ]
)

ROADS: Final = pa.schema(
    [
        ("kind", pa.string()),
        ("name", pa.string()),
        ("wkb", pa.binary()),
    ]
)
"""Lines that people walk along."""

GATES: Final = pa.schema(
    [
        ("compound", pa.string()),
        ("name", pa.string()),
        ("wkb", pa.binary()),
    ]
)

TABLES: Final = {
    "compounds": COMPOUNDS,
    "companies": COMPANIES,
    "projects": PROJECTS,
    "areas": AREAS,
    "divisions": DIVISIONS,
    "barriers": BARRIERS,
    "roads": ROADS,
    "gates": GATES,
}

AS_WKB: Final = frozenset({"barriers", "roads", "gates"})
"""Tables whose shapes are of any kind, in a column ``wkb``."""
