"""A newer result disagrees with what a person said: their value stands until somebody keeps it or takes the newer one."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from reviewapp.audit.models import Entry
from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Number
from reviewapp.review import conflicts, current, decisions, reasons, screen, verdicts
from reviewapp.review.conflicts import Choice
from reviewapp.review.models import Task, Verdict
from tests.factories import AT, VIA, create_queue, create_task, create_user, sign_in, unsiloed

pytestmark = pytest.mark.django_db(transaction=True)
LATER = AT + timedelta(minutes=1)
K = Verdict.Kind
JOB = "00000000-0000-4000-8000-0000000000c0"
#: What was said on the row before -> (what keeps it on the newer row, the value that stands).
KEPT = {
    K.CORRECTED: (K.CORRECTED, "15"),
    K.APPROVED: (K.CORRECTED, "12"),
    K.CLEARED: (K.CLEARED, "null"),
    K.ILLEGIBLE: (K.ILLEGIBLE, "null"),
}


@pytest.fixture
def queue():
    return create_queue()


@pytest.fixture
def ana(queue):
    return create_user(username="ana", queues=[queue])


@pytest.fixture
def ben(queue):
    return create_user(username="ben", queues=[queue])


def paper(total=12, lines=("bolt", "nut"), **more):
    fields = {
        "total": (total, 0.3),
        "date": ("2026-03-01", 0.3),
        "lines": [{"what": (one, 0.9), "note": ("", 0.9)} for one in lines],
    }
    kinds = {"total": {"type": "number"}, "date": {"type": "string"}, "lines": {"type": "array"}}
    return unsiloed(fields | more, job_id=JOB, properties=kinds | {name: {} for name in more})


def say(task, user, path, kind, value=None, at=LATER):
    spoken = current.verdicts(task).get(path)
    said = verdicts.Said(path=path, kind=K(kind), value=value, seen=spoken.pk if spoken else 0)
    return verdicts.give(task_id=task.pk, said=said, user=user, at=at, via=VIA)


def choose(task, user, path, choice, seen=0):
    said = verdicts.Chosen(path, Choice(choice), seen=seen)
    return verdicts.give(task_id=task.pk, said=said, user=user, at=LATER, via=VIA)


def approve(task, user, **more):
    task.refresh_from_db()
    asked = decisions.Asked(version=task.version, reason="known" if more else "")
    return decisions.approve(task_id=task.pk, asked=asked, user=user, at=LATER, via=VIA, **more)


def stands(task, path):
    """What the screen shows and a decision would write, as exact text."""
    return jsontext.dump(screen.build(task=task, locale="en").by_path[path]._value)


def last_entry(path):
    entry = Entry.objects.filter(action__startswith="review:").order_by("id").last()
    body = json.loads(bytes(entry.body))
    assert body["path"] == path
    return entry, body["details"]


def disputed(user, kind=K.CORRECTED, *, decided=False, now=13):
    """A person spoke on the total, and the newer row reads it otherwise."""
    task = create_task(paper())
    say(task, user, "/total", kind, Number("15") if kind == K.CORRECTED else None)
    if decided:
        say(task, user, "/date", K.APPROVED)
        approve(task, user)
    return create_task(paper(total=now))


@pytest.mark.parametrize("decided", [False, True], ids=["open task", "decided task"])
@pytest.mark.parametrize("kind", KEPT)
def test_the_persons_value_stands_and_needs_a_word(ana, kind, decided):
    newer = disputed(ana, kind, decided=decided)
    assert stands(newer, "/total") == KEPT[kind][1]
    assert "/total" in current.open_eyes(newer, current.verdicts(newer))
    assert "/total" not in current.verdicts(newer)
    found = conflicts.of(newer)["/total"]
    assert (found.was, found.now, found.earlier.by, found.earlier.at) == ("12", "13", ana, LATER)
    # What nobody disagrees with is carried, and marked as said earlier.
    if decided:
        carried = screen.build(task=newer, locale="en").by_path["/date"]
        assert carried.verdict_text == "approved, earlier"
        assert carried.earlier == "Ana, 10 Mar 2026 09:01, on the row before"


@pytest.mark.parametrize("kind", KEPT)
def test_keep_says_it_again_on_the_newer_row(ana, ben, kind):
    newer = disputed(ana, kind)
    Task.objects.filter(pk=newer.pk).update(holder=None, lease_until=None)
    before = list(Verdict.objects.values())
    given = choose(newer, ben, "/total", "keep")
    assert (given.kind, given.by, given.carried) == (KEPT[kind][0], ben, None)
    assert stands(newer, "/total") == KEPT[kind][1]
    entry, details = last_entry("/total")
    assert details["conflict"] == "kept"
    assert details["earlier"] == str(Verdict.objects.exclude(task=newer).get(path="/total").pk)
    assert entry.old.text == KEPT[kind][1]
    assert list(Verdict.objects.exclude(pk=given.pk).values()) == before, "nothing that was stored is changed"


@pytest.mark.parametrize("kind", KEPT)
def test_take_approves_what_is_read_now(ana, kind):
    newer = disputed(ana, kind)
    assert choose(newer, ana, "/total", "take").kind == K.APPROVED
    assert stands(newer, "/total") == "13"
    entry, details = last_entry("/total")
    assert (details["conflict"], entry.old.text, entry.new.text) == ("taken", KEPT[kind][1], "13")


def test_a_third_value_is_neither_and_taking_it_back_opens_the_conflict_again(ana):
    newer = disputed(ana)
    say(newer, ana, "/total", K.CORRECTED, Number("14"))
    assert last_entry("/total")[1]["conflict"] == "neither"
    say(newer, ana, "/total", K.RESTORED)
    assert last_entry("/total")[1]["conflict"] == "open"
    assert stands(newer, "/total") == "15"
    choose(newer, ana, "/total", "take")
    verdicts.undo(task_id=newer.pk, user=ana, at=LATER, via=VIA)
    assert stands(newer, "/total") == "15"
    assert "/total" in current.open_eyes(newer, current.verdicts(newer))


def test_whoever_says_approved_of_what_stands_keeps_it(ana):
    newer = disputed(ana)
    given = say(newer, ana, "/total", K.APPROVED)
    assert (given.kind, given.value.text) == (K.CORRECTED, "15")


def test_there_is_a_choice_only_in_a_conflict_and_only_once(ana):
    newer = disputed(ana)
    with pytest.raises(verdicts.BadAddress):
        choose(newer, ana, "/date", "keep")
    given = choose(newer, ana, "/total", "keep")
    with pytest.raises(verdicts.Stale):
        choose(newer, ana, "/total", "take")
    with pytest.raises(verdicts.BadAddress):
        choose(newer, ana, "/total", "take", seen=given.pk)


def test_a_signed_off_conflict_writes_the_persons_value(ana):
    newer = disputed(ana, decided=True)
    with pytest.raises(decisions.OpenEyes):
        approve(newer, ana)
    decision = approve(newer, ana, sign_off=True)
    assert jsontext.dump(jsontext.parse(decision.row.values.text)["total"]) == "15"
    assert json.loads(decision.fields)["/total"] == "corrected"
    assert json.loads(decision.signed_off) == ["/total"]
    assert json.loads(bytes(Entry.objects.get(action="review:task:approved", stream=f"task:{newer.pk}").body))[
        "details"
    ]["kept"] == ["/total"]


@pytest.mark.parametrize(("now", "choice"), [(13, True), (14, True), (12, False), (15, False)])
def test_a_third_reading_asks_again_by_the_same_word(ana, now, choice):
    """Nobody answered; the word is not lost, whatever is read next."""
    disputed(ana)
    third = create_task(paper(total=now, date=("2026-03-02", 0.3)))
    assert ("/total" in conflicts.of(third)) is choice
    assert stands(third, "/total") == "15"
    if not choice:
        assert current.verdicts(third)["/total"].carried.by == ana


def test_a_line_that_was_taken_out_stays_out_until_somebody_says(ana):
    task = create_task(paper())
    say(task, ana, "/lines/1", K.LINE_REMOVED)
    newer = create_task(paper(lines=("bolt", "wing nut")))
    shown = screen.build(task=newer, locale="en")
    view = shown.by_path["/lines/1"]
    assert (view.label, view.value_text, view.conflict.was, view.conflict.now) == (
        "Line 2, Lines",
        "line removed",
        "nut",
        "wing nut",
    )
    assert [line.removed for line in shown.arrays["/lines"].lines] == [False, True]
    choose(newer, ana, "/lines/1", "take")
    assert last_entry("/lines/1")[1]["conflict"] == "taken"
    assert [line.removed for line in screen.build(task=newer, locale="en").arrays["/lines"].lines] == [False, False]
    say(newer, ana, "/lines/1", K.RESTORED)
    choose(newer, ana, "/lines/1", "keep")
    assert last_entry("/lines/1")[1]["conflict"] == "kept"
    say(newer, ana, "/total", K.APPROVED)
    say(newer, ana, "/date", K.APPROVED)
    assert [one["what"] for one in jsontext.parse(approve(newer, ana).row.values.text)["lines"]] == ["bolt"]


def test_lines_that_are_gone_take_no_word_along_that_cannot_stand(ana):
    task = create_task(paper())
    say(task, ana, "/lines/0/note", K.CLEARED)
    say(task, ana, "/lines/1/what", K.CORRECTED, "locknut")
    say(task, ana, "/lines/1/note", K.CLEARED)
    newer = create_task(paper(lines=("bolt",)))
    assert current.verdicts(newer).keys() == {"/lines/0/note"}
    (reason,) = newer.reasons.filter(code="conflict")
    assert reason.path == "/lines"
    assert reasons.say(reasons.from_stored(reason.code, reason.path, reason.detail)).text == (
        "A person decided “locknut” at a place that the newer result does not have."
    )
    assert conflicts.of(newer) == {} and "/lines" in current.open_eyes(newer, current.verdicts(newer))
    say(newer, ana, "/lines", K.LINES_COMPLETE)
    other = create_task(paper(total=12.5))
    assert conflicts.of(other) == {}


def test_a_removed_line_that_is_gone_needs_no_word(ana):
    task = create_task(paper())
    say(task, ana, "/lines/1", K.LINE_REMOVED)
    newer = create_task(paper(lines=("bolt",)))
    assert not newer.verdicts.exists() and not newer.reasons.filter(code="conflict").exists()


def focus_of(page):
    return re.search(r'<form class="focus".*?</form>', page, re.DOTALL).group()


def fields_of(form):
    return dict(re.findall(r'<input (?:type="hidden" |id="value" )name="(\w+)"[^>]*?value="([^"]*)"', form))


@pytest.mark.parametrize("decided", [False, True], ids=["open task", "decided task"])
@pytest.mark.parametrize(
    ("pressed", "typed", "kind", "value"),
    [
        ("enter", None, K.CORRECTED, "15"),  # the Enter key sends the first button of the form
        ("keep", None, K.CORRECTED, "15"),
        ("keep", "99", K.CORRECTED, "15"),  # the button says what it keeps, whatever stands in the input
        ("take", None, K.APPROVED, None),
        ("enter", "14", K.CORRECTED, "14"),
        ("cleared", None, K.CLEARED, None),
    ],
)
def test_without_javascript_the_page_offers_both_and_enter_keeps(ana, decided, pressed, typed, kind, value):
    newer = disputed(ana, decided=decided)
    browser = sign_in(ana)
    form = focus_of(browser.get(f"/tasks/{newer.pk}/?field=/total").content.decode())
    said = re.sub(r"<[^>]+>|\s+", " ", form)
    said = re.sub(r"\s+", " ", said)
    assert "Read before: 12 → read now: 13 → earlier, Ana, 10 Mar 2026 09:01, on the row before: corrected 15" in said
    assert "Keep 15 Enter" in said and "Take 13 F8" in said
    sent = fields_of(form)
    assert sent["value"] == "15"
    assert re.findall(r'<button[^>]*type="submit"[^>]*>', form)[0].count('value="enter"') == 1
    answer = browser.post(
        f"/tasks/{newer.pk}/verdicts/", sent | {"kind": pressed} | ({} if typed is None else {"value": typed})
    )
    assert answer.status_code == 302
    given = current.verdicts(newer)["/total"]
    assert (given.kind, given.value.text if given.value else None) == (kind, value)
    form = focus_of(browser.get(f"/tasks/{newer.pk}/?field=/total").content.decode())
    assert 'value="take"' not in form and "Read before:" in form


def test_a_line_is_put_back_or_kept_out_on_the_page(ana):
    task = create_task(paper())
    say(task, ana, "/lines/1", K.LINE_REMOVED)
    newer = create_task(paper(lines=("bolt", "wing nut")))
    browser = sign_in(ana)
    form = focus_of(browser.get(f"/tasks/{newer.pk}/?field=/lines/1").content.decode())
    assert "Keep it out" in form and "Put it back as read now" in form and 'id="value"' not in form
    browser.post(f"/tasks/{newer.pk}/lines/", {"line_restored": "/lines/1"})
    assert current.verdicts(newer)["/lines/1"].kind == K.APPROVED
    browser.post(f"/tasks/{newer.pk}/lines/", {"line_removed": "/lines/1"})
    assert current.verdicts(newer)["/lines/1"].kind == K.LINE_REMOVED
    browser.post(f"/tasks/{newer.pk}/lines/", {"line_restored": "/lines/1"})
    assert current.verdicts(newer)["/lines/1"].kind == K.APPROVED
