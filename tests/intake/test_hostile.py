"""Files that would fill the memory, the disk or the day: refused in words, or read within bounds.

The small ones are in the hazard corpus; these are made on the spot. Memory is measured in a process
of its own, as the peak of its resident set.
"""

from __future__ import annotations

import http.server
import json
import resource
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geo.errors import InputError
from geo.intake import limits, vector
from geo.intake.archive import open_archive
from geo.intake.html_table import read_html
from geo.intake.load import import_file
from geo.intake.read import read
from geo.intake.sheet_scan import NOT_CALCULATED, column_number, scan_sheet
from geo.intake.sniff import sniff
from geo.intake.textfile import read_csv, read_text
from geo.register.store import Register

ROOT = Path(__file__).resolve().parents[2]
MEASURED = """
import json, sys
from pathlib import Path
from geo.errors import WuyeError
from geo.intake.load import import_file
from geo.intake.read import read
from geo.register.store import Register
said = ""
try:
    if len(sys.argv) > 3:
        said = import_file(Register(sys.argv[3]), sys.argv[1], Path(sys.argv[2])).counts
    else:
        said = len(read(Path(sys.argv[2]), sys.argv[1], {}))
except WuyeError as error:
    said = error.message
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
print(json.dumps([said, int(peak.split()[1]) * 1024]))
"""
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    "{}</sheetData></worksheet>"
)


@dataclass
class Measured:
    said: object
    peak_bytes: int


