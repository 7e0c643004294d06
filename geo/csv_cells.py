"""Texts on their way into a csv that a spreadsheet will open.

A spreadsheet takes a text that begins like a formula for one, and runs it. In a workbook we write
texts as texts; a csv has no types, so there an apostrophe goes before it, as OWASP advises on CSV
injection.
"""

from __future__ import annotations

from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What makes a formula of a text; the full-width forms do so in East Asian versions of Excel."""


def csv_cell(value: object) -> object:
    """Give a cell's value as it may be written: texts that begin like a formula are quoted.

    Numbers are no texts: -3.5 stays a number.
    """
    if isinstance(value, str) and value.lstrip(" \n").startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
