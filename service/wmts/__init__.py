"""WMTS 1.0.0 (OGC 07-057r7) below ``/ogc/wmts``, for GIS that knows no other tiles.

`app.WmtsApp` is the door: `address` reads what is asked for, `layers` says what there is to draw,
`pictures` draws and keeps it, `capabilities` and `refusal` write XML.
"""
