"""What becomes of each of the vendors' own examples and of each odd payload? One line each; nothing real is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp.extraction import jsontext
from reviewapp.extraction.model import NotAResult
from reviewapp.upstreams import presigned, registry

EXTRACT, CLASSIFY, ROWS, LLAMA = "unsiloed_extract", "unsiloed_classify", "talonic", "llamacloud"
LLAMA_V2 = "llamacloud_v2"

#: File -> (kind, status, fields with facts for each row), or the code of the refusal.
SEED_EXAMPLES: dict[str, tuple[str, str, list[int]] | str] = {
    "000_01_extraction_results": (EXTRACT, "completed", [6]),
    "000_02_processing": (EXTRACT, "processing", []),
    "001_03_example": (EXTRACT, "completed", [3]),
    "001_04_example": "fragment",
    "002_05_job_results": (ROWS, "completed", [0, 0]),
    "003_06_llamaextract": (LLAMA, "completed", [0]),
    "004_07_processing_status": (CLASSIFY, "processing", []),
    "004_08_completed_status": (CLASSIFY, "completed", [2]),
    "004_09_multi_page_completed_status": (CLASSIFY, "completed", [3]),
    "004_10_failed_status": (CLASSIFY, "failed", []),
    "004_11_job_not_found": "error_body",
    "004_12_file_processing_error": (CLASSIFY, "failed", []),
}
EDGE: dict[str, tuple[str, str, list[int]] | str] = {
    "classify_failed": (CLASSIFY, "failed", []),
    "classify_image": (CLASSIFY, "completed", [1]),
    "classify_not_found": "error_body",
    "classify_page_failure": (CLASSIFY, "partial", [5]),
    "classify_processing": (CLASSIFY, "processing", []),
    "legacy_odd_scores": (EXTRACT, "completed", [53]),
    "llama_data_list": (LLAMA, "completed", [0, 0]),
    "llama_data_null": (LLAMA, "completed", []),
    "llama_no_metadata": (LLAMA, "completed", [0]),
    "llama_seed_placeholder": (LLAMA, "completed", [0]),
    "llama_v2_key_extract_metadata": (LLAMA, "completed", [53]),
    "rows_empty": (ROWS, "completed", []),
    "rows_partial_processing": (ROWS, "processing", [0, 0]),
    "unsiloed_citations_disabled": (EXTRACT, "review", [54]),
    "unsiloed_empty_and_nested_arrays": (EXTRACT, "review", [7]),
    "unsiloed_exact_duplicate": (EXTRACT, "review", [54]),
    "unsiloed_extraction_scores_null": (EXTRACT, "review", [54]),
    "unsiloed_failed": (EXTRACT, "failed", []),
    "unsiloed_hostile_citations": (EXTRACT, "review", [14]),
    "unsiloed_hostile_values": (EXTRACT, "review", [30]),
    "unsiloed_no_file": (EXTRACT, "review", [54]),
    "unsiloed_order_mismatch": (EXTRACT, "review", [55]),
    "unsiloed_processing": (EXTRACT, "processing", []),
    "unsiloed_queued": (EXTRACT, "queued", []),
    "unsiloed_redelivered_same_job_id": (EXTRACT, "review", [54]),
}
CITATIONS_OFF = {"unsiloed_citations_disabled", "unsiloed_empty_and_nested_arrays", "unsiloed_hostile_values"}


def end_of(path: Path) -> tuple[str, str, list[int], bool] | str:
    text = presigned.cut(path.read_text(encoding="utf-8"))
    try:
        adapter = registry.adapter(registry.detect(jsontext.parse(text)))
        job = adapter.parse({"result": text})
    except NotAResult as refused:
        return refused.code
    return job.kind.value, job.status.value, [len(row.fields) for row in job.rows], job.citations_off


@pytest.mark.parametrize(
    ("folder", "name"),
    [("seed_examples", name) for name in SEED_EXAMPLES] + [("edge", name) for name in EDGE],
)
def test_a_payload_becomes_what_the_table_says(shared_data: Path, folder: str, name: str) -> None:
    expected = SEED_EXAMPLES[name] if folder == "seed_examples" else EDGE[name]
    off = name in CITATIONS_OFF
    end = end_of(shared_data / "real" / "payloads" / folder / f"{name}.json")
    assert end == (expected if isinstance(expected, str) else (*expected, off))


def test_the_table_names_every_payload(shared_data: Path) -> None:
    payloads = shared_data / "real" / "payloads"
    assert {path.stem for path in (payloads / "seed_examples").glob("*.json")} == set(SEED_EXAMPLES)
    assert {path.stem for path in (payloads / "edge").glob("*.json")} - {"README"} == set(EDGE)
    assert (len(SEED_EXAMPLES), len(EDGE)) == (12, 25)


def test_only_bare_fragments_and_error_bodies_are_rejected(shared_data: Path) -> None:
    payloads = shared_data / "real" / "payloads"
    ends = {path: end_of(path) for path in payloads.rglob("*.json") if path.name != "README.json"}
    refused = {path.stem: end for path, end in ends.items() if isinstance(end, str)}
    assert refused == {
        "001_04_example": "fragment",
        "004_11_job_not_found": "error_body",
        "classify_not_found": "error_body",
    }
    assert len(ends) > 180


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"detail":"Job not found"}', "error_body"),
        ('{"detail":[{"loc":["path","job_id"],"msg":"bad","type":"uuid"}]}', "error_body"),
        ('{"detail":{"message":"Quota","status":"exceeded","quota_data":{}}}', "error_body"),
        ('{"error":{"code":"service_unavailable","message":"full","details":{}}}', "error_body"),
        ('{"statusCode":404,"code":"RESOURCE_NOT_FOUND","error":"Not Found","message":"no"}', "error_body"),
        ('{"error":"rate","message":"slow down","retry_after":3}', "error_body"),
        ('{"total":{"value":1,"score":0.9}}', "fragment"),
        ('[{"amount":{"value":1,"score":{"grounding_score":0.5},"citation":null}}]', "fragment"),
        ('{"detail":{"value":"a field called detail","score":0.5}}', "fragment"),
        ('{"id":"r","document_id":"d","values":{"total":1},"status":"review"}', "fragment"),
        ('{"success":true,"classification":"invoice","confidence":0.9}', "fragment"),
        ("{}", "unknown_shape"),
        ("[]", "unknown_shape"),
        ("null", "unknown_shape"),
        ('"text"', "unknown_shape"),
        ('{"id":"doc","name":"x.pdf"}', "unknown_shape"),
        ('{"id":"ext-1","status":"COMPLETED","file_input":"dfl-1","extract_result":"text"}', "unknown_shape"),
        (
            '{"items":[{"id":"ext-1","status":"COMPLETED","file_input":"dfl-1"}],"next_page_token":null}',
            "unknown_shape",
        ),
        ('{"id":"j","status":"SUCCESS","extraction_agent":{},"error":null,"file_id":"f"}', "unknown_shape"),
        ('{"data":"text","run_id":"r","extraction_metadata":{}}', "unknown_shape"),
        ('{"job_id":"j","status":"completed","metadata":{},"result":[1]}', "unknown_shape"),
    ],
)
def test_what_is_no_result_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(NotAResult) as refused:
        registry.detect(jsontext.parse(text))
    assert refused.value.code == code


@pytest.mark.parametrize("kind", registry.ADAPTERS)
def test_every_adapter_refuses_an_error_body_that_was_handed_to_it_by_name(kind: str) -> None:
    with pytest.raises(NotAResult) as refused:
        registry.adapter(kind).parse({"result": '{"detail":"Job not found"}'})
    assert refused.value.code == "error_body"


@pytest.mark.parametrize(
    "text",
    [
        '{"job_id":null,"status":"pii_blocked","blocked":"True","reason":"pii_detected:high"}',
        '{"result":{"a":{"value":1,"score":0.5}}}',
        '{"job_id":"","job_status":"complete","data":[]}',
        '{"data":{},"extraction_metadata":{}}',
        '{"status":"queued","progress":"x","error":null,"result":null}',
        '{"id":null,"status":"COMPLETED","file_input":"dfl-1","extract_result":{}}',
    ],
)
def test_a_result_without_a_job_id_is_refused_as_such(text: str) -> None:
    adapter = registry.adapter(registry.detect(jsontext.parse(text)))
    with pytest.raises(NotAResult) as refused:
        adapter.parse({"result": text})
    assert refused.value.code == "no_job_id"


def test_a_blocked_document_has_no_job_and_says_why() -> None:
    text = (
        '{"job_id":null,"status":"pii_blocked","blocked":"True","reason":"pii_detected:high","severity":"high",'
        '"engine":"standard","ocr_used":false,"total_findings":3,"by_category":{"id":1},"by_type":{"ssn":1},'
        '"summary":null,"spans":[]}'
    )
    assert registry.detect(jsontext.parse(text)) == EXTRACT
    with pytest.raises(NotAResult, match="blocked the document: pii_detected:high") as refused:
        registry.adapter(EXTRACT).parse({"result": text})
    assert refused.value.code == "no_job_id"


#: The answer of each kind, and every word that a vendor documents for its status -> ours; any other is unknown.
STATUS_WORDS: dict[str, tuple[str, dict[str, str]]] = {
    EXTRACT: (
        '{"job_id":"j","metadata":{},"status":"%s"}',
        {
            "queued": "queued",
            "processing": "processing",
            "completed": "completed",
            "review": "review",
            "failed": "failed",
            "pii_blocked": "blocked",
        },
    ),
    CLASSIFY: (
        '{"job_id":"j","progress":"","status":"%s"}',
        {"queued": "queued", "processing": "processing", "completed": "completed", "failed": "failed"},
    ),
    ROWS: (
        '{"job_id":"j","job_status":"%s"}',
        {
            "pending": "queued",
            "queued": "queued",
            "processing": "processing",
            "complete": "completed",
            "completed": "completed",
            "failed": "failed",
            "cancelled": "cancelled",
        },
    ),
    LLAMA_V2: (
        '{"id":"j","file_input":"dfl-1","status":"%s","extract_result":{}}',
        {
            "PENDING": "queued",
            "THROTTLED": "queued",
            "RUNNING": "processing",
            "COMPLETED": "completed",
            "FAILED": "failed",
            "CANCELLED": "cancelled",
        },
    ),
}
NO_WORDS = ["succeeded?", "done", "ready", "approved", ""]


@pytest.mark.parametrize(
    ("kind", "template", "word", "status"),
    [
        *(
            (kind, template, word, status)
            for kind, (template, known) in STATUS_WORDS.items()
            for word, status in known.items()
        ),
        *(
            (kind, template, word.swapcase(), status)
            for kind, (template, known) in STATUS_WORDS.items()
            for word, status in known.items()
        ),
        *((kind, template, word, "unknown") for kind, (template, _) in STATUS_WORDS.items() for word in NO_WORDS),
        (CLASSIFY, STATUS_WORDS[CLASSIFY][0], "review", "unknown"),
        (ROWS, STATUS_WORDS[ROWS][0], "review", "unknown"),
        (LLAMA_V2, STATUS_WORDS[LLAMA_V2][0], "SUCCESS", "unknown"),
    ],
)
def test_a_status_is_read_whatever_its_case_and_its_word_is_kept(
    kind: str, template: str, word: str, status: str
) -> None:
    job = registry.adapter(kind).parse({"result": template % word})
    assert (job.raw_status, job.status.value) == (word, status)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("complete", "completed"),
        ("approved", "completed"),
        ("partial", "partial"),
        ("review", "review"),
        ("failed", "failed"),
        ("Approved", "completed"),
        ("seen", "unknown"),
    ],
)
def test_a_talonic_row_has_a_status_of_its_own(word: str, status: str) -> None:
    text = f'{{"job_id":"j","job_status":"complete","data":[{{"id":"r","status":"{word}","values":{{}}}}]}}'
    (row,) = registry.adapter(ROWS).parse({"result": text}).rows
    assert (row.raw_status, row.status) == (word, status)


def test_a_classification_with_a_failed_page_is_partial() -> None:
    page = '{"page":2,"success":false,"error":"no","classification":"invoice"}'
    text = f'{{"job_id":"j","progress":"","status":"%s","result":{{"classification":"a","page_results":[{page}]}}}}'
    ends = [
        registry.adapter(CLASSIFY).parse({"result": text % word}).status.value for word in ("completed", "processing")
    ]
    assert ends == ["partial", "processing"]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("PENDING", "queued"),
        ("RUNNING", "processing"),
        ("SUCCESS", "completed"),
        ("PARTIAL_SUCCESS", "partial"),
        ("ERROR", "failed"),
        ("CANCELLED", "cancelled"),
        ("NEW_WORD", "unknown"),
    ],
)
@pytest.mark.parametrize("part", ["sidecar", "job"])
def test_a_llamacloud_status_comes_from_beside_the_result(part: str, word: str, status: str) -> None:
    payload = {
        "result": '{"data":{},"run_id":"r","extraction_metadata":{}}',
        part: f'{{"job_id":"j","id":"j","status":"{word}"}}',
    }
    job = registry.adapter(LLAMA).parse(payload)
    assert (job.job_id, job.raw_status, job.status.value) == ("j", word, status)
