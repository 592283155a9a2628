"""Does llama-cloud 2.19.0, asked to be strict, read our v2 jobs, their list, typed data with citations, and files?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import httpx
import pytest

from reviewapp.accounts.models import User
from reviewapp.review import decisions
from tests.clients import papers
from tests.clients.conftest import Asking, Change, attach
from tests.clients.papers import FACTS, READ, REVIEWED, VERDICTS
from tests.factories import AT, VIA, create_job, llamacloud_v2
from tests.review.test_decisions import asked

pytestmark = pytest.mark.judge
CLIENT = "llama-cloud-2.19.0"
JOB = "ext-204"
SURE = {"document_metadata": {"total": {"confidence": 0.99}}}


def test_a_job_runs_without_a_result_and_then_has_the_reviewed_one(ana: User, judge: Asking) -> None:
    task = papers.v2()
    before = judge(CLIENT, ["get", JOB, "extract_metadata", "configuration"])["said"]
    assert (before["status"], before["extract_result"], before["extract_metadata"]) == ("RUNNING", None, None)
    papers.review(task, ana)
    plain, expanded = judge(CLIENT, ["get", JOB], ["get", JOB, "extract_metadata", "configuration"])
    said = plain["said"]
    assert (said["id"], said["status"], said["error_message"]) == (JOB, "COMPLETED", None)
    assert (said["file_input"], said["project_id"], said["configuration_id"]) == ("dfl-204", "prj-1", "cfg-1")
    assert (said["created_at"], said["updated_at"]) == ("2026-03-10T08:00:00Z", "2026-03-10T08:01:00Z")
    assert said["extract_result"] == REVIEWED
    assert {name: type(value) for name, value in said["extract_result"].items()} == {
        **{name: type(value) for name, value in READ.items()}
    }
    assert (said["review"]["decision"], said["review"]["fields"]) == ("approved", VERDICTS)
    assert not {"extract_metadata", "configuration"} & said.keys()
    metadata = expanded["said"]["extract_metadata"]
    assert (metadata["field_metadata"]["document_metadata"], metadata["parse_tier"]) == (FACTS, "agentic")
    assert expanded["said"]["configuration"]["tier"] == "agentic"


def test_the_vendors_wrapper_types_our_data_and_parses_our_citations(ana: User, judge: Asking) -> None:
    papers.review(papers.v2(), ana)
    said = judge(CLIENT, ["typed", JOB])["said"]
    assert said["data"] == said["original_data"] == REVIEWED
    assert [type(line["hours"]) for line in said["data"]["lines"]] == [int, int]
    assert (said["file_id"], said["metadata"], said["status"]) == ("dfl-204", {"job_id": JOB}, "accepted")
    scores = (0.97, 0.41, 0.99, 0.98, 0.96, 0.95, 0.3)
    assert said["overall_confidence"] == pytest.approx(sum(scores) / len(scores))
    fields = said["field_metadata"]
    (cited,) = fields["number"]["citation"]
    assert (cited["page"], cited["matching_text"]) == (2, "as printed")
    assert cited["bounding_boxes"] == [{"x": 29.61, "y": 10, "w": 63.39, "h": 8.5}]
    assert cited["page_dimensions"] == {"width": 792, "height": 612}
    assert fields["total"]["citation"][0]["bounding_boxes"] == [{"x": 400, "y": 560.25, "w": 60.5, "h": 12}]
    assert [line["hours"]["confidence"] for line in fields["lines"]] == [0.95, 0.3]


def test_before_the_review_the_wrapper_finds_no_data(ana: User, judge: Asking) -> None:
    papers.v2()
    assert judge(CLIENT, ["typed", JOB])["error"] == "InvalidExtractionData"


def test_a_table_of_rows_is_a_list_when_its_last_row_is_decided(ana: User, judge: Asking) -> None:
    rows = {"row_metadata": [{"total": papers.leaf(0.99, (1, 2, 3, 4))}, {"total": papers.leaf(0.98)}]}
    create_job(llamacloud_v2([{"total": 1}, {"total": 2.5}], rows, job_id="ext-rows"))
    said = judge(CLIENT, ["get", "ext-rows", "extract_metadata"])["said"]
    assert (said["status"], said["extract_result"]) == ("COMPLETED", [{"total": 1}, {"total": 2.5}])
    assert said["extract_metadata"]["field_metadata"]["row_metadata"] == rows["row_metadata"]


def test_early_v2_is_readable_by_the_client_of_today(ana: User, judge: Asking) -> None:
    early = llamacloud_v2({"total": 1}, SURE, job_id="ext-early")
    early["document_input_value"] = early.pop("file_input")
    create_job(early)
    assert judge(CLIENT, ["get", "ext-early"])["said"]["file_input"] == early["document_input_value"]


def test_the_client_waits_for_a_decision_and_hears_of_a_rejection(ana: User, judge: Asking) -> None:
    task, other = papers.v2(), papers.v2("ext-205")
    assert judge(CLIENT, ["wait", JOB])["error"] == "PollingTimeoutError"
    papers.review(task, ana)
    decisions.reject(task_id=other.pk, asked=asked(other, reason="wrong paper"), user=ana, at=AT, via=VIA)
    done, rejected, read = judge(CLIENT, ["wait", JOB], ["wait", "ext-205"], ["get", "ext-205", "extract_metadata"])
    assert done == {"said": "COMPLETED"}
    assert rejected["error"] == "PollingError" and "wrong paper" in rejected["message"]
    assert (read["said"]["status"], read["said"]["error_message"]) == ("FAILED", "wrong paper")
    assert (read["said"]["extract_result"], read["said"]["extract_metadata"]) == (None, None)


def test_the_list_is_followed_page_by_page_with_its_filters(ana: User, judge: Asking) -> None:
    for day in (1, 2, 3):
        begun = f"2026-03-0{day}T08:00:00Z"
        create_job(llamacloud_v2({"total": day}, SURE, job_id=f"ext-{day}", created_at=begun))
    papers.v2()
    newest_first = [JOB, "ext-3", "ext-2", "ext-1"]
    ones, threes, done, some, since, every = judge(
        CLIENT,
        ["pages", {"page_size": 1}],
        ["pages", {"page_size": 3}],
        ["pages", {"status": "COMPLETED"}],
        ["pages", {"job_ids": ["ext-1", JOB], "page_size": 1}],
        [
            "pages",
            {"created_at_on_or_after": "2026-03-02T08:00:00Z", "created_at_on_or_before": "2026-03-05T00:00:00Z"},
        ],
        ["every", {"page_size": 1, "expand": ["extract_metadata"]}],
    )
    assert ones["said"] == [[one] for one in newest_first]
    assert threes["said"] == [newest_first[:3], newest_first[3:]]
    assert done["said"] == [newest_first[1:]]
    assert some["said"] == [[JOB], ["ext-1"]]
    assert since["said"] == [["ext-3", "ext-2"]]
    assert [(job["status"], job["extract_result"]) for job in every["said"]] == [
        ("RUNNING", None),
        *(("COMPLETED", {"total": day}) for day in (3, 2, 1)),
    ]
    assert every["said"][1]["extract_metadata"]["field_metadata"]["document_metadata"] == SURE["document_metadata"]


def test_the_file_comes_by_a_link_of_ours(ana: User, judge: Asking) -> None:
    data = attach(papers.v2().job)
    link = judge(CLIENT, ["file", "dfl-204"])["said"]
    assert httpx.get(link["url"]).content == data and link["form_fields"] is None
    left = datetime.fromisoformat(link["expires_at"]).timestamp() - datetime.now().astimezone().timestamp()
    assert 3000 < left <= 3600


def test_refusals_are_the_vendors_classes(ana: User, judge: Asking, settings: Any) -> None:
    papers.v2()
    unknown = judge(CLIENT, ["get", "ext-nobody"], ["file", "dfl-nobody"])
    assert [(one["error"], one["status"]) for one in unknown] == [("NotFoundError", 404)] * 2
    calls = [["get", JOB], ["pages", {}], ["file", "dfl-204"]]
    closed = judge(CLIENT, *calls, key="rva_000000000000_" + "A" * 43)
    assert [(one["error"], one["status"]) for one in closed] == [("AuthenticationError", 401)] * 3
    wrong = judge(CLIENT, ["pages", {"page_token": "abc"}])
    assert (wrong["error"], wrong["status"]) == ("UnprocessableEntityError", 422)
    settings.API_REQUESTS_PER_MINUTE = 0
    often = judge(CLIENT, *calls)
    assert [(one["error"], one["status"]) for one in often] == [("RateLimitError", 429)] * 3
    assert all(1 <= int(one["retry_after"]) <= 60 for one in often)


TYPES: dict[str, Change] = {
    "no file_input": lambda tree: tree.pop("file_input"),
    "no project": lambda tree: tree.update(project_id=None),
    "no time": lambda tree: tree.update(created_at="yesterday"),
    "metadata a list": lambda tree: tree.update(extract_metadata=[]),
    "values a text": lambda tree: tree.update(extract_result="text"),
}
FIELDS: dict[str, Change] = {
    "a leaf null": lambda fields: fields.update(total=None),
    "bbox as a list": lambda fields: fields["total"]["citation"][0].update(bounding_boxes=[[400, 560, 460, 572]]),
    "citation as an object": lambda fields: fields["total"].update(citation=fields["total"]["citation"][0]),
    "a hole in a list": lambda fields: fields["lines"].__setitem__(0, None),
    "our facts among theirs": lambda fields: fields.update(review="approved"),
}
VALUES: dict[str, Change] = {
    "a value lost": lambda values: values.pop("number"),
    "a number as words": lambda values: values.update(total="ninety"),
    "a line's type": lambda values: values["lines"][0].update(hours=2.5),
}


def errors(said: list[dict[str, Any]], names: Iterable[str]) -> dict[str, str | None]:
    return {name: one.get("error") for name, one in zip(names, said, strict=True)}


def test_the_judge_refuses_what_is_not_of_its_types(ana: User, judge: Asking, planted: Any) -> None:
    papers.review(papers.v2(), ana)
    calls = [["get", JOB, "extract_metadata"]] * (len(TYPES) + 1)
    planted(*TYPES.values())
    *refused, whole = judge(CLIENT, *calls)
    found = errors(refused, TYPES)
    assert set(found.values()) == {"APIResponseValidationError"}, found
    assert whole["said"]["extract_result"] == REVIEWED
    planted(*TYPES.values())
    assert not any("error" in one for one in judge(CLIENT, *calls, strict=False)), "it is the strictness that finds it"


def test_the_vendors_wrapper_refuses_what_is_no_metadata_and_no_data(ana: User, judge: Asking, planted: Any) -> None:
    papers.review(papers.v2(), ana)

    def into_fields(change: Change) -> Change:
        return lambda tree: change(tree["extract_metadata"]["field_metadata"]["document_metadata"])

    def into_values(change: Change) -> Change:
        return lambda tree: change(tree["extract_result"])

    planted(*map(into_fields, FIELDS.values()), *map(into_values, VALUES.values()))
    *refused, whole = judge(CLIENT, *[["typed", JOB]] * (len(FIELDS) + len(VALUES) + 1))
    found = errors(refused, [*FIELDS, *VALUES])
    assert found == {**dict.fromkeys(FIELDS, "ValueError"), **dict.fromkeys(VALUES, "InvalidExtractionData")}
    assert whole["said"]["data"] == REVIEWED
