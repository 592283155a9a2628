"""What becomes of each example of the vendors, each odd payload and each bad document? One table, then imports that repeat.

Reasons by the words of `review.rules.Code`. Each example is imported alone, by the command, into a connection of its own.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils.html import escape

from reviewapp.audit.models import Entry
from reviewapp.extraction import jsontext
from reviewapp.intake.models import Rejected
from reviewapp.results import chains
from reviewapp.results.models import Job, ResultRow
from reviewapp.review.models import Task
from reviewapp.upstreams.models import Upstream
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

EXTRACT, CLASSIFY, TALONIC, LLAMA = "unsiloed_extract", "unsiloed_classify", "talonic", "llamacloud"


@dataclass(frozen=True)
class Kept:
    """A job with its rows. `tasks`: row key -> the reasons why a person has to look; other rows need nobody."""

    kind: str
    status: str
    rows: int
    tasks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """No job at all: kept as Rejected."""

    code: str


#: What Azure Interior's invoice has wrong in every variant of it: low scores, and lines without a barcode, which its schema
#: requires. The vendor's own status `review` is a reason too.
AZURE = "upstream_review low_confidence missing_required"

SEED_EXAMPLES = {
    "000_01_extraction_results": Kept(EXTRACT, "completed", 1),  # all scores at 0.99
    "000_02_processing": Kept(EXTRACT, "processing", 0),
    "001_03_example": Kept(EXTRACT, "completed", 1),  # flat scores from 0.95 on; its schema says nothing
    "001_04_example": Refused("fragment"),  # the inside of a result, without its job
    "002_05_job_results": Kept(
        TALONIC,
        "completed",
        2,
        {"res_uuid_2": "upstream_review low_confidence missing_required"},  # the other row is approved at 0.94
    ),
    "003_06_llamaextract": Kept(LLAMA, "completed", 1, {"0": "no_confidence"}),  # the page's placeholder has no scores
    "004_07_processing_status": Kept(CLASSIFY, "processing", 0),
    "004_08_completed_status": Kept(CLASSIFY, "completed", 1),
    "004_09_multi_page_completed_status": Kept(CLASSIFY, "completed", 1),  # both pages agree, from 0.86 on
    "004_10_failed_status": Kept(CLASSIFY, "failed", 0),
    "004_11_job_not_found": Refused("error_body"),
    "004_12_file_processing_error": Kept(CLASSIFY, "failed", 0),
}

EDGE = {
    "classify_failed": Kept(CLASSIFY, "failed", 0),
    "classify_image": Kept(CLASSIFY, "completed", 1),  # 0.97; an image has no list of pages
    "classify_not_found": Refused("error_body"),
    "classify_page_failure": Kept(
        # one page of a completed job was not read: in part; the class of the other pages is not one and the same
        CLASSIFY,
        "partial",
        1,
        {"0": "partial page_failed pages_disagree low_confidence"},
    ),
    "classify_processing": Kept(CLASSIFY, "processing", 0),
    "legacy_odd_scores": Kept(EXTRACT, "completed", 1, {"0": "low_confidence missing_required no_confidence"}),
    "llama_data_list": Kept(
        LLAMA, "completed", 2, {"0": "no_confidence", "1": "no_confidence"}
    ),  # whose scores? unknown
    "llama_data_null": Kept(LLAMA, "completed", 0),  # and the job says so as its error
    "llama_no_metadata": Kept(LLAMA, "completed", 1, {"0": "no_confidence"}),
    "llama_seed_placeholder": Kept(LLAMA, "completed", 1, {"0": "no_confidence"}),
    "llama_v2_key_extract_metadata": Kept(
        LLAMA, "completed", 1, {"0": "low_confidence"}
    ),  # no schema: nothing is required
    "rows_empty": Kept(TALONIC, "completed", 0),
    "rows_partial_processing": Kept(TALONIC, "processing", 2),  # still growing: nobody is asked yet
    "unsiloed_citations_disabled": Kept(
        # grounding 0.0 is no score here, so where the extraction score is null there is none at all
        EXTRACT,
        "review",
        1,
        {"0": f"{AZURE} no_confidence"},
    ),
    "unsiloed_empty_and_nested_arrays": Kept(
        EXTRACT, "review", 1, {"0": "upstream_review lines_doubtful low_confidence"}
    ),
    "unsiloed_exact_duplicate": Kept(EXTRACT, "review", 1, {"0": f"{AZURE} not_found"}),
    "unsiloed_extraction_scores_null": Kept(
        EXTRACT, "review", 1, {"0": f"{AZURE} not_found"}
    ),  # grounding speaks instead
    "unsiloed_failed": Kept(EXTRACT, "failed", 0),
    "unsiloed_hostile_citations": Kept(EXTRACT, "review", 1, {"0": "upstream_review box_outside box_unusable"}),
    "unsiloed_hostile_values": Kept(
        # a plain list of strings: the list's score is about its lines, its cells have none
        EXTRACT,
        "review",
        1,
        {"0": "upstream_review no_confidence"},
    ),
    "unsiloed_no_file": Kept(EXTRACT, "review", 1, {"0": f"{AZURE} not_found"}),
    "unsiloed_order_mismatch": Kept(EXTRACT, "review", 1, {"0": f"{AZURE} not_found"}),
    "unsiloed_processing": Kept(EXTRACT, "processing", 0),
    "unsiloed_queued": Kept(EXTRACT, "queued", 0),
    "unsiloed_redelivered_same_job_id": Kept(EXTRACT, "review", 1, {"0": f"{AZURE} not_found"}),
}

#: Bad document -> its state and problem; "" where nothing was kept of it.
BAD_INPUTS = {
    "Pages-tree-refs.pdf": "broken unreadable",  # its pages point at each other in a ring
    "aes-256.pdf": "encrypted password",
    "bomb_giant.pdf": "ready",  # what it unpacks to is met in the browser's worker alone
    "empty.pdf": "",  # not one byte: no evidence
    "empty_protected.pdf": "ready",  # protected against changes only
    "helloworld-bad.pdf": "ready",  # repaired on reading
    "html-named.pdf": "unsupported not_a_document",
    "invalid.pdf": "broken unreadable",
    "no_contents.pdf": "ready",  # an empty page is a page
    "poppler-395-0-fuzzed.pdf": "broken unreadable",
    "r6-user-password.pdf": "encrypted password",
    "truncated-invoice.pdf": "broken truncated",
}

#: Markup that only the values of the odd payloads hold.
MARKUP = {"<script>", "<img src=x onerror=alert(1)>"}

EXAMPLES = [
    *(pytest.param("seed_examples", name, end, id=name) for name, end in SEED_EXAMPLES.items()),
    *(pytest.param("edge", name, end, id=name) for name, end in EDGE.items()),
]


@pytest.fixture
def desk() -> Client:
    """Ana, signed in, in the queue that takes everything."""
    return factories.sign_in(factories.create_user(username="ana", queues=[factories.create_queue()]))


def import_(*files: Path, documents: Path | None = None) -> list[str]:
    """Run the command; its lines."""
    out = io.StringIO()
    beside = ["--documents", str(documents)] if documents is not None else []
    call_command("import_results", *map(str, files), *beside, stdout=out)
    return out.getvalue().splitlines()


def reasons_of(tasks: Iterable[Task]) -> dict[str, set[str]]:
    return {task.key: set(task.reasons.values_list("code", flat=True)) for task in tasks}


def answer_all(desk: Client, task: Task) -> None:
    """Approve every field that needs eyes and then the document, as a browser would."""
    url = f"/tasks/{task.pk}/"
    assert json.loads(task.eyes)
    for path in json.loads(task.eyes):
        said = desk.post(f"{url}verdicts/", {"path": path, "kind": "approved", "seen": "0"})
        assert said.status_code == 302, path
    task.refresh_from_db()
    decided = desk.post(f"{url}decision/", {"kind": "approved", "version": task.version})
    assert decided.status_code == 302
    task.refresh_from_db()
    assert task.state == Task.State.DECIDED


def test_the_table_names_every_example(shared_data: Path) -> None:
    payloads = shared_data / "real" / "payloads"
    assert {path.stem for path in (payloads / "seed_examples").glob("*.json")} == set(SEED_EXAMPLES)
    assert {path.stem for path in (payloads / "edge").glob("*.json")} - {"README"} == set(EDGE)
    assert {path.name for path in (shared_data / "real" / "bad_inputs").iterdir()} == set(BAD_INPUTS)
    assert (len(SEED_EXAMPLES), len(EDGE), len(BAD_INPUTS)) == (12, 25, 12)


@pytest.mark.parametrize(("folder", "name", "end"), EXAMPLES)
def test_each_example_ends_as_the_table_says(
    desk: Client, shared_data: Path, folder: str, name: str, end: Kept | Refused
) -> None:
    lines = import_(shared_data / "real" / "payloads" / folder / f"{name}.json")
    if isinstance(end, Refused):
        assert lines[-1] == "0 jobs, 0 rows, 0 unchanged, 1 rejected"
        assert lines[0].startswith(f"rejected: {name}.json: {end.code}: ")
        assert (Rejected.objects.get().code, Job.objects.count()) == (end.code, 0)
        return
    assert lines == [f"1 jobs, {end.rows} rows, 0 unchanged, 0 rejected"]
    job = Job.objects.get()
    tasks = list(Task.objects.order_by("id"))
    assert (job.kind, job.status, job.rows.count()) == (end.kind, end.status, end.rows)
    assert reasons_of(tasks) == {key: set(codes.split()) for key, codes in end.tasks.items()}
    for task in tasks:
        answer = desk.get(f"/tasks/{task.pk}/")
        assert answer.status_code == 200
        assert not MARKUP & set(re.findall(r"<[^>]*>", answer.content.decode())), "a value is text on the page"


@pytest.mark.parametrize(("name", "end"), BAD_INPUTS.items())
def test_a_bad_document_leaves_its_fields_reviewable(
    desk: Client, shared_data: Path, tmp_path: Path, name: str, end: str
) -> None:
    payload = tmp_path / "job.json"
    payload.write_text(
        json.dumps(factories.unsiloed({"total": (12, 0.3), "date": ("2026-03-01", 0.95)}, file_name=name))
    )
    lines = import_(payload, documents=shared_data / "real" / "bad_inputs")
    assert lines[-1] == "1 jobs, 1 rows, 0 unchanged, 0 rejected"
    link, task = chains.document_of(Job.objects.get(), "0"), Task.objects.get()
    answer = desk.get(f"/tasks/{task.pk}/")
    assert answer.status_code == 200
    assert ("data-document=" in answer.content.decode()) == (end == "ready")
    if link is None:
        assert end == ""
        assert lines[:-1] == [f"no document: {name}; its fields can be reviewed without it"]
    else:
        assert f"{link.document.state} {link.document.problem}".strip() == end
        assert escape(link.document.problem_text) in answer.content.decode()
        download = desk.get(f"/tasks/{task.pk}/documents/{link.document.pk}/file/")
        assert download.getvalue() == (shared_data / "real" / "bad_inputs" / name).read_bytes()
    answer_all(desk, task)


def test_a_job_that_comes_again_with_another_value_gets_a_new_row_in_its_chain(shared_data: Path) -> None:
    factories.create_queue()
    real = shared_data / "real" / "payloads"
    first = real / "unsiloed_nested" / "inv-en-azureinterior.json"
    assert import_(first)[-1] == "1 jobs, 1 rows, 0 unchanged, 0 rejected"
    duplicate = real / "edge" / "unsiloed_exact_duplicate.json"
    assert import_(duplicate)[-1] == "1 jobs, 0 rows, 1 unchanged, 0 rejected"
    assert Task.objects.get().state == Task.State.OPEN
    again = real / "edge" / "unsiloed_redelivered_same_job_id.json"
    assert import_(again)[-1] == "1 jobs, 1 rows, 0 unchanged, 0 rejected"
    old, new = Job.objects.get().rows.order_by("id")
    assert (new.supersedes, new.key) == (old, old.key)
    assert differences(old, new) == {path for path, value in changed_values(first, again).items() if value is not None}
    states = dict(Task.objects.values_list("row", "state"))
    assert states == {old.pk: Task.State.WITHDRAWN, new.pk: Task.State.OPEN}


def changed_values(first: Path, second: Path) -> dict[str, object]:
    """Top-level fields whose value differs between two Unsiloed payloads -> the second's value, as plain JSON."""
    a, b = (json.loads(path.read_text())["result"] for path in (first, second))
    return {f"/{name}": b[name]["value"] for name in b if a[name]["value"] != b[name]["value"]}


