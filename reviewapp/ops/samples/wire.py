"""How does each vendor say a reading? The shapes of the five result pages."""

from __future__ import annotations

from collections.abc import Sequence

from ...extraction.jsontext import Json, Number
from .reading import Leaf, Lines, Reading, Tree, points, union


def unsiloed(
    reading: Reading,
    *,
    job_id: str,
    status: str,
    schema: Json,
    at: tuple[str, str],
    flat: bool = False,
    file_url: str | None = None,
) -> Json:
    """Unsiloed extract, `completed` or `review`; `flat` is the older shape with one score and no citation. `at` is when
    the job was created and updated."""
    shape = _flat if flat else _nested
    job = _unsiloed_job(reading.drawn.file, len(reading.drawn.sizes), job_id, status, schema, at, file_url)
    return {**job, "result": {key: shape(node, reading) for key, node in reading.tree.items()}}


def unsiloed_unfinished(
    file: str, pages: int, *, job_id: str, status: str, schema: Json, at: tuple[str, str], error: str | None = None
) -> Json:
    """Unsiloed extract without a result: `queued`, `processing`, or `failed` with its error."""
    job = _unsiloed_job(file, pages, job_id, status, schema, at, None)
    return {**job, "error": error} if error else job


def classified(job_id: str, classification: str, confidence: str, pages: Sequence[dict[str, Json]]) -> Json:
    """Unsiloed classify of a PDF, completed."""
    return _classify_job(
        job_id,
        {
            "success": True,
            "classification": classification,
            "confidence": Number(confidence),
            "page_results": list(pages),
            "total_pages": Number(str(len(pages))),
            "processed_pages": Number(str(len(pages))),
        },
    )


def classified_image(job_id: str, classification: str, confidence: str) -> Json:
    """Unsiloed classify of an image: no list of pages, the raw answer at the top."""
    one = Number("1")
    return _classify_job(
        job_id,
        {
            "success": True,
            "classification": classification,
            "confidence": Number(confidence),
            "raw_result": classification,
            "total_pages": one,
            "processed_pages": one,
        },
    )


def page_read(page: int, classification: str, confidence: str, raw: str | None = None) -> dict[str, Json]:
    """One classified page."""
    return {
        "page": Number(str(page)),
        "success": True,
        "confidence": Number(confidence),
        "raw_result": raw or classification,
        "classification": classification,
    }


def page_failed(page: int, first_category: str, error: str) -> dict[str, Json]:
    """A page that could not be read: it carries the first category, which is no reading."""
    return {
        "page": Number(str(page)),
        "success": False,
        "error": error,
        "confidence": Number("0.0"),
        "classification": first_category,
    }


def talonic_row(
    reading: Reading, *, row_id: str, document_id: str, status: str, confidence: str | None, flags: Sequence[str] = ()
) -> Json:
    """One row of a Talonic job: plain values, one confidence, flags as strings."""
    return {
        "id": row_id,
        "document_id": document_id,
        "filename": reading.drawn.file,
        "status": status,
        "values": {key: _plain(node) for key, node in reading.tree.items()},
        "confidence": None if confidence is None else Number(confidence),
        "validation_flags": list(flags),
    }


def talonic_job(job_id: str, status: str, schema: Json, total: int, rows: Sequence[Json]) -> Json:
    """The results of a Talonic job; while it runs there are fewer rows than `total`."""
    return {
        "job_id": job_id,
        "job_status": status,
        "schema": schema,
        "total_rows": Number(str(total)),
        "data": list(rows),
        "links": {"self": f"/v1/jobs/{job_id}/results", "job": f"/v1/jobs/{job_id}"},
    }


def llamacloud(reading: Reading, *, agent_id: str, run_id: str) -> Json:
    """The LlamaCloud v1 result of one document, with a citation beside each leaf."""
    pages = Number(str(len(reading.drawn.sizes)))
    tokens = Number(str(40 * len(reading.right)))
    usage: Json = {"num_pages_extracted": pages, "num_document_tokens": Number("1780"), "num_output_tokens": tokens}
    return {
        "data": {key: _plain(node) for key, node in reading.tree.items()},
        "extraction_agent_id": agent_id,
        "extraction_metadata": {"field_metadata": _llama_metadata(reading), "usage": usage},
        "run_id": run_id,
    }


def llamacloud_v2(reading: Reading, *, name: str, schema: Json, at: tuple[str, str]) -> Json:
    """A completed LlamaCloud v2 job of one document, with its metadata and configuration expanded. `name`: what the
    vendor's ids end in."""
    about: Json = {"document_metadata": _llama_metadata(reading), "page_metadata": None, "row_metadata": None}
    return {
        "id": f"ext-{name}",
        "created_at": at[0],
        "updated_at": at[1],
        "file_input": f"dfl-{name}",
        "project_id": f"prj-{name}",
        "status": "COMPLETED",
        "configuration_id": None,
        "error_message": None,
        "configuration": {"data_schema": schema, "tier": "agentic", "cite_sources": True, "confidence_scores": True},
        "extract_result": {key: _plain(node) for key, node in reading.tree.items()},
        "extract_metadata": {"field_metadata": about, "parse_job_id": f"pjb-{name}", "parse_tier": "agentic"},
    }


