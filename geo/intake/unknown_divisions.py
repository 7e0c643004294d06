"""Division codes that the register does not know: slips, or divisions not loaded yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from geo.codes import WIDTHS
from geo.intake.columns import KINDS
from geo.intake.verdicts import Findings
from geo.register.store import Register

_KNOWN: Final = (
    "select distinct code from division where upper_inf(known)"
    " and (length(code) = 2 or left(code, 2) = any(%s))"
)
_STEPS: Final = tuple(zip((0, *WIDTHS), WIDTHS, strict=False))
"""Each width of a code with the one above it."""


@dataclass(frozen=True)
class Known:
    """The division codes that the register knows, and what follows from them."""

    codes: frozenset[str]
    beneath: frozenset[str]
    """What a known code begins with: nobody has to load each division above another."""
    listed: frozenset[tuple[int, str]]
    """Width and beginning: below this one, codes of this width are listed."""

    @classmethod
    def of(cls, codes: frozenset[str]) -> Known:
        """Work it out."""
        beneath = {code[:width] for code in codes for width in WIDTHS if width <= len(code)}
        above = {width: upper for upper, width in _STEPS}
        listed = {(len(code), code[: above[len(code)]]) for code in codes}
        return cls(codes, frozenset(beneath), frozenset(listed))

    def lacks(self, code: str) -> bool:
        """Tell whether a code, or one above it, is missing where others of its width are listed.

        >>> known = Known.of(frozenset({"53", "5301", "530102", "530102001"}))
        >>> [known.lacks(code) for code in ("530102002", "539999999999", "530103", "530102001001")]
        [True, True, True, False]
        """
        if code in self.codes:
            return False
        return any(
            (width, code[:upper]) in self.listed
            and (width == len(code) or code[:width] not in self.beneath)
            for upper, width in _STEPS
            # Another province's code is none of a province's register: companies come from there.
            if 2 < width <= len(code) or width == len(code)
        )

    def above(self, code: str) -> str | None:
        """Give the nearest known division that a code lies in."""
        return next(
            (code[:width] for _, width in reversed(_STEPS) if code[:width] in self.codes), None
        )


def warn_of_unknown_divisions(
    register: Register, kind: str, frame: pd.DataFrame, findings: Findings
) -> None:
    """Warn of rows whose division the register lacks though it lists that level there.

    A county whose streets nobody has loaded says nothing of a street's code; but where the county
    itself is missing among others, so is the street.
    """
    columns = [column for column in KINDS[kind] if column.kind == "division"]
    if kind == "divisions" or not columns or columns[0].name not in frame:
        return
    name, header = columns[0].name, columns[0].header
    codes = {code for code in frame[name] if isinstance(code, str)}
    provinces = sorted({code[:2] for code in codes})
    with register.connect() as connection:
        rows = connection.execute(_KNOWN, [provinces]).fetchall()
    known = Known.of(frozenset(row["code"] for row in rows))
    unknown = {code for code in codes if known.lacks(code)}
    for index in frame.index[frame[name].isin(unknown)]:
        code = frame.at[index, name]
        above = known.above(code)
        counted = "列在“区划以外”" if above is None else f"只算在上级 {above} 之内"
        findings.add(
            "warned", "unknown_division", frame.at[index, "position"], header, code,
            f"登记库中没有这个区划代码，统计时{counted}",
            "请核对代码；新设的区划请先导入",
        )  # fmt: skip
