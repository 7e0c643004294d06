"""OGC API for QGIS, ArcGIS, GDAL and OWSLib: the door of this room is `app.OgcApp`.

Features (Part 1, with CQL2 filters) are tipg's, on read-only views of one snapshot (`views`); tiles
and styles are ours, described in `tilesets`. asyncpg and tipg stay in this room, and are imported
when somebody first asks.
"""
