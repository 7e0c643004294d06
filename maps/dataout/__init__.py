"""Data files from one snapshot, each saying what it is: the door of this room.

`layers.layers_of` gives what is written, `public.public_layers` its public edition,
`write.write_data` the files. `fields` names every column once, in English, in Chinese and in the
ten characters of a Shapefile; `styles` draws them from `maps.style` for QGIS and SLD.
"""
