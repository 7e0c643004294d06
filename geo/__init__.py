"""What is true: the dated register, the snapshot of it, its figures and its takeover plans.

No HTTP and no rendering in here. The doors are the modules named in ``docs/decisions/0001``;
`maps` and `service` import from geo, never the other way round.
"""
