"""What does llama-cloud 1.6.0 read? With strict validation unless the test takes it away, and without second tries."""

from __future__ import annotations

from typing import Any

from answering import ASKED, answer
from llama_cloud import LlamaCloud
from llama_cloud.types.beta.extracted_data import parse_extracted_field_metadata

client = LlamaCloud(
    api_key=ASKED["key"],
    base_url=ASKED["base_url"],
    max_retries=0,
    _strict_response_validation=ASKED["options"].get("strict", True),
)


def plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: plain(below) for name, below in node.items()}
    if isinstance(node, list):
        return [plain(below) for below in node]
    return (
        {type(node).__name__: node.model_dump(mode="json", exclude_unset=True)} if hasattr(node, "model_dump") else node
    )


def job(job_id: str) -> Any:
    return client.extraction.jobs.get(job_id).model_dump(mode="json")


def result(job_id: str) -> Any:
    return client.extraction.jobs.get_result(job_id).model_dump(mode="json")


def citations(job_id: str) -> Any:
    """The metadata as the vendor's own parser reads it: each leaf under the name of its class."""
    metadata = client.extraction.jobs.get_result(job_id).extraction_metadata
    return plain(parse_extracted_field_metadata(metadata["field_metadata"]))


def run(job_id: str) -> Any:
    return client.extraction.runs.get_by_job(job_id).model_dump(mode="json")


def wait(job_id: str) -> Any:
    return client.extraction.jobs.wait_for_completion(job_id, polling_interval=0.05, timeout=1).status


def file(file_id: str) -> Any:
    return client.files.get(file_id).model_dump(mode="json")


answer({"job": job, "result": result, "citations": citations, "run": run, "wait": wait, "file": file})
