"""Several verdicts as one write: in order, all or none, against one version of the task."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reviewapp.audit.models import Entry
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Box, Citation
from reviewapp.results import chains
from reviewapp.review import claims, current, decisions, verdicts
from reviewapp.review.models import Task, Verdict
from reviewapp.review.verdicts import BadAddress, BadValue, Said, StaleTask, TakenBack
from tests.factories import AT, VIA, create_queue, create_task, create_user, unsiloed

pytestmark = pytest.mark.django_db(transaction=True)
LATER = AT + timedelta(minutes=1)
K = Verdict.Kind


@pytest.fixture
def ana():
    return create_user(username="ana", queues=[create_queue()])


def paper(**over):
    return create_task(
        unsiloed(
            {"total": (12.50, 0.3, (10, 20, 30, 40)), "date": ("2026-03-01", 0.4), "lines": [{"n": (1, 0.4)}]},
            properties={
                "total": {"type": "number"},
                "date": {"type": "string"},
                "note": {"type": "string"},
                "lines": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}},
            },
            **over,
        )
    )


def give(task, user, *said, version=None, at=LATER):
    task.refresh_from_db()
    version = task.version if version is None else version
    return verdicts.give_all(task_id=task.pk, version=version, said=said, user=user, at=at, via=VIA)


def kinds(task):
    return {path: one.kind for path, one in current.verdicts(task).items()}


def test_they_count_in_their_order_and_as_one_write(ana):
    task = paper()
    after = give(
        task,
        ana,
        Said(path="/total", kind=K.CORRECTED, value=Number("15.00"), reason="a smudge"),
        Said(path="/total", kind=K.APPROVED),
        Said(path="/date", kind=K.ILLEGIBLE),
        Said(path="/note", kind=K.CORRECTED, value="new"),
        Said(path="/lines/0/n", kind=K.APPROVED),
    )
    assert kinds(task) == {"/total": K.APPROVED, "/date": K.ILLEGIBLE, "/note": K.CORRECTED, "/lines/0/n": K.APPROVED}
    # The claim and the write: two, however many verdicts.
    assert after.version == task.version + 2 and after.holder == ana
    (entry,) = Entry.objects.filter(action="review:field:corrected", path="/total")
    assert entry.reason.text == "a smudge" and entry.new.text == "15.00"


BAD = [
    (Said(path="/nope", kind=K.APPROVED), BadAddress),
    (Said(path="/nope", kind=K.CORRECTED, value="x"), BadAddress),
    (Said(path="", kind=K.CORRECTED, value="x"), BadAddress),
    (Said(path="", kind=K.APPROVED), BadAddress),
    (Said(path="nope", kind=K.APPROVED), BadAddress),
    (Said(path="/lines/0", kind=K.CLEARED), BadAddress),
    (Said(path="/lines/7/n", kind=K.APPROVED), BadAddress),
    (Said(path="/lines", kind=K.CORRECTED, value="x"), BadAddress),
    (Said(path="/total", kind=K.CORRECTED, value="x"), BadValue),
    (Said(path="/lines/0/n", kind=K.CORRECTED, value=Number("1.5")), BadValue),
    (Said(path="/total", kind=K.RESTORED), BadAddress),
    (TakenBack("/total"), BadAddress),
]


@pytest.mark.parametrize(("bad", "refusal"), BAD)
def test_one_that_does_not_fit_takes_all_others_with_it(ana, bad, refusal):
    task = paper()
    before = (task.version, task.holder_id, Entry.objects.count())
    with pytest.raises(refusal):
        give(task, ana, Said(path="/date", kind=K.APPROVED), bad)
    task.refresh_from_db()
    assert (task.version, task.holder_id, Entry.objects.count()) == before
    assert kinds(task) == {}


def test_an_older_version_is_refused_with_the_newest(ana):
    task = paper()
    give(task, ana, Said(path="/date", kind=K.APPROVED))
    known = Task.objects.get(pk=task.pk).version
    give(task, ana, Said(path="/date", kind=K.CLEARED))
    with pytest.raises(StaleTask) as stale:
        give(task, ana, Said(path="/total", kind=K.APPROVED), version=known)
    assert stale.value.version == known + 1 and kinds(task) == {"/date": K.CLEARED}


def test_who_may_not_gets_nothing_in(ana):
    task = paper()
    with pytest.raises(Task.DoesNotExist):
        give(task, create_user(username="otto"), Said(path="/date", kind=K.APPROVED))
    ben = create_user(username="ben", queues=[task.queue])
    claims.take(task_id=task.pk, user=ben, at=LATER, via=VIA)
    with pytest.raises(claims.Taken):
        give(task, ana, Said(path="/date", kind=K.APPROVED))
    give(task, ben, Said(path="/total", kind=K.APPROVED), Said(path="/date", kind=K.APPROVED))
    give(task, ben, Said(path="/lines/0/n", kind=K.APPROVED))
    task.refresh_from_db()
    decisions.approve(task_id=task.pk, asked=decisions.Asked(task.version), user=ben, at=LATER, via=VIA)
    with pytest.raises(claims.Closed):
        give(task, ben, Said(path="/date", kind=K.CLEARED), version=1)


def test_taking_back_at_a_path_gives_what_counted_before_and_the_screens_undo_goes_on_from_there(ana):
    task = paper()
    give(
        task,
        ana,
        Said(path="/total", kind=K.APPROVED),
        Said(path="/total", kind=K.CORRECTED, value=Number("7")),
        Said(path="/date", kind=K.APPROVED),
    )
    give(task, ana, TakenBack("/total"))
    assert kinds(task) == {"/total": K.APPROVED, "/date": K.APPROVED}
    verdicts.undo(task_id=task.pk, user=ana, at=LATER, via=VIA)
    assert kinds(task) == {"/total": K.APPROVED}
    give(task, ana, TakenBack("/total"))
    assert kinds(task) == {}
    with pytest.raises(BadAddress):
        give(task, ana, TakenBack("/total"))


def test_a_list_as_a_whole_is_said_to_be_complete(ana):
    task = paper()
    give(task, ana, Said(path="/lines", kind=K.APPROVED))
    assert kinds(task) == {"/lines": K.LINES_COMPLETE}


def test_a_required_value_that_is_missing_is_not_approved_as_it_is(ana):
    task = create_task(
        unsiloed({"date": ("2026-03-01", 0.9)}, required=["total"], properties={"total": {}, "date": {}})
    )
    with pytest.raises(BadValue):
        give(task, ana, Said(path="/total", kind=K.APPROVED))
    give(task, ana, Said(path="/total", kind=K.CLEARED))
    assert kinds(task) == {"/total": K.CLEARED}


def test_where_it_stands_goes_into_the_new_row_and_into_the_entry(ana):
    task = paper()
    box = Box(Number("1"), Number("2.50"), Number("3"), Number("4"))
    where = Citation(page=2, boxes=(box,), page_width=Number("612"), page_height=Number("792"))
    give(
        task,
        ana,
        Said(path="/total", kind=K.CORRECTED, value=Number("15"), citations=(where,)),
        Said(path="/date", kind=K.APPROVED),
        Said(path="/lines/0/n", kind=K.APPROVED),
    )
    entry = Entry.objects.get(action="review:field:corrected")
    assert b'"boxes":[{"boxes":[["1","2.50","3","4"]],"page":2,"size":["612","792"]}]' in bytes(entry.body)
    task.refresh_from_db()
    decision = decisions.approve(task_id=task.pk, asked=decisions.Asked(task.version), user=ana, at=LATER, via=VIA)
    assert chains.read(decision.row).fields["/total"].citations == (where,)
