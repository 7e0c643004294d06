"""What a data file says of itself: snapshot, definition, date, source, made up or not, 审图号.

The same words stand in a table of the file where the format has tables, in its metadata where it
has those, and in a text beside it in any case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from geo.action_plan import Definition, action_plan
from geo.snapshot.file import Snapshot
from geo.terms import MADE_UP

INTERNAL_USE: Final = "内部使用"
"""The mark of what has no 审图号."""

EDITIONS: Final = {"internal": "内部版", "public": "公开版"}


@dataclass(frozen=True)
class Head:
    """What is written, in order.

    Attributes
    ----------
    crs
        Name of the reference system of the coordinates.
    warnings
        What a reader, or the one who hands it out, should know first.
    """

    snapshot: str
    as_of: str
    made_up: bool
    definition: Definition
    division: str
    edition: str
    source: str
    review_number: str
    crs: str
    layers: tuple[tuple[str, str, int], ...] = ()
    warnings: tuple[str, ...] = ()

    def rows(self) -> list[tuple[str, str]]:
        """Give label and text, as a table shows them."""
        mark = f"审图号 {self.review_number}" if self.review_number else INTERNAL_USE
        if self.edition == "public" and not self.review_number:
            mark = "无审图号，公开前须送审"
        return [
            ("数据", MADE_UP if self.made_up else "登记数据"),
            ("版本", EDITIONS[self.edition]),
            ("地图审核", mark),
            ("快照", self.snapshot),
            ("截至", self.as_of),
            ("口径", f"{self.definition.describe()}（{self.definition.id}）"),
            ("区划", self.division),
            ("来源", self.source),
            ("目标依据", action_plan().title),
            ("目标说明", action_plan().scope_note),
            ("坐标系", self.crs),
            ("软件", f"wuye-atlas {version('wuye-atlas')}"),
            *((f"图层 {name}", f"{title}，{count:,} 行") for name, title, count in self.layers),
            *(("注意", text) for text in self.warnings),
        ]

    def line(self) -> str:
        """Say it in one line."""
        mark = f"【{MADE_UP}】" if self.made_up else ""
        review = f"审图号 {self.review_number}" if self.review_number else INTERNAL_USE
        if self.edition == "public":
            review = f"{EDITIONS['public']} · {review if self.review_number else '无审图号'}"
        return (
            f"{mark}{review} · 截至 {self.as_of} · 快照 {self.snapshot[:12]} · "
            f"口径 {self.definition.id} · 来源：{self.source}"
        )

    def as_json(self) -> dict[str, object]:
        """Give it as the metadata of a file that holds JSON."""
        return {
            "snapshot": self.snapshot,
            "as_of": self.as_of,
            "made_up": self.made_up,
            "edition": self.edition,
            "definition": self.definition.as_json(),
            "review_number": self.review_number or None,
            "说明": dict(self.rows()),
        }


def head_of(
    snapshot: Snapshot,
    definition: Definition,
    *,
    division: int | None,
    edition: str,
    source: str,
    review_number: str,
    crs: str,
    warnings: Sequence[str] = (),
) -> Head:
    """Put together what the files of an export say of themselves."""
    name = "全部" if division is None else snapshot.division_names.get(division, "")
    return Head(
        snapshot=snapshot.id,
        as_of=snapshot.as_of.isoformat(),
        made_up=snapshot.made_up,
        definition=definition,
        division=name if division is None else f"{name} {division}".strip(),
        edition=edition,
        source=source or f"物业服务登记库（快照 {snapshot.id[:12]}）",
        review_number=review_number,
        crs=crs,
        warnings=tuple(warnings),
    )
