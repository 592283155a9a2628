"""Do the two clients of LlamaCloud's v1 read our reviewed rows? 0.1.46 checks always; 1.6.0 is asked to be strict."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from reviewapp.accounts.models import User
from reviewapp.review import decisions
from tests.clients import papers
from tests.clients.conftest import Asking, Change, attach
from tests.clients.papers import AGENT, FACTS, FILE, JOB, READ, REVIEWED, RUN, VERDICTS
from tests.factories import AT, VIA
from tests.review.test_decisions import asked

pytestmark = pytest.mark.judge
OLD, NEW = "llama-cloud-0.1.46", "llama-cloud-1.6.0"
BOTH = pytest.mark.parametrize("client", [OLD, NEW])
UNKNOWN = "99999999-9999-4999-8999-999999999999"
#: What the two clients call the same refusal.
NAMES = {
    404: ("ApiError", "NotFoundError"),
    401: ("ApiError", "AuthenticationError"),
    429: ("ApiError", "RateLimitError"),
}


def error_of(client: str, status: int) -> tuple[str, int]:
    return NAMES[status][client == NEW], status


def kinds(node: Any) -> Any:
    """A tree with the names of its values' types in their places."""
    if isinstance(node, dict):
        return {name: kinds(below) for name, below in node.items()}
    return [kinds(below) for below in node] if isinstance(node, list) else type(node).__name__


@BOTH
@pytest.mark.parametrize("beside", [True, False], ids=["job and run kept", "result alone"])
def test_a_job_is_pending_without_a_result_and_then_has_the_reviewed_one(
    ana: User, judge: Asking, client: str, beside: bool
) -> None:
    task = papers.v1(beside=beside)
    job, result = judge(client, ["job", JOB], ["result", JOB])
    assert job["said"]["status"] == "PENDING"
    assert (result["error"], result["status"]) == error_of(client, 404)
    papers.review(task, ana)
    job, result = judge(client, ["job", JOB], ["result", JOB])
    said = job["said"]
    assert (said["id"], said["status"], said["error"], said["extraction_agent"]["id"]) == (JOB, "SUCCESS", None, AGENT)
    if beside:
        assert (said["file_id"], said["file"]["name"]) == (FILE, "halm.pdf")
    said = result["said"]
    assert (said["run_id"], said["extraction_agent_id"], said["data"]) == (RUN, AGENT, REVIEWED)
    assert said["extraction_metadata"] == {"field_metadata": FACTS, "usage": {"num_pages_extracted": 2}}


def test_the_older_client_keeps_every_type(ana: User, judge: Asking) -> None:
    papers.review(papers.v1(), ana)
    data = judge(OLD, ["result", JOB])["said"]["data"]
    assert kinds(data) == {
        "number": "str",
        "total": "float",
        "paid": "bool",
        "note": "NoneType",
        "buyer": {"name": "str"},
        "lines": [{"hours": "int"}, {"hours": "int"}],
    }


def test_the_newer_client_hands_on_what_the_person_did(ana: User, judge: Asking) -> None:
    papers.review(papers.v1(), ana)
    review = judge(NEW, ["result", JOB])["said"]["review"]
    assert (review["decision"], review["fields"]) == ("approved", VERDICTS)


def test_the_vendors_own_parser_reads_our_citations(ana: User, judge: Asking) -> None:
    papers.review(papers.v1(), ana)
    read = judge(NEW, ["citations", JOB])["said"]
    assert list(read) == list(READ)
    number = read["number"]["ExtractedFieldMetadata"]
    (cited,) = number["citation"]
    assert (number["confidence"], number["extraction_confidence"], number["reasoning"]) == (
        0.97,
        0.97,
        "VERBATIM EXTRACTION",
    )
    assert (cited["page"], cited["matching_text"]) == (2, "as printed")
    assert cited["bounding_boxes"] == [{"x": 29.61, "y": 10, "w": 63.39, "h": 8.5}]
    assert cited["page_dimensions"] == {"width": 792, "height": 612}
    total = read["total"]["ExtractedFieldMetadata"]
    assert total["confidence"] == 0.41, "the machine's, also at a corrected value"
    assert total["citation"][0]["bounding_boxes"] == [{"x": 400, "y": 560.25, "w": 60.5, "h": 12}]
    assert read["paid"]["ExtractedFieldMetadata"]["citation"] == []
    assert list(read["buyer"]) == ["name"]
    boxes = [line["hours"]["ExtractedFieldMetadata"]["citation"][0]["bounding_boxes"] for line in read["lines"]]
    assert boxes == [[{"x": 10, "y": y, "w": 20, "h": 10}] for y in (100, 112)]


@BOTH
def test_a_run_is_pending_and_then_holds_the_reviewed_values(ana: User, judge: Asking, client: str) -> None:
    task = papers.v1()
    before = judge(client, ["run", JOB])["said"]
    assert (before["status"], before["data"], before["extraction_metadata"]) == ("PENDING", None, None)
    papers.review(task, ana)
    after = judge(client, ["run", JOB])["said"]
    assert (after["status"], after["data"]) == ("SUCCESS", REVIEWED)
    assert after["extraction_metadata"]["field_metadata"] == FACTS