def differences(old: ResultRow, new: ResultRow) -> set[str]:
    before, after = chains.read(old).values, chains.read(new).values
    assert isinstance(before, dict) and isinstance(after, dict)
    return {f"/{name}" for name in after if not jsontext.equal(before[name], after[name])}


def test_the_same_examples_again_change_nothing(shared_data: Path) -> None:
    factories.create_queue()
    edge = shared_data / "real" / "payloads" / "edge"
    files = [edge / f"{name}.json" for name in EDGE if name != "unsiloed_redelivered_same_job_id"]
    jobs = sum(isinstance(EDGE[path.stem], Kept) for path in files)
    rows = sum(end.rows for path in files if isinstance(end := EDGE[path.stem], Kept))
    assert import_(*files)[-1] == f"{jobs} jobs, {rows} rows, 0 unchanged, {len(files) - jobs} rejected"
    before = counts()
    assert import_(*files)[-1] == f"{jobs} jobs, 0 rows, {rows} unchanged, {len(files) - jobs} rejected"
    assert counts() == before
    assert Rejected.objects.count() == len(files) - jobs, "what was refused is kept once"


def test_two_files_of_one_job_change_nothing_when_they_are_imported_again(shared_data: Path) -> None:
    factories.create_queue()
    edge = shared_data / "real" / "payloads" / "edge"
    files = [edge / "unsiloed_exact_duplicate.json", edge / "unsiloed_redelivered_same_job_id.json"]
    assert import_(*files)[-1] == "2 jobs, 2 rows, 0 unchanged, 0 rejected"
    before, entries = counts(), Entry.objects.count()
    for _again in range(2):
        assert import_(*files)[-1] == "2 jobs, 0 rows, 2 unchanged, 0 rejected"
    assert import_(files[0])[-1] == "1 jobs, 0 rows, 1 unchanged, 0 rejected"
    assert (counts(), Entry.objects.count()) == (before, entries)
    current = chains.current_rows(Job.objects.get())["0"]
    assert current.supersedes is not None, "the later result stays the current one"


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Upstream, Job, ResultRow, Task, Rejected)}


