"""One file a resource; `ROUTERS` lists them all."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from service.routes import (
    cases,
    changes,
    companies,
    compounds,
    coverage,
    definitions,
    divisions,
    documents,
    exports,
    figures,
    handout,
    health,
    held,
    imports,
    jobs,
    matches,
    plans,
    search,
    snapshots,
)

API: Final = "/api/v1"

ROUTERS: Final[tuple[tuple[APIRouter, str], ...]] = (
    (handout.router, ""),
    (health.router, ""),
    (documents.router, ""),
    (definitions.router, API),
    (snapshots.router, API),
    (divisions.router, API),
    (coverage.router, API),
    (figures.router, API),
    (compounds.router, API),
    (companies.router, API),
    (search.router, API),
    (plans.router, API),
    (cases.router, API),
    (imports.router, API),
    (matches.router, API),
    (held.router, API),
    (changes.router, API),
    (exports.router, API),
    (jobs.router, API),
)
"""Routers with their prefix, in the order of the description."""
