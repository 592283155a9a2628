"""An upstream is connected on a page: what was typed is checked, the key is sealed and never shown, a test says what came."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reviewapp.accounts.roles import Role
from reviewapp.audit import trail
from reviewapp.audit.models import Content, Entry
from reviewapp.documents.models import Document
from reviewapp.extraction.model import Kind
from reviewapp.intake import connections, listing
from reviewapp.intake.models import Listing, Pull, Submission
from reviewapp.upstreams import adapter, connecting, http, outbound, registry
from reviewapp.upstreams.models import Upstream
from tests import factories

from .scripted import PDF, Scripted

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CANARY = "llx-canary-credential-0123456789"
TYPED = {
    "kind": "unsiloed_extract",
    "slug": "main",
    "name": "Main account",
    "base_url": "https://api.example.com/",
    "credential": CANARY,
    "lists": "on",
    "file_hosts": "*.amazonaws.com\nfiles.example.com:8443",
    "options": "project_id = p-1\nmodel=gamma",
    "private": "",
}


@pytest.fixture
def ada() -> Client:
    return factories.sign_in(factories.create_user(role=Role.ADMIN))


@pytest.fixture
def sol() -> Client:
    return factories.sign_in(factories.create_user(role=Role.SUPERVISOR))


def messages(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def cursor(response: Any) -> str:
    """The one field of the page in which the cursor stands."""
    tags = re.findall(r"<[a-z]+ [^>]*>", response.content.decode())
    (tag,) = [one for one in tags if re.search(r"\sautofocus(?=[ >])", one)]
    return str(re.findall(r'\sid="([^"]+)"', tag)[0])


def everywhere(client: Client) -> str:
    pages = [client.get(f"/upstreams/{rest}").content.decode() for rest in ("", "main/", "new/")]
    rows = [json.dumps(list(model.objects.values()), default=str) for model in (Upstream, Entry, Content)]
    return "\n".join([*pages, *rows])


def test_it_is_connected_and_the_key_is_shown_nowhere(ada: Client, vendor: Scripted) -> None:
    assert ada.post("/upstreams/new/added/", TYPED).headers["Location"] == "/upstreams/main/"
    made = Upstream.objects.get()
    assert (made.base_url, made.kind, made.name) == ("https://api.example.com", Kind.UNSILOED_EXTRACT, "Main account")
    to = connecting.to(made, client=outbound.client())
    assert (to.credential, to.options) == (CANARY, {"project_id": "p-1", "model": "gamma"})
    assert Listing.objects.get().next_at is not None
    assert CANARY not in everywhere(ada)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("base_url", "http://169.254.169.254/latest"),
        ("slug", "new"),
        ("options", "project_id = p-1\nmodle = gamma"),
        ("base_url", "ftp://api.example.com"),
        ("base_url", "https://user:secret@api.example.com"),
        ("base_url", "https://api.example.com/?key=1"),
        ("file_hosts", "not a host!"),
        ("private", "8.8.8.0/24"),
        ("private", "nonsense"),
        ("options", "no equals"),
        ("slug", "two words"),
        ("kind", "other"),
    ],
)
def test_what_cannot_be_used_is_refused_and_kept_in_the_form(
    name: str, typed: str, ada: Client, vendor: Scripted
) -> None:
    response = ada.post("/upstreams/new/added/", {**TYPED, name: typed})
    assert response.status_code == 422
    assert not Upstream.objects.exists()
    assert set(response.context["form"].errors) == {name, "credential"}  # a key is typed again
    assert CANARY not in response.content.decode()
    assert cursor(response) == f"id_{min(name, 'credential', key=list(response.context['form'].fields).index)}"


@pytest.mark.parametrize("address", ["new/added/", "main/connection/"])
def test_a_private_address_names_the_way_out_beside_its_field(address: str, ada: Client, vendor: Scripted) -> None:
    ada.post("/upstreams/new/added/", TYPED)
    typed = {**TYPED, "slug": "own", "base_url": "http://127.0.0.1:9123", "credential": "another-key-1"}
    response = ada.post(f"/upstreams/{address}", typed)
    assert response.status_code == 422
    form = response.context["form" if "added" in address else "reach"]
    assert "127.0.0.1/32" in form.errors["base_url"][0]
    assert str(form["private"].label) in form.errors["base_url"][0]
    assert "<details open>" in response.content.decode()
    assert ada.post(f"/upstreams/{address}", {**typed, "private": "127.0.0.1/32"}).status_code == 302
    assert Upstream.objects.filter(base_url="http://127.0.0.1:9123").exists()


def test_a_name_of_a_private_address_is_explained_where_its_trouble_is_shown(ada: Client, live: Upstream) -> None:
    refused = adapter.NotAllowed("no connection is made to 10.0.0.5: private (RFC 1918)")
    for code, explained in ((refused.code, True), ("unavailable", False)):
        Upstream.objects.update(trouble=str(refused), trouble_code=code)
        page = ada.get("/upstreams/live/").content.decode()
        assert ("When it is a server of yours" in page, "<details open>" in page) == (explained, explained)


@pytest.mark.parametrize("kind", registry.CLIENTS)
def test_an_option_without_effect_is_refused_and_those_that_have_one_are_named(kind: Kind, ada: Client) -> None:
    known = registry.client(kind).can.options
    typed = {**TYPED, "kind": kind.value, "options": "elsewhere = x"}
    response = ada.post("/upstreams/new/added/", typed)
    assert response.status_code == 422
    said = response.context["form"].errors["options"][0]
    assert all(name in said for name in ("elsewhere", *known))
    every = "\n".join(f"{name} = x" for name in known)
    assert ada.post("/upstreams/new/added/", {**typed, "options": every}).status_code == 302
    assert all(name in ada.get("/upstreams/main/").content.decode() for name in known)
    changed = {**typed, "credential": "another-key-1"}
    assert ada.post("/upstreams/main/connection/", changed).status_code == 422
    assert set(json.loads(Upstream.objects.get().options or "{}")) == set(known)


def test_only_who_has_a_key_may_leave_it_as_it_is(ada: Client, live: Upstream) -> None:
    assert "Empty leaves it as it is" in ada.get("/upstreams/live/").content.decode()
    assert "Empty leaves it as it is" not in ada.get("/upstreams/new/").content.decode()


@pytest.mark.parametrize("kind", registry.CLIENTS)
def test_each_kind_comes_with_its_vendors_address(kind: Kind, ada: Client) -> None:
    assert ada.get(f"/upstreams/new/?kind={kind.value}").context["form"]["base_url"].value().startswith("https://")


def test_pausing_asks_first(ada: Client, live: Upstream) -> None:
    page = ada.get("/upstreams/live/").content.decode()
    (asked,) = re.findall(r"<details[^>]*><summary[^>]*>Pause…</summary>(.*?)</details>", page)
    assert 'action="/upstreams/live/pause/"' in asked and "Nothing is lost." in asked
    assert page.count('action="/upstreams/live/pause/"') == 1


def test_a_short_name_is_taken_once(ada: Client, vendor: Scripted) -> None:
    ada.post("/upstreams/new/added/", TYPED)
    assert ada.post("/upstreams/new/added/", TYPED).status_code == 422


def test_an_empty_key_leaves_the_sealed_one(ada: Client, vendor: Scripted) -> None:
    ada.post("/upstreams/new/added/", TYPED)
    changed = {**TYPED, "name": "Renamed", "credential": "", "lists": ""}
    assert ada.post("/upstreams/main/connection/", changed).status_code == 302
    made = Upstream.objects.get()
    assert (made.name, connecting.to(made, client=outbound.client()).credential) == ("Renamed", CANARY)
    assert Listing.objects.get().next_at is None
    entries = Entry.objects.filter(action="intake:upstream:changed").count()
    ada.post("/upstreams/main/connection/", changed)
    assert Entry.objects.filter(action="intake:upstream:changed").count() == entries


@pytest.mark.parametrize(
    ("answer", "said"),
    [("3 jobs are there", "3 jobs are there"), (adapter.AuthRefused("the key was refused"), "the key was refused")],
)
def test_the_connection_is_tested(answer: Any, said: str, ada: Client, vendor: Scripted) -> None:
    ada.post("/upstreams/new/added/", TYPED)
    vendor.fetches = [answer]
    ada.post("/upstreams/main/test/")
    assert said in messages(ada, "/upstreams/main/")
    assert vendor.asked == [("probe", "https://api.example.com")]


def test_it_is_paused_and_asked_again(ada: Client, live: Upstream, vendor: Scripted) -> None:
    for typed, paused in (("1", True), ("0", False)):
        ada.post("/upstreams/live/pause/", {"paused": typed})
        assert Upstream.objects.get().paused is paused
    whats = [
        json.loads(bytes(entry.body))["details"]["what"]
        for entry in Entry.objects.filter(stream__startswith="upstream")
    ]
    assert whats == ["paused", "resumed"]


def test_a_webhook_secret_is_kept_sealed_beside_the_two_before(ada: Client, live: Upstream, vendor: Scripted) -> None:
    for number in range(3):
        assert ada.post("/upstreams/live/webhook-secret/", {"secret": f"{CANARY}-{number}"}).status_code == 302
    secrets = connecting.secrets_of(Upstream.objects.get())
    assert secrets == (f"{CANARY}-2", f"{CANARY}-1", f"{CANARY}-0")
    assert CANARY not in ada.get("/upstreams/live/").content.decode() + json.dumps(
        list(Upstream.objects.values()), default=str
    )
    assert "/hooks/live/" in ada.get("/upstreams/live/").content.decode()


def test_a_job_is_asked_for_by_its_id(sol: Client, live: Upstream, vendor: Scripted) -> None:
    sol.post("/jobs/asked-for/", {"upstream": "live", "job": " https://api.example.com/extract/j-1 "})
    assert Pull.objects.get().job_id == "j-1"
    assert "j-1" in messages(sol, "/jobs/")
    refused = sol.post("/jobs/asked-for/", {"upstream": "live", "job": "../x"})
    assert (refused.status_code, refused.context["ask"]["job"].value()) == (422, "../x")
    assert "is no job" in refused.context["ask"].errors["job"][0]
    assert '<details class="save-view" open>' in refused.content.decode() and cursor(refused) == "id_job"
    assert Pull.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "said", "goes"),
    [("gone", "not known there", True), ("refused", "not to be had", True), ("waiting", "being asked for", False)],
)
def test_a_job_of_which_nothing_comes_is_taken_off_the_list(
    state: str, said: str, goes: bool, sol: Client, live: Upstream, vendor: Scripted
) -> None:
    sol.post("/jobs/asked-for/", {"upstream": "live", "job": "nonsense"})
    Pull.objects.update(state=state, next_at=None if goes else AT)
    pull = Pull.objects.get()
    page = messages(sol, "/jobs/")
    assert "nonsense" in page and said in page and ("Take it off the list" in page) == goes
    udo = factories.sign_in(factories.create_user(role=Role.AUDITOR))
    assert "Take it off the list" not in messages(udo, "/jobs/")
    assert udo.post(f"/jobs/asked-for/{pull.pk}/dismissal/").status_code == 403
    for _press in range(2):  # the second changes nothing
        assert sol.post(f"/jobs/asked-for/{pull.pk}/dismissal/").headers["Location"] == "/jobs/"
    entries = Entry.objects.filter(action="intake:job:dismissed")
    assert [json.loads(bytes(one.body))["source"]["job"] for one in entries] == ["nonsense"] * goes
    messages(sol, "/work/")  # what was just said is read
    assert ("nonsense" in messages(sol, "/jobs/")) != goes
    if goes:
        assert "nonsense" not in messages(sol, "/work/")
        sol.post("/jobs/asked-for/", {"upstream": "live", "job": "nonsense"})
        messages(sol, "/work/")
        assert "nonsense" in messages(sol, "/jobs/")


def test_a_listed_job_that_was_dismissed_is_not_found_anew(sol: Client, live: Upstream) -> None:
    columns = {"since": AT, "changed_at": AT, "attempts": 3, "origin": "listed", "state": "refused"}
    pull = Pull.objects.create(upstream=live, job_id="j-9", **columns)
    sol.post(f"/jobs/asked-for/{pull.pk}/dismissal/")
    assert listing._unknown(live, ("j-9", "j-10")) == ["j-10"]


def test_what_came_to_nothing_after_a_hand_in_stands_with_its_document(sol: Client, live: Upstream) -> None:
    hand_in(sol, schema="{}")
    columns = {"since": AT, "changed_at": AT, "origin": "submitted"}
    pull = Pull.objects.create(upstream=live, job_id="j-9", state="gone", **columns)
    Submission.objects.update(pull=pull, state="done", next_at=None)
    assert "j-9" not in messages(sol, "/jobs/")
    assert "not known there" in messages(sol, "/jobs/hand-in/")


def test_a_known_job_is_fetched_again(sol: Client, live: Upstream, vendor: Scripted) -> None:
    job = factories.take_in(factories.unsiloed({"total": 1}), upstream=live).job
    assert sol.post(f"/jobs/{job.pk}/again/").status_code == 302
    pull = Pull.objects.get()
    assert (pull.known_job, pull.state) == (job, "waiting")
    Pull.objects.update(state="gone", last_error="no such job")
    assert "gone at the upstream" in messages(sol, f"/jobs/{job.pk}/")


def test_a_document_is_handed_in(sol: Client, live: Upstream, vendor: Scripted, tmp_path: Any) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(PDF)
    with paper.open("rb") as file:
        typed = {"upstream": "live", "document": file, "schema": '{"type": "object"}'}
        assert sol.post("/jobs/hand-in/sent/", typed).status_code == 302
    assert (Submission.objects.get().name, Submission.objects.get().schema) == ("paper.pdf", '{"type": "object"}')
    assert "paper.pdf" in messages(sol, "/jobs/hand-in/")
    with paper.open("rb") as file:
        assert sol.post("/jobs/hand-in/sent/", {**typed, "document": file, "schema": "[1"}).status_code == 422


def hand_in(client: Client, **typed: str) -> Any:
    document = SimpleUploadedFile("paper.pdf", PDF)
    return client.post("/jobs/hand-in/sent/", {"upstream": "live", "document": document, **typed})


@pytest.mark.parametrize(
    ("kind", "field", "helps"),
    [
        (Kind.UNSILOED_EXTRACT, "schema", []),
        (Kind.UNSILOED_CLASSIFY, "upstream", []),
        (Kind.LLAMACLOUD, "schema", ["extraction_agent_id"]),
        (Kind.LLAMACLOUD_V2, "schema", ["configuration_id"]),
    ],
)
def test_what_an_upstream_needs_is_asked_for_in_the_form(
    kind: Kind, field: str, helps: list[str], sol: Client, live: Upstream
) -> None:
    Upstream.objects.update(kind=kind.value)
    live.schemas.create(schema_name="Receipt", text="{}")
    response = hand_in(sol, schema_name="Invoice")
    assert response.status_code == 422
    assert ("Receipt" in response.context["form"].errors[field][0]) == (field == "schema")
    form = response.context["form"]
    assert set(form.errors) == {field, "document"}
    assert "Nothing was sent." in form.errors[field][0]
    assert all(word in form.errors[field][0] for word in [live.name, *helps])
    assert not Submission.objects.exists() and not Document.objects.exists()


def test_a_refused_hand_in_keeps_all_but_the_file_and_says_so_there(sol: Client, live: Upstream) -> None:
    response = hand_in(sol, schema='{"a": ', schema_name="Invoice")
    form = response.context["form"]
    assert "Choose the file again" in form.errors["document"][0]
    assert [form[name].value() for name in ("upstream", "schema", "schema_name")] == ["live", '{"a": ', "Invoice"]
    page = response.content.decode()
    assert "Choose the file again" in page and cursor(response) == "id_document"
    assert not Document.objects.exists()


def test_who_forgot_the_file_is_not_told_to_choose_it_again(sol: Client, live: Upstream) -> None:
    response = sol.post("/jobs/hand-in/sent/", {"upstream": "live", "schema": "{}"})
    assert "again" not in response.context["form"].errors["document"][0]


def test_an_attached_schema_will_do_and_a_file_that_is_none_is_neither_kept_nor_sent(
    sol: Client, live: Upstream
) -> None:
    live.schemas.create(schema_name="Invoice", text="{}")
    document = SimpleUploadedFile("paper.pdf", b"no paper at all")
    response = hand_in(sol, schema_name="Invoice", document=document)  # type: ignore[arg-type]
    assert "neither kept nor sent" in response.context["form"].errors["document"][0]
    assert "attached" not in response.context["form"].errors["document"][0]
    assert hand_in(sol, schema_name="Invoice").status_code == 302


def test_at_a_paused_upstream_it_is_kept_and_said_that_it_waits(sol: Client, live: Upstream) -> None:
    Upstream.objects.update(paused=True)
    hand_in(sol, schema="{}")
    page = messages(sol, "/jobs/hand-in/")
    assert "once that is resumed" in page and "within seconds" not in page and f"{live.name} (paused)" in page


@pytest.mark.parametrize(
    ("address", "asks"),
    [
        ("https://api.example.com/v2", False),
        ("https://api.example.com:8443", True),
        ("https://elsewhere.example.com", True),
        ("http://api.example.com", True),
        ("", False),
    ],
)
def test_a_sealed_key_goes_to_no_other_server(address: str, asks: bool, ada: Client, vendor: Scripted) -> None:
    ada.post("/upstreams/new/added/", TYPED)
    moved = {**TYPED, "credential": "", "base_url": address}
    response = ada.post("/upstreams/main/connection/", moved)
    assert response.status_code == (422 if asks else 302)
    assert (Upstream.objects.get().base_url == "https://api.example.com") == asks
    if asks:
        assert "Enter the key for this one" in response.content.decode()
        assert ada.post("/upstreams/main/connection/", {**moved, "credential": "another-key-1"}).status_code == 302


def test_a_key_that_was_taken_away_with_its_address_goes_nowhere_else(ada: Client, vendor: Scripted) -> None:
    ada.post("/upstreams/new/added/", TYPED)
    ada.post("/upstreams/main/connection/", {**TYPED, "credential": "", "base_url": ""})
    again = {**TYPED, "credential": "", "base_url": "https://elsewhere.example.com"}
    assert ada.post("/upstreams/main/connection/", again).status_code == 422


def test_who_typed_a_key_beside_an_error_is_told_to_type_it_again(ada: Client, vendor: Scripted) -> None:
    page = ada.post("/upstreams/new/added/", {**TYPED, "slug": "two words"}).content.decode()
    assert "Enter the key again" in page
    assert CANARY not in page


@pytest.mark.parametrize("works", [True, False])
def test_a_test_is_remembered(works: bool, ada: Client, vendor: Scripted) -> None:
    ada.post("/upstreams/new/added/", TYPED)
    vendor.fetches = ["fine" if works else adapter.AuthRefused("the key was refused")]
    ada.post("/upstreams/main/test/")
    made = Upstream.objects.get()
    assert (made.answered_at is not None, made.trouble) == ((True, "") if works else (False, "the key was refused"))
    (entry,) = Entry.objects.filter(action="intake:upstream:tested").select_related("reason")
    body = json.loads(bytes(entry.body))
    assert body["actor"]["type"] == "person"
    assert body["details"] == {"upstream": "main", "code": "ok" if works else "auth", "host": "api.example.com"}
    assert (entry.reason.text if entry.reason else "") == ("" if works else "the key was refused")


@pytest.mark.parametrize("works", [True, False])
def test_a_test_that_the_trail_cannot_hold_leaves_the_upstream_as_it_was(
    works: bool, live: Upstream, vendor: Scripted, client_out: http.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*notes: object, **rest: object) -> None:
        raise RuntimeError("the trail cannot be written")

    vendor.fetches = ["fine" if works else adapter.AuthRefused("the key was refused")]
    before = Upstream.objects.values().get()
    monkeypatch.setattr(trail, "record", fail)
    with pytest.raises(RuntimeError):
        connections.probe(live, client=client_out, at=factories.AT, by=trail.SYSTEM, via=factories.VIA)
    assert Upstream.objects.values().get() == before


@pytest.mark.parametrize(("code", "asks"), [("uncertain", 1), ("refused", 0)])
def test_handing_in_again_asks_first_where_it_may_be_read_twice(
    code: str, asks: int, sol: Client, live: Upstream
) -> None:
    hand_in(sol, schema="{}")
    Submission.objects.update(state="refused", next_at=None, last_code=code, last_error="no answer")
    page = messages(sol, "/jobs/hand-in/")
    action = f'action="/jobs/hand-in/{Submission.objects.get().pk}/again/"'
    details = re.findall(r"<details.*?</details>", page, re.DOTALL)
    assert (page.count(action), sum(action in one for one in details)) == (1, asks)
