"""What coordinates are measured in, and the way into the register's EPSG:4490.

Doors: `reference.Datum`, `reference.to_register`, `zones.zone_at`, `magnitude.common_form`, and for
telling a file's datum `readings.readings`, `landmarks.Landmarks` and `detect.detect`.
"""
