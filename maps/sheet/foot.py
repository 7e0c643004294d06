"""The foot of a sheet: what its figures mean, and from what they and the lines are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geo.action_plan import action_plan
from geo.coverage import Coverage
from geo.terms import MADE_UP
from maps import style, words
from maps.sheet.drawing import Drawing
from maps.sheet.fonts import wrapped
from maps.sheet.paper import Paper
from maps.sheet.projection import Window

SIZE_PT: Final = 5.8
LINE_MM: Final = 2.6

UNREVIEWED: Final = "界线仅示意，未经地图审核，不得公开"


@dataclass(frozen=True)
class Marks:
    """What the foot says besides the figure's own: sources and who made it."""

    source: str
    publisher: str
    reviewed: bool
    note: str


def draw_foot(
    drawing: Drawing, sheet: Paper, found: Coverage, window: Window, marks: Marks
) -> None:
    """Draw definition, target, source, snapshot and projection."""
    k, box = sheet.scale, sheet.foot
    indicator, plan = found.indicator, action_plan()
    counts = words.definition_text(found.definition, indicator)[0]
    north = f"偏{'东' if window.north_deg > 0 else '西'} {abs(window.north_deg):.2f}°"
    meaning = (
        f"指标：{indicator.name}＝{indicator.definition}。统计口径：{counts}"
        f"（{found.definition.id}）。目标 {words.target_text(indicator.target)}，"
        f"{indicator.due} 前；{plan.scope_note}。依据：{plan.title}。"
    )
    made_up = "示例数据，不反映真实情况。" if found.made_up else ""
    sources = (
        f"资料来源：{marks.source}。{made_up}{marks.note}"
        f"{'' if marks.reviewed else UNREVIEWED + '。'}"
        f"{window.projection.words}；真北在图幅正上方{north}。"
    )
    y = box.y + 4.2 * k
    drawing.line(
        (box.x, box.y + 1.6 * k),
        (box.right, box.y + 1.6 * k),
        stroke=style.RULE,
        stroke_width=0.25 * k,
    )
    for paragraph in (meaning, sources):
        for line in wrapped(paragraph, SIZE_PT * k, box.width):
            drawing.text((box.x, y), line, SIZE_PT * k, fill=style.MUTED)
            y += LINE_MM * k
    mark = f"【{MADE_UP}】" if found.made_up else ""
    last = f"{mark}截至 {found.as_of} · 快照 {found.snapshot[:16]} · 口径 {found.definition.id}"
    last += f" · {marks.publisher}" if marks.publisher else ""
    drawing.text((box.x, y), last, SIZE_PT * k, bold=True)
