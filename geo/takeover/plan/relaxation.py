"""The smallest change that lets a compound be served: named, and done to a request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from geo.takeover.plan.decided import Decided
from geo.takeover.plan.request import Request


class Relaxation(NamedTuple):
    """One change to a request.

    Attributes
    ----------
    kind
        A limit of `Conditions` ("reach_m", "within", "stars_least", "contract_months",
        "households_per_staff", "company_cap_dm2", "bundle_floor_dm2"); "budget_fen"; a decision to
        add ("crossed", "capacity_dm2", "locked") or to take back ("forbidden", "refused",
        "sanctioned"); or "fallback".
    value
        The limit's new value (exact numbers as texts); of a decision its entry.
    text
        In Chinese, for people.
    """

    kind: str
    value: Any
    text: str


def applied(request: Request, relaxations: Iterable[Relaxation]) -> Request:
    """Ask the same with some relaxations."""
    for relaxation in relaxations:
        request = _applied(request, relaxation)
    return request


def _applied(request: Request, relaxation: Relaxation) -> Request:
    kind, value = relaxation.kind, relaxation.value
    if kind == "budget_fen":
        return replace(request, budget_fen=value)
    if kind == "fallback":
        return request.under(fallback=True)
    if kind == "reach_m":
        return request.under(reach_m=Decimal(value))
    if kind in {"crossed", "locked"}:
        code, host = value
        if kind == "locked":
            return request.deciding(Decided(locked=((code, host),)))
        return request.deciding(Decided(crossed=((code, host),)))
    if kind == "capacity_dm2":
        return request.deciding(Decided(capacity_dm2=dict([value])))
    if kind in {"forbidden", "refused", "sanctioned"}:
        entry = tuple(value) if isinstance(value, list | tuple) else value
        kept = tuple(one for one in getattr(request.decided, kind) if one != entry)
        less: dict[str, Any] = {kind: kept}
        return replace(request, decided=replace(request.decided, **less))
    return request.under(**{kind: value})


def words_of(relaxations: Iterable[Relaxation]) -> str:
    """Say relaxations in one sentence."""
    return "，并".join(one.text for one in relaxations)
