"""Can an id ever be more than one segment of a path, and is the right one found in what a person pastes?"""

from __future__ import annotations

import pytest

from reviewapp.extraction.model import Kind
from reviewapp.upstreams import ids, registry
from reviewapp.upstreams.adapter import NotAllowed
from reviewapp.upstreams.clients import VendorClient
from reviewapp.upstreams.llamacloud_v2 import client as llamacloud_v2

A = "36ad7f0c-4a3e-4ed2-9a0e-0a1b2c3d4e5f"
B = "7f84ceed-0000-4000-8000-1234567890ab"
CLIENTS: dict[str, VendorClient] = {
    **{kind.value: registry.client(kind) for kind in Kind},
    "llamacloud_v2": llamacloud_v2.Client(),
}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (A, A),
        ("ext-1", "ext-1"),
        ("a b", "a%20b"),
        ("a?b#c", "a%3Fb%23c"),
        ("a%2Fb", "a%252Fb"),
        ("a;b=c&d", "a%3Bb%3Dc%26d"),
        ("ü", "%C3%BC"),
        (":search", "%3Asearch"),
    ],
)
def test_an_id_is_one_segment(name: str, written: str) -> None:
    assert ids.segment(name) == written


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "/", "a\\b", "../x", "a..b", "a\nb", "a\rb", "a\0b", "\x7f", "\x85", "\ud800", "x" * 201],
)
def test_what_could_step_out_of_its_place_is_not_asked_for(name: str) -> None:
    with pytest.raises(NotAllowed):
        ids.segment(name)


FOUND = [
    ("unsiloed_extract", A, A),
    ("unsiloed_extract", f"  {A}\n", A),
    ("unsiloed_extract", f"https://prod.visionapi.unsiloed.ai/extract/{A}", A),
    ("unsiloed_extract", f"https://prod.visionapi.unsiloed.ai/v2/extract/{A}/?x=1#top", A),
    ("unsiloed_extract", f"https://app.example/jobs?job_id={A}", A),
    ("unsiloed_extract", f"https://app.example/history/{A}", A),
    ("unsiloed_extract", f"https://app.example/#/extract/{A}", A),
    ("unsiloed_classify", f"https://prod.visionapi.unsiloed.ai/classify/{A}", A),
    ("talonic", f"https://api.talonic.com/v1/jobs/{A}/results", A),
    ("talonic", f"https://app.talonic.com/jobs/{A}", A),
    ("talonic", f"https://app.talonic.com/w/{B}/jobs/{A}?tab=rows", A),
    ("llamacloud", f"https://api.cloud.llamaindex.ai/api/v1/extraction/jobs/{A}/result", A),
    ("llamacloud", f"https://api.cloud.llamaindex.ai/api/v1/extraction/runs/by-job/{A}", A),
    ("llamacloud", f"https://cloud.llamaindex.ai/project/{B}/extract/{B}/jobs/{A}", A),
    ("llamacloud_v2", "ext-1", "ext-1"),
    ("llamacloud_v2", "https://api.cloud.eu.llamaindex.ai/api/v2/extract/ext-1?expand=configuration", "ext-1"),
    ("llamacloud_v2", "http://127.0.0.1:8977/api/v2/extract/ext-1/review", "ext-1"),
]


@pytest.mark.parametrize(("kind", "text", "job_id"), FOUND)
def test_the_job_that_a_person_means(kind: str, text: str, job_id: str) -> None:
    assert CLIENTS[kind].job_id_in(text) == job_id


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "a b",
        "../etc",
        "a/b",
        "-a",
        "a;b",
        "ä",
        "a" * 201,
        "ftp://x.example/jobs/1",
        "javascript:alert(1)",
        "https://x.example/",
        "https://x.example/jobs/",
        "https://x.example/jobs/a%2Fb",
        "https://x.example/jobs/..",
        "https://x.example/jobs/%2e%2e",
        "https://x.example/?job_id=a%0d%0ab",
        "https://[x/jobs/1",
        "https:///jobs/1",
    ],
)
def test_what_names_no_job_is_refused_with_a_sentence(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
        CLIENTS[kind].job_id_in(text)
