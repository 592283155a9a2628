"""What does the simulated Unsiloed answer? Extraction and classification, each with one address for state and result."""

from __future__ import annotations

import uuid
from typing import Any

from reviewapp.extraction.jsontext import Number

from . import made, wire
from .jobs import Job, Shape, Stage, Tree, Vendor, iso
from .refusals import invalid
from .routes import Call, route
from .wire import Answer, said

_QUOTA = 48_988
_CITATIONS_ON = {"true", "1", "yes", "on"}


def extract(call: Call) -> Answer:
    """POST /v2/extract."""
    texts, files = wire.form(call.request)
    if "schema_data" not in texts:
        return invalid(("schema_data", "Field required"))
    schema = wire.tree(texts["schema_data"])
    if not isinstance(schema, dict):
        raise call.refuse(400, "schema_data is no JSON object")
    name, data = files.get("pdf_file", ("", b""))
    if not data and not texts.get("file_url"):
        raise call.refuse(400, "Either pdf_file or file_url is required")
    if _is_on(texts, "detect_pii") and texts.get("pii_block_severity") == "any":
        return said(200, pii_blocked())
    name = name or texts["file_url"].partition("?")[0].rpartition("/")[2] or "document.pdf"
    file_id = call.world.keep(name, data).id if data else None

    def begin() -> Answer:
        job_id = str(uuid.uuid4())
        payload = _reading(call, name, data, made.schema(schema), texts)
        call.world.begin(
            Shape.EXTRACT,
            {**payload, "job_id": job_id},
            id=job_id,
            names=(name,),
            extra={"schema": schema, "file_id": file_id},
        )
        left = _QUOTA - len(call.world.of(Shape.EXTRACT))
        return said(
            200,
            {
                "job_id": job_id,
                "status": "queued",
                "message": "Simulated processing started",
                "quota_remaining": Number(str(left)),
            },
        )

    key = call.request.headers.get("idempotency-key")
    if key is None:
        return begin()
    known = call.world.answers.get((Vendor.UNSILOED, key))
    answer: Answer = known or begin()
    call.world.answers[Vendor.UNSILOED, key] = answer
    return answer


def _reading(call: Call, name: str, data: bytes, schema: Tree, texts: dict[str, str]) -> Tree:
    at = iso(call.world.clock.now())
    sample = call.world.sample(Shape.EXTRACT, name)
    payload = {
        "status": "completed",
        "file_name": name,
        "file_url": None,
        "created_at": at,
        "updated_at": at,
        "metadata": {
            "order": list(schema["properties"]),
            "schema": schema,
            "page_count": Number(str(made.pages(data))),
        },
        "result": made.fields(schema),
    }
    if sample is not None:
        payload = {**sample, "created_at": at, "updated_at": at}
    if "result" in payload and not _is_on(texts, "enable_citations"):
        older = texts.get("model", "gamma") in {"alpha", "beta", "delta"}
        payload["result"] = (made.flat if older else made.without_citations)(payload["result"])
    return payload


def pii_blocked() -> Tree:
    """200 without a job."""
    return {
        "job_id": None,
        "status": "pii_blocked",
        "blocked": True,
        "reason": "pii_detected:high",
        "severity": "high",
        "engine": "standard",
        "ocr_used": False,
        "total_findings": Number("2"),
        "by_category": {"id": Number("2")},
        "by_type": {"ssn": Number("2")},
        "summary": None,
        "spans": [],
    }


def job(call: Call) -> Answer:
    """GET /extract/{id}: the state, and with `completed` and `review` the result in the same answer."""
    known = _known(call, Shape.EXTRACT)
    return said(200, extracted(call, known))


def extracted(call: Call, known: Job) -> Tree:
    stage = call.world.stage(known)
    payload = dict(known.read(call.world.clock) if stage is Stage.FINAL else known.payload)
    if stage is not Stage.FINAL:
        payload.pop("result", None)
        payload.pop("error", None)
        waits = stage is Stage.QUEUED or payload.get("status") == "queued"
        payload["status"] = "queued" if waits else "processing"
    document = call.world.document_of(known)
    payload["file_url"] = call.world.links.to(call.base, document.key)[0] if document else None
    if known.updated_at is not None:
        payload["updated_at"] = iso(known.updated_at)
    return payload


def classify(call: Call) -> Answer:
    """POST /classify: 202."""
    texts, files = wire.form(call.request)
    if not files:
        raise call.refuse(400, "A file is required")
    name, data = next(iter(files.values()))
    categories = _categories(texts.get("categories", ""))
    if not categories:
        raise call.refuse(400, "At least one category is required")
    job_id = str(uuid.uuid4())
    payload = call.world.sample(Shape.CLASSIFY, name) or _classified(categories[0], made.pages(data))
    call.world.begin(Shape.CLASSIFY, {**payload, "job_id": job_id}, id=job_id)
    return said(202, {"job_id": job_id, "status": "queued", "message": "Simulated classification started"})


def _categories(text: str) -> list[str]:
    tree = wire.tree(text)
    if isinstance(tree, list):
        return [str(one.get("name") if isinstance(one, dict) else one) for one in tree]
    return [word.strip() for word in text.split(",") if word.strip()]


def _classified(category: str, count: int) -> Tree:
    seen = min(count, 4)
    pages = [
        {
            "page": Number(str(page)),
            "success": True,
            "confidence": Number("0.97"),
            "raw_result": category,
            "classification": category,
        }
        for page in range(1, seen + 1)
    ]
    result: dict[str, Any] = {
        "success": True,
        "classification": category,
        "confidence": made.UNSURE,
        "page_results": pages,
        "total_pages": Number(str(seen)),
        "processed_pages": Number(str(seen)),
    }
    return {"status": "completed", "progress": "Classification completed", "error": None, "result": result}


def classified(call: Call) -> Answer:
    """GET /classify/{id}: `error` and `result` are always there, null when there is none."""
    known = _known(call, Shape.CLASSIFY)
    stage = call.world.stage(known)
    if stage is Stage.FINAL:
        return said(200, {"error": None, "result": None, **known.read(call.world.clock), "job_id": known.id})
    word, progress = ("queued", "Waiting") if stage is Stage.QUEUED else ("processing", "Starting classification...")
    return said(200, {"job_id": known.id, "status": word, "progress": progress, "error": None, "result": None})


def health(call: Call) -> Answer:
    return said(200, {"status": "healthy", "simulated": True})


def _known(call: Call, shape: Shape) -> Job:
    known = call.world.job(shape, call.arguments["id"])
    if known is None:
        raise call.refuse(404, "Job not found")
    known.polls += 1
    return known


def _is_on(texts: dict[str, str], name: str) -> bool:
    return texts.get(name, "").lower() in _CITATIONS_ON


ROUTES = (
    route(Vendor.UNSILOED, "POST", "/v2/extract", "submit", extract),
    route(Vendor.UNSILOED, "GET", "/extract/{id}", "poll result file_link", job),
    route(Vendor.UNSILOED, "POST", "/classify", "submit", classify),
    route(Vendor.UNSILOED, "GET", "/classify/{id}", "poll result", classified),
    route(Vendor.UNSILOED, "GET", "/health", "health", health),
)
