"""Everything ever held about a compound, each fact with both its times and its source.

Door: `record.history`.
"""
