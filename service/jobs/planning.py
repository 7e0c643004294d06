"""Plans made by a job, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.takeover.plan import saved
from geo.takeover.plan.field import Field
from geo.takeover.plan.make import plan_on
from service.jobs.work import Work
from service.plans.asked import JobAsk
from service.scheduler import solving_executor
from service.settings import Settings


def plan(work: Work, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Make and keep a plan: ``{ask, snapshot}`` gives ``{plan, digest, status, takeovers}``.

    It is kept in the transaction that ends the job: a job taken up again keeps one plan.
    """
    request = JobAsk.model_validate(parameters["ask"]).request()
    work.tell(0, 3, "量测邻接", "Measuring the ground")
    field = Field(work.snapshots.open(parameters["snapshot"]), request.definition, request.division)
    work.tell(1, 3, "求解", "Solving")
    with solving_executor(Settings()) as executor:
        found = plan_on(field, request, executor).as_json()
    work.tell(2, 3, "保存方案", "Keeping the plan")
    result = {
        "plan": found["plan"],
        "digest": saved.digest_of(found),
        "status": found["status"],
        "takeovers": len(found["suggestions"]),
    }
    with work.register.connect() as connection:
        saved.keep(connection, found, work.author)
        work.finish(connection, result)
    return result
