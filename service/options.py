"""Words of the command line that several commands share, and how they are read."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from geo.action_plan import Basis, Definition, Population, action_plan
from geo.codes import normal_division
from geo.errors import UsageError
from geo.snapshot.build import Snapshots
from geo.snapshot.file import Snapshot
from geo.snapshot.opened import EARLIEST, LATEST

Json = Annotated[bool, typer.Option("--json", help="输出 JSON。")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="截止日期，如 2025-12-31；默认台账最新内容的日期。")
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", help="按某一时刻已登记的内容，如 2026-01-25T12:00。")
]
Division = Annotated[str | None, typer.Option("--division", help="区划代码；默认全部。")]
OneDivision = Annotated[
    str | None, typer.Option("--division", help="区划代码，如 5301；必须给出。")
]
Band = Annotated[str, typer.Option("--band", help="口径档：A、B 或 C。")]
BasisOption = Annotated[
    str, typer.Option("--basis", help="floor 建筑面积、land 用地面积、count 个数。")
]
PopulationOption = Annotated[
    str, typer.Option("--population", help="urban 城镇小区、all 全部小区。")
]
WithInterim = Annotated[
    bool, typer.Option("--with-interim", help="业委会组建率把物业管理委员会计算在内。")
]

ReviewNumber = Annotated[str, typer.Option("--review-number", help="审图号；没有则注明内部使用。")]
Secrecy = Annotated[str, typer.Option("--secrecy", help="密级或使用范围，印在图文上。")]
Publisher = Annotated[str, typer.Option("--publisher", help="编制单位。")]
Source = Annotated[str, typer.Option("--source", help="资料来源，写进文件；默认按登记的台账。")]


def words_of(text: str) -> tuple[str, ...]:
    """Split a list that a user gave with commas, of either width."""
    return tuple(dict.fromkeys(word.strip() for word in re.split("[,，、]", text) if word.strip()))


def snapshot_asked(snapshots: Snapshots, as_of: str | None, known_at: str | None) -> Snapshot:
    """Give the snapshot that a command is asked of; built when it is missing.

    Who names no date gets the one that the web map opens with: the newest that the register, or a
    snapshot made on purpose, speaks of.
    """
    known = moment(known_at)
    return snapshots.newest(known) if as_of is None else snapshots.get(day(as_of), known)


def day(text: str | None, option: str = "--as-of") -> dt.date:
    """Read a date; today in this machine's zone when there is none."""
    if text is None:
        return dt.datetime.now().astimezone().date()
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text} 不是日期。", "请写成 2025-12-31。") from None
    if not EARLIEST <= found <= LATEST:
        raise UsageError(f"{option} {text} 超出范围。", f"请写 {EARLIEST} 至 {LATEST} 之间的日期。")
    return found


def moment(text: str | None, option: str = "--known-at") -> dt.datetime | None:
    """Read a moment; without a zone it is this machine's."""
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
        return found if found.tzinfo else found.astimezone()
    except (ValueError, OverflowError):
        raise UsageError(f"{option} {text} 不是时刻。", "请写成 2026-01-25T12:00。") from None


def division_code(text: str | None, option: str = "--division") -> int | None:
    """Read a division code in any of its lengths."""
    if text is None:
        return None
    code = normal_division(text)
    if code is None:
        raise UsageError(f"{option} {text} 不是区划代码。", "例如 530102。")
    return int(code)


def definition_of(band: str, basis: str, population: str, *, with_interim: bool) -> Definition:
    """Put a definition together from its words."""
    basis_, population_ = basis.lower(), population.lower()
    if basis_ not in {"floor", "land", "count"}:
        raise UsageError(f"--basis {basis}：没有这一口径。", "可用：floor、land、count。")
    if population_ not in {"urban", "all"}:
        raise UsageError(f"--population {population}：没有这一口径。", "可用：urban、all。")
    known_basis: Basis = "floor" if basis_ == "floor" else "land" if basis_ == "land" else "count"
    known_population: Population = "all" if population_ == "all" else "urban"
    return Definition(
        band=action_plan().band(band).id,
        basis=known_basis,
        population=known_population,
        with_interim=with_interim,
    )


def share(text: str, option: str) -> Decimal:
    """Read a share between 0 and 1, or a percentage."""
    try:
        found = Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except InvalidOperation:
        found = Decimal(-1)
    if not (found.is_finite() and 0 <= found <= 1):
        raise UsageError(f"{option} {text} 不是 0 到 1 之间的比率。", "例如 0.9 或 90%。")
    return found
