"""``python -m benchmarks [names] [--compounds 4000 30000] [--repeat 3] [--out FILE]``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import BENCHMARKS, report, runner, web

WEB = "web"
"""The application in a slowed browser: times of another kind, so it has a table of its own."""


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    """Run, print, write; 1 when the two sides' results differ."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=" ".join([*BENCHMARKS, WEB]))
    parser.add_argument("--compounds", nargs="+", type=int, default=[4_000, 30_000])
    parser.add_argument(
        "--repeat", type=int, default=1, help="let the two sides take turns so often"
    )
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks.json"))
    words = parser.parse_args()
    known = [*BENCHMARKS, WEB]
    unknown = [name for name in words.names if name not in known]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    names = words.names or known
    with_web = WEB in names and (words.names or web.chromium())
    head = report.machine()
    timed = [name for name in names if name != WEB]
    records = runner.run(timed, words.compounds, _tell, max(1, words.repeat))
    if WEB in names and not with_web:
        _tell("web: left out, for there is no Chromium (scripts/setup test installs one)")
    pages = []
    for size in words.compounds if with_web else []:
        _tell(f"{size:,} compounds, web")
        pages.append(web.run(size))
        web.show(pages[-1])
    words.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        {"machine": head, "records": records, "web": pages}, ensure_ascii=False, indent=1
    )
    words.out.write_text(text + "\n", "utf-8")
    if records:
        report.show(head, records)
    return int(any(check["failed"] for record in records for check in record["checks"]))


if __name__ == "__main__":
    sys.exit(main())
