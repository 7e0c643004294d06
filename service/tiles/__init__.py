"""Tiles over HTTP: `service.tiles.app.TileApp`, an ASGI application beside the routes."""
