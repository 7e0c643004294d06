"""Division codes that the register does not know: slips, or divisions not loaded yet."""

from __future__ import annotations

from typing import Final

import pandas as pd

from geo.codes import WIDTHS
from geo.intake.columns import KINDS
from geo.intake.verdicts import Findings
from geo.register.store import Register

_KNOWN: Final = (
    "select asked.code, exists (select from division d where upper_inf(d.known)"
    " and d.code = asked.code) as known,"
    " exists (select from division d where upper_inf(d.known)"
    " and left(d.code, asked.above) = left(asked.code, asked.above)"
    " and length(d.code) = length(asked.code)) as listed"
    " from unnest(%(codes)s::text[], %(above)s::int[]) as asked (code, above)"
)


def warn_of_unknown_divisions(
    register: Register, kind: str, frame: pd.DataFrame, findings: Findings
) -> None:
    """Warn of rows whose division the register lacks though it lists that level there.

    A county whose streets nobody has loaded says nothing of a street's code.
    """
    columns = [column for column in KINDS[kind] if column.kind == "division"]
    if kind == "divisions" or not columns or columns[0].name not in frame:
        return
    name, header = columns[0].name, columns[0].header
    codes = sorted({code for code in frame[name] if isinstance(code, str)})
    above = [max((width for width in WIDTHS if width < len(code)), default=0) for code in codes]
    with register.connect() as connection:
        rows = connection.execute(_KNOWN, {"codes": codes, "above": above}).fetchall()
    unknown = {row["code"] for row in rows if row["listed"] and not row["known"]}
    for index in frame.index[frame[name].isin(unknown)]:
        findings.add(
            "warned", "unknown_division", frame.at[index, "position"], header,
            frame.at[index, name], "登记库中没有这个区划代码，统计时列在“区划以外”",
            "请核对代码；新设的区划请先用 wuye import divisions 导入",
        )  # fmt: skip
