"""What coordinates are measured in, and the way into the register's EPSG:4490.

Doors: `reference.Datum`, `reference.to_register`, `zones.zone_at` and `magnitude.common_form`.
"""
