"""Small snapshots in metres: squares laid out on a local plane, written as a real file."""

import datetime as dt
import random

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import Geod

from geo import terms
from geo.snapshot.columns import TABLES
from geo.snapshot.file import Snapshot, geometry_column, write

GEOD = Geod(a=6378137.0, rf=298.257222101)
LON, LAT = 102.7, 25.04


def lonlat(x, y):
    """Metres east and north of the origin: up the meridian, then along the parallel."""
    _, lat, _ = GEOD.fwd(LON, LAT, 0.0, y)
    radius = GEOD.a * np.cos(np.radians(lat)) / np.sqrt(1 - GEOD.es * np.sin(np.radians(lat)) ** 2)
    return LON + np.degrees(x / radius), lat


def place(geometry):
    """Bring a geometry in metres to lon/lat."""
    if geometry is None:
        return None
    return shapely.transform(geometry, lambda xy: np.array([lonlat(x, y) for x, y in xy]))


def compound(code, shape=None, **facts):
    """A compound's row. `shape` in metres; codes of a division 530102 001 001 unless given."""
    row = {
        "code": code,
        "name": f"{code}小区",
        "province": 53,
        "prefecture": 5301,
        "county": 530102,
        "street": 530102001,
        "community": 530102001001,
        "built_year": 1995,
        "standing": True,
        "floor_area_dm2": 10_000_00,
        "floor_area_source": terms.AREA_GIVEN,
        "land_area_dm2": 6_000_00,
        "households": 100,
        "urban": True,
        "mode": "无物业",
        "shape": shape,
        **facts,
    }
    row["mode"] = terms.MODES.index(row["mode"])
    return row


def served(code, project, shape=None, **facts):
    """A compound under a project's market service."""
    return compound(
        code, shape, **{"mode": "市场化物业", "project": project, "built_year": 2010, **facts}
    )


def project(code, spare_m2=100_000, **facts):
    """An active project; spare_m2 None is blank."""
    return {
        "code": code,
        "name": f"{code}项目",
        "uscc": f"U{code}",
        "areas": [],
        "province": 53,
        "prefecture": 5301,
        "county": 530102,
        "street": 530102001,
        "community": 530102001001,
        "contract_to": dt.date(2030, 1, 1),
        "active": True,
        "staff": -1,
        "spare_floor_area_dm2": -1 if spare_m2 is None else round(spare_m2 * 100),
        "managed_floor_area_dm2": 50_000_00,
        "fee_fen": -1,
        **facts,
    }


def barrier(kind, shape, name=""):
    """A barrier; `shape` in metres."""
    return {"kind": terms.BARRIER_KINDS.index(kind), "name": name, "shape": shape}


def road(shape, kind="支路"):
    """A road; `shape` in metres."""
    return {"kind": kind, "name": None, "shape": shape}


def gate(compound, x, y):
    """A gate of a compound, in metres."""
    return {"compound": compound, "name": None, "shape": shapely.Point(x, y)}


def _column(field, rows):
    values = [row.get(field.name) for row in rows]
    if pa.types.is_boolean(field.type):
        values = [bool(value) for value in values]
    elif pa.types.is_integer(field.type) or pa.types.is_floating(field.type):
        values = [value or 0 for value in values]
    return pa.array(values, field.type)


def _table(schema, rows):
    columns = []
    for field in schema:
        if field.name == "geometry":
            shapes = np.empty(len(rows), object)
            shapes[:] = [place(row.get("shape")) for row in rows]
            columns.append(geometry_column(shapes))
        elif field.name == "wkb":
            columns.append(pa.array([shapely.to_wkb(place(row["shape"])) for row in rows]))
        else:
            columns.append(_column(field, rows))
    return pa.table(columns, schema=schema)


