"""One file a resource; `ROUTERS` lists them all."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from service.routes import coverage, handout, health, snapshots

API: Final = "/api/v1"

ROUTERS: Final[tuple[tuple[APIRouter, str], ...]] = (
    (handout.router, ""),
    (health.router, ""),
    (snapshots.router, API),
    (coverage.router, API),
)
"""Routers with their prefix, in the order of the description."""
