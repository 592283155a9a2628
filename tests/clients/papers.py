"""What do the judges read? One invoice in LlamaCloud's two versions, with two values that a person corrected."""

from __future__ import annotations

from typing import Any

from reviewapp.accounts.models import User
from reviewapp.extraction.jsontext import Number
from reviewapp.review.models import Task
from tests.factories import create_task, llamacloud_v2
from tests.review.test_decisions import approve, say

JOB = "9a2f3a35-4f0b-4f3c-8d0e-0d2f3a354f0b"
RUN = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
AGENT = "282bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
FILE = "382bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
PROJECT = "482bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
SCHEMA = {"type": "object", "properties": {"number": {"type": "string"}, "total": {"type": "number"}}}


def leaf(confidence: float, box: tuple[float, float, float, float] | None = None, **over: Any) -> dict[str, Any]:
    """What LlamaCloud says of one value; `box` is `x, y, w, h` on page 2 of a landscape paper."""
    cited = {
        "page": 2,
        "matching_text": "as printed",
        "bounding_boxes": [dict(zip("xywh", box, strict=True))] if box else [],
        "page_dimensions": {"width": 792, "height": 612},
    }
    return {"confidence": confidence, "citation": [cited] if box else [], **over}


#: As the machine read it: two values that it is not sure of.
READ: dict[str, Any] = {
    "number": "H-204 ø",
    "total": 93.00,
    "paid": False,
    "note": None,
    "buyer": {"name": "Halm"},
    "lines": [{"hours": 2}, {"hours": 12}],
}
FACTS: dict[str, Any] = {
    "number": leaf(0.97, (29.61, 10, 63.39, 8.5), reasoning="VERBATIM EXTRACTION", extraction_confidence=0.97),
    "total": leaf(0.41, (400, 560.25, 60.5, 12)),
    "paid": leaf(0.99),
    "note": leaf(0.98),
    "buyer": {"reasoning": "read at the top", "name": leaf(0.96)},
    "lines": [{"hours": leaf(0.95, (10, 100, 20, 10))}, {"hours": leaf(0.3, (10, 112, 20, 10))}],
}
#: As the person left it.
REVIEWED = {**READ, "total": 98.4, "lines": [{"hours": 2}, {"hours": 13}]}
VERDICTS = {
    "/number": "not_reviewed",
    "/total": "corrected",
    "/paid": "not_reviewed",
    "/note": "not_reviewed",
    "/buyer/name": "not_reviewed",
    "/lines/0/hours": "not_reviewed",
    "/lines/1/hours": "corrected",
}


def v1(*, beside: bool = True) -> Task:
    """The open task of a v1 job; `beside`: the vendor's job and run were kept as well."""
    result = {
        "data": READ,
        "extraction_agent_id": AGENT,
        "extraction_metadata": {"field_metadata": FACTS, "usage": {"num_pages_extracted": 2}},
        "run_id": RUN,
    }
    file = {"id": FILE, "name": "halm.pdf", "project_id": PROJECT}
    agent = {"id": AGENT, "name": "invoices", "project_id": PROJECT, "data_schema": SCHEMA, "config": {}}
    job = {"id": JOB, "status": "SUCCESS", "extraction_agent": agent, "error": None, "file_id": FILE, "file": file}
    run = {
        "id": RUN,
        "job_id": JOB,
        "status": "SUCCESS",
        "config": {"cite_sources": True},
        "data_schema": SCHEMA,
        "extraction_agent_id": AGENT,
        "project_id": PROJECT,
        "from_ui": False,
        "file_id": FILE,
        "data": READ,
        "extraction_metadata": result["extraction_metadata"],
        "created_at": "2026-03-10T08:00:00Z",
    }
    sidecar = {"job_id": JOB, "status": "SUCCESS"}
    return create_task(result, parts={"job": job, "run": run} if beside else {"sidecar": sidecar})


def v2(job_id: str = "ext-204") -> Task:
    """The open task of a v2 job."""
    return create_task(llamacloud_v2(READ, {"document_metadata": FACTS}, job_id=job_id, file_input="dfl-204"))


def review(task: Task, user: User) -> None:
    """Correct the two values and approve, by the acts that the screen calls."""
    say(task, user, "/total", "corrected", Number("98.40"))
    say(task, user, "/lines/1/hours", "corrected", Number("13"))
    approve(task, user)
