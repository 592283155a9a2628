"""What does unsiloed-sdk 0.1.7 read?"""

from __future__ import annotations

import dataclasses
from typing import Any

from answering import ASKED, answer
from unsiloed_sdk import UnsiloedClient

client = UnsiloedClient(api_key=ASKED["key"], base_url=ASKED["base_url"])


def extract(job_id: str) -> dict[str, Any]:
    return dataclasses.asdict(client.get_extract_result(job_id))


def classify(job_id: str) -> dict[str, Any]:
    return dataclasses.asdict(client.get_classify_result(job_id))


answer({"extract": extract, "classify": classify})
