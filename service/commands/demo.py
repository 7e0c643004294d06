"""``wuye demo``: the whole path on the made-up province, from files to the map."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from geo.action_plan import Definition, action_plan
from geo.coverage import OUTSIDE, Coverage, Row, coverage
from geo.csv_cells import csv_cell
from geo.errors import InputError
from geo.intake.load import Options, import_file
from geo.intake.verdicts import VERDICT_NAMES
from geo.register.store import Register
from geo.sample import write_sample
from geo.shares import setting_text
from geo.snapshot.file import Snapshot
from geo.takeover.plan.make import Plan, make_plan
from geo.terms import MADE_UP
from maps.handout import write_handout
from maps.tiles.divisions import outlines
from service.options import Json, day
from service.output import err, missing, out, print_json, share_of, table
from service.settings import Settings
from service.workspace import Workspace

AS_OF = "2025-12-31"
PLAN_DIVISION = 530102
TARGET = Decimal("0.9")
INDICATORS = ("I1", "I2", "I3", "I4")
CSV_HEADER = [
    "指标",
    "区划代码",
    "区划",
    "分子",
    "分母",
    "单位",
    "比率",
    "下界",
    "上界",
    "目标",
    "差(百分点)",
    "还需",
]


def demo(
    folder: Annotated[Path, typer.Option("--out", help="结果写到哪个文件夹。")] = Path("out"),
    compounds: Annotated[int, typer.Option(help="昆明各县区的小区总数。")] = 4500,
    seed: Annotated[int, typer.Option(help="种子。")] = 1,
    as_json: Json = False,
) -> None:
    """Run the whole path on the made-up province."""
    steps = _Steps()
    settings = Settings()
    workspace = Workspace(settings)
    with steps("启动私有数据库"):
        register = workspace.register
        _refuse_real_data(register)
    with steps("生成示例数据（虚构的云南）"):
        files = write_sample(folder / "sample", compounds=compounds, seed=seed)
    for kind, path in files.items():
        with steps(f"导入 {path.name}"):
            outcome = import_file(register, kind, path, Options(author=settings.author))
            steps.note = "，".join(
                f"{VERDICT_NAMES[name]} {n}" for name, n in outcome.counts.items() if n
            )
    with steps(f"冻结快照（截至 {AS_OF}）"):
        snapshot = workspace.snapshots.get(day(AS_OF))
    with steps("为地图简化各级边界"):
        outlines(snapshot, workspace.home / "tiles")
    with steps("计算四项指标（各县区）"):
        found = {key: coverage(snapshot, key, "county") for key in INDICATORS}
        paths = _write_figures(folder, found)
    with steps("求解接管方案"):
        plan = make_plan(snapshot, PLAN_DIVISION, TARGET, Definition())
        plan.save(folder / f"plan_{PLAN_DIVISION}.json")
    with steps("绘制离线地图"):
        handout = write_handout(
            folder / "handout.html", snapshot, definition=Definition(), plan=plan
        )
    paths |= {"plan": folder / f"plan_{PLAN_DIVISION}.json", "handout": handout}
    if as_json:
        print_json(_as_json(snapshot, found, plan, paths, steps))
    else:
        _show(snapshot, found, plan, paths, steps)


class _Steps:
    """Says each step as it goes, with its time."""

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.note = ""
        self.done: list[tuple[str, float]] = []

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        self.note = ""
        with err.status(f"{name}…"):
            yield
        seconds = time.perf_counter() - start
        self.done.append((name, seconds))
        note = f"（{self.note}）" if self.note else ""
        err.print(f"✓ {name} {seconds:.1f} 秒{note}", highlight=False, soft_wrap=True)

    @property
    def seconds(self) -> float:
        """Give the seconds since the first step."""
        return time.perf_counter() - self.started


def _refuse_real_data(register: Register) -> None:
    real = [row for row in register.changes() if not row["made_up"] and row["kind"] != "undo"]
    if real:
        raise InputError(
            f"登记库中已有真实数据（第 {real[0]['number']} 号变更：{real[0]['file']}）。",
            "演示会混入示例数据；请用 WUYE_HOME 另设一个数据目录再运行。",
        )


def _write_figures(folder: Path, found: dict[str, Coverage]) -> dict[str, Path]:
    """Write the figures by county as JSON and as a table that Excel opens."""
    words = folder / "coverage_county.json"
    words.write_text(
        json.dumps(
            {key: item.as_json() for key, item in found.items()}, ensure_ascii=False, indent=1
        ),
        "utf-8",
    )
    sheet = folder / "coverage_county.csv"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        first = found[INDICATORS[0]]
        mark = MADE_UP if first.made_up else ""
        writer.writerow(
            [mark, f"截至 {first.as_of}", f"快照 {first.snapshot}", f"口径 {first.definition.id}"]
        )
        writer.writerow(CSV_HEADER)
        for key, item in found.items():
            for row in [*item.rows, item.total]:
                facts = row.as_json(item.per_unit)
                figures = (row.share, row.low, row.high, row.target, row.gap_points, row.gap_amount)
                writer.writerow(
                    [
                        key,
                        facts["division"] or "",
                        csv_cell(row.name),
                        facts["numerator"],
                        facts["denominator"],
                        item.unit,
                        *figures,
                    ]
                )
    return {"coverage": words, "coverage_csv": sheet}


def _as_json(
    snapshot: Snapshot,
    found: dict[str, Coverage],
    plan: Plan,
    paths: dict[str, Path],
    steps: _Steps,
) -> dict[str, Any]:
    return {
        "snapshot": snapshot.id,
        "as_of": AS_OF,
        "made_up": snapshot.made_up,
        "totals": {key: item.total.as_json(item.per_unit) for key, item in found.items()},
        "plan": plan.lines(),
        "files": {name: str(path) for name, path in paths.items()},
        "seconds": round(steps.seconds, 1),
        "steps": [{"step": name, "seconds": round(seconds, 2)} for name, seconds in steps.done],
    }


def _show(
    snapshot: Snapshot,
    found: dict[str, Coverage],
    plan: Plan,
    paths: dict[str, Path],
    steps: _Steps,
) -> None:
    goals = [
        f"{item.indicator.short}≥{setting_text(item.indicator.target)}" for item in found.values()
    ]
    out.print(
        f"【{MADE_UP}】截至 {AS_OF} · {Definition().describe()}"
        f" · 快照 {snapshot.id[:12]} · 口径 {Definition().id}",
        highlight=False,
        soft_wrap=True,
    )
    table("", ["县区", "代码", *goals, "I1还需万㎡"], _by_county(found), left=2)
    out.print(action_plan().scope_note, style="dim")
    out.print()
    for line in plan.lines():
        out.print(line, highlight=False, soft_wrap=True)
    out.print()
    for path in paths.values():
        out.print(f"  {path}", highlight=False, soft_wrap=True)
    out.print(f"用时 {steps.seconds:.0f} 秒。make serve 可在浏览器中查看。", highlight=False)


def _share(row: Row | None) -> str:
    return "" if row is None else share_of(row)


def _by_county(found: dict[str, Coverage]) -> list[list[str]]:
    """Give a line a county with its four shares, what lies outside, and the whole."""
    rows: list[list[str]] = []
    columns = {key: {row.division: row for row in item.rows} for key, item in found.items()}
    divisions = sorted(
        {row.division for item in found.values() for row in item.rows},
        key=lambda code: (code is None, code or 0),
    )
    for code in divisions:
        first = columns["I1"].get(code)
        rows.append(
            [
                first.name if first else OUTSIDE,
                str(code or ""),
                *(_share(columns[key].get(code)) for key in found),
                missing(first, found["I1"].unit) if first else "",
            ]
        )
    whole = found["I1"].total
    rows.append(
        [
            whole.name,
            "",
            *(_share(item.total) for item in found.values()),
            missing(whole, found["I1"].unit),
        ]
    )
    return rows
