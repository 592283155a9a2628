"""Do the pages show what is on its way and what got stuck, and does each button do its one act?"""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviewapp.accounts.roles import Role
from reviewapp.audit import trail
from reviewapp.delivery import browse, destinations, outbox, retrying, sending
from reviewapp.delivery.models import Attempt, Delivery, Destination
from reviewapp.documents.models import Document
from reviewapp.extraction.model import Kind
from reviewapp.ops import overview
from reviewapp.results import ledger
from reviewapp.results.models import Job
from reviewapp.upstreams.clients import Capabilities
from reviewapp.upstreams.models import Upstream
from reviewapp.upstreams.ways import WAYS
from tests import factories
from tests.delivery.receiver import (
    always,
    create_destination,
    create_rows,
    create_write_back,
    deliveries,
    finish,
    in_turn,
    receiving,
    run,
)
from tests.factories import AT

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "a-path-that-is-a-key"


@pytest.fixture
def sol() -> Client:
    return factories.sign_in(factories.create_user(username="sol", role=Role.SUPERVISOR))


@pytest.fixture
def ada() -> Client:
    return factories.sign_in(factories.create_user(username="ada", role=Role.ADMIN))


@pytest.fixture
def udo() -> Client:
    return factories.sign_in(factories.create_user(username="udo", role=Role.AUDITOR))


def stuck() -> list[Delivery]:
    """One delivered, one dead, one that waits for its next try; one behind the dead one."""
    with receiving(in_turn(422, 200, 500)) as receiver:
        create_destination(receiver.url)
        found = deliveries(documents=3)
        for _ in found:
            run(limit=1)
    assert [one.state for one in Delivery.objects.order_by("id")] == ["dead", "delivered", "retrying"]
    return found


def test_the_list_shows_state_destination_document_and_last_answer(sol: Client) -> None:
    stuck()
    response = sol.get("/deliveries/")
    page = response.content.decode()
    for word in ("Books", "answered 422", "answered 500", "again at", "delivered"):
        assert word in page
    assert PATH not in page
    assert {state: n for state, _label, n in response.context["states"]}["dead"] == 1


