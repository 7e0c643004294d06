"""Headers of every answer: what a page of ours may load, and who may look into it.

Nothing from another origin is ever loaded, framed, or told where a reader comes from.
"""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send


def _policy(rules: dict[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


POLICY: Final = _policy(
    {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "style-src-attr": "'unsafe-inline'",  # Element Plus and ECharts place things by them
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "font-src": "'self'",
        "worker-src": "'self' blob:",  # MapLibre's worker
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
)
"""What the web application may do."""

FILE_POLICY: Final = _policy(
    {
        "default-src": "'none'",
        "script-src": "'unsafe-inline'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
)
"""What a page in one file may do, which carries its scripts inside and asks for nothing."""

HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_SENT: Final = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())


class StrictHeaders:
    """Add to each answer those of the headers that it does not bring itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                brought = message.get("headers", ())
                names = {name for name, _ in brought}
                added = [header for header in _SENT if header[0] not in names]
                message = {**message, "headers": [*brought, *added]}
            await send(message)

        await self.app(scope, receive, strictly)
