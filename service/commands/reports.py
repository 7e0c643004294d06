"""What an import writes beside the register: its report, and the annotated copy."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsxwriter.exceptions import FileCreateError

from geo.errors import ServerError, UsageError
from geo.intake.report.annotate import check_annotatable, write_annotated
from geo.intake.report.book import check_target, write_report
from geo.intake.report.drawn import drawn
from geo.intake.verdicts import Outcome
from geo.register.store import Register
from maps.assets import leaflet_js
from service.output import out


@contextmanager
def stands(outcome: Outcome, what: str) -> Iterator[None]:
    """Say of a file that can't be written after an import that the import stands all the same.

    Raises
    ------
    ServerError
        With how to get the file without importing anything twice.
    """
    try:
        yield
    except (OSError, FileCreateError, UsageError) as error:
        done = f"第 {outcome.change} 号变更已写入" if outcome.change else "登记库没有变化"
        lasts = "，导入有效，不必重做" if outcome.change else ""
        reason = error.message.rstrip("。") if isinstance(error, UsageError) else file_words(error)
        raise ServerError(
            f"{done}{lasts}；只是{what}未能写出（{reason}）。",
            f"请腾出磁盘空间或换一个位置，再运行一次同样的命令即得{what}：相同的文件不会重复入库，"
            "已入库的行届时记为“无变化”。",
        ) from error


def file_words(error: Exception) -> str:
    """Say why a file can't be written."""
    cause = error.args[0] if isinstance(error, FileCreateError) and error.args else error
    if isinstance(cause, OSError):
        return {errno.ENOSPC: "磁盘空间不足", errno.EACCES: "没有权限"}.get(
            cause.errno or 0, cause.strerror or str(cause)
        )
    return str(cause)


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Leave no file that was cut off: it could be taken for the report."""
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@dataclass(frozen=True)
class Reports:
    """The files asked for: ``report`` ends in .xlsx or .html."""

    report: tuple[Path, ...] = ()
    annotate: Path | None = None

    def check(self, source: Path) -> None:
        """Make sure that all can be written, before anything is imported.

        Raises
        ------
        UsageError
            When one can't, is the file itself, or the file is no table to annotate.
        """
        for path in self.report:
            check_target("--report", path, (".xlsx", ".html"))
        if self.annotate is not None:
            check_target("--annotate", self.annotate, (".xlsx",))
            check_annotatable(source)
        if any(path.suffix.lower() == ".html" for path in self.report):
            leaflet_js()
        for path in (*self.report, *filter(None, [self.annotate])):
            if path.exists() and source.exists() and path.samefile(source):
                raise UsageError(f"{path}：不能写到原文件上。", "请换一个文件名。")

    def write(self, register: Register, source: Path, outcome: Outcome) -> dict[str, Any]:
        """Write them; give what the command line says of them.

        Raises
        ------
        ServerError
            When one can't be written after all; what was imported stays.
        """
        with stands(outcome, "报告"):
            return self._write(register, source, outcome)

    def _write(self, register: Register, source: Path, outcome: Outcome) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for path in self.report:
            with _whole(path):
                if path.suffix.lower() == ".html":
                    # Brings folium, which most imports have no use for.
                    from maps.import_report import write_import_report  # noqa: PLC0415

                    write_import_report(path, outcome, drawn(register, outcome))
                else:
                    write_report(path, outcome)
        if self.report:
            said["reports"] = [str(path) for path in self.report]
        if self.annotate is not None:
            with _whole(self.annotate):
                done = write_annotated(self.annotate, source, outcome)
            said["annotated"] = {
                "file": str(done.path), "whole": done.whole, "limits": list(done.limits),
            }  # fmt: skip
        return said


def print_reports(said: dict[str, Any]) -> None:
    """Print what was written."""
    for path in said.get("reports", []):
        out.print(f"检查报告已写入 {path}", highlight=False, soft_wrap=True)
    annotated = said.get("annotated")
    if annotated:
        out.print(f"标注副本已写入 {annotated['file']}", highlight=False, soft_wrap=True)
        for limit in annotated["limits"]:
            out.print(f"  {limit}", style="dim", highlight=False, soft_wrap=True)
