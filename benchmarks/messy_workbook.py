"""Messy workbooks with a known truth: ``python -m benchmarks.messy_workbook``.

Prints, a plan, how many cells there were, how many were read right, how many could be read in two
ways and how many of those were flagged, and every one that was read wrong; exit 1 when any was.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from benchmarks.messy.check import run
from benchmarks.messy.ledger import Plan
from geo.register.cluster import Cluster
from geo.register.store import Register

LEAST_SHARE = 0.995


def plan_of(seed: int, rows: int, doubt: float = 0.08) -> Plan:
    """Draw a plan from a seed: csv or workbook, units, ways to write dates and places."""
    rng = random.Random(f"plan {seed}")
    said = rng.random() < 0.8
    return Plan(
        seed=seed,
        rows=rows,
        typed=rng.random() < 0.7,
        wan=said and rng.random() < 0.4,
        unit_said=said,
        padded=rng.random() < 0.5,
        places=rng.choice(["code", "columns", "streets", "path"]),
        doubt=doubt,
    )


def main() -> int:
    """Run the plans asked for; 1 when a cell was read wrong or too few were read."""
    parser = argparse.ArgumentParser(prog="benchmarks.messy_workbook", description=__doc__)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5, 6])
    parser.add_argument("--show", type=int, default=10, help="how many faults to print")
    words = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory(prefix="wuye-messy-") as home:
        Path(home).chmod(0o755)
        server = Cluster(Path(home) / "server")
        server.ensure()
        try:
            for seed in words.seeds:
                failed |= _one(server, Path(home), plan_of(seed, words.rows), words.show)
        finally:
            server.stop()
    return int(failed)


def _one(server: Cluster, home: Path, plan: Plan, most: int) -> bool:
    url = server.url(f"messy_{plan.seed}")
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"create database messy_{plan.seed}".encode())
    register = Register(url)
    register.migrate()
    folder = home / str(plan.seed)
    folder.mkdir()
    begun = time.perf_counter()
    score = run(register, folder, plan)
    print(
        f"seed {plan.seed} ({'xlsx' if plan.typed else 'csv'}, places by {plan.places},"
        f" {'万㎡' if plan.wan else '㎡' if plan.unit_said else 'no unit'}):"
        f" {score.rows} rows, {score.held_rows} held; {score.cells} cells,"
        f" {score.right} right ({score.share:.2%}), {len(score.wrong)} wrong;"
        f" {score.ambiguous} ambiguous, {score.flagged} flagged; {len(score.leaked)} leaked;"
        f" {time.perf_counter() - begun:.1f} s"
    )
    for fault in [*score.wrong, *score.unflagged, *score.refused, *score.leaked][:most]:
        print("  ", fault)
    return bool(score.wrong or score.unflagged or score.leaked or score.share < LEAST_SHARE)


if __name__ == "__main__":
    sys.exit(main())