def measure(kind: str, path: Path, *conninfo: str) -> Measured:
    """Read or import a file in a process that can't take the machine down."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, kind, str(path), *conninfo], cwd=ROOT, text=True,
        capture_output=True, timeout=300, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (8 * limits.GiB,) * 2),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return Measured(*json.loads(done.stdout))


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[[str], Path]:
    """Write a workbook around the rows of its one sheet."""

    def write(rows: str) -> Path:
        import openpyxl

        small, path = tmp_path / "small.xlsx", tmp_path / "台账.xlsx"
        openpyxl.Workbook().save(small)
        with zipfile.ZipFile(small) as source, zipfile.ZipFile(path, "w", 8) as target:
            for name in source.namelist():
                sheet = name.startswith("xl/worksheets/")
                target.writestr(name, SHEET.format(rows) if sheet else source.read(name))
        return path

    return write


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def ledger_rows(rows: int) -> str:
    headers = (
        "小区编码",
        "小区名称",
        "地址",
        "户数",
        "建成年份",
        "建筑面积(㎡)",
        *(f"备注{n}" for n in range(14)),
    )
    header = "".join(cell(f"{chr(65 + place)}1", text) for place, text in enumerate(headers))
    lines = [f'<row r="1">{header}</row>']
    lines += [
        f'<row r="{n}">{cell(f"A{n}", f"C{n}")}{cell(f"B{n}", f"小区{n}")}{cell(f"C{n}", f"人民路{n}号")}'
        f'<c r="D{n}"><v>{n % 900}</v></c><c r="E{n}"><v>1999</v></c><c r="F{n}"><v>{n}.5</v></c>'
        + "".join(cell(f"{chr(71 + place)}{n}", "无") for place in range(14))
        + "</row>"
        for n in range(2, rows + 2)
    ]
    return "".join(lines)


@pytest.mark.long
def test_a_sheet_of_200000_rows_and_20_columns_is_read_in_bounds(
    workbook: Callable[[str], Path], register: Register
) -> None:
    path = workbook(ledger_rows(200_000))
    done = measure("ledger", path, register.conninfo)
    assert isinstance(done.said, dict)
    assert sum(done.said.values()) == 200_000
    assert done.peak_bytes < limits.MOST_MEMORY_BYTES


def test_a_million_blank_formatted_rows_are_no_rows(workbook: Callable[[str], Path]) -> None:
    blank = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 1_048_577))
    header = f'<row r="1">{cell("A1", "小区编码")}</row><row r="2">{cell("A2", "A")}</row>'
    done = measure("ledger", workbook(header + blank))
    assert done.said == 1
    assert done.peak_bytes < limits.MOST_MEMORY_BYTES / 4


def test_a_polygon_of_a_million_vertices_comes_in(register: Register, tmp_path: Path) -> None:
    angles = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    round_one = np.column_stack([102.7 + 0.01 * np.cos(angles), 25.04 + 0.01 * np.sin(angles)])
    frame = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.Polygon(round_one)], crs=4490)
    frame.to_file(tmp_path / "a.fgb")
    done = measure("compounds", tmp_path / "a.fgb", register.conninfo)
    assert isinstance(done.said, dict)
    assert done.said["loaded"] + done.said["warned"] == 1
    assert done.peak_bytes < limits.MOST_MEMORY_BYTES


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("x" * 20_000_000, "一格超过"),
        ("x," * 10_000_000, "列，超过上限"),
        ('小区编码\n"' + "x\n" * 5_000_000, "一格超过"),
    ],
    ids=["one_cell", "many_cells", "quote_never_closed"],
)
def test_an_endless_line_is_refused_at_once(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "台账.csv"
    path.write_text(line, "utf-8")
    done = measure("ledger", path)
    assert words in str(done.said)
    assert "台账.csv" in str(done.said)
    assert done.peak_bytes < limits.MOST_MEMORY_BYTES / 4


@pytest.mark.parametrize(
    ("name", "limit"),
    [("a.csv", "MOST_TEXT_BYTES"), ("a.xlsx", "MOST_WORKBOOK_BYTES"),
     ("a.geojson", "MOST_JSON_BYTES"), ("a.gpkg", "MOST_SHAPES_BYTES")],
)  # fmt: skip
def test_a_file_larger_than_its_limit_is_refused_unread(
    tmp_path: Path, name: str, limit: str
) -> None:
    starts = {"a.csv": b"code\n", "a.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
              "a.geojson": b'{"type"', "a.gpkg": b"SQLite format 3\0"}  # fmt: skip
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(starts[name])
        file.truncate(getattr(limits, limit) + 1)  # a hole: no disk is used
    with pytest.raises(InputError, match="超过.*上限") as caught:
        read(path, "compounds" if name[2:] in {"gpkg", "geojson"} else "ledger", {})
    assert name in caught.value.message
    assert caught.value.remedy


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(limits.MOST_MEMBERS + 1):
            archive.writestr(str(number), b"")
    with pytest.raises(InputError, match=r"a\.zip 内有 2001 个文件"):
        open_archive(tmp_path / "a.zip")


@pytest.fixture
def address() -> Iterator[tuple[str, list[str]]]:
    """A server that notes who asks."""
    asked: list[str] = []

    class Notes(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_words: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Notes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


SQUARE = {
    "type": "Polygon",
    "coordinates": [[[102.7, 25.04], [102.701, 25.04], [102.701, 25.041], [102.7, 25.04]]],
}


@pytest.mark.parametrize("key", ["crs", "\\u0063r\\u0073"])
@pytest.mark.parametrize("kind", ["link", "name", "url"])
def test_no_content_makes_an_import_ask_the_network(
    register: Register, tmp_path: Path, address: tuple[str, list[str]], key: str, kind: str
) -> None:
    place, asked = address
    crs = {
        "type": kind,
        "properties": {"name" if kind == "name" else kind.replace("link", "href"): f"{place}/crs"},
    }
    feature = {"type": "Feature", "properties": {"code": "A"}, "geometry": SQUARE}
    words = {"type": "FeatureCollection", "features": [feature], "CRS": crs}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(words).replace("CRS", key), "utf-8")
    with pytest.raises(InputError, match=r"a\.geojson"):
        import_file(register, "compounds", path)
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/{place}/a.gpkg</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    for name in ("a.gpkg", "a.json", "a.fgb", "a.shp"):
        (tmp_path / name).write_text(vrt, "utf-8")
        with pytest.raises(InputError, match=name):
            import_file(register, "compounds", tmp_path / name)
        # Nor would GDAL take it, were our own look at the content wrong.
        with pytest.raises(pyogrio.errors.DataSourceError):
            pyogrio.list_layers(str(tmp_path / name))
    assert asked == []


def test_only_the_drivers_that_we_take_are_there() -> None:
    vector.restrict_drivers()
    assert set(pyogrio.list_drivers()) == vector.DRIVERS


def test_no_shape_file_that_is_cut_anywhere_comes_in_part(tmp_path: Path) -> None:
    squares = [shapely.box(102.7 + n, 25, 102.701 + n, 25.001) for n in range(30)]
    frame = gpd.GeoDataFrame({"code": [f"C{n}" for n in range(30)]}, geometry=squares, crs=4490)
    for name in ("a.shp", "a.gpkg", "a.fgb", "a.geojson"):
        path = tmp_path / name
        frame.to_file(path)
        whole = path.read_bytes()
        for part in (0.05, 0.3, 0.5, 0.8, 0.97):
            path.write_bytes(whole[: int(len(whole) * part)])
            with pytest.raises(InputError, match="a"):
                read(path, "compounds", {})
    assert not list(tmp_path.glob("*.gpkg-*"))


def test_no_workbook_that_is_cut_anywhere_comes_in_part(
    workbook: Callable[[str], Path],
) -> None:
    path = workbook(ledger_rows(300))
    whole = path.read_bytes()
    for part in (0.05, 0.3, 0.5, 0.8, 0.97, 0.999):
        path.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(InputError, match="台账"):
            read(path, "ledger", {})


def test_a_file_that_fails_while_it_is_read_is_named(register: Register, tmp_path: Path) -> None:
    for name in ("a.csv", "a.xlsx", "a.gpkg"):
        (tmp_path / name).symlink_to("/proc/self/mem")  # opens, and fails at the first byte
        with pytest.raises(InputError, match=name) as caught:
            import_file(register, "compounds" if name == "a.gpkg" else "ledger", tmp_path / name)
        assert caught.value.remedy
    assert register.changes() == []


def test_scan_sees_what_the_reader_would_hide() -> None:
    rows = (
        b'<row r="2"><c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B2"><f>1+1</f></c>'
        b'<c r="C2" t="str"><f>""</f><v></v></c><c r="D2"><f>1+1</f><v>2</v></c><x:c r="AA3"><v>1</v></x:c>'
        b'<c r="ZZ9" s="1"/><c r="ZZ9" s="1"></c><c r="ZZ9" s="1"><v/></c></row>'
    )
    for size in (1, 7, 50, len(rows)):
        found = scan_sheet((rows[n : n + size] for n in range(0, len(rows), size)), {})
        assert found.marks == {(1, 0): "#DIV/0!", (1, 1): NOT_CALCULATED}
        assert (found.height, found.width) == (3, 27)
    assert [column_number(word) for word in (b"A", b"Z", b"AA", b"XFD")] == [1, 26, 27, 16384]


def test_html_tables_keep_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(
        "<table><tr><td rowspan=2>编码<td colspan=2>面积<tr><td>住宅<td>商业"
        "<tr><td>A</td><td>1<table><tr><td>x</td></tr></table></td><td><script>2</script>3&nbsp;</td></tr></table>"
        "<table><tr><td>别的</td></tr></table>",
        "utf-8",
    )
    found = read_html(path)
    assert found.rows == {
        "表1": [["编码", "面积", None], [None, "住宅", "商业"], ["A", "1x", "3"]],
        "表2": [["别的"]],
    }
    assert found.merged["表1"] == [((0, 0), (1, 0)), ((0, 1), (0, 2))]


CHINESE = "小区编码,小区名称,服务模式,地址\nA,翠湖雅苑,市场化物业,五华区人民中路一百二十号\n"
TAIWAN = "小區編碼,小區名稱,服務模式,地址\nA,翠湖雅苑,市場化物業,五華區人民中路一百二十號\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(CHINESE, "utf-8"), (CHINESE, "gbk"), (CHINESE, "gb18030"), (CHINESE, "utf-16"),
     (CHINESE, "utf-16-le"), (CHINESE, "utf-16-be"), (TAIWAN, "big5"), (TAIWAN, "gbk"),
     ("code,name\nA,x\n", "utf-8"), ("code,name\nA,x\n", "utf-16-le"), ("code,name\nA,甲\n", "gbk")],
)  # fmt: skip
def test_encodings_are_told_apart(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    found, remarks = read_text(path)
    assert found == text
    assert bool(remarks) == (encoding in {"big5", "utf-16-le", "utf-16-be"})


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_delimiters_are_found_under_a_title(tmp_path: Path, end: str, mark: str) -> None:
    path = tmp_path / "a.csv"
    rows = [["台账"], ["编码", "名称", "户数"], ["A", "甲", "1"], ["B", "乙", "2"]]
    path.write_bytes(end.join(mark.join(row) for row in rows).encode())
    assert read_csv(path).rows["a"] == rows


def test_content_is_told_from_a_title_in_brackets(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for text, content in (
        ("[五华区]台账\n", "text"), ("<五华区>台账\n", "text"), ("[[1,2]]", "json"), ("  \ufeff{}", "text"),
        ("\ufeff{}", "json"), ("<!DOCTYPE html><p>", "html"), ("<?xml version='1.0'?><a/>", "xml"),
    ):  # fmt: skip
        path.write_text(text, "utf-8")
        assert sniff(path) == content, text
