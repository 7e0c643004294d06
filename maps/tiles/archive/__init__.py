"""Tile archives: PMTiles and MBTiles with the very bytes that the service serves.

`export.export_tiles` is the door. An archive is first gathered in a folder beside its place, with
a journal (`part`), then written in one go (`pmtiles_file`, `mbtiles_file`) and renamed.
"""
