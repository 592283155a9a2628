"""Does a person who chose German read German everywhere? Every main page of each role, what it says and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import timezone

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from reviewapp.intake import rejections
from reviewapp.review import claims, decisions, queues
from reviewapp.review.models import Task
from reviewapp.review.value_rules import RuleKind
from reviewapp.upstreams import adapter
from tests import factories
from tests.factories import VIA
from tests.inspection import every_act
from tests.web import catalogues, traffic

pytestmark = [pytest.mark.django_db, pytest.mark.once]

#: Attributes that a person reads or hears.
READ = {"title", "aria-label", "placeholder", "alt", "data-key-name", "data-text", "data-shift", "data-control"} | {
    f"data-{name}" for name in ("delete", "escape", "enter", "page-up", "page-down")
}
#: Elements that have no end.
VOID = {"br", "hr", "img", "input", "wbr"}
#: A vendor's own word for a job's state, shown as it came.
VENDORS = {"completed"}
DESTINATIONS = ("buecher", "still", "aus", "zurueck")
PAGES = {
    Role.ANALYST: (
        *("/queue/", "/queue/?q=nothing-is-called-so", "/queue/?state=mine", "/queue/?state=postponed-by-me"),
        *("/queue/?state=decided", "/me/", "/me/password/", "/board/", "/no-such-address/"),
        *(
            "/tasks/{doubtful}/",
            "/tasks/{doubtful}/?field=/lines&order=page",
            "/tasks/{silent}/",
            "/tasks/{classified}/",
        ),
    ),
    Role.SUPERVISOR: (
        *("/queue/?state=any", "/queue/?state=escalated", "/board/", "/board/tasks/{held}/", "/board/tasks/{decided}/"),
        *("/queues/", "/queues/new/", "/queues/{queue}/", "/queues/{queue}/rules/", "/jobs/"),
        *("/jobs/?q=nothing-is-called-so", "/jobs/{job}/"),
        *(f"/queues/{{queue}}/rules/new/{kind}/" for kind in RuleKind),
        *("/jobs/rejected/", "/jobs/rejected/{rejected}/", "/trail/", "/trail/jobs/{job}/", "/tasks/{decided}/"),
        *("/jobs/hand-in/", "/jobs/{asked}/", "/work/", "/deliveries/", "/deliveries/?q=nothing-is-called-so"),
        *(f"/deliveries/{{{name}}}/" for name in ("sent", "dead", "given_up", "retried", "behind")),
        *("/deliveries/destinations/", *(f"/deliveries/destinations/{name}/" for name in DESTINATIONS)),
    ),
    Role.AUDITOR: (
        *("/queue/", "/trail/", "/trail/?path=/nothing", "/trail/jobs/{job}/", "/jobs/", "/tasks/{doubtful}/"),
        *("/deliveries/", "/deliveries/{dead}/", "/deliveries/destinations/", "/deliveries/destinations/buecher/"),
    ),
    Role.ADMIN: (
        *("/people/", "/people/new/", "/people/{person}/", "/people/{gone}/", "/keys/", "/keys/new/"),
        *("/upstreams/", "/upstreams/{upstream}/", "/jobs/", "/trail/", "/api/v1/docs", "/jobs/hand-in/", "/work/"),
        *("/upstreams/new/", "/upstreams/new/?kind=talonic", "/upstreams/{live}/", "/upstreams/{troubled}/"),
        *("/upstreams/{paused}/", "/deliveries/", "/deliveries/{dead}/", "/deliveries/destinations/"),
        *("/deliveries/destinations/new/webhook/", "/deliveries/destinations/new/write-back/"),
        *(f"/deliveries/destinations/{name}/" for name in DESTINATIONS),
    ),
}
#: After everything was done once (tests/inspection/every_act.py).
OF_EVERYTHING = (
    *("/jobs/", "/jobs/hand-in/", "/jobs/rejected/", "/upstreams/", "/upstreams/werk/", "/work/", "/keys/"),
    *("/deliveries/", "/deliveries/destinations/", "/deliveries/destinations/books/", "/deliveries/destinations/back/"),
)
#: Refusals are pages too.
NOT_OPEN = {(Role.ANALYST, "/board/"): 403, (Role.ANALYST, "/no-such-address/"): 404}


# -- What a page says


class Said(HTMLParser):
    """Every text of a page and every attribute that a person reads, but for what the page itself marks as English."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0
        self._foreign = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        if self._foreign or (tag != "html" and ("lang", "en") in attributes):
            self._foreign += tag not in VOID
            return
        self.texts += [value for name, value in attributes if name in READ and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")
        self._foreign -= bool(self._foreign)

    def handle_data(self, text: str) -> None:
        if not self._silent and not self._foreign and text.strip():
            self.texts.append(" ".join(text.split()))


@dataclass(frozen=True)
class English:
    """The catalogue's English, by how it can stand on a page: alone, with something filled in, or within a longer text."""

    alone: frozenset[str]
    filled: re.Pattern[str]
    within: tuple[str, ...]

    def find(self, page: str) -> list[str]:
        return [text for text in Said(page).texts if text not in VENDORS and self._speaks(text)]

    def _speaks(self, text: str) -> bool:
        parts = [text, *(part.strip() for part in text.split(" · "))]
        return any(part in self.alone or self.filled.fullmatch(part) for part in parts) or any(
            sentence in text for sentence in self.within
        )


@cache
def english() -> English:
    """What must not stand on a German page. A text that German writes alike says nothing."""
    pieces: set[str] = set()
    german: set[str] = set()
    for message in catalogues.messages(catalogues.written("de")):
        _context, text, plural = catalogues.key(message)
        german |= set(_pieces(catalogues.strings(message)))
        pieces |= set(_pieces((text, plural)))
    pieces -= german
    whole = {piece for piece in pieces if not re.search(r"%\(|{\w+}", piece)}
    # "%(n)s of %(m)s" would find the Isle of Man: a longer word has to stand around what is filled in.
    patterns = [piece for piece in pieces - whole if len(re.sub(r"%\(\w+\)[a-z]|{\w+}|\W", "", piece)) > 2]
    return English(
        alone=frozenset(whole),
        filled=re.compile("|".join(_pattern(piece) for piece in sorted(patterns, key=len, reverse=True))),
        within=tuple(piece for piece in whole if piece.count(" ") > 1),
    )


def _pieces(texts: tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        yield from (" ".join(piece.split()).replace("%%", "%") for piece in re.split(r"<[^>]+>", text) if piece.strip())


def _pattern(piece: str) -> str:
    return ".+?".join(re.escape(part) for part in re.split(r"%\(\w+\)[a-z]|{\w+}", piece))


# -- A desk on which everything has happened once


@pytest.fixture
def desk() -> Mapping[str, object]:
    """Tasks in every state, and the addresses' parts."""
    at = timezone.now() - timedelta(hours=5)
    queue = queues.default()
    ben = factories.create_user(username="ben", queues=[queue])
    gone = factories.create_user(username="xaver")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    lines = [{"ware": ("Zange", 0.4), "sum": ("x", 0.9)}, {"ware": "Draht", "sum": 2}]
    doubtful = factories.create_task(
        factories.unsiloed(
            {"nr": ("A-1", 0.2, (700, 10, 900, 20)), "lines": (lines, 0.3), "tag": (None, 0.9), "wert": ("7", 0.9)},
            required=["tag"],
            properties={
                "nr": {"pattern": "^B"},
                "tag": {"type": "string"},
                "wert": {"type": "number"},
                "lines": {"type": "array", "items": {"type": "object", "properties": {"sum": {"type": "number"}}}},
            },
            status="review",
        ),
        at=at,
    )
    others = [factories.create_task(at=at) for _ in range(4)]
    held, put_away, asked, decided = others
    silent = factories.create_task(factories.unsiloed({"nr": ("A-2", None)}), at=at)
    classified = factories.create_task(_classification(), at=at)
    now = timezone.now()
    claims.take(task_id=held.pk, user=ben, at=now, via=VIA)
    decisions.postpone(task_id=put_away.pk, until=now + timedelta(hours=3), user=ben, at=now, via=VIA)
    decisions.escalate(task_id=asked.pk, user=ben, at=now, via=VIA, reason="unklar")
    version = claims.take(task_id=decided.pk, user=ben, at=now, via=VIA).version
    sign = decisions.Asked(version=version, reason="bekannt")
    decisions.approve(task_id=decided.pk, asked=sign, user=ben, at=now, via=VIA, sign_off=True)
    Task.objects.filter(pk=doubtful.pk).update(due_at=now - timedelta(hours=1))
    factories.create_key(upstreams=["talonic"])
    rejected = rejections.keep(data=b"[]", name="datei.json", code="fragment", message="m", at=now)
    return {
        "doubtful": doubtful.pk,
        "held": held.pk,
        "decided": decided.pk,
        "silent": silent.pk,
        "classified": classified.pk,
        "queue": queue.slug,
        "job": decided.job_id,
        "rejected": rejected.pk,
        "person": ben.pk,
        "gone": gone.pk,
        "upstream": doubtful.upstream,
        "asked": silent.job_id,
        **traffic.of(silent.job, at=now),
    }


def _classification() -> dict[str, object]:
    return {
        "job_id": "00000000-0000-4000-8000-00000000cafe",
        "status": "completed",
        "result": {
            "success": True,
            "classification": "rechnung",
            "confidence": 0.4,
            "page_results": [
                {"page": 1, "success": True, "classification": "brief", "confidence": 0.3},
                {"page": 2, "success": False, "classification": "brief", "confidence": 0.0, "error": "kaputt"},
            ],
            "total_pages": 9,
            "processed_pages": 2,
        },
    }


def signed_in(role: Role, *, locale: str) -> Client:
    return factories.sign_in(factories.create_user(role=role, queues=[queues.default()], locale=locale))


@pytest.mark.parametrize("role", list(Role))
def test_no_page_of_a_german_person_speaks_english(role: Role, desk: Mapping[str, object]) -> None:
    client = signed_in(role, locale="de")
    found = {}
    for address in PAGES[role]:
        answer = client.get(address.format(**desk))
        page = answer.content.decode()
        assert answer.status_code == NOT_OPEN.get((role, address), 200), address
        assert '<html lang="de"' in page, address
        found[address] = english().find(page)
    assert {address: texts for address, texts in found.items() if texts} == {}


@pytest.mark.parametrize("role", list(Role))
def test_the_same_pages_of_an_english_person_are_found_to_speak_it(role: Role, desk: Mapping[str, object]) -> None:
    client = signed_in(role, locale="en")
    for address in PAGES[role]:
        page = client.get(address.format(**desk)).content.decode()
        assert '<html lang="en"' in page and len(english().find(page)) > 5, address


@pytest.mark.parametrize(
    ("address", "sent", "said"),
    [
        ("verdicts", {"path": "/wert", "kind": "enter", "value": "viel"}, "Das ist keine Zahl."),
        ("verdicts", {"path": "/nr", "kind": "enter", "value": "A-3"}, "Das Schema verlangt hier das Muster ^B."),
        ("decision", {"kind": "approved"}, "Diese Felder brauchen noch ein Urteil."),
        ("decision", {"kind": "rejected"}, "Begründen Sie es mit eigenen Worten."),
        ("postpone", {"until": "never"}, "Geben Sie an, bis wann."),
    ],
)
def test_what_is_refused_is_explained_in_german(
    address: str, sent: dict[str, str], said: str, desk: Mapping[str, object]
) -> None:
    client = signed_in(Role.ANALYST, locale="de")
    task = Task.objects.get(pk=desk["doubtful"])
    client.post(f"/tasks/{task.pk}/claim/")
    task.refresh_from_db()
    answer = client.post(f"/tasks/{task.pk}/{address}/", {"version": task.version, "seen": 0, **sent})
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page
    assert english().find(page) == []


@pytest.mark.parametrize("address", ["/jobs/", "/jobs/hand-in/", "/deliveries/", "/deliveries/destinations/", "/work/"])
def test_a_desk_at_which_nothing_happened_yet_says_so_in_german(address: str) -> None:
    page = signed_in(Role.ADMIN, locale="de").get(address).content.decode()
    assert english().find(page) == []


@pytest.mark.parametrize(
    ("address", "sent", "said"),
    [
        ("/deliveries/destinations/buecher/pause/", {"reason": "Umzug"}, "Dorthin wird nichts gesendet, bis"),
        ("/deliveries/destinations/still/resumption/", {}, "Was wartet, wird wieder gesendet."),
        ("/deliveries/destinations/buecher/disablement/", {}, "Dorthin wird nichts gesendet und nichts mehr"),
        ("/deliveries/destinations/still/secret/", {}, "Das bisherige Geheimnis signiert weiter"),
        ("/deliveries/destinations/buecher/secret/", {}, "Es signieren schon zwei Geheimnisse."),
        ("/deliveries/destinations/buecher/secret/older/", {}, "Von nun an signiert nur das neueste Geheimnis."),
        ("/deliveries/destinations/buecher/replay/", {}, "1 Zustellung wird noch einmal versucht."),
        ("/deliveries/destinations/buecher/earlier/", {"since": "1999-01-01T00:00"}, "Wählen Sie einen späteren Tag."),
        ("/deliveries/destinations/still/earlier/", {"since": "2026-01-01T00:00"}, "sind auf den Weg gebracht."),
        ("/deliveries/destinations/new/webhook/", {"slug": "b", "url": "ftp://x"}, "Neuer Webhook"),
        ("/deliveries/{dead}/attempts/", {}, "Es wird noch einmal versucht"),
        ("/deliveries/{dead}/end/", {}, "Sie ist aufgegeben."),
        ("/deliveries/{sent}/attempts/", {}, "Daran ist nichts mehr zu tun."),
        ("/upstreams/new/added/", {"slug": "{live}"}, "Neue Quelle"),
        ("/upstreams/{live}/pause/", {"paused": "1"}, "Sie wird nicht mehr abgefragt."),
        ("/upstreams/{live}/webhook-secret/", {"secret": "noch ein Geheimnis"}, "Das Geheimnis ist gespeichert."),
        ("/jobs/asked-for/", {"upstream": "{live}", "job": "ftp://x/y"}, "weder die Nummer eines Auftrags"),
        ("/jobs/asked-for/", {"upstream": "{live}", "job": "nr-9"}, "Auftrag nr-9 ist angefordert"),
        ("/jobs/hand-in/sent/", {"upstream": "{live}"}, "Dokument einreichen"),
        ("/keys/new/", {"name": "n", "upstreams": "{live}", "scopes": "tasks.write"}, "Geben Sie die Person an"),
    ],
)
def test_what_an_admin_does_is_answered_in_german(
    address: str, sent: dict[str, str], said: str, desk: Mapping[str, object]
) -> None:
    client = signed_in(Role.ADMIN, locale="de")
    typed = {name: value.format(**desk) for name, value in sent.items()}
    page = client.post(address.format(**desk), typed, follow=True).content.decode()
    assert said in page
    assert english().find(page) == []


def test_everything_that_was_done_is_told_in_german() -> None:
    every_act.of_everything()
    # The tasks and fields of an English person: what is asked for here is what the machine and the trail say of it.
    client = signed_in(Role.ADMIN, locale="de")
    found = {}
    for address in OF_EVERYTHING:
        answer = client.get(address)
        assert answer.status_code == 200, address
        found[address] = english().find(answer.content.decode())
    after = "/trail/"
    while after:
        answer = client.get(after)
        found[after] = english().find(answer.content.decode())
        cursor = answer.context["page"].after
        after = f"/trail/?after={cursor}" if cursor else ""
    assert {address: texts for address, texts in found.items() if texts} == {}
    assert len(found) > len(OF_EVERYTHING) + 1


@pytest.mark.parametrize(
    ("address", "sent", "said"),
    [
        (
            "/upstreams/werk/test/",
            {},
            "Die Verbindung funktioniert nicht: zu 127.0.0.1 wird keine Verbindung aufgebaut",
        ),
        ("/upstreams/werk/connection/", {"base_url": "https://u:p@x.example"}, "Benutzernamen"),
        ("/upstreams/werk/connection/", {"base_url": "https://0x7f.1"}, "IPv4-Adresse"),
        (
            "/upstreams/werk/connection/",
            {"base_url": "https://api.example.com", "private": "8.8.8.0/24"},
            "nur private",
        ),
        ("/deliveries/destinations/books/test/", {}, "Der Test ist nicht angekommen: zu diesem Namen gibt es keine"),
    ],
)
def test_what_the_guard_and_other_servers_refuse_is_said_in_german(
    address: str, sent: dict[str, str], said: str
) -> None:
    every_act.of_everything()
    with every_act.scripted() as vendor:
        vendor.fetches = [adapter.NotAllowed("no connection is made to 127.0.0.1: loopback (RFC 1122)")]
        page = signed_in(Role.ADMIN, locale="de").post(address, {"name": "w", **sent}, follow=True).content.decode()
    assert said in page
    assert english().find(page) == []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("<p>Review next</p>", 1),
        ("<p>7 von 9 · 3 postponed</p>", 1),
        ('<button aria-label="Field before"></button>', 1),
        ("<p>Oh: Nothing was changed. Und so weiter</p>", 1),
        ("<p><b>3 of 4</b> checked</p>", 1),
        ("<p>Nächste prüfen</p><p>Name</p><script>Review next</script>", 0),
        ('<p lang="en">Review next<br><b title="Review next">Jobs</b></p><p>Review next</p>', 1),
    ],
)
def test_planted_english_is_found(planted: str, found: int) -> None:
    assert len(english().find(planted)) == found


# -- Who gets which language


@pytest.mark.parametrize(
    ("locale", "language", "word"),
    [("de", "de", "Abmelden"), ("de-ch", "de", "Abmelden"), ("en", "en", "Sign out"), ("fr", "en", "Sign out")],
)
def test_a_persons_own_choice_is_the_language_whatever_the_browser_asks_for(
    locale: str, language: str, word: str
) -> None:
    other = "en" if language == "de" else "de"
    answer = signed_in(Role.ANALYST, locale=locale).get("/me/", headers={"Accept-Language": other})
    assert (answer["Content-Language"].split("-")[0], word in answer.content.decode()) == (language, True)


@pytest.mark.parametrize(("asked", "word"), [("de-AT,de;q=0.9", "Anmelden"), ("fr", "Sign in"), ("", "Sign in")])
def test_whoever_is_not_signed_in_reads_what_the_browser_asks_for(asked: str, word: str) -> None:
    assert f"<h1>{word}</h1>" in Client().get("/sign-in/", headers={"Accept-Language": asked}).content.decode()


def test_the_choice_is_explained_where_it_is_made() -> None:
    assert "die Sprache der Seiten" in signed_in(Role.ANALYST, locale="de").get("/me/").content.decode()
