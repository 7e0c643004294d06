"""Boundaries out to a drawing program and in again: nothing but what was edited changes.

Doors: `export.export_boundaries`, `tags.take_tags`, `differences.compare`.
"""
