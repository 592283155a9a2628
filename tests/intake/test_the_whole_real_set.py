"""Do all 38 real documents come in, in every vendor's shape, with nothing refused and nothing lost?"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from reviewapp.documents.models import Document
from reviewapp.extraction import jsontext
from reviewapp.extraction.model import Kind
from reviewapp.results import chains
from reviewapp.results.models import DocumentLink, Job
from reviewapp.upstreams import registry
from tests.factories import create_queue

pytestmark = pytest.mark.django_db(transaction=True)

#: Shape -> (files, rows). Talonic has one job for each type of document.
SHAPES = {
    "unsiloed_nested": (38, 38),
    "unsiloed_legacy": (38, 38),
    "unsiloed_classify": (38, 38),
    "job_rows": (10, 38),
    "llamaextract": (38, 38),
}


def import_(files: list[Path], *options: str) -> str:
    """The command's last line."""
    out = io.StringIO()
    call_command("import_results", *map(str, files), *options, stdout=out)
    return out.getvalue().splitlines()[-1]


@pytest.mark.parametrize(("shape", "expected"), SHAPES.items())
def test_every_payload_of_a_shape_is_taken_in_and_given_back_as_it_came(
    shared_data: Path, shape: str, expected: tuple[int, int]
) -> None:
    create_queue()
    jobs, rows = expected
    files = sorted((shared_data / "real" / "payloads" / shape).glob("*.json"))
    assert import_(files) == f"{jobs} jobs, {rows} rows, 0 unchanged, 0 rejected"
    came = {jsontext.dump(jsontext.parse(path.read_bytes())) for path in files}
    assert {given_back(job) for job in Job.objects.all()} == came
    assert import_(files) == f"{jobs} jobs, 0 rows, {rows} unchanged, 0 rejected"


def given_back(job: Job) -> str:
    """The newest payload with the stored rows composed into it, in the form in which trees are compared."""
    payload = chains.newest_payload(job)
    stored = {key: chains.read(row) for key, row in chains.current_rows(job).items()}
    adapter = registry.adapter(Kind(job.kind))
    assert {row.key: row for row in adapter.parse(payload).rows} == stored
    return jsontext.dump(jsontext.parse(adapter.compose(payload, stored)["result"]))


def test_a_number_written_otherwise_would_be_noticed(shared_data: Path) -> None:
    """A negative control of the comparison."""
    path = shared_data / "real" / "payloads" / "unsiloed_nested" / "inv-en-azureinterior.json"
    text = path.read_text()
    assert '"value": 42.0' in text
    same, other = jsontext.parse(text), jsontext.parse(text.replace('"value": 42.0', '"value": 42'))
    assert not jsontext.equal(same, other)


def test_every_document_of_the_set_is_found_and_kept_beside_its_job(shared_data: Path) -> None:
    create_queue()
    real = shared_data / "real"
    line = import_(sorted((real / "payloads" / "job_rows").glob("*.json")), "--documents", str(real / "documents"))
    assert line == "10 jobs, 38 rows, 0 unchanged, 0 rejected"
    assert set(Document.objects.values_list("state", flat=True)) == {"ready"}
    assert {link.name.text for link in DocumentLink.objects.select_related("name")} == {
        path.name for path in (real / "documents").iterdir()
    }
    assert DocumentLink.objects.count() == Document.objects.count() == 38
