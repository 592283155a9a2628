"""Which reasons come of rules that fail, and how do they follow what people say?

What triage found is what was read. As verdicts are given, the rules are asked again about the values as they stand: a
correction that satisfies a rule takes its reasons away, one that breaks a rule brings them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from reviewapp.extraction import edit
from reviewapp.extraction.draft import Draft
from reviewapp.results import chains

from . import conflicts, current, findings, queues, reasons, rules, schemas
from .findings import Finding
from .models import Task, TaskReason, Verdict
from .value_rules import Severity

_CODE = rules.Code.RULE_FAILED


def reasons_of(failing: Sequence[Finding]) -> tuple[rules.Reason, ...]:
    """One reason for each field that a failing rule names. `place` tells apart where a rule of many lines fails."""
    return tuple(rules.Reason(_CODE, path, _detail(one)) for one in failing for path in one.names)


def once(failing: Sequence[Finding]) -> list[rules.Reason]:
    """One reason for each place at which a rule fails."""
    return [rules.Reason(_CODE, one.names[0], _detail(one)) for one in failing]


def recount(task: Task) -> None:
    """After anything was said: which rules fail now, which fields need eyes for that, and how many are checked."""
    spoken = current.verdicts(task)
    if queues.rules_of_values(task.queue):
        _follow(task, spoken)
    current.recount(task, spoken)


def now(task: Task, spoken: Mapping[str, Verdict]) -> list[Finding]:
    """Every rule of the task's queue at every place, for the values as they stand. Raises chains.Erased."""
    asked = queues.rules_of_values(task.queue)
    return findings.of(asked, _draft(task, spoken)) if asked else []


def demanding(found: Sequence[Finding]) -> list[Finding]:
    """Those that fail and want to be told why the document is approved all the same."""
    return [one for one in found if one.holds is False and one.rule.severity is Severity.MUST]


def beside(found: Sequence[Finding], path: str) -> list[str]:
    """The other addresses at which a rule that looks at this one may complain, or complain no more."""
    touched = (one for one in found if any(_touches(at, path) for at in (*one.reads, *one.names)))
    return [at for at in dict.fromkeys(at for one in touched for at in one.names) if at != path]


def _follow(task: Task, spoken: Mapping[str, Verdict]) -> None:
    stored = [reasons.from_stored(one.code, one.path, one.detail) for one in task.reasons.order_by("id")]
    others = [one for one in stored if one.code is not _CODE]
    failing = reasons_of([one for one in now(task, spoken) if one.holds is False])
    if [one for one in stored if one.code is _CODE] != list(failing):
        task.reasons.filter(code=_CODE).delete()
        TaskReason.objects.bulk_create(
            TaskReason(task=task, code=_CODE.value, path=one.path, detail=reasons.to_detail(one)) for one in failing
        )
    eyes = _eyes(task, [*others, *failing], spoken)
    task.eyes, task.fields_to_check = json.dumps(eyes, ensure_ascii=False), len(eyes)
    task.codes = rules.bits([*others, *failing])
    task.save(update_fields=["eyes", "fields_to_check", "codes"])


def _eyes(task: Task, found: Sequence[rules.Reason], spoken: Mapping[str, Verdict]) -> list[str]:
    """What needs eyes now, in the order that people are at; what was checked stays among it, so that no count runs backwards."""
    disputed = [one.path for one in found if one.code is rules.Code.CONFLICT and one.path]
    judged = [one for one in found if one.code is not rules.Code.CONFLICT]
    row = chains.read(task.row)
    wanted = dict.fromkeys([*disputed, *rules.eyes(judged, row.values, schemas.of_row(task.row).required)])
    before = current.eyes(task)
    kept = [path for path in before if path in wanted or path in spoken]
    return [*kept, *(path for path in wanted if path not in set(kept))]


def _draft(task: Task, spoken: Mapping[str, Verdict]) -> Draft:
    return edit.draft(chains.read(task.row), current.edits(conflicts.standing(conflicts.of(task), spoken)))


def _detail(found: Finding) -> dict[str, str]:
    rule = found.rule
    told = {"rule": rule.id, "name": rule.name, "kind": rule.kind.value, "severity": rule.severity.value}
    return {**told, "place": f"{rule.id} {found.names[0]}", **found.figures}


def _touches(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")