@pytest.mark.parametrize(
    ("query", "number"),
    [("state=dead", 1), ("state=delivered", 1), ("state=else", 3), ("destination=books", 3), ("destination=no", 3),
     ("outcome=passed", 3), ("outcome=rejected", 0), ("q=nothing", 0)],
)  # fmt: skip
def test_it_is_narrowed(sol: Client, query: str, number: int) -> None:
    stuck()
    assert len(sol.get(f"/deliveries/?{query}").context["page"].deliveries) == number
    part = sol.get(f"/deliveries/?{query}", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="deliveries">')


def test_it_is_searched_by_job_file_and_message(sol: Client) -> None:
    ours = stuck()
    job = Job.objects.get()
    for q in (job.job_id[:9], ours[1].webhook_id):
        assert sol.get("/deliveries/", {"q": q}).context["page"].deliveries


def test_a_document_is_found_by_its_name_in_every_way_and_leads_to_its_row_and_task(sol: Client) -> None:
    """Of a Talonic job each row has a document of its own, of which the job knows nothing."""
    talonic = factories.create_upstream(slug="talonic", kind=Kind.TALONIC)
    create_destination()
    for way in sending.ways_of(Kind.TALONIC):
        create_write_back(talonic, way)
    for row in create_rows(12):
        finish(row, outcome="approved")
    named = factories.create_job(factories.unsiloed({"total": (1, 0.99)}, file_name="letter.pdf"))
    outbox.run(at=AT)
    found = sol.get("/deliveries/", {"q": "PAPER-11"})
    shown = found.context["page"].deliveries
    assert len(shown) == 1 + len(sending.ways_of(Kind.TALONIC)) == 4
    assert {one.name for one in shown} == {"paper-11.pdf"}
    page = found.content.decode()
    assert page.count(">paper-11.pdf</a>") == 4
    assert f'href="/jobs/{shown[0].job_id}/#row-{shown[0].row_id}"' in page
    assert len(sol.get("/deliveries/", {"q": "letter"}).context["page"].deliveries) == (1 if named.file_name else 0)
    one = sol.get(f"/deliveries/{shown[0].pk}/").content.decode()
    assert "<h1>paper-11.pdf</h1>" in one
    assert f'href="/jobs/{shown[0].job_id}/#row-{shown[0].row_id}"' in one
    assert f'href="/queue/?job={shown[0].job_id}&amp;state=any&amp;q=paper-11.pdf"' in one


def test_a_name_that_was_attached_by_hand_goes_before_what_the_upstream_says(sol: Client) -> None:
    create_destination()
    (row,) = create_rows()
    document = Document.objects.create(
        sha256="a" * 64,
        size=1,
        media_type="application/pdf",
        state="ready",
        page_count=1,
        pages="[[1, 1]]",
        created_at=AT,
    )
    ledger.link_document(job=row.job, document=document, name="by hand.pdf", key=row.key, at=AT)
    finish(row)
    outbox.run(at=AT)
    assert Delivery.objects.get().document_name == "by hand.pdf"


def test_a_search_reads_an_index_and_every_list_asks_as_much_for_many_as_for_few(sol: Client) -> None:
    create_destination()
    asked: dict[str, list[int]] = {}
    for number in (1, 60):
        for n in range(5 if number > 1 else 0):
            create_destination(slug=f"more-{n}")
        for row in create_rows(number):
            finish(row)
        outbox.run(at=AT)
        for address in ("/deliveries/", "/deliveries/?q=paper&state=pending", "/deliveries/destinations/"):
            with CaptureQueriesContext(connection) as queries:
                sol.get(address)
            asked.setdefault(address, []).append(len(queries))
    assert {few for few, many in asked.values() if few != many} == set(), asked
    assert max(map(max, asked.values())) <= 16
    if connection.vendor == "sqlite":
        ids = browse.narrowed(browse.Filter(q="paper")).order_by("-id").values_list("pk", flat=True)[:51]
        assert "USING COVERING INDEX delivery_name_idx" in ids.explain()


def test_what_was_given_up_stands_for_itself_and_is_dead_nowhere(sol: Client) -> None:
    dead = stuck()[0]
    assert overview.of(at=AT).errands[6].stuck == 1
    sol.post(f"/deliveries/{dead.pk}/end/")
    assert [one.pk for one in sol.get("/deliveries/?state=given_up").context["page"].deliveries] == [dead.pk]
    listed = sol.get("/deliveries/?state=dead")
    assert not listed.context["page"].deliveries
    assert {where: n for where, _label, n in listed.context["states"]} == {
        "pending": 0, "retrying": 1, "delivered": 1, "dead": 0, "given_up": 1, "not_accepted": 0,
    }  # fmt: skip
    assert browse.find_destination("books").dead == 0
    assert overview.of(at=AT).errands[6].stuck == 0
    page = sol.get("/deliveries/").content.decode()
    assert 'value="given_up"' in page and ">given up</span>" in page and ">dead</span>" not in page


def test_attempts_are_told_to_the_second_with_how_long_they_took(sol: Client) -> None:
    with receiving(always(500)) as receiver:
        create_destination(receiver.url)
        (delivery,) = deliveries()
        run(AT + timedelta(seconds=7))
    page = sol.get(f"/deliveries/{delivery.pk}/").content.decode()
    assert re.search(r">10 Mar 2026 09:00:07</time>", page) or ":00:07" in page
    took = Attempt.objects.get().seconds
    assert f'<td class="number">{took} s</td>' in page


def test_what_a_stopped_destination_keeps_waits_and_has_no_next_attempt(ada: Client) -> None:
    talonic = factories.create_upstream(slug="talonic", kind=Kind.TALONIC)
    create_destination()
    back = create_write_back(talonic, "corrections")
    (row,) = create_rows()
    finish(row, outcome="approved")
    outbox.run(at=AT)
    to_books, to_vendor = Delivery.objects.order_by("destination")
    assert to_vendor.destination == back
    said = {}
    for state in ("active", "paused", "disabled"):
        Destination.objects.update(state=state)
        said[state] = ada.get(f"/deliveries/{to_books.pk}/").content.decode()
        assert (f"waits: the destination is {state}" in ada.get("/deliveries/").content.decode()) == (state != "active")
    assert "<dt>Next attempt</dt><dd><time" in said["active"]
    for state in ("paused", "disabled"):
        assert f"<dt>Next attempt</dt><dd>waits: the destination is {state}</dd>" in said[state]
    Destination.objects.update(state="active")
    Upstream.objects.update(paused=True)
    assert "waits: the upstream is paused" in ada.get(f"/deliveries/{to_vendor.pk}/").content.decode()
    assert "waits:" not in ada.get(f"/deliveries/{to_books.pk}/").content.decode()


def test_pages_of_fifty_without_a_gap_and_few_queries(sol: Client) -> None:
    create_destination()
    deliveries(documents=120)
    seen, after = [], ""
    while True:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = sol.get("/deliveries/", {"after": after}).context["page"]
        assert len(queries) < 20
        seen += [one.pk for one in page.deliveries]
        after = page.after
        if not after:
            break
    assert seen == sorted(Delivery.objects.values_list("pk", flat=True), reverse=True)


def test_counts_stop_at_their_limit(sol: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse, "COUNT_LIMIT", 3)
    create_destination()
    deliveries(documents=7)
    assert "3+" in sol.get("/deliveries/").content.decode()
    assert browse.by_state()["pending"] == 4


def test_one_delivery_shows_every_attempt_its_answer_and_its_body(sol: Client) -> None:
    with receiving(always(500, b"<script>alert(1)</script> not now")) as receiver:
        create_destination(receiver.url)
        (delivery,) = deliveries()
        run()
        run(AT + timedelta(seconds=5))
    page = sol.get(f"/deliveries/{delivery.pk}/").content.decode()
    assert page.count("answered 500") == 2
    assert "&lt;script&gt;alert(1)&lt;/script&gt; not now" in page and "<script>alert" not in page
    assert delivery.webhook_id in page and PATH not in page
    assert json.loads(delivery.body.text)["data"]["job_id"] in page


def test_try_again_and_give_up(sol: Client) -> None:
    dead = stuck()[0]
    address = f"/deliveries/{dead.pk}/"
    assert "Try again" in sol.get(address).content.decode()
    assert sol.post(f"{address}attempts/").status_code == 302
    dead.refresh_from_db()
    assert dead.state == "pending"
    assert sol.post(f"{address}end/").status_code == 302
    dead.refresh_from_db()
    assert (dead.state, dead.given_up_at is not None) == ("dead", True)
    page = sol.get(address).content.decode()
    assert "given up" in page and "Try again" not in page
    assert "nothing left to be done" in sol.post(f"{address}attempts/", follow=True).content.decode()


def test_what_waits_for_an_earlier_one_says_so(sol: Client) -> None:
    create_destination()
    first, second = deliveries(each=2)
    page = sol.get(f"/deliveries/{second.pk}/").content.decode()
    assert f'href="/deliveries/{first.pk}/"' in page and "Try again" not in page


def test_an_auditor_sees_everything_and_changes_nothing(udo: Client) -> None:
    dead = stuck()[0]
    for address in (f"/deliveries/{dead.pk}/", "/deliveries/destinations/", "/deliveries/destinations/books/"):
        page = udo.get(address).content.decode()
        assert "Books" in page
        assert 'method="post"' not in page[page.index("<main") : page.index("</main>")]


WEBHOOK = {
    "slug": "books",
    "name": "The books",
    "url": f"https://hooks.example.com/{PATH}",
    "outcomes": ["approved", "passed"],
    "form": "row",
    "upstreams": [],
    "private": "",
}


def test_a_webhook_is_added_and_its_secret_shown_once(ada: Client) -> None:
    response = ada.post("/deliveries/destinations/new/webhook/", WEBHOOK)
    assert response.status_code == 201
    found = Destination.objects.get()
    (secret,) = destinations.secrets_of(found)
    assert secret in response.content.decode()
    page = ada.get("/deliveries/destinations/books/").content.decode()
    assert "hooks.example.com" in page and PATH not in page and secret not in page
    assert json.loads(found.outcomes) == ["approved", "passed"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"url": ""}, "url"), ({"url": "ftp://x.example"}, "url"), ({"url": "https://u:p@x.example/"}, "url"),
     ({"private": "8.8.8.0/24"}, "private"), ({"outcomes": []}, "outcomes"), ({"name": ""}, "name"),
     ({"slug": "no slug"}, "slug")],
)  # fmt: skip
def test_what_cannot_work_is_said_beside_its_field(ada: Client, typed: dict, field: str) -> None:
    response = ada.post("/deliveries/destinations/new/webhook/", {**WEBHOOK, **typed})
    assert response.status_code == 422 and field in response.context["form"].errors
    assert not Destination.objects.exists()


