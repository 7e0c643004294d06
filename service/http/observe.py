"""What happened: an id, a line in the log and a measurement for each request.

A line has request id, method, path, status, milliseconds and, where there is one, the snapshot. It
has no query, no headers and no body: they may hold what is nobody's business.
"""

from __future__ import annotations

import re
import time
import uuid
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("wuye.http")

REQUEST_ID: Final = "x-request-id"
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The measurements of one installation, as Prometheus reads them.

    ``jobs`` is set by whoever runs jobs, by kind and state; the worker calls `see_worker` as
    long as it lives.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "wuye_requests",
            "Requests answered, by route.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "wuye_request_seconds",
            "Seconds from the first byte asked to the last byte answered, by route.",
            ("method", "route"),
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
            registry=self.registry,
        )
        self.snapshots = Gauge(
            "wuye_snapshots_asked",
            "Snapshots asked for since the start, by whether they were open already.",
            ("how",),
            registry=self.registry,
        )
        self.jobs = Gauge("wuye_jobs", "Jobs, by state.", ("kind", "state"), registry=self.registry)
        self.worker = Gauge(
            "wuye_worker_seen_seconds",
            "Unix time at which the worker was last seen alive; 0 without one.",
            registry=self.registry,
        )
        self.worker_seen: float | None = None

    def see_worker(self) -> None:
        """Note that the worker is alive now."""
        self.worker_seen = time.time()
        self.worker.set(self.worker_seen)


class Observe:
    """Measure and log requests, give each an id, and answer HEAD as GET without the body."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        head = method == "HEAD"
        inner = {**scope, "method": "GET"} if head else scope
        inner["state"] = {**inner.get("state", {}), "request_id": request_id}
        status = 500

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self.app(inner, receive, observed)
        finally:
            seconds = time.perf_counter() - started
            route = _template(inner)
            self.metrics.requests.labels(method, route, status).inc()
            self.metrics.seconds.labels(method, route).observe(seconds)
            log.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round(1000 * seconds, 1),
                snapshot=inner["state"].get("snapshot_id"),
            )


def _template(scope: Scope) -> str:
    """Give the route's template: of few values, whatever is asked."""
    route = scope.get("route")
    path = getattr(route, "path_format", None) or getattr(route, "path", None)
    if path is None:
        return "other"
    whole: str = scope["path"]
    prefix = "/api/v1" if whole.startswith("/api/v1") and not path.startswith("/api/") else ""
    return f"{prefix}{path}"