@pytest.fixture
def snapshot_of(tmp_path):
    """Write a snapshot of rows and open it: snapshot_of(compounds, projects, barriers, ...)."""
    made = []

    def build(compounds=(), projects=(), barriers=(), areas=(), companies=None, roads=(), gates=()):  # fmt: skip
        codes = sorted({p["uscc"] for p in projects})
        if companies is None:
            companies = [{"uscc": c, "name": f"{c}公司", "kind": 1, "stars": 4} for c in codes]
        divisions = [(530102, "五华区", 2), (530103, "盘龙区", 2), (530102001, "华山街道", 3)]
        tables = {
            "compounds": list(compounds),
            "projects": list(projects),
            "barriers": list(barriers),
            "areas": list(areas),
            "roads": list(roads),
            "gates": list(gates),
            "companies": companies,
            "divisions": [{"code": c, "name": n, "level": k} for c, n, k in divisions],
        }
        path = tmp_path / f"{len(made)}.arrow"
        made.append(path)
        head = {"id": "0" * 64, "as_of": "2024-12-31", "made_up": True}
        write(path, {n: _table(TABLES[n], rows) for n, rows in tables.items()}, head)
        return Snapshot(path)

    return build


@pytest.fixture
def rows():
    """The row builders, as one namespace (tests are no package to import them from)."""

    class Rows:
        pass

    for maker in (compound, served, project, barrier, road, gate, place, lonlat):
        setattr(Rows, maker.__name__, staticmethod(maker))
    return Rows


def varied_town(seed, count=26):
    """A small town in which every rule of a plan has somebody to hold back.

    Two streets in two columns, squares of 60 m on a grid of 80 m (some 15 m apart), hosts with
    all stars and contracts, management areas, a river and a main road, small compounds.
    """
    chance = random.Random(seed)
    projects = [
        project(
            f"P{k}",
            chance.choice([None, 0, 9_000, 25_000, 60_000]),
            street=530102001 + k % 2,
            community=530102001001 + 1000 * (k % 2),
            contract_to=chance.choice(
                [None, dt.date(2025, 3, 1), dt.date(2025, 12, 31), dt.date(2030, 1, 1)]
            ),
            managed_floor_area_dm2=chance.choice([8_000_00, 40_000_00]),
            staff=chance.choice([-1, 3, 10, 40]),
            fee_fen=chance.choice([-1, 80, 200]),
        )
        for k in range(6)
    ]
    companies = [
        {"uscc": f"UP{k}", "name": f"公司{k}", "kind": 1, "stars": chance.choice([0, 2, 3, 5])}
        for k in range(6)
    ]
    compounds = []
    for k in range(count):
        x, y = chance.randint(0, 9) * 80, chance.randint(0, 5) * 80
        size = chance.choice([60, 65, 75])
        street = 530102001 + (x >= 400)
        facts = {
            "street": street,
            "community": street * 1000 + 1,
            "floor_area_dm2": chance.choice([2_000, 6_000, 12_000, 20_000, 45_000]) * 100
            + chance.randint(0, 99),
            "area": chance.choice([None, None, None, f"A{k % 4}"]),
            "households": chance.choice([0, 40, 150]),
            "mode": "社区托管" if k % 11 == 1 else "无物业",
        }
        shape = shapely.box(x, y, x + size, y + size)
        if k % 4:
            compounds.append(compound(f"c{k:02d}", shape, **facts))
        else:
            facts |= {"mode": "市场化物业", "area": None}
            compounds.append(served(f"h{k:02d}", f"P{(k // 4) % 6}", shape, **facts))
    compounds.append(
        compound("far", shapely.box(1_700, 0, 1_760, 60), floor_area_dm2=900_000, area=None)
    )
    far = 10_000
    barriers = [
        barrier("河流", shapely.LineString([(-far, 155), (far, 155)]), "盘龙江"),
        barrier("通道", shapely.Point(200, 155), "一号桥"),
        barrier("主干道", shapely.LineString([(555, -far), (555, far)]), "北京路"),
    ]
    return compounds, projects, barriers, [], companies


@pytest.fixture
def town_of(snapshot_of):
    """Write the varied town of a seed and open it."""
    return lambda seed, count=26: snapshot_of(*varied_town(seed, count))
