"""What an edited export would change, for the console."""

from __future__ import annotations

from collections import Counter

from geo.intake.roundtrip.differences import STATE_NAMES, Difference
from service.output import out, table

MOST_SHOWN = 20


def print_differences(differences: list[Difference]) -> None:
    """Print how many rows were edited, and the edits that reach farthest."""
    if not differences:
        return
    counts = Counter(item.state for item in differences)
    said = "，".join(
        f"{words} {counts[name]}" for name, words in STATE_NAMES.items() if counts[name]
    )
    out.print(f"与登记库的边界相比：{said}", highlight=False)
    edited = [item for item in differences if item.state not in {"unchanged", "kept"}]
    edited.sort(key=lambda item: (-(item.displacement_m or 0.0), item.row))
    if not edited:
        return
    table(
        "",
        ["行", "编码", "变化", "原面积（㎡）", "新面积（㎡）", "交并比", "最大偏移（米）", "冲突"],
        [
            [
                str(item.row), item.code, STATE_NAMES[item.state], _figure(item.area_before_m2, 2),
                _figure(item.area_after_m2, 2), _figure(item.iou, 4),
                _figure(item.displacement_m, 2), "导出后已改" if item.edited_since_export else "",
            ]
            for item in edited[:MOST_SHOWN]
        ],
        left=3,
    )  # fmt: skip
    if len(edited) > MOST_SHOWN:
        out.print(f"……共 {len(edited):,} 处改动；用 --json 查看全部。", style="dim")


def _figure(value: float | None, digits: int) -> str:
    return "—" if value is None else f"{value:,.{digits}f}"