@BOTH
def test_a_rejected_job_is_an_error_and_has_no_result(ana: User, judge: Asking, client: str) -> None:
    task = papers.v1()
    decisions.reject(task_id=task.pk, asked=asked(task, reason="wrong paper"), user=ana, at=AT, via=VIA)
    job, result, run = judge(client, ["job", JOB], ["result", JOB], ["run", JOB])
    assert (job["said"]["status"], job["said"]["error"]) == ("ERROR", "wrong paper")
    assert (result["error"], result["status"]) == error_of(client, 404)
    assert (run["said"]["status"], run["said"]["data"]) == ("ERROR", None)


def test_the_newer_client_waits_for_a_decision(ana: User, judge: Asking) -> None:
    task = papers.v1()
    assert judge(NEW, ["wait", JOB])["error"] == "PollingTimeoutError"
    papers.review(task, ana)
    assert judge(NEW, ["wait", JOB]) == {"said": "SUCCESS"}


@BOTH
def test_the_file_comes_by_a_link_of_ours(ana: User, judge: Asking, client: str) -> None:
    task = papers.v1()
    data = attach(task.job)
    link = judge(client, ["file", FILE])["said"]
    assert httpx.get(link["url"]).content == data
    left = datetime.fromisoformat(link["expires_at"]).timestamp() - datetime.now().astimezone().timestamp()
    assert 3000 < left <= 3600 and link.get("form_fields") is None


@BOTH
def test_refusals_are_the_vendors_classes(ana: User, judge: Asking, settings: Any, client: str) -> None:
    papers.v1()
    calls = [["job", UNKNOWN], ["result", UNKNOWN], ["run", UNKNOWN], ["file", UNKNOWN]]
    assert [(one["error"], one["status"]) for one in judge(client, *calls)] == [error_of(client, 404)] * 4
    known = [["job", JOB], ["result", JOB], ["run", JOB], ["file", FILE]]
    closed = judge(client, *known, key="rva_000000000000_" + "A" * 43)
    assert [(one["error"], one["status"]) for one in closed] == [error_of(client, 401)] * 4
    (wrong, _) = judge(client, ["job", "no-uuid"], ["result", "no-uuid"])
    # The older client has a class of its own for this body.
    assert (wrong["error"], wrong["status"]) == ("UnprocessableEntityError", 422)
    settings.API_REQUESTS_PER_MINUTE = 0
    often = judge(client, *known)
    assert [(one["error"], one["status"]) for one in often] == [error_of(client, 429)] * 4
    if client == NEW:
        assert all(1 <= int(one["retry_after"]) <= 60 for one in often)


TYPES: dict[str, Change] = {
    "metadata null": lambda tree: tree.update(extraction_metadata=None),
    "no run id": lambda tree: tree.pop("run_id"),
    "data a text": lambda tree: tree.update(data="text"),
}
FIELDS: dict[str, Change] = {
    "a leaf null": lambda fields: fields.update(total=None),
    "bbox as a list": lambda fields: fields["total"]["citation"][0].update(bounding_boxes=[[400, 560, 460, 572]]),
    "citation as an object": lambda fields: fields["total"].update(citation=fields["total"]["citation"][0]),
    "half a page": lambda fields: fields["total"]["citation"][0].update(page=2.5),
    "a hole in a list": lambda fields: fields["lines"].__setitem__(0, None),
    "our facts among theirs": lambda fields: fields.update(review="approved"),
}


@BOTH
def test_the_judges_refuse_what_is_not_of_their_types(ana: User, judge: Asking, planted: Any, client: str) -> None:
    papers.review(papers.v1(), ana)
    planted(*TYPES.values(), lambda tree: tree.update(status="DONE"))
    *refused, odd, job, known = judge(
        client, *[["result", JOB]] * len(TYPES), *[["job", JOB], ["job", JOB], ["result", JOB]]
    )
    found = {name: one.get("error") for name, one in zip([*TYPES, "a word of nobody"], [*refused, odd], strict=True)}
    assert set(found.values()) == {"ValidationError" if client == OLD else "APIResponseValidationError"}, found
    assert (job["said"]["status"], known["said"]["data"]) == ("SUCCESS", REVIEWED)


def test_the_vendors_own_parser_refuses_what_is_no_metadata(ana: User, judge: Asking, planted: Any) -> None:
    papers.review(papers.v1(), ana)

    def into_fields(change: Change) -> Change:
        return lambda tree: change(tree["extraction_metadata"]["field_metadata"])

    planted(*map(into_fields, FIELDS.values()))
    *refused, whole = judge(NEW, *[["citations", JOB]] * (len(FIELDS) + 1))
    found = {name: one.get("error") for name, one in zip(FIELDS, refused, strict=True)}
    assert set(found.values()) == {"ValueError"}, found
    assert list(whole["said"]) == list(READ)