def sidecar(job_id: str, status: str, file: str, schema: Json) -> Json:
    """What a LlamaCloud result does not say itself: NAME.meta.json beside NAME.json."""
    return {"job_id": job_id, "status": status, "file": file, "schema": schema}


def _unsiloed_job(
    file: str, pages: int, job_id: str, status: str, schema: Json, at: tuple[str, str], file_url: str | None
) -> dict[str, Json]:
    assert isinstance(schema, dict)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    return {
        "job_id": job_id,
        "status": status,
        "file_name": file,
        "file_url": file_url,
        "created_at": at[0],
        "updated_at": at[1],
        "metadata": {"order": list(properties), "schema": schema, "page_count": Number(str(pages))},
    }


def _classify_job(job_id: str, result: Json) -> Json:
    return {
        "job_id": job_id,
        "status": "completed",
        "progress": "Classification completed",
        "error": None,
        "result": result,
    }


def _number(text: str | None) -> Json:
    return None if text is None else Number(text)


def _nested(node: Tree, reading: Reading) -> dict[str, Json]:
    if isinstance(node, dict):
        raise TypeError("how Unsiloed wraps an object that is no line is not documented")
    score: Json = {"grounding_score": _number(node.grounding), "extraction_score": _number(node.extraction)}
    if isinstance(node, Lines):
        return {"value": [_line(item, reading) for item in node.items], "score": score, "citation": None}
    return {"value": node.value, "score": score, "citation": _citation(node, reading)}


def _line(item: Tree, reading: Reading) -> Json:
    if isinstance(item, dict):
        return {key: _nested(cell, reading) for key, cell in item.items()}
    return {"__value__": _nested(item, reading)}


def _citation(leaf: Leaf, reading: Reading) -> Json:
    if not leaf.cited:
        return None
    page = leaf.cited[0].page
    box = union([mark.box for mark in leaf.cited if mark.page == page])
    width, height = reading.drawn.sizes[page - 1]
    return {
        "bbox": [*map(points, box)],
        "page": Number(str(page)),
        "page_width": _size(width),
        "page_height": _size(height),
    }


def _flat(node: Tree, reading: Reading) -> dict[str, Json]:
    if isinstance(node, dict):
        raise TypeError("the flat shape has no objects that are no lines")
    if isinstance(node, Lines):
        items: list[Json] = []
        for item in node.items:
            assert isinstance(item, dict)
            items.append({key: _flat(cell, reading) for key, cell in item.items()})
        return {"score": _number(node.extraction), "value": items}
    return {"value": node.value, "score": _number(node.extraction)}


def _plain(node: Tree) -> Json:
    if isinstance(node, Leaf):
        return node.value
    if isinstance(node, Lines):
        return [_plain(item) for item in node.items]
    return {key: _plain(child) for key, child in node.items()}


def _llama_metadata(reading: Reading) -> Json:
    return {key: _llama_node(node, reading) for key, node in reading.tree.items()}


def _llama_node(node: Tree, reading: Reading) -> Json:
    if isinstance(node, Lines):
        return [_llama_node(item, reading) for item in node.items]
    if isinstance(node, dict):
        return {key: _llama_node(child, reading) for key, child in node.items()}
    scores = [float(text) for text in (node.extraction, node.grounding) if text is not None]
    leaf: dict[str, Json] = {"confidence": Number(f"{min(scores):.2f}") if scores else None}
    leaf["extraction_confidence"] = _number(node.extraction)
    leaf["parsing_confidence"] = _number(node.grounding)
    leaf["citation"] = [_llama_citation(page, node, reading) for page in sorted({mark.page for mark in node.cited})]
    return leaf


def _llama_citation(page: int, leaf: Leaf, reading: Reading) -> Json:
    marks = [mark for mark in leaf.cited if mark.page == page]
    width, height = reading.drawn.sizes[page - 1]
    boxes: list[Json] = []
    for mark in marks:
        left, top, right, bottom = mark.box
        boxes.append({"x": points(left), "y": points(top), "w": points(right - left), "h": points(bottom - top)})
    return {
        "page": Number(str(page)),
        "matching_text": " ".join(mark.text for mark in marks),
        "bounding_boxes": boxes,
        "page_dimensions": {"width": _size(width), "height": _size(height)},
    }


def _size(length: float) -> Number:
    return Number(str(int(length)) if length == int(length) else f"{length:.2f}")
