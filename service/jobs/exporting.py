"""Files made by a job. A kind of file is one entry of `EXPORTS`: add it there and it can be had.

A maker is given the work, the path to write and the checked parameters. What it writes is renamed
into place when it is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from maps.words import file_mark
from service.jobs import making, printing, rasters
from service.jobs.work import Work

Maker = Callable[[Work, Path, Any], None]


@dataclass(frozen=True)
class Export:
    """A kind of file.

    Attributes
    ----------
    suffix, media
        Of the file.
    words
        What it is, in Chinese and English.
    asked
        What can be asked of it: a body without ``kind``.
    make
        Writes it.
    """

    suffix: str
    media: str
    words: tuple[str, str]
    asked: type[BaseModel]
    make: Maker


XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GPKG: Final = "application/geopackage+sqlite3"
PMTILES: Final = "application/vnd.pmtiles"
PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML: Final = "text/html; charset=utf-8"

EXPORTS: Final[dict[str, Export]] = {
    "handout": Export(
        ".html", HTML, ("可离线打开的地图", "A map that opens offline"), making.HandoutAsk,
        making.handout,
    ),
    "figures": Export(
        ".xlsx", XLSX, ("各级区划的指标", "Figures by division"), making.FiguresAsk, making.figures
    ),
    "boundaries": Export(
        ".gpkg", GPKG, ("登记的边界", "Registered boundaries"), making.BoundariesAsk,
        making.boundaries,
    ),
    "compounds": Export(
        ".xlsx", XLSX, ("小区清单", "A list of compounds"), making.CompoundsAsk, making.compounds
    ),
    "tiles": Export(
        ".pmtiles", PMTILES, ("瓦片包", "A tile archive"), rasters.TilesAsk, rasters.tiles
    ),
    "raster": Export(
        ".zip", "application/zip", ("分级栅格与图例", "A raster and its legend"),
        rasters.RasterAsk, rasters.raster,
    ),
    "sheet": Export(
        ".pdf", PDF, ("可打印的地图", "A map to print"), printing.SheetAsk, printing.sheet
    ),
    "sheet-png": Export(
        ".png", "image/png", ("地图图片，300 dpi", "A map as a picture, 300 dpi"),
        printing.SheetAsk, printing.sheet,
    ),
    "sheet-svg": Export(
        ".svg", "image/svg+xml", ("地图矢量图", "A map as a drawing"), printing.SheetAsk,
        printing.sheet,
    ),
    "atlas": Export(
        ".pdf", PDF, ("图集", "An atlas"), printing.AtlasAsk, printing.atlas
    ),
    "report": Export(
        ".docx", DOCX, ("一月报告", "The January report"), printing.ReportAsk, printing.report
    ),
    "report-book": Export(
        ".xlsx", XLSX, ("一月报告附表", "The January report's workbook"), printing.ReportAsk,
        printing.report_book,
    ),
}  # fmt: skip
"""By the ``kind`` that ``POST /exports`` names."""


def export(work: Work, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Make a file: ``{kind, ask}`` gives ``{file, bytes, kind}``; it lies under the job's id."""
    kind = parameters["kind"]
    entry = EXPORTS[kind]
    mark = file_mark(made_up=work.register.has_made_up())
    work.tell(0, 1, f"生成{entry.words[0]}", f"Making: {entry.words[1]}")
    path = path_of(work.folder("exports"), work.job.id, entry)
    beside = path.with_name(f"part-{path.name}")
    try:
        entry.make(work, beside, entry.asked.model_validate(parameters["ask"]))
        work.pause()
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return {
        "kind": kind,
        "file": f"{mark}wuye-{kind}{entry.suffix}",
        "bytes": path.stat().st_size,
        "href": f"/api/v1/exports/{work.job.id}/file",
    }


def path_of(folder: Path, job: str, entry: Export) -> Path:
    """Give where a job's file lies."""
    return folder / f"{job}{entry.suffix}"
