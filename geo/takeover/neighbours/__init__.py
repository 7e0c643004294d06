"""Who lies next to whom: gaps, shared edges, walks, barriers, division lines; in metres.

Doors: `layer.neighbourhood` makes the layer of a snapshot, `file` keeps it beside the snapshot,
`rows` gives it to people; `pairs.meetings` and `links.links_between` find what a plan needs.
"""
