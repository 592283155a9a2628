"""What does llama-cloud 0.1.46 read? It checks every answer by its types, always."""

from __future__ import annotations

import json
from typing import Any

from answering import ASKED, answer
from llama_cloud.client import LlamaCloud

client = LlamaCloud(token=ASKED["key"], base_url=ASKED["base_url"])


def job(job_id: str) -> Any:
    return json.loads(client.llama_extract.get_job(job_id).json())


def result(job_id: str) -> Any:
    # Not by `.json()`: the values as they lie in the client's hands.
    read = client.llama_extract.get_job_result(job_id)
    return {
        "data": read.data,
        "extraction_metadata": read.extraction_metadata,
        "extraction_agent_id": read.extraction_agent_id,
        "run_id": read.run_id,
    }


def run(job_id: str) -> Any:
    read = client.llama_extract.get_run_by_job_id(job_id)
    return {"status": read.status.value, "data": read.data, "extraction_metadata": read.extraction_metadata}


def file(file_id: str) -> Any:
    return json.loads(client.files.read_file_content(file_id).json())


answer({"job": job, "result": result, "run": run, "file": file})
