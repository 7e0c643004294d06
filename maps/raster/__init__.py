"""Rasters of classes: a COG for GIS, and pyramids of PNG or WebP tiles for what knows no vectors.

`export.export_rasters` is the door.
"""
