"""A document is kept, sent, and becomes a job that is pulled; what blocks or refuses it is said, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reviewapp.audit.models import Entry
from reviewapp.documents.models import Document
from reviewapp.intake import attaching, pulling, submitting
from reviewapp.intake.models import Pull, Submission
from reviewapp.results.models import Job
from reviewapp.upstreams import adapter, http
from reviewapp.upstreams.clients import Submitted
from reviewapp.upstreams.models import Upstream
from tests import factories
from tests.factories import AT, VIA

from .scripted import PDF, Scripted, answer

pytestmark = pytest.mark.django_db(transaction=True)
JOB = "00000000-0000-4000-8000-0000000000aa"
SCHEMA = '{"type":"object","properties":{"total":{"type":"number"}}}'


@pytest.fixture
def step(client_out: http.Client) -> Any:
    return lambda at: submitting.step(at=at, client=client_out, worker="w", uniform=lambda low, high: high)


def handed_in(live: Upstream, data: bytes = b"") -> Submission:
    return submitting.hand_in(
        upstream=live,
        chunks=[data or PDF],
        name="paper.pdf",
        schema=SCHEMA,
        options={"model": "gamma"},
        at=AT,
        by=factories.trail.SYSTEM,
        via=VIA,
    )


def test_it_becomes_a_job_that_is_pulled_and_shows_its_document(
    live: Upstream, vendor: Scripted, step: Any, client_out: http.Client
) -> None:
    vendor.submissions = [Submitted(JOB)]
    vendor.fetches = [answer(factories.unsiloed({"total": 12}, job_id=JOB))]
    submission = handed_in(live)
    assert step(AT)
    assert not step(AT)
    (sent,) = vendor.sent
    assert (sent.name, sent.media_type, sent.schema, sent.options) == (
        "paper.pdf",
        "application/pdf",
        SCHEMA,
        {"model": "gamma"},
    )
    assert sent.key == str(submission.key)
    assert ("submit", "%PDF-") in vendor.asked
    assert not sent.path.exists()
    submission.refresh_from_db()
    assert (submission.state, submission.pull.job_id, submission.pull.origin) == ("done", JOB, "submitted")
    assert pulling.step(at=AT, client=client_out, worker="w", uniform=lambda low, high: high)
    assert Job.objects.get().document_links.get().document == submission.document
    actions = list(Entry.objects.filter(object_type="submission").order_by("id").values_list("action", flat=True))
    assert actions == ["intake:document:handed_in", "intake:document:hand_in_ended"]


def test_a_blocked_document_makes_no_job_and_says_why(live: Upstream, vendor: Scripted, step: Any) -> None:
    vendor.submissions = [Submitted(None, blocked="pii_detected:high")]
    handed_in(live)
    step(AT)
    submission = Submission.objects.get()
    assert (submission.state, submission.blocked, submission.next_at) == ("blocked", "pii_detected:high", None)
    assert not Pull.objects.exists()


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (adapter.RequestRefused("no schema"), "refused"),
        (adapter.TooLarge("too large"), "refused"),
        (adapter.Uncertain("it may have arrived"), "refused"),
        (adapter.Unavailable("down"), "waiting"),
        (adapter.RateLimited("slow down"), "waiting"),
        (adapter.AuthRefused("the key is bad"), "waiting"),
    ],
)
def test_a_failure_is_tried_again_with_the_same_key_or_ends(
    failure: adapter.UpstreamError, state: str, live: Upstream, vendor: Scripted, step: Any
) -> None:
    vendor.submissions = [failure, Submitted(JOB)]
    handed_in(live)
    step(AT)
    submission = Submission.objects.get()
    assert (submission.state, submission.last_code) == (state, failure.code)
    if state == "refused":
        submitting.again(submission=submission, at=AT + timedelta(hours=1), by=factories.trail.SYSTEM, via=VIA)
    assert step(AT + timedelta(hours=1))
    submission.refresh_from_db()
    assert submission.state == "done"
    assert len({sent.key for sent in vendor.sent}) == 1


def test_who_asks_again_for_what_is_done_changes_nothing(live: Upstream, vendor: Scripted, step: Any) -> None:
    vendor.submissions = [Submitted(JOB)]
    submission = handed_in(live)
    step(AT)
    submitting.again(submission=submission, at=AT, by=factories.trail.SYSTEM, via=VIA)
    assert not step(AT)


@pytest.mark.parametrize(("data", "code"), [(b"no paper at all", "not_a_document")])
def test_what_is_no_document_is_not_sent(data: bytes, code: str, live: Upstream) -> None:
    with pytest.raises(attaching.NotKept) as refused:
        handed_in(live, data)
    assert refused.value.code == code
    assert not Submission.objects.exists()
    assert not Document.objects.exists()


def test_without_a_schema_the_attached_one_of_that_name_is_sent(live: Upstream) -> None:
    live.schemas.create(schema_name="Invoice", text=SCHEMA)
    named = {"upstream": live, "chunks": [PDF], "name": "p.pdf", "at": AT, "by": factories.trail.SYSTEM, "via": VIA}
    assert submitting.hand_in(**named, schema_name="Invoice").schema == SCHEMA
    with pytest.raises(submitting.Lacking) as refused:
        submitting.hand_in(**named, schema_name="Other")
    assert refused.value.wanted == ("schema",)
    assert Submission.objects.count() == 1
