"""``python -m benchmarks [names] [--compounds 4000 30000] [--out out/benchmarks.json]``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import BENCHMARKS, report, runner


def main() -> int:
    """Run, print, write; 1 when the two sides' results differ."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=" ".join(BENCHMARKS))
    parser.add_argument("--compounds", nargs="+", type=int, default=[4_000, 30_000])
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks.json"))
    words = parser.parse_args()
    unknown = [name for name in words.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    head = report.machine()
    records = runner.run(
        words.names or list(BENCHMARKS),
        words.compounds,
        lambda line: print(line, file=sys.stderr, flush=True),
    )
    words.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": head, "records": records}, ensure_ascii=False, indent=1)
    words.out.write_text(text + "\n", "utf-8")
    report.show(head, records)
    return int(any(check["failed"] for record in records for check in record["checks"]))


if __name__ == "__main__":
    sys.exit(main())
