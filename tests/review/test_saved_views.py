"""Does a person find the filters of the queue page again under the name they gave them, and nobody else?"""

from __future__ import annotations

import json
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from reviewapp.audit.models import Entry
from reviewapp.review import queues, saved_views
from reviewapp.review.models import Membership, Queue, SavedView
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue() -> Queue:
    return queues.default()


@pytest.fixture
def ana(queue: Queue) -> User:
    return factories.create_user(username="ana", queues=[queue])


def keep(user: User, name: str, query: str = "state=held") -> SavedView:
    return saved_views.keep(user=user, name=name, query=query, at=timezone.now(), via=factories.VIA)


def save(client: Client, name: str, query: str) -> object:
    return client.post("/queue/views/", {"name": name, "query": query})


class Page(HTMLParser):
    """The forms of a page with their inputs, and the links of its margin with what marks them."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.current: list[str] = []
        self._form = ""
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = said.get("action", "")
            self.forms[self._form] = {}
        elif tag == "input" and "name" in said:
            self.forms.setdefault(self._form, {})[said["name"]] = said.get("value", "")
        elif tag == "a" and said.get("aria-current") == "page":
            self.current.append(said["href"])


def test_filters_are_saved_found_again_and_removed_without_a_line_of_script(ana: User) -> None:
    factories.create_task()
    client = factories.sign_in(ana)
    assert "Save view" not in client.get("/queue/").content.decode()
    sent = Page(client.get("/queue/", {"state": "held", "confidence": "low"}).content.decode()).forms["/queue/views/"]
    answer = client.post("/queue/views/", {**sent, "name": "Held and doubtful"}, follow=True)
    assert answer.redirect_chain == [("/queue/?confidence=low&state=held", 302)]
    body = answer.content.decode()
    assert "The view Held and doubtful is saved." in body
    assert "Save view" not in body
    view = SavedView.objects.get()
    assert (view.user, view.name, view.query) == (ana, "Held and doubtful", "confidence=low&state=held")
    shown = Page(body)
    assert shown.current == ["/queue/", "/queue/?confidence=low&state=held"]  # the bar's entry, and the view
    removal = f"/queue/views/{view.pk}/removal/"
    assert 'aria-label="Remove view Held and doubtful"' in body
    answer = client.post(removal, shown.forms[removal], follow=True)
    assert answer.redirect_chain == [("/queue/?confidence=low&state=held", 302)]
    assert "The view Held and doubtful is removed." in answer.content.decode()
    assert "Save view" in answer.content.decode()
    assert not SavedView.objects.exists()
    assert client.post(removal).status_code == 404


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("state=held&after=12_3&utm=x&csrfmiddlewaretoken=t", "state=held"),
        ("state=held&reason=low_confidence&q=%20bill%20", "q=bill&reason=low_confidence&state=held"),
        ("reason=&kind=&q=bill&state=open", "q=bill"),
        ("q=bill&upstream=nobody-knows&age=9d&confidence=sure", "q=bill"),
        ("q=first&q=last", "q=last"),
        ("q=a%26state%3Dany%23%00", "q=a%26state%3Dany%23"),
        ("q=fran%C3%A7ais+%D7%A2", "q=fran%C3%A7ais+%D7%A2"),
        ("holder=7&job=12", "holder=7&job=12"),
        ("holder=%D9%A3&job=x&state=any", "state=any"),
        (f"q={'x' * 300}", f"q={'x' * 200}"),
    ],
)
def test_what_is_kept_is_the_one_spelling_of_what_the_page_understood(ana: User, asked: str, kept: str) -> None:
    client = factories.sign_in(ana)
    assert save(client, "One", asked).status_code == 302
    assert SavedView.objects.get().query == kept
    for address in (asked, kept):
        context = client.get(f"/queue/?{address}").context
        assert context["view"].name == "One"
        assert context["views"] == [(context["view"], True)]


@pytest.mark.parametrize("query", ["", "after=3_4", "state=open", "state=nonsense", "queue=everything-else"])
def test_what_filters_nothing_is_not_kept(ana: User, query: str) -> None:
    answer = save(factories.sign_in(ana), "All of it", query)
    assert answer.status_code == 422
    assert "there is nothing to keep" in answer.content.decode()
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "x" * 61, "a\0b"])
def test_a_name_that_is_none_is_refused_in_place_with_the_list_still_there(ana: User, name: str) -> None:
    factories.create_task(factories.unsiloed({"total": (1, 0.3)}, file_name="there.pdf"))
    answer = save(factories.sign_in(ana), name, "q=there")
    body = answer.content.decode()
    assert answer.status_code == 422
    assert '<details class="save-view" open>' in body
    assert 'aria-invalid="true"' in body
    assert "there.pdf" in body
    assert Page(body).forms["/queue/views/"]["query"] == "q=there"
    assert not SavedView.objects.exists()


def test_a_refused_page_leads_on_to_the_queue_page(ana: User) -> None:
    for _ in range(51):
        factories.create_task()
    answer = save(factories.sign_in(ana), "", "q=paper")
    assert f'href="/queue/?q=paper&amp;after={answer.context["page"].after}"' in answer.content.decode()


def test_a_name_is_taken_once_and_the_second_send_of_a_form_is_the_first(ana: User) -> None:
    client = factories.sign_in(ana)
    for name in ("Held", "  Held ", "Held\n"):
        assert save(client, name, "state=held").status_code == 302
    assert SavedView.objects.count() == 1
    answer = save(client, "Held", "state=free")
    assert answer.status_code == 422
    assert "Another of your views has this name" in answer.content.decode()
    assert SavedView.objects.get().query == "state=held"
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(user=ana, name="Held", query="state=free", created_at=timezone.now())
    bob = factories.create_user(username="bob")
    assert keep(bob, "Held").user == bob


def test_there_are_twenty_at_most_and_the_page_says_so(ana: User) -> None:
    for n in range(20):
        keep(ana, f"View {n}")
    client = factories.sign_in(ana)
    answer = save(client, "One more", "state=free")
    assert answer.status_code == 422
    assert "You have 20 saved views, the most there can be. Remove one first." in answer.content.decode()
    assert SavedView.objects.count() == 20
    assert save(client, "View 3", "state=held").status_code == 302  # sent twice, not one more
    client.post(f"/queue/views/{SavedView.objects.first().pk}/removal/")
    assert save(client, "One more", "state=free").status_code == 302


@pytest.mark.parametrize("role", [Role.ANALYST, Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN])
def test_views_of_other_people_are_not_there(ana: User, role: Role) -> None:
    view = keep(ana, "Ana’s own")
    client = factories.sign_in(factories.create_user(role=role))
    for address in ("/queue/", "/queue/?state=held"):
        assert "own" not in client.get(address).content.decode().split('id="queue-aside"')[1].split("</nav>")[0]
    foreign = client.post(f"/queue/views/{view.pk}/removal/")
    unknown = client.post("/queue/views/4711/removal/")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert SavedView.objects.get() == view


def test_reading_an_address_changes_nothing(ana: User) -> None:
    view = keep(ana, "Held")
    client = factories.sign_in(ana)
    assert client.get("/queue/views/", follow=True).redirect_chain == [("/queue/", 302)]
    assert client.get(f"/queue/views/{view.pk}/removal/", follow=True).redirect_chain[-1] == ("/queue/", 302)
    assert SavedView.objects.get() == view


def test_a_queue_that_is_closed_to_the_person_is_not_kept_and_not_linked_to(ana: User, queue: Queue) -> None:
    tax = factories.create_queue(slug="tax-forms", position=1, schema_name="tax")
    client = factories.sign_in(ana)
    assert save(client, "Tax", "queue=tax-forms&state=held").status_code == 404
    assert save(client, "Tax", "queue=no-such&state=held").status_code == 404
    tax.members.add(ana)
    assert save(client, "Tax", "queue=tax-forms&state=held").status_code == 302
    shown = Page(client.get("/queue/?state=held&queue=tax-forms").content.decode())
    assert shown.current == ["/queue/", "/queue/?queue=tax-forms&state=held"]
    Membership.objects.filter(queue=tax, user=ana).delete()
    body = client.get("/queue/").content.decode()
    assert "asks for what is no longer there" in body
    assert "queue=tax-forms" not in body
    removal = f"/queue/views/{SavedView.objects.get().pk}/removal/"
    answer = client.post(removal, Page(body).forms[removal], follow=True)
    assert answer.redirect_chain == [("/queue/?state=held", 302)]
    assert not SavedView.objects.exists()


def test_a_hostile_name_and_query_are_shown_as_text(ana: User) -> None:
    client = factories.sign_in(ana)
    hostile = "\"><img src=x onerror=alert(1)>'{{ 7 }}"
    assert save(client, hostile, f"q={quote(hostile)}").status_code == 302
    for answer in (
        client.get(f"/queue/?q={quote(hostile)}"),
        client.get("/queue/"),
        save(client, hostile, f"q={quote(hostile)}x"),
        client.post(f"/queue/views/{SavedView.objects.get().pk}/removal/", follow=True),
    ):
        body = answer.content.decode()
        assert "<img" not in body
        assert "&lt;img src=x onerror=alert(1)&gt;&#x27;{{ 7 }}" in body


def test_htmx_gets_the_margin_along_with_the_rows_so_that_the_mark_moves(ana: User) -> None:
    factories.create_task()
    keep(ana, "Held")
    client = factories.sign_in(ana)
    part = client.get("/queue/", {"state": "held"}, headers={"HX-Request": "true"}).content.decode()
    assert 'id="queue-aside" hx-swap-oob="true"' in part
    assert Page(part).current == ["/queue/?state=held"]
    assert "hx-swap-oob" not in client.get("/queue/", {"state": "held"}).content.decode()


@pytest.mark.parametrize("role", [Role.ANALYST, Role.SUPERVISOR, Role.AUDITOR])
def test_the_page_costs_eight_queries_at_most_with_twenty_views_as_with_none(queue: Queue, role: Role) -> None:
    user = factories.create_user(role=role, queues=[queue])
    client = factories.sign_in(user)
    for _ in range(5):
        factories.create_task()
    costs = []
    for views in (0, 20):
        for n in range(views):
            keep(user, f"View {n}", f"queue={queue.slug}&q=paper-{n}")
        for address in ("/queue/", "/queue/?state=any", f"/queue/?q=paper-3&queue={queue.slug}"):
            client.get(address)
            with CaptureQueriesContext(connection) as spent:
                assert len(client.get(address).context["views"]) == views
            costs.append(len(spent))
    assert max(costs) <= 8
    assert costs[:3] == costs[3:]


def test_views_stand_by_name_and_the_filter_still_offers_the_upstreams(ana: User) -> None:
    for name in ("B", "C", "A"):
        keep(ana, name)
    for slug in ("second", "first"):
        factories.create_upstream(slug=slug)
    views, upstreams = saved_views.listed(user=ana)
    assert [one.name for one in views] == ["A", "B", "C"]
    assert [slug for slug, _name in upstreams] == ["first", "second"]


def test_saving_and_removing_leave_an_entry_like_other_preferences_without_what_was_searched_for(ana: User) -> None:
    view = keep(ana, "Bills of Ms Roe", "q=roe.pdf")
    saved_views.forget(view_id=view.pk, user=ana, at=timezone.now(), via=factories.VIA)
    went, came = Entry.objects.filter(stream=f"user:{ana.pk}", action="accounts:user:changed").order_by("-seq")[:2]
    assert json.loads(bytes(came.body))["details"] == {"what": "view saved"}
    assert json.loads(bytes(went.body))["details"] == {"what": "view removed"}
    assert (came.new.text, came.old) == ("Bills of Ms Roe", None)
    assert (went.old.text, went.new) == ("Bills of Ms Roe", None)
    assert b"roe.pdf" not in bytes(came.body) + bytes(went.body)
