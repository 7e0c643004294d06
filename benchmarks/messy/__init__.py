"""Messy workbooks with a known truth, written apart from the parser's tables.

`cells` draws cells and what each means, `ledger` whole rows, `book` the sheet around them, `check`
holds what stands in the register after an import against the truth.
"""
