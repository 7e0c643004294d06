"""What a file leaves out: of which division and which subjects it is all there is."""

from __future__ import annotations

import pandas as pd

from geo.codes import normal_division
from geo.errors import InputError, NotFound
from geo.intake.verdicts import Findings
from geo.register.retract import Complete
from geo.register.store import Register

KEY_OF_KIND = {
    "ledger": "code",
    "compounds": "code",
    "areas": "code",
    "projects": "code",
    "companies": "uscc",
    "divisions": "code",
}
"""The column that names a row's subject, for kinds whose rows name just one."""

SPOKEN_OF = {"ledger": frozenset({"compound", "service_status"})}
"""Of which tables a complete file is all there is, where not of all that it fills."""


def completeness(
    register: Register, kind: str, frame: pd.DataFrame, findings: Findings, wanted: str | None
) -> Complete | None:
    """Say of what the file is all there is; rows that are held are in the file all the same.

    Raises
    ------
    InputError
        When a held row does not say whom it speaks of: nobody can tell what is absent.
    NotFound
        When the register has no such division.
    """
    division = None if wanted is None else normal_division(wanted)
    if division is None:
        return None
    if not register.has_division(division):
        raise NotFound(f"登记库中没有区划 {division}（--complete）。", "请先导入区划，或核对代码。")
    held = frame[frame["position"].isin(findings.held | findings.skipped)]
    held = held[~held["position"].isin(findings.totals)]
    key = KEY_OF_KIND.get(kind)
    if len(held) and (key is None or held[key].isna().any()):
        raise InputError(
            f"有 {len(held)} 行暂存，无法判断本文件缺少哪些内容，--complete 未执行。",
            "请先改好这些行（见 --dry-run --report），再用 --complete 导入。",
        )
    spared = tuple(sorted(set(held[key]))) if key is not None else ()
    in_ledger = {"ledger": True, "compounds": False}.get(kind)
    return Complete(division, in_ledger, spared)
