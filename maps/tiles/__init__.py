"""Vector tiles encoded from a snapshot's columns: same snapshot, same bytes.

One door for the service and for archives: `maps.tiles.tileset.TileSet` gives a tile's bytes,
`maps.tiles.describe` says what is in them (TileJSON), `maps.tiles.style_json` how they are drawn.
"""
