"""What a run says: a table on the screen, JSON in a file."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import Any

from rich.console import Console
from rich.table import Table

WIDTH = 126
TITLES = (
    "total", "step", "ours s", "spread, runs", "plain s", "spread, runs", "faster", "ours MB",
    "plain MB", "leaner", "equal",
)  # fmt: skip
LIBRARIES = ("numpy", "pandas", "geopandas", "shapely", "pyogrio", "psycopg", "sqlalchemy")


def machine() -> dict[str, Any]:
    """Describe the machine by what matters, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory),
        "load_at_start": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def show(head: dict[str, Any], records: list[dict[str, Any]]) -> None:
    """Print the table, then what each side did and what was compared."""
    console = Console(highlight=False)
    console = console if console.width >= WIDTH else Console(highlight=False, width=WIDTH)
    table = Table(title=f"{head['cores']} cores, {head['memory_gib']} GiB, "
                        f"load {head['load_at_start']} at the start")  # fmt: skip
    for title in TITLES:
        table.add_column(title, justify="left" if title == "step" else "right", no_wrap=True)
    for record in records:
        ours, plain = record["ours"], record["plain"]
        failed = any(check["failed"] for check in record["checks"])
        table.add_row(
            f"{record['compounds']:,}",
            record["benchmark"],
            *_time(ours),
            *_time(plain),
            f"{plain['seconds'] / ours['seconds']:.2f}",
            f"{ours['peak_mib']:.0f}",
            f"{plain['peak_mib']:.0f}",
            f"{plain['peak_mib'] / ours['peak_mib']:.2f}",
            "[red]no[/]" if failed else "yes",
        )
    console.print(table)
    console.print(
        "Time: median after a warm-up, least and most; the first run where one is all."
        " Memory (MiB): peak of the process; PostgreSQL's is counted on neither side."
        " faster, leaner: plain / ours."
    )
    for name in dict.fromkeys(record["benchmark"] for record in records):
        _explain(console, [record for record in records if record["benchmark"] == name])


def _time(side: dict[str, Any]) -> tuple[str, str]:
    runs = side["runs"]
    spread = f"{_short(min(runs))}-{_short(max(runs))}" if len(runs) > 1 else ""
    return _short(side["seconds"]), f"{spread} x{len(runs)}"


def _short(seconds: float) -> str:
    places = 1 if seconds >= 10 else 2 if seconds >= 1 else 3
    return f"{seconds:.{places}f}"


def _explain(console: Console, records: list[dict[str, Any]]) -> None:
    words = records[0]["does"]
    console.print(f"\n[bold]{records[0]['benchmark']}[/]")
    console.print(f"  ours   {words['ours']}\n  plain  {words['plain']}")
    for record in records:
        checks = record["checks"]
        pairs = [
            f"{plain / ours:.2f}"
            for ours, plain in zip(record["ours"]["runs"], record["plain"]["runs"], strict=False)
        ]
        if record["turns"] > 1:
            console.print(
                f"  {record['compounds']:,}: {record['turns']} turns, ours then plain; faster in"
                f" each: {', '.join(pairs)}; above is the ratio of the medians"
            )
        most = max(check["compared"] for check in checks)
        found = "; ".join(
            f"{check['what']} {check['different']:,}" for check in checks if check["different"]
        )
        console.print(
            f"  {record['compounds']:,}: {len(checks)} comparisons of up to {most:,} things;"
            f" differ: {found or 'none'}"
        )
        seconds = record["plain"]["setup_seconds"]
        if seconds > 0.1:
            console.print(f"  plain read its frames in {_short(seconds)} s beforehand, not counted")