def test_one_bad_file_stops_none_of_the_others_and_is_listed_with_its_reason(shared_data: Path, tmp_path: Path) -> None:
    factories.create_queue()
    broken = tmp_path / "broken.json"
    broken.write_text('{"job_id": "x", "status": ')
    seeds = shared_data / "real" / "payloads" / "seed_examples"
    good = seeds / "000_01_extraction_results.json"
    lines = import_(broken, tmp_path / "absent.json", seeds / "004_11_job_not_found.json", good)
    assert [line.split(": ")[:3] for line in lines[:-1]] == [
        ["rejected", "broken.json", "not_json"],
        ["rejected", "absent.json", "unreadable"],
        ["rejected", "004_11_job_not_found.json", "error_body"],
    ]
    assert lines[-1] == "1 jobs, 1 rows, 0 unchanged, 3 rejected"


def test_states_of_one_classification_arrive_one_after_the_other(shared_data: Path) -> None:
    """The vendor's own page shows one job id in each state."""
    factories.create_queue()
    seeds = shared_data / "real" / "payloads" / "seed_examples"
    files = sorted(seeds.glob("004_0[789]_*.json"))
    assert import_(*files)[-1] == "3 jobs, 2 rows, 0 unchanged, 0 rejected"
    job = Job.objects.get()
    assert (job.status, job.rows.count()) == ("completed", 2)
    assert import_(seeds / "004_10_failed_status.json")[-1] == "1 jobs, 0 rows, 0 unchanged, 0 rejected"
    job.refresh_from_db()
    assert (job.status, job.rows.count()) == ("failed", 2), "what was read stays"