def test_a_short_name_is_taken_once(ada: Client) -> None:
    create_destination(slug="books")
    response = ada.post("/deliveries/destinations/new/webhook/", WEBHOOK)
    assert response.status_code == 422 and "slug" in response.context["form"].errors


def test_settings_keep_the_address_that_is_not_shown(ada: Client) -> None:
    made = create_destination(f"https://hooks.example.com/{PATH}")
    page = ada.get("/deliveries/destinations/books/").content.decode()
    assert PATH not in page
    typed = {**WEBHOOK, "url": "", "name": "Other"}
    assert ada.post("/deliveries/destinations/books/settings/", typed).status_code == 302
    found = Destination.objects.get()
    assert (found.name, found.host, found.url) == ("Other", "hooks.example.com", made.url)
    refused = ada.post("/deliveries/destinations/books/settings/", {**typed, "outcomes": []})
    assert refused.status_code == 422


def test_a_write_back_offers_what_the_vendors_client_takes(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Vendor:
        can = Capabilities(writes_back=("corrections", "agent_data"))

    factories.create_upstream(slug="talonic-eu")
    Upstream.objects.update(base_url="https://api.example.com")
    monkeypatch.setattr(sending, "client_of", lambda kind: Vendor())
    page = ada.get("/deliveries/destinations/new/write-back/").content.decode()
    assert 'value="talonic-eu:corrections"' in page and 'value="passed"' not in page
    typed = {"slug": "back", "name": "Back", "upstream": "talonic-eu:agent_data", "outcomes": ["approved"]}
    assert ada.post("/deliveries/destinations/new/write-back/", typed).status_code == 302
    found = Destination.objects.get()
    assert (found.kind, found.way, found.upstream.slug) == ("write_back", "agent_data", "talonic-eu")
    wrong = ada.post("/deliveries/destinations/new/write-back/", {**typed, "slug": "b", "upstream": "talonic-eu:else"})
    assert wrong.status_code == 422
    assert ada.get("/deliveries/destinations/back/").status_code == 200
    changed = ada.post("/deliveries/destinations/back/settings/", {"name": "Again", "outcomes": ["rejected"]})
    assert changed.status_code == 302
    found.refresh_from_db()
    assert (found.name, found.way, json.loads(found.outcomes)) == ("Again", "agent_data", ["rejected"])


def test_each_way_says_what_it_does_there_and_what_it_needs(ada: Client) -> None:
    for kind in Kind:
        factories.create_upstream(slug=kind.value.replace("_", "-"), kind=kind)
    Upstream.objects.update(base_url="https://api.example.com")
    response = ada.get("/deliveries/destinations/new/write-back/")
    page = html.unescape(response.content.decode())
    offers = response.context["form"].offers
    assert {(one.value.partition(":")[2]) for one in offers} == set(WAYS)
    for kind in Kind:
        for way in sending.ways_of(kind):
            assert f'value="{kind.value.replace("_", "-")}:{way}"' in page
            assert f"{WAYS[way].does} {WAYS[way].needs}" in page and str(WAYS[way].name) in page
    assert page.count("deployment_name is not set there yet.") == sum(
        "agent_data" in sending.ways_of(kind) for kind in Kind
    )
    Upstream.objects.update(options='{"deployment_name": "d"}')
    assert "is not set there yet" not in ada.get("/deliveries/destinations/new/write-back/").content.decode()


def test_one_way_back_to_an_upstream_is_taken_once(ada: Client) -> None:
    factories.create_upstream(slug="talonic", kind=Kind.TALONIC)
    factories.create_upstream(slug="another", kind=Kind.TALONIC)
    Upstream.objects.update(base_url="https://api.example.com")
    address = "/deliveries/destinations/new/write-back/"

    def add(slug: str, chosen: str) -> tuple[int, str]:
        typed = {"slug": slug, "name": f"Back {slug}", "upstream": chosen, "outcomes": ["approved"]}
        response = ada.post(address, typed)
        return response.status_code, response.content.decode()

    assert add("a", "talonic:corrections")[0] == 302
    status, page = add("b", "talonic:corrections")
    assert status == 422 and "“Back a” writes back to this upstream in this way already" in page
    assert add("c", "talonic:field_review")[0] == 302 and add("d", "another:corrections")[0] == 302
    page = ada.get(address).content.decode()
    assert "“Back a” does this already." in page and page.count(" disabled") == 3
    # One that was disabled is not in the way, until it is to be resumed.
    ada.post("/deliveries/destinations/a/disablement/")
    assert add("b", "talonic:corrections")[0] == 302
    said = ada.post("/deliveries/destinations/a/resumption/", follow=True).content.decode()
    assert "“Back b” writes back to this upstream in this way already" in said
    assert Destination.objects.get(slug="a").state == "disabled"
    ada.post("/deliveries/destinations/b/disablement/")
    ada.post("/deliveries/destinations/a/resumption/")
    assert Destination.objects.get(slug="a").state == "active"


def test_paused_with_a_reason_resumed_and_disabled(ada: Client) -> None:
    create_destination()
    base = "/deliveries/destinations/books/"
    ada.post(f"{base}pause/", {"reason": "they move house"})
    assert "they move house" in ada.get(base).content.decode()
    assert "they move house" in ada.get("/deliveries/destinations/").content.decode()
    ada.post(f"{base}resumption/")
    assert Destination.objects.get().state == "active"
    ada.post(f"{base}disablement/", {"reason": ""})
    assert Destination.objects.get().state == "disabled"


def test_a_new_secret_is_shown_once_and_the_older_taken_away(ada: Client) -> None:
    create_destination()
    base = "/deliveries/destinations/books/"
    shown = ada.post(f"{base}secret/").content.decode()
    newest, older = destinations.secrets_of(Destination.objects.get())
    assert newest in shown and older not in shown
    page = ada.get(base).content.decode()
    assert newest not in page and "Take the older secret away" in page
    ada.post(f"{base}secret/older/")
    assert destinations.secrets_of(Destination.objects.get()) == (newest,)


def test_a_test_says_what_was_answered(sol: Client) -> None:
    with receiving(in_turn(200, 503)) as receiver:
        create_destination(receiver.url)
        first = sol.post("/deliveries/destinations/books/test/", follow=True).content.decode()
        second = sol.post("/deliveries/destinations/books/test/", follow=True).content.decode()
    assert "The test arrived: answered 200" in first and "The test did not arrive: answered 503" in second
    assert not Delivery.objects.exists()


def test_dead_ones_are_tried_again_and_earlier_rows_sent(sol: Client) -> None:
    stuck()
    base = "/deliveries/destinations/books/"
    said = sol.post(f"{base}replay/", follow=True).content.decode()
    assert "1 delivery is tried again." in said
    create_destination(slug="late")
    said = sol.post(
        "/deliveries/destinations/late/earlier/", {"since": "2026-01-01T00:00"}, follow=True
    ).content.decode()
    assert "3 rows were put on their way." in said
    assert sol.post("/deliveries/destinations/late/earlier/", {"since": "soon"}).status_code == 422


def test_the_trail_tells_of_it_in_words(udo: Client) -> None:
    dead, *_ = stuck()
    destinations.pause(
        destination_id=dead.destination_id, reason="they move", at=AT, by=trail.SYSTEM, via=factories.VIA
    )
    retrying.give_up(delivery_id=dead.pk, at=AT, by=trail.SYSTEM, via=factories.VIA)
    page = udo.get("/trail/").content.decode()
    for words in ("put the row on its way", "To Books", "attempt 1: answered 422", "attempt 1: it was taken (200)",
                  "stopped trying to deliver the row", "gave the delivery up", "paused a destination", "they move"):  # fmt: skip
        assert words in page, words
