"""Where the command ``wuye`` begins: an interruption is words, even while modules load."""

from __future__ import annotations

import sys


def main() -> None:
    """Load the command line, run it, exit with its code."""
    try:
        from service.cli import run  # noqa: PLC0415 - takes a second, and may be interrupted

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("已中断，未写入任何内容。\n")
        code = 130
    sys.exit(code)
