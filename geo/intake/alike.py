"""Codes that differ only in case: to us two subjects, to who typed them often one."""

from __future__ import annotations

from typing import Final

import pandas as pd
from psycopg import sql

from geo.intake.verdicts import Findings
from geo.register.ahead import Ahead
from geo.register.store import Register

TABLES: Final = {
    "compounds": ("code", "小区编码", "compound"),
    "ledger": ("code", "小区编码", "compound"),
    "areas": ("code", "管理区域编码", "management_area"),
    "projects": ("code", "项目编码", "project"),
}
"""By kind of file: the column of codes, what users call it, and the register's table of them."""


def warn_of_codes_alike(
    register: Register,
    kind: str,
    frame: pd.DataFrame,
    findings: Findings,
    ahead: Ahead | None = None,
) -> None:
    """Warn of rows whose code is another's, of the file or the register, but for its case.

    Parameters
    ----------
    ahead
        What may be filling the register's table of them, and know that there were none.
    """
    if kind not in TABLES or TABLES[kind][0] not in frame:
        return
    column, header, table = TABLES[kind]
    codes = [code if isinstance(code, str) else "" for code in frame[column].tolist()]
    joined = "\n".join(codes)
    if joined.upper() == joined.lower():
        return  # digits alone have no case
    spelt: dict[str, set[str]] = {}
    for code in dict.fromkeys(codes):
        if code.upper() != code.lower():
            spelt.setdefault(code.upper(), set()).add(code)
    if not spelt:
        return
    query = sql.SQL(
        "select distinct code from {} where upper_inf(known) and upper(code) = any(%s)"
    ).format(sql.Identifier(table))
    if ahead is None or not ahead.found_empty(table):
        with register.connect() as connection:
            for row in connection.execute(query, [list(spelt)]).fetchall():
                spelt.setdefault(row["code"].upper(), set()).add(row["code"])
    several = {upper: sorted(codes) for upper, codes in spelt.items() if len(codes) > 1}
    for position, code in enumerate(codes if several else []):
        if code.upper() in several:
            others = "、".join(other for other in several[code.upper()] if other != code)
            findings.add(
                "warned", "code_alike", position, header, code,
                f"与编码 {others} 只有大小写不同，按两个对象入库",
                "若是同一个，请统一写法后重新导入",
            )  # fmt: skip
