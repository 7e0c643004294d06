"""The dated register in PostGIS.

Doors: `cluster.Cluster` (a private server), `store.Register` (reading and writing), `tables`.
"""
