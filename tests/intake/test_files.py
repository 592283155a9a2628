"""A document is fetched before its link dies; an expired link is asked for once more; half a file is not taken for one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from reviewapp.documents.models import Document
from reviewapp.intake import files
from reviewapp.intake.models import SourceFile
from reviewapp.results.models import Job
from reviewapp.upstreams import adapter
from reviewapp.upstreams.clients import Located, Source
from reviewapp.upstreams.models import Upstream
from tests import factories
from tests.factories import AT
from tests.upstreams.servers import Play, Server, always, client, said

from .scripted import PDF, Scripted

pytestmark = pytest.mark.django_db(transaction=True)
QUERY = "?X-Amz-Signature=canary-of-the-tests"
EXPIRED = said(403, b"<Error><Code>AccessDenied</Code></Error>")


class Ground:
    """One job whose document lies at a server of the test's own."""

    def __init__(self, live: Upstream, vendor: Scripted) -> None:
        self.vendor = vendor
        self.job = factories.take_in(factories.unsiloed({"total": 12}), upstream=live).job
        self._servers: list[Server] = []

    def lies_at(self, play: Play) -> Server:
        server = Server(play)
        self._servers.append(server)
        Upstream.objects.update(base_url=server.url, private="127.0.0.0/8")
        self.vendor.locations = [Located(f"{server.url}paper.pdf{QUERY}")]
        with_source = Source(key="", name="paper.pdf")
        files.note_sources(self.job, [with_source], at=AT)
        return server

    def step(self, at: Any = AT) -> SourceFile:
        assert files.step(at=at, client=client(), worker="w", uniform=lambda low, high: high)
        return SourceFile.objects.get()

    def close(self) -> None:
        for server in self._servers:
            server.__exit__()


@pytest.fixture
def ground(live: Upstream, vendor: Scripted) -> Iterator[Ground]:
    made = Ground(live, vendor)
    yield made
    made.close()


def test_it_is_kept_and_linked_under_its_name(ground: Ground) -> None:
    ground.lies_at(always(said(200, PDF)))
    wanted = ground.step()
    assert (wanted.state, wanted.next_at, wanted.last_error) == ("kept", None, "")
    link = ground.job.document_links.get()
    assert (link.name.text, link.document.sha256, link.document.state) == (
        "paper.pdf",
        factories.sha256(PDF),
        "ready",
    )
    assert not files.step(at=AT, client=client(), worker="w", uniform=max)


def test_an_expired_link_is_asked_for_once_more_in_the_same_try(ground: Ground) -> None:
    server = ground.lies_at(always(EXPIRED, said(200, PDF)))
    assert ground.step().state == "kept"
    assert [what for what, _ in ground.vendor.asked] == ["locate", "locate"]
    assert len(server.heard) == 2


def test_one_that_stays_expired_is_tried_later_and_given_up_at_last(ground: Ground) -> None:
    server = ground.lies_at(always(EXPIRED))
    wanted, at = ground.step(), AT
    assert (wanted.state, wanted.last_code, len(server.heard)) == ("waiting", "expired", 2)
    assert wanted.next_at == AT + timedelta(seconds=files.FIRST)
    for _ in range(files.TRIES - 1):
        at = wanted.next_at
        wanted = ground.step(at)
    assert (wanted.state, wanted.next_at, wanted.attempts) == ("refused", None, files.TRIES)
    assert files.again(job=ground.job, at=at) == 1
    assert SourceFile.objects.get().next_at == at


def test_half_a_pdf_is_fetched_again(ground: Ground) -> None:
    ground.lies_at(always(said(200, PDF[:-20]), said(200, PDF)))
    wanted = ground.step()
    assert (wanted.state, wanted.last_code, Document.objects.count()) == ("waiting", "damaged", 0)
    assert ground.step(wanted.next_at).state == "kept"
    assert Document.objects.get().state == "ready"


def test_what_is_the_same_half_twice_is_kept_as_the_evidence_that_there_is(ground: Ground) -> None:
    ground.lies_at(always(said(200, PDF[:-20])))
    wanted = ground.step()
    assert ground.step(wanted.next_at).state == "kept"
    assert (Document.objects.get().state, Document.objects.get().problem) == ("broken", "truncated")


def test_a_page_of_html_is_no_document(ground: Ground) -> None:
    ground.lies_at(always(said(200, b"<html>sign in</html>")))
    wanted = ground.step()
    assert (wanted.state, wanted.last_code) == ("waiting", "no_document")
    wanted = ground.step(wanted.next_at)
    assert (wanted.state, wanted.next_at) == ("refused", None)
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        (said(500), "waiting", "unavailable"),
        (said(302, location="http://169.254.169.254/"), "waiting", "refused"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n", "refused", "too_large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + PDF, "waiting", "unavailable"),
        (said(200, b""), "waiting", "damaged"),
    ],
    ids=["broken", "redirect", "large", "short", "empty"],
)
def test_each_way_to_fail_ends_in_its_state(answer: bytes, state: str, code: str, ground: Ground) -> None:
    ground.lies_at(always(answer))
    wanted = ground.step()
    assert (wanted.state, wanted.last_code) == (state, code)
    assert not Document.objects.exists()
    assert "canary" not in wanted.last_error


def test_an_upstream_that_gives_no_file_is_not_asked_again(ground: Ground) -> None:
    ground.lies_at(always(EXPIRED))
    ground.vendor.locations = [None]
    assert ground.step().state == "refused"


def test_a_server_elsewhere_is_not_asked_for_files(ground: Ground) -> None:
    ground.lies_at(always(said(200, PDF)))
    ground.vendor.locations = [Located("http://files.example.net/paper.pdf")]
    wanted = ground.step()
    assert (wanted.state, wanted.last_code) == ("refused", "not_allowed")


def test_trouble_of_the_upstream_holds_its_files_too(ground: Ground) -> None:
    ground.lies_at(always(said(200, PDF)))
    ground.vendor.locations = [adapter.Unavailable("down")]
    assert ground.step().last_code == "unavailable"
    assert not files.step(at=AT, client=client(), worker="w", uniform=max)


def test_a_job_with_a_document_keeps_it(ground: Ground, live: Upstream) -> None:
    ground.lies_at(always(said(200, PDF)))
    ground.step()
    other = Source(key="", file_id="f-2", name="other.pdf")
    files.note_sources(Job.objects.get(pk=ground.job.pk), [other], at=AT)
    assert SourceFile.objects.count() == 1
