"""Many polygons at once, kept as bytes until somebody asks for one.

Doors: `outlines` (the polygons of a file or a table), `column` (the same as a frame's column),
`judged` (which of them are beyond doubt, checked and brought into order without building any) and
`boxes` (which bounding boxes overlap). The compiled loops in `kernels` are reached through `loops`
alone: importing their compiler takes half a second, and most commands need none of them.
"""
