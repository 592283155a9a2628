"""Can a person put a value right whose text is good and whose type is not, and say a type where nothing else does?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from reviewapp.review.models import Task, Verdict
from tests import factories
from tests.factories import create_queue, create_task, create_user, sign_in, unsiloed

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = {"quantity": {"type": "number"}}


@pytest.fixture
def ana() -> Client:
    return sign_in(create_user(username="ana", queues=[create_queue()]))


def say(ana: Client, task: Task, **said: str) -> tuple[str, Any]:
    """Post a verdict on /quantity; the kind and the value that were stored."""
    answer = ana.post(f"/tasks/{task.pk}/verdicts/", {"path": "/quantity", "seen": "0", **said})
    assert answer.status_code == 302
    verdict = task.verdicts.get()
    return verdict.kind, None if verdict.value is None else verdict.value.text


def focus(ana: Client, task: Task) -> str:
    return ana.get(f"/tasks/{task.pk}/", {"field": "/quantity"}).content.decode()


def task_with(value: Any, properties: dict[str, Any] | None = None) -> Task:
    return create_task(unsiloed({"quantity": (value, 0.3)}, properties=properties or {"quantity": {}}))


@pytest.mark.parametrize("kind", ["enter", "corrected"])
def test_who_agrees_that_15_stands_in_a_numbers_place_means_the_number(ana: Client, kind: str) -> None:
    task = task_with("15", NUMBER)
    assert say(ana, task, kind=kind, value="15") == ("corrected", "15")


def test_a_text_that_is_no_number_is_approved_as_it_is_and_corrected_only_to_one(ana: Client) -> None:
    task = task_with("fifteen", NUMBER)
    refused = ana.post(f"/tasks/{task.pk}/verdicts/", {"path": "/quantity", "kind": "corrected", "value": "sixteen"})
    assert refused.status_code == 422
    assert say(ana, task, kind="enter", value="fifteen") == ("approved", None)


def test_a_value_of_the_schemas_type_is_approved_token_for_token(ana: Client) -> None:
    task = create_task(json.dumps(unsiloed({"quantity": (15, 0.3)}, properties=NUMBER)).replace(": 15,", ": 15.00,"))
    assert say(ana, task, kind="enter", value="15.00") == ("approved", None)


def test_where_only_the_value_speaks_for_its_type_a_person_may_choose_another(ana: Client) -> None:
    task = task_with("l5")
    assert '<select name="type"' in focus(ana, task)
    assert say(ana, task, kind="enter", value="15", type="number") == ("corrected", "15")


def test_a_code_with_leading_zeros_can_take_a_numbers_place(ana: Client) -> None:
    task = task_with(123)
    assert say(ana, task, kind="enter", value="000123", type="text") == ("corrected", '"000123"')


def test_where_the_schema_says_the_type_there_is_nothing_to_choose(ana: Client) -> None:
    assert '<select name="type"' not in focus(ana, task_with("l5", NUMBER))


@pytest.mark.parametrize("read", [None, 5])
def test_where_the_schema_allows_several_types_a_person_chooses(ana: Client, read: int | None) -> None:
    several = {"quantity": {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]}}
    task = task_with(read, several)
    assert '<select name="type"' in focus(ana, task)
    assert say(ana, task, kind="enter", value="6", type="number") == ("corrected", "6")


def test_a_whole_number_where_a_text_could_stand_as_well_stays_a_number(ana: Client) -> None:
    task = task_with(5, {"quantity": {"type": ["integer", "string"]}})
    assert say(ana, task, kind="enter", value="6") == ("corrected", "6")


def test_a_line_just_added_brings_no_column_of_its_own(ana: Client) -> None:
    task = create_task(unsiloed({"lines": ([{"item": "a", "price": 1}], 0.3)}))
    headings = ana.get(f"/tasks/{task.pk}/").content.decode().count('<th scope="col"')
    assert ana.post(f"/tasks/{task.pk}/lines/", {"line_added": "/lines"}).status_code == 302
    after = ana.get(f"/tasks/{task.pk}/").content.decode()
    assert 'data-path="/lines/+1/item"' in after
    assert after.count('<th scope="col"') == headings


def test_other_rows_of_the_schema_tell_the_type_of_a_value_that_was_not_read(ana: Client) -> None:
    read = {"values": {"total": 1435.00, "note": "paid"}, "confidence": 0.5}
    missing = {"values": {"total": None, "note": None, "new": None}, "confidence": 0.5}
    factories.create_job(factories.talonic([read, missing]))
    task = Task.objects.order_by("id").last()
    assert task is not None
    page = ana.get(f"/tasks/{task.pk}/", {"field": "/total"}).content.decode()
    assert '<option value="number" selected>' in page and 'inputmode="decimal"' in page
    for path, typed in {"/total": "1,722.00", "/note": "1,722.00", "/new": "1,722.00"}.items():
        assert (
            ana.post(f"/tasks/{task.pk}/verdicts/", {"path": path, "kind": "enter", "value": typed}).status_code == 302
        )
    said = {one.path: one.value.text for one in Verdict.objects.select_related("value")}
    assert said == {"/total": "1722.00", "/note": '"1,722.00"', "/new": '"1,722.00"'}


@pytest.mark.parametrize("read", [None, ""])
def test_enter_does_not_agree_that_a_required_value_is_missing(ana: Client, read: str | None) -> None:
    task = factories.create_task(
        factories.unsiloed({"total": (read, 0.3)}, required=["total"], properties={"total": {"type": "string"}})
    )
    refused = ana.post(f"/tasks/{task.pk}/verdicts/", {"path": "/total", "kind": "enter", "value": ""})
    if read is None:
        assert refused.status_code == 422 and "not in the document" in refused.content.decode()
        assert not Verdict.objects.exists()
        assert ana.post(f"/tasks/{task.pk}/verdicts/", {"path": "/total", "kind": "cleared"}).status_code == 302
    else:
        assert refused.status_code == 302, "an empty text is a value that was read"


def test_enter_does_not_agree_that_a_page_has_no_class(ana: Client) -> None:
    payload = {
        "job_id": "00000000-0000-4000-8000-0000000000aa",
        "status": "completed",
        "progress": "",
        "error": None,
        "result": {
            "success": True,
            "classification": "invoice",
            "confidence": 0.5,
            "page_results": [
                {"page": 1, "success": True, "confidence": 0.9, "raw_result": "invoice", "classification": "invoice"},
                {"page": 2, "success": False, "error": "timeout", "classification": "invoice", "confidence": 0.0},
            ],
            "total_pages": 2,
            "processed_pages": 2,
        },
    }
    task = factories.create_task(payload)
    where, path = f"/tasks/{task.pk}/verdicts/", "/pages/2/classification"
    assert ana.post(where, {"path": path, "kind": "enter", "value": ""}).status_code == 422
    assert ana.post(where, {"path": path, "kind": "illegible"}).status_code == 302
