"""The January report of a division: text, tables and maps as docx, figures and lists as xlsx.

The door: `maps.report.content` (what is in it), `maps.report.document`, `maps.report.workbook`.
Every figure is `geo.coverage`'s and `geo.compare`'s; nothing is computed a second time.
"""
