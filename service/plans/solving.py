"""Plans made while somebody waits: what was measured on the ground is kept between them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final, Generic, TypeVar

from geo.action_plan import Definition
from geo.snapshot.file import Snapshot
from geo.takeover.plan.field import Field
from geo.takeover.plan.make import plan_on
from geo.takeover.plan.request import Request
from geo.takeover.plan.saved import digest_of
from service.scheduler import Machines

MOST_FIELDS: Final = 8
"""Divisions whose ground is kept measured; a county's takes some MB, the province's more."""

MOST_PLANS: Final = 64
AT_ONCE: Final = 2
"""Plans that are solved at once: more would only slow each other down."""

Value = TypeVar("Value")


class Lately(Generic[Value]):
    """A few values by key, those used last; each is made once, whoever else asks meanwhile."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._found: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """Give a value if it is kept."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value, instead of the one used longest ago."""
        with self._lock:
            self._found[key] = value
            self._found.move_to_end(key)
            while len(self._found) > self.most:
                self._found.popitem(last=False)

    def made(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Give a value; make it when it is missing."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        value = make()
        self.put(key, value)
        return value


class _Ground:
    """A field, and a lock for what it measures: two plans on one field take turns."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.lock = threading.Lock()


class Solver:
    """Makes plans, a few at once; remembers grounds and plans.

    Parameters
    ----------
    scheduler
        Address of the scheduler on whose machines plans are solved; None: they are solved here.
    """

    def __init__(self, scheduler: str | None = None) -> None:
        self._machines = Machines(scheduler)
        self._grounds: Lately[_Ground] = Lately(MOST_FIELDS)
        self._plans: Lately[dict[str, Any]] = Lately(MOST_PLANS)
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def solve(self, snapshot: Snapshot, request: Request) -> tuple[dict[str, Any], str]:
        """Make a plan; give it as JSON with its digest."""
        ground = self._grounds.made(
            _key(snapshot, request.definition, request.division),
            lambda: _Ground(Field(snapshot, request.definition, request.division)),
        )
        with self._turns, ground.lock:
            plan = plan_on(ground.field, request, self._machines.executor()).as_json()
        digest = digest_of(plan)
        self._plans.put(digest, plan)
        self._plans.put(plan["plan"], plan)
        return plan, digest

    def close(self) -> None:
        """Let go of the scheduler."""
        self._machines.close()

    def solved(self, name: str) -> dict[str, Any] | None:
        """Give a plan made before, by its id or digest; None when it is forgotten."""
        return self._plans.get(name)


def _key(snapshot: Snapshot, definition: Definition, division: int | None) -> Hashable:
    return snapshot.id, definition.id, division
