"""A base map below ours: 天地图 or a mirror of the intranet, through this server alone.

`service.basemap.source` says what can be had, `service.basemap.app` fetches and sends it.
"""
