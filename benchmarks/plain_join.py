"""The join of CONTRACT written as one would in plain geopandas, for one date and no history."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

EQUAL_AREA = "+proj=laea +lat_0=25 +lon_0=101.5 +ellps=GRS80 +units=m"
"""An ellipsoidal equal-area projection for Yunnan."""

ONE_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Frames:
    """The files of a user as frames, dates as dates."""

    divisions: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    ledger: pd.DataFrame
    committees: pd.DataFrame
    companies: pd.DataFrame
    projects: pd.DataFrame

    @classmethod
    def read(cls, files: dict[str, Path]) -> Frames:
        """Read them all."""
        found = {}
        for kind in (field.name for field in fields(cls)):
            path = files[kind]
            if path.suffix == ".gpkg":
                found[kind] = gpd.read_file(path)
                continue
            frame = pd.read_excel(path, engine="calamine", dtype={"区划代码": str})
            dates = [name for name in frame if name.endswith("日期") or name in TERMS]
            found[kind] = frame.assign(**{name: pd.to_datetime(frame[name]) for name in dates})
        return cls(**found)


TERMS = frozenset({"任期起", "任期止", "合同起", "合同止"})


def join(frames: Frames, as_of: pd.Timestamp) -> gpd.GeoDataFrame:
    """Give every compound once, by code, with its state on a date."""
    shapes = frames.compounds.set_index("小区编码").geometry
    ledger = _ended(frames.ledger)
    profile = ledger.groupby("小区编码").last()
    codes = profile.index.union(shapes.index).rename("code")
    found = gpd.GeoDataFrame(
        {
            "named": profile["管理区域编码"].reindex(codes),
            "ledger_division": profile["区划代码"].reindex(codes),
            "built_year": profile["建成年份"].reindex(codes),
            "delivered_on": profile["交付日期"].reindex(codes),
            "demolished_on": profile["拆除日期"].reindex(codes),
            "floor_area_m2": profile["建筑面积(㎡)"].reindex(codes),
        },
        geometry=shapes.reindex(codes),
        crs=shapes.crs,
    )
    found["land_area_m2"] = found.to_crs(EQUAL_AREA).area.fillna(0)
    found["division"] = _division(found, frames.divisions)
    found["area"] = found["named"].fillna(_holding(shapes, frames.areas).reindex(codes))
    found = found.join(_service(ledger, frames, as_of))
    found["mode"] = found["mode"].fillna("未核实")
    found["standing"] = _standing(found, as_of)
    found["committee"] = _committee(found, frames.committees, as_of)
    found["floor_area_m2"] = _floor_area_m2(found)
    return found


def _ended(ledger: pd.DataFrame) -> pd.DataFrame:
    """Let a row without an end last until the compound's next row begins."""
    ledger = ledger.sort_values(["小区编码", "服务起始日期"], na_position="first", kind="stable")
    following = ledger.groupby("小区编码")["服务起始日期"].shift(-1)
    return ledger.assign(服务终止日期=ledger["服务终止日期"].fillna(following))


def _division(found: gpd.GeoDataFrame, divisions: gpd.GeoDataFrame) -> pd.Series:
    """Take the ledger's code, or the deepest division at a representative point if it is below."""
    held = pd.Series(index=found.index, dtype=object)
    points = found.geometry[found.geometry.notna()].representative_point().to_frame("geometry")
    for width in (12, 9, 6, 4, 2):
        level = divisions[(divisions["区划代码"].str.len() == width) & divisions.geometry.notna()]
        rest = points[held[points.index].isna()]
        hits = rest.sjoin(level[["区划代码", "geometry"]], predicate="intersects")
        hits = hits.groupby(level=0)["区划代码"].min()
        held.loc[hits.index] = hits
    said = found["ledger_division"]
    below = [
        isinstance(point, str) and (not isinstance(code, str) or point.startswith(code))
        for point, code in zip(held, said, strict=True)
    ]
    return said.mask(np.array(below), held)


def _holding(shapes: gpd.GeoSeries, areas: gpd.GeoDataFrame) -> pd.Series:
    """Give the management area that holds more than half of each polygon."""
    areas = areas.set_index("管理区域编码").geometry
    compound, area = areas.sindex.query(shapes, predicate="intersects")
    common = shapely.intersection(shapes.to_numpy()[compound], areas.to_numpy()[area])
    share = shapely.area(common) / shapely.area(shapes.to_numpy()[compound])
    pairs = pd.DataFrame(
        {"code": shapes.index[compound], "area": areas.index[area], "share": share}
    )
    pairs = pairs[pairs["share"] > 0.5].sort_values("share", ascending=False)
    return pairs.drop_duplicates("code").set_index("code")["area"]


def _service(ledger: pd.DataFrame, frames: Frames, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give mode, project and company of each compound on the date."""
    told = ledger["服务模式"].notna() | ledger["物业项目编码"].notna()
    begun = ~(ledger["服务起始日期"] > as_of)
    lasting = ~(ledger["服务终止日期"] <= as_of)
    state = ledger[told & begun & lasting].set_index("小区编码")
    state = state[["服务模式", "物业项目编码"]].set_axis(["mode", "project"], axis=1)
    company = frames.projects.drop_duplicates("项目编码").set_index("项目编码")["统一社会信用代码"]
    kind = frames.companies.set_index("统一社会信用代码")["企业类型"]
    state["company"] = state["project"].map(company)
    modes = {"市场": "市场化物业", "国有": "国有物业", "公益": "公益性物业"}
    state["mode"] = state["mode"].fillna(state["company"].map(kind).map(modes))
    return state


def _standing(found: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    delivered = (found["delivered_on"] <= as_of).where(
        found["delivered_on"].notna(), ~(found["built_year"] > as_of.year)
    )
    return delivered & ~(found["demolished_on"] <= as_of)


def _committee(found: pd.DataFrame, committees: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Tell whether an owners' committee of the compound or its area is in force."""
    own = committees[committees["类型"] == "业主委员会"]
    begun = own["备案日期"].fillna(own["任期起"]) <= as_of
    valid = own[begun & ~(own["任期止"] + ONE_DAY <= as_of) & ~(own["终止日期"] <= as_of)]
    of_area = found["area"].isin(valid["管理区域编码"].dropna())
    return found.index.to_series().isin(valid["小区编码"]) | of_area


def _floor_area_m2(found: pd.DataFrame) -> pd.Series:
    """Take the ledger's floor area, else land area times CONTRACT's plot ratio."""
    year = found["built_year"].fillna(found["delivered_on"].dt.year)
    ratio = pd.Series(2.5, found.index).mask(year <= 2000, 1.8).mask(year.isna(), 2.0)
    return found["floor_area_m2"].fillna(found["land_area_m2"] * ratio)
