"""The join, frozen: every compound once, as of a date, as known at a moment.

Doors: `build.build`, `build.find`, and `file.Snapshot` to read.
"""
