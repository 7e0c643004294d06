"""A made-up Yunnan (示例数据) on the real county boundaries, written as a user's files.

Door: `write_sample`. Everything else in this room is how it is made, in this order::

    places     where the towns are and how many compounds each has
    stock      what the compounds are: age, floor area, plot ratio, households
    layout     blocks between roads and rivers; plots, shapes and plane serve it
    barriers   rivers, railways, expressways, arterials and crossings of a town
    ways       the streets between its plots, joined to its arterials; gates of compounds
    territory  boundaries of streets and communities, drawn so that they tile each county
    service    who served what from when to when (calibrated), with companies behind it
    areas, projects, committees, party, ledger     the rows of the user's files
    files      GeoPackage and xlsx, same bytes for the same seed

Same seed, same bytes. Nothing in the program but this room knows that the data are made up.
"""

from geo.sample.write import write_sample

__all__ = ["write_sample"]
