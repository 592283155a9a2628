"""Can a supervisor write, try, save and remove a queue's rules by forms alone, and does a trial say what would happen?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.extraction.jsontext import Number
from reviewapp.review import decisions, queues, rule_changes, rule_trial, value_rules, verdicts
from reviewapp.review.models import Queue, Verdict
from reviewapp.review.rule_forms import KINDS, RuleForm
from reviewapp.review.value_rules import BadRule, RuleKind, ValueRule
from tests import factories
from tests.factories import AT, VIA

pytestmark = pytest.mark.django_db

SUM = {"name": "Net and tax", "severity": "must", "fields_": "/net\n/tax", "target": "/total", "tolerance": "0"}
#: Of each kind a form as it is sent, and what becomes of it.
FORMS: dict[RuleKind, tuple[dict[str, str], dict[str, Any]]] = {
    RuleKind.SUM: (SUM, {"fields": ("/net", "/tax"), "target": "/total", "tolerance": "0"}),
    RuleKind.ORDER: ({"fields_": " /issued \r\n\r\n/due"}, {"fields": ("/issued", "/due")}),
    RuleKind.PRODUCT: (
        {"fields_": "/rate\n/net", "target": "/tax", "tolerance": "0.5 %", "percent": "on"},
        {"tolerance": "0.5 %", "percent": True},
    ),
    RuleKind.CHECK_DIGIT: ({"fields_": "/iban", "number": "iban"}, {"number": "iban"}),
    RuleKind.PATTERN: ({"fields_": "/code", "pattern": "[A-Z]{2}"}, {"pattern": "[A-Z]{2}"}),
    RuleKind.LOOKUP: (
        {"fields_": "/currency", "values": "EUR\nCHF\n\nEUR", "ignore_case": "on"},
        {"values": ("EUR", "CHF"), "ignore_case": True},
    ),
}


@pytest.fixture
def queue() -> Queue:
    return queues.default()


@pytest.fixture
def sol() -> User:
    return factories.create_user(username="sol", role=Role.SUPERVISOR)


@pytest.fixture
def browser(sol: User) -> Client:
    return factories.sign_in(sol)


def typed(kind: RuleKind, **over: str) -> dict[str, str]:
    return {"name": "A rule", "severity": "look", **FORMS[kind][0], **over}


def paper(net: int, tax: int, total: int) -> dict[str, Any]:
    return factories.unsiloed({"net": net, "tax": tax, "total": total})


def rules(queue: Queue) -> tuple[ValueRule, ...]:
    queue.refresh_from_db()
    return tuple(queues.rules_of_values(queue))


@pytest.mark.parametrize("kind", RuleKind)
def test_a_rule_of_each_kind_is_written_and_shown_again(kind: RuleKind, queue: Queue, browser: Client) -> None:
    address = f"/queues/{queue.slug}/rules/new/{kind}/"
    assert browser.get(address).status_code == 200
    assert browser.post(address, typed(kind)).status_code == 302
    (kept,) = rules(queue)
    assert (kept.kind, kept.id) == (kind, "1")
    assert {name: getattr(kept, name) for name in FORMS[kind][1]} == FORMS[kind][1]
    page = browser.get(f"/queues/{queue.slug}/rules/1/")
    form = page.context["form"]
    again = {name: form.get_initial_for_field(form.fields[name], name) for name in form.fields}
    sent = {name: "on" if value is True else value for name, value in again.items() if value not in (False, None)}
    assert browser.post(f"/queues/{queue.slug}/rules/1/", sent).status_code == 302
    assert rules(queue) == (kept,), "what the page shows is the rule, whole"
    assert str(KINDS[kind]) in browser.get(f"/queues/{queue.slug}/rules/").content.decode()


def test_to_save_a_rule_judges_open_tasks_anew_and_is_an_entry(queue: Queue, browser: Client, sol: User) -> None:
    task = factories.create_task(factories.unsiloed({"net": 100, "tax": (19, 0.3), "total": 120}))
    assert task.fields_to_check == 1
    browser.post(f"/queues/{queue.slug}/rules/new/sum/", typed(RuleKind.SUM))
    task.refresh_from_db()
    assert task.fields_to_check == 3
    entry = Entry.objects.get(action=Action.QUEUE_CHANGED)
    assert entry.old is not None and entry.new is not None
    assert json.loads(str(entry.old.text)) == {"value_rules": []}
    assert json.loads(str(entry.new.text))["value_rules"][0]["target"] == "/total"
    body = browser.post(f"/queues/{queue.slug}/rules/1/removal/", follow=True).content.decode()
    assert "“Net and tax” is removed" in body and "1 row was judged anew" in body
    task.refresh_from_db()
    assert task.fields_to_check == 1 and rules(queue) == ()


def test_the_same_rule_again_writes_nothing(queue: Queue, browser: Client) -> None:
    browser.post(f"/queues/{queue.slug}/rules/new/sum/", typed(RuleKind.SUM))
    browser.post(f"/queues/{queue.slug}/rules/1/", typed(RuleKind.SUM))
    assert Entry.objects.filter(action=Action.QUEUE_CHANGED).count() == 1


@pytest.mark.parametrize(
    ("kind", "over", "field", "says"),
    [
        (RuleKind.SUM, {"name": " "}, "name", "required"),
        (RuleKind.SUM, {"fields_": "net"}, "fields_", "addresses begin with a slash"),
        (RuleKind.SUM, {"fields_": "/net\n/net"}, "fields_", "twice"),
        (RuleKind.SUM, {"target": "/net"}, "target", "cannot be made of itself"),
        (RuleKind.SUM, {"tolerance": "5 cents"}, "tolerance", "0.5 %."),
        (RuleKind.ORDER, {"fields_": "/issued"}, "fields_", "More addresses"),
        (RuleKind.ORDER, {"fields_": "/a\n/b\n/c"}, "fields_", "too many addresses"),
        (RuleKind.ORDER, {"fields_": "/a/*/x\n/b/*/y"}, "fields_", "another list"),
        (RuleKind.PATTERN, {"pattern": "(?=a)"}, "pattern", "looks ahead or back"),
        (RuleKind.CHECK_DIGIT, {"number": "phone"}, "number", "Select a valid choice"),
        (RuleKind.LOOKUP, {"values": " \n "}, "values", "required"),
        (RuleKind.LOOKUP, {"values": "x" * 501}, "values", "too long"),
        (RuleKind.LOOKUP, {"values": "\n".join(map(str, range(5001)))}, "values", "between 1 and 5000"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_in_words_and_kept_on_the_page(
    kind: RuleKind, over: dict[str, str], field: str, says: str, queue: Queue, browser: Client
) -> None:
    for button in ("save", "try"):
        response = browser.post(f"/queues/{queue.slug}/rules/new/{kind}/", typed(kind, **over, **{button: "1"}))
        assert response.status_code == 422
        assert says in " ".join(response.context["form"].errors[field])
    assert rules(queue) == ()


def test_a_trial_says_which_documents_would_break_it_and_saves_nothing(queue: Queue, browser: Client) -> None:
    factories.create_job(paper(100, 19, 119))  # keeps it, and passed without a person
    factories.create_job(paper(100, 19, 120))  # breaks it, and passed as well
    factories.create_task(factories.unsiloed({"net": 7, "tax": (1, 0.3), "total": 9}))
    factories.create_job(factories.unsiloed({"net": 7, "total": 9}))
    page = browser.post(f"/queues/{queue.slug}/rules/new/sum/", typed(RuleKind.SUM, **{"try": "1"}))
    body = page.content.decode()
    assert page.status_code == 200
    assert "2 of 4 documents would break it" in body
    assert "Net and tax: the parts add up to 119, the total says 120 (difference 1)." in body
    assert "Of 1 document it can say nothing" in body
    assert 'value="Net and tax"' in body, "what was typed stands there still"
    assert rules(queue) == () and not Entry.objects.filter(action=Action.QUEUE_CHANGED).exists()


def test_a_trial_says_what_people_decided_of_those_documents(queue: Queue, sol: User) -> None:
    mended, approved, open_ = (
        factories.create_task(factories.unsiloed({"net": 7, "tax": (1, 0.3), "total": 9})) for _ in range(3)
    )
    for task, value in ((mended, Number("2")), (approved, None)):
        kind = Verdict.Kind.APPROVED if value is None else Verdict.Kind.CORRECTED
        said = verdicts.Said(path="/tax", kind=kind, value=value)
        verdicts.give(task_id=task.pk, said=said, user=sol, at=AT, via=VIA)
        task.refresh_from_db()
        asked = decisions.Asked(version=task.version)
        decisions.approve(task_id=task.pk, asked=asked, user=sol, at=AT, via=VIA)
    trial = rule_trial.run(queue=queue, rule=rule_of(RuleKind.SUM))
    assert {one.task_id: (one.decided, one.kept_by_people) for one in trial.broken} == {
        mended.pk: (True, True),
        approved.pk: (True, False),
        open_.pk: (False, None),
    }
    assert (trial.looked, trial.confirmed, trial.contradicted) == (3, 1, 1)


def test_a_trial_looks_at_the_queues_own_documents_and_at_the_last_ones(queue: Queue) -> None:
    factories.create_queue(slug="talonic", kind="talonic", position=1)
    factories.create_job(factories.talonic([{"values": {"net": 1, "tax": 1, "total": 3}}]))
    for total in (3, 2, 2):
        factories.create_job(paper(1, 1, total))
    rule = rule_of(RuleKind.SUM)
    assert [len(rule_trial.run(queue=queue, rule=rule, last=n).broken) for n in (3, 2)] == [1, 0]
    assert rule_trial.run(queue=queue, rule=rule).looked == 3


def test_the_page_lists_the_addresses_that_there_are(queue: Queue, browser: Client) -> None:
    factories.create_job(factories.unsiloed({"lines": [{"amount": 1}, {"amount": 2}], "total": 3}))
    assert browser.get(f"/queues/{queue.slug}/rules/new/sum/").context["addresses"] == ["/lines/*/amount", "/total"]


def test_a_trial_in_an_empty_queue_says_so(queue: Queue, browser: Client) -> None:
    body = browser.post(f"/queues/{queue.slug}/rules/new/sum/", typed(RuleKind.SUM, **{"try": "1"})).content.decode()
    assert "No document has come into this queue yet" in body


def test_a_rule_that_is_gone_meanwhile_is_not_brought_back(queue: Queue, sol: User) -> None:
    rule = rule_changes.keep(queue_id=queue.pk, rule=rule_of(RuleKind.SUM), user=sol, at=AT, via=VIA)
    assert rule_changes.remove(queue_id=queue.pk, rule_id=rule.id, user=sol, at=AT, via=VIA)
    assert not rule_changes.remove(queue_id=queue.pk, rule_id=rule.id, user=sol, at=AT, via=VIA)
    with pytest.raises(rule_changes.Gone):
        rule_changes.keep(queue_id=queue.pk, rule=rule, user=sol, at=AT, via=VIA)


def test_there_is_an_end_to_a_queues_rules(queue: Queue, sol: User) -> None:
    one = rule_of(RuleKind.SUM)
    plain = [{**one.as_plain(), "id": str(n)} for n in range(value_rules.MAX_RULES)]
    Queue.objects.filter(pk=queue.pk).update(value_rules=json.dumps(plain))
    with pytest.raises(BadRule):
        rule_changes.keep(queue_id=queue.pk, rule=one, user=sol, at=AT, via=VIA)


@pytest.mark.parametrize("address", ["new/average/", "7/", "7/removal/"])
def test_what_is_not_there_is_not_found(address: str, queue: Queue, browser: Client) -> None:
    method = browser.post if "removal" in address else browser.get
    assert method(f"/queues/{queue.slug}/rules/{address}").status_code == 404


def test_the_queues_page_leads_to_its_rules(queue: Queue, browser: Client) -> None:
    assert f'href="/queues/{queue.slug}/rules/"' in browser.get(f"/queues/{queue.slug}/").content.decode()


def rule_of(kind: RuleKind) -> ValueRule:
    form = RuleForm(typed(kind), kind=kind)
    assert form.is_valid(), form.errors
    return form.rule()
