"""Division codes and names as npm's `china-division` packs them (from the statistics bureau)."""

from __future__ import annotations

import csv
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geo.errors import InputError, UsageError

VERSION: Final = "2.7.0"
INSTALL: Final = f"npm pack china-division@{VERSION}"

SOURCE_DATES: Final = {"2.7.0": "2023-06-30"}
"""The day up to which the bureau's list speaks, by version of the package."""

_FILES: Final = (
    "package.json",
    "dist/cities.csv",
    "dist/areas.csv",
    "dist/streets.csv",
    "dist/villages.csv",
)


@dataclass(frozen=True)
class Names:
    """Names by code of one province. County codes keep their 6 digits (441900 too)."""

    prefectures: dict[str, str]
    counties: dict[str, str]
    streets: dict[str, str]
    communities: dict[str, str]
    version: str
    date: str


def read_names(province: str, path: Path | None = None) -> Names:
    """Read a province's codes and names.

    Parameters
    ----------
    province
        Two digits. A province that the list leaves out has no names, which is no error.
    path
        The package unpacked, or the ``.tgz`` of ``npm pack``; by default
        ``node_modules/china-division`` or ``china-division-2.7.0.tgz`` in the working folder.

    Raises
    ------
    UsageError
        If the package is not there, with the command that fetches it.
    InputError
        If it is there but lacks a file.
    """
    place = path or _default()
    if place is None or not place.exists():
        raise UsageError(
            f"找不到 npm 包 china-division（{place or '当前文件夹'}）。", f"请先运行：{INSTALL}"
        )
    try:
        return _names(province, _texts(place))
    except (OSError, KeyError, tarfile.TarError) as error:
        raise InputError(
            f"{place} 不是完整的 china-division 包（{error}）。", f"请重新获取：{INSTALL}"
        ) from error


def _default() -> Path | None:
    here = [Path("node_modules/china-division"), Path(f"china-division-{VERSION}.tgz")]
    return next((path for path in here if path.exists()), None)


def _texts(place: Path) -> dict[str, str]:
    """Read the package's files by name, from a folder or, in one pass, from an archive."""
    if place.is_dir():
        folder = place / "package" if (place / "package").is_dir() else place
        return {name: (folder / name).read_text("utf-8") for name in _FILES}
    texts = {}
    with tarfile.open(place) as archive:
        for member in archive:
            name = member.name.removeprefix("package/")
            content = archive.extractfile(member) if name in _FILES else None
            if content is not None:
                texts[name] = content.read().decode("utf-8")
    return texts


def _names(province: str, texts: dict[str, str]) -> Names:
    version = str(json.loads(texts["package.json"])["version"])

    def level(file: str) -> dict[str, str]:
        rows = csv.DictReader(io.StringIO(texts[f"dist/{file}.csv"]))
        return {row["code"]: row["name"] for row in rows if row["code"].startswith(province)}

    return Names(
        prefectures=level("cities"),
        counties=level("areas"),
        streets=level("streets"),
        communities=level("villages"),
        version=version,
        date=SOURCE_DATES.get(version, "see the package"),
    )
