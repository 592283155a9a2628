"""What does llama-cloud 2.19.0 read? With strict validation unless the test takes it away, and without second tries."""

from __future__ import annotations

from typing import Any

from answering import ASKED, answer
from llama_cloud import LlamaCloud
from llama_cloud.types.beta.extracted_data import ExtractedData
from pydantic import BaseModel

client = LlamaCloud(
    api_key=ASKED["key"],
    base_url=ASKED["base_url"],
    max_retries=0,
    _strict_response_validation=ASKED["options"].get("strict", True),
)


class Buyer(BaseModel):
    name: str


class Line(BaseModel):
    hours: int


class Invoice(BaseModel):
    """What a consumer wants to have: a wrong type in our answer is a refusal here."""

    number: str
    total: float
    paid: bool
    note: str | None
    buyer: Buyer
    lines: list[Line]


def get(job_id: str, *expand: str) -> Any:
    return client.extract.get(job_id, expand=list(expand)).model_dump(mode="json", exclude_unset=True)


def typed(job_id: str) -> Any:
    """The job as the vendor's own wrapper of typed data with its citations."""
    job = client.extract.get(job_id, expand=["extract_metadata"])
    return ExtractedData.from_extract_job(job, Invoice, status="accepted").model_dump(mode="json", exclude_unset=True)


def pages(query: dict[str, Any]) -> Any:
    """The ids of every page of a list, page by page, as the client follows the tokens."""
    return [[job.id for job in page.items] for page in client.extract.list(**query).iter_pages()]


def every(query: dict[str, Any]) -> Any:
    return [job.model_dump(mode="json", exclude_unset=True) for job in client.extract.list(**query)]


def wait(job_id: str) -> Any:
    return client.extract.wait_for_completion(job_id, polling_interval=0.05, timeout=1).status


def file(file_id: str) -> Any:
    return client.files.content(file_id).model_dump(mode="json")


answer({"get": get, "typed": typed, "pages": pages, "every": every, "wait": wait, "file": file})
