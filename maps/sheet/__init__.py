"""Printable sheets: a map on A4 or A3 with all that belongs on one, and atlases of them.

A sheet is drawn once, as SVG in millimetres of paper; PDF and PNG are made from that drawing, so
that the three show the same. The door: `maps.sheet.compose` (what is on a sheet),
`maps.sheet.files` (sheets as files), `maps.sheet.atlas`.
"""
