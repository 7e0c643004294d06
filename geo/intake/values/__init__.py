"""Cells become values, by what their column holds.

A file a kind of value; each reads a cell to a value, a value with a remark, or a problem. What can
be read in two ways is a problem that names both readings. Door: `geo.intake.clean.read_column`.
"""
