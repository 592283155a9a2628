"""Tasks: what waits for people, and one task with its fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Path, Query, Router

from reviewapp.accounts.models import Scope
from reviewapp.api.compat import answers
from reviewapp.audit.trail import moment
from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json
from reviewapp.review import conflicts, current, fields, queue, reasons, rules
from reviewapp.review.models import Decision, Task, TaskReason, Verdict

from . import callers, errors, paging, shapes, trees
from .declared import reads

router = Router(auth=callers.Key(Scope.TASKS_READ))

_SLUG = {"pattern": r"^[^\x00]*$", "max_length": 64}
State = Literal["open", "free", "held", "postponed", "escalated", "decided", "any"]


@router.get("/tasks", response=reads(shapes.Tasks), operation_id="listTasks", summary="List tasks")
def tasks(
    request: HttpRequest,
    state: Annotated[State, Query(description="Where the tasks stand.")] = "open",
    in_queue: Annotated[str, Query(alias="queue", description="The queue's short name.", **_SLUG)] = "",
    upstream: Annotated[str, Query(description="The upstream's short name.", **_SLUG)] = "",
    kind: Annotated[str, Query(description="The kind of payload: talonic, llamacloud …", **_SLUG)] = "",
    reason: Annotated[rules.Code | None, Query(description="One of the reasons for which they wait.")] = None,
    job: Annotated[str, Query(pattern=r"^[0-9]{0,18}$", description="Our id of their job.")] = "",
    holder: Annotated[Literal["me", "nobody", ""], Query(description="Who holds them.")] = "",
    after: paging.Place = "",
    limit: paging.Limit = 100,
) -> HttpResponse:
    """In the order in which people get them; decided ones the newest first. `open` leaves out what is put away; `free` what
    somebody holds as well. `holder=me`: the person whom the key acts for."""
    caller = callers.of(request)
    paging.check_place(after, moments=state in queue.DECIDED)
    asked = queue.Filter(
        queue=in_queue,
        reason="" if reason is None else reason.value,
        upstream=upstream,
        kind=kind,
        holder=holder,
        state=state,
        job=job,
        after=after,
    )
    person = caller.person if holder == "me" else caller.key.acts_for
    shown, next = queue.listed(seen=caller.tasks(), user=person, asked=asked, at=caller.at, limit=limit)
    codes = _codes(shown)
    return answers.json_response(paging.page([_task(one, codes.get(one.pk, [])) for one in shown], next))


@router.get(
    "/tasks/{id}", response=reads(shapes.TaskWithFields), operation_id="getTask", summary="One task with its fields"
)
def task(request: HttpRequest, id: Path[shapes.Id]) -> HttpResponse:
    """Every value with what was read, what needs eyes and why, and what was said so far. Paths are addresses in the row
    under review and never shift; a line that a person added is `/line_items/+1`."""
    one = callers.of(request).task(id)
    # Sentences for a machine's log, whatever language anybody reads.
    with translation.override("en"), errors.in_words():
        return answers.json_response(_whole(one))


def written(task: Task) -> Json:
    """The task after a write, in the form that every POST answers with: no value stands in it."""
    made = Decision.objects.filter(task=task).first()
    return {
        **_state(task),
        "fields_to_check": trees.whole(task.fields_to_check),
        "fields_checked": trees.whole(task.fields_checked),
        "open": list(current.open_eyes(task, current.verdicts(task))),
        "outcome": None if made is None else str(made.outcome),
        "decided_row": None if made is None else trees.id_of(made.row_id),
    }


def _state(task: Task) -> dict[str, Json]:
    return {
        "id": str(task.pk),
        "state": str(task.state),
        "revision": trees.whole(task.version),
        "holder": trees.person(task.holder),
        "held_until": trees.when(task.lease_until),
        "postponed_until": trees.when(task.postponed_until),
    }


def _task(task: Task, codes: Sequence[str]) -> dict[str, Json]:
    return {
        **_state(task),
        "queue": task.queue.slug,
        "upstream": task.upstream,
        "kind": task.kind,
        "job": str(task.job_id),
        "job_id": task.job.job_id,
        "key": task.key,
        "row_id": str(task.row_id),
        "document_name": task.document_name,
        "reasons": list(codes),
        "fields_total": trees.whole(task.fields_total),
        "fields_to_check": trees.whole(task.fields_to_check),
        "fields_checked": trees.whole(task.fields_checked),
        "lowest_confidence": None if task.lowest is None else format(task.lowest.normalize(), "f"),
        "due_at": trees.when(task.due_at),
        "opened_at": moment(task.opened_at),
        "decided_at": trees.when(task.decided_at),
    }


def _whole(task: Task) -> Json:
    made = Decision.objects.filter(task=task).select_related("by", "reason").first()
    return {
        **_task(task, _codes([task]).get(task.pk, [])),
        "open": list(current.open_eyes(task, current.verdicts(task))),
        "fields": [_field(one) for one in fields.of_task(task)],
        "decision": trees.decision(made),
    }


def _field(one: fields.Told) -> Json:
    said = [(reason.code.value, reasons.say(reason).text) for reason in one.reasons]
    return {
        "path": one.path,
        "label": one.label,
        "value": one.value,
        "read": one.read,
        "needs_eyes": one.needs_eyes,
        "open": one.open,
        "removed": one.removed,
        "reasons": [{"code": code, "text": text} for code, text in said],
        "facts": None if one.facts is None else trees.facts(one.facts),
        "verdict": _verdict(one.spoken),
        "conflict": None if one.conflict is None else _conflict(one.conflict, open=one.spoken is None),
    }


def _verdict(spoken: Verdict | None) -> Json:
    if spoken is None:
        return None
    return {
        "verdict": str(spoken.kind),
        "by": trees.person(spoken.by),
        "at": moment(spoken.at),
        "earlier": spoken.carried_id is not None,
    }


def _conflict(one: conflicts.Conflict, *, open: bool) -> Json:
    return {
        "open": open,
        "was": jsontext.parse(one.was) if one.was else None,
        "now": jsontext.parse(one.now) if one.now else None,
        "kept": one.value,
        "verdict": str(one.earlier.kind),
        "by": trees.person(one.earlier.by),
        "at": moment(one.earlier.at),
        "row_id": str(one.earlier.task.row_id),
    }


def _codes(shown: Sequence[Task]) -> dict[int, list[str]]:
    """Why each of them waits: every code once, in the order found."""
    found: dict[int, dict[str, None]] = {}
    why = TaskReason.objects.filter(task__in=shown).order_by("id").values_list("task", "code")
    for task_id, code in why:
        found.setdefault(task_id, {})[code] = None
    return {task_id: list(codes) for task_id, codes in found.items()}
