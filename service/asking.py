"""What the command line asks a person at a terminal, where a program would have to stop."""

from __future__ import annotations

import sys

from geo.datum.detect import KIND_NAMES
from geo.errors import UnsettledDatum
from geo.shares import percent_text
from service.output import out, table


def can_ask() -> bool:
    """Tell whether a person sees the questions and gives the answers."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_datum(error: UnsettledDatum) -> str:
    """Show the readings of a file with their residuals, and let the user choose one.

    Returns
    -------
    str
        What to give as ``--crs``.

    Raises
    ------
    UnsettledDatum
        The same, when the user chooses none.
    """
    out.print(error.message, style="yellow", highlight=False, soft_wrap=True)
    tested = {kind for item in error.choices for kind in item.get("residual_by_kind", {})}
    kinds = [kind for kind in KIND_NAMES if kind in tested]
    table(
        "按各坐标系读取时与登记库的冲突率",
        ["编号", "坐标系", "合计", *(KIND_NAMES[kind] for kind in kinds)],
        [
            [
                str(number),
                str(item["crs"]),
                _share(item.get("residual")),
                *(_share(item.get("residual_by_kind", {}).get(kind)) for kind in kinds),
            ]
            for number, item in enumerate(error.choices, start=1)
        ],
        left=2,
    )
    question = f"输入编号（1–{len(error.choices)}）即按该坐标系读取；直接回车则停止："
    out.print(question, end="", highlight=False)
    answer = sys.stdin.readline().strip()
    if not answer.isdecimal() or not 1 <= int(answer) <= len(error.choices):
        raise error
    return str(error.choices[int(answer) - 1]["crs"])


def _share(value: float | None) -> str:
    return "—" if value is None else percent_text(value)
