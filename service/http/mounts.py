"""One application out of several: each takes the addresses below its prefix."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class Mounts:
    """Send a request to the application with the longest prefix that fits; paths stay whole.

    Parameters
    ----------
    apps
        By prefix, as ``/tiles/`` or ``/health``. One that ends in a slash takes all below it, any
        other that address alone.
    rest
        Takes what no prefix fits, and the start and the end of the server.
    """

    def __init__(self, apps: Mapping[str, ASGIApp], rest: ASGIApp) -> None:
        self.apps = sorted(apps.items(), key=lambda item: -len(item[0]))
        self.rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI)."""
        await self._chosen(scope)(scope, receive, send)

    def _chosen(self, scope: Scope) -> ASGIApp:
        if scope["type"] == "lifespan":
            return self.rest
        path: str = scope["path"]
        for prefix, app in self.apps:
            if path == prefix or (prefix.endswith("/") and path.startswith(prefix)):
                return app
        return self.rest
